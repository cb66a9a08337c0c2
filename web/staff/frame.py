"""What every page of staff carries, and how one is sent."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from web.access import Role
from web.staff.pages import OwnPage, StaffFrame, StaffPage, render
from web.staff.sessions import Session

SAID = {
    "signed_out": "You are signed out.",
    "password_chosen": "Your password is kept. Sign in with it.",
    "codes_on": "From now on you sign in with a code, too.",
    "codes_off": "You sign in without a code again.",
    "roles": "The roles were changed, at once.",
    "switched_off": "The account is switched off, and its sessions are ended.",
    "switched_on": "The account is switched on.",
    "to_review": "Sent to review. Another person can approve it now.",
    "to_draft": "It is a draft again.",
    "approved": "Approved. Visitors see it after the next publish.",
    "retired": "Retired. Visitors no longer see it.",
    "accepted": "The claims may pass, with your reason in the log.",
    "withdrawn": "Withdrawn. Visitors no longer see this passage.",
    "review_by": "The day to look at it again was changed.",
    "details": "The details were changed. Visitors see them after the next publish.",
    "kept": "Kept as a draft.",
    "discarded": "Thrown away. Nothing of it was kept.",
    "cancelled": "Cancelled. What visitors see is as it was.",
    "owner": "It has another owner.",
    "reviewed": "Kept. It comes up again in a year.",
    "commented": "Your comment is kept.",
    "question_kept": "Kept. From now on each publish asks it.",
    "question_removed": "Removed. No publish asks it any more.",
    "edited": "Done. It is in the list of edits, where it can be undone.",
    "edit_waits": "Kept. Another person must approve it before visitors see it.",
    "edit_undone": "The edit is undone.",
    "edits_approved": "The edits are approved. Visitors see them after the next publish.",
    "edits_turned_down": "The edits are turned down. Nothing has changed.",
    "phrasing_added": "Added. Search uses it after the next publish.",
    "phrasing_gone": "Taken away. Search goes without it after the next publish.",
    "caveat_bound": "Bound. From now on the passage is never shown without its caveat.",
    "caveat_released": "Released. From now on the passage is shown without it.",
    "difference_confirmed": "Confirmed. Whoever is shown one side is shown both.",
    "difference_dismissed": "Dismissed. Visitors see each side by itself.",
    "gap_covered": "The phrasing is added. Search uses it after the next publish.",
    "gap_noted": "Noted.",
    "gap_refused": "Kept, with your reason.",
    "gap_again": "These questions wait again.",
    "library_in": "The library is in. Publish it, so that visitors see it.",
    "rolled_back": "The earlier edition is live again.",
}


def frame_of(request: Request, place: str = "", said: str = "") -> StaffFrame:
    """Return what a page carries. `place` names the part of the site it belongs to; `said` what was just done."""
    session: Session | None = request.scope["state"].get("session")
    return StaffFrame(
        site_name=request.app.state.settings.site_name,
        nonce=request.scope["state"]["nonce"],
        name=session.person.name if session else None,
        roles=session.person.roles if session else frozenset[Role](),
        form_token=session.form_token if session else "",
        place=place,
        said=SAID.get(said, ""),
    )


def shown(page: StaffPage | OwnPage, status: int = 200) -> HTMLResponse:
    """Send a page."""
    return HTMLResponse(render(page), status)
