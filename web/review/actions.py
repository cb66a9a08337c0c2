"""Corrective actions: recorded from the answer in front of one, listed, and looked at again until they worked."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from starlette.exceptions import HTTPException

from assistant.review import actions
from assistant.review.own_words import WordsError, own
from sources.database import reading, writing
from web.access import Role, only
from web.review.answers import answer_page, looked_at
from web.review.pages import ActionRow, ActionsPage, review_frame, shown
from web.review.verdict_views import action_row
from web.staff.guard import REVIEW, Visited
from web.wording import no_date

router = APIRouter(prefix=REVIEW, include_in_schema=False, default_response_class=HTMLResponse)
_SAID = {"checked": "What you found is kept."}
_FOUND = ("yes", "no")


@router.get("/actions")
@only(Role.CLINICIAN)
def list_actions(request: Request, visit: Visited, said: str = "") -> Response:
    """Show the actions, open ones first."""
    return shown(_page(request, _SAID.get(said, "")))


@router.post("/answers/{answer_id}/actions")
@only(Role.CLINICIAN)
def act(request: Request, visit: Visited, answer_id: str) -> Response:
    """Keep an action about an answer."""
    page, errors = answer_page(request, visit, answer_id), {}
    what, due = "", date.min
    try:
        what = own(visit.text("what"), page.turn.question)
    except WordsError as error:
        errors["what"] = str(error)
    if visit.text("owner") not in page.people:
        errors["owner"] = "Choose who carries it out."
    try:
        due = date.fromisoformat(visit.text("due").strip())
    except ValueError:
        errors["due"] = no_date(visit.text("due").strip() or "Nothing")
    if errors:
        typed = {name: visit.text(name) for name in ("what", "owner", "due")}
        return shown(replace(page, errors=errors, typed=typed), 422)
    with writing(request.app.state.engine) as connection:
        actions.act(connection, answer_id, what, visit.text("owner"), due, who=visit.person.name)
    return RedirectResponse(f"{REVIEW}/answers/{answer_id}?said=action", 303)


@router.post("/actions/{action_id}/check")
@only(Role.CLINICIAN)
def check(request: Request, visit: Visited, action_id: str) -> Response:
    """Keep what came of looking whether an action worked."""
    with reading(request.app.state.engine) as connection:
        one = actions.by_id(actions.listed(connection), action_id)
    if one is None:
        raise HTTPException(404)
    error, found = "", ""
    try:
        found = own(visit.text("found"), looked_at(request, one.answer_id).question)
    except WordsError as wrong:
        error = str(wrong)
    if visit.text("works") not in _FOUND:
        error = "Say whether it worked. " + error
    if error:
        refused = replace(action_row(one, date.today()), error=error, typed=visit.text("found"))
        return shown(_page(request, refused=refused), 422)
    with writing(request.app.state.engine) as connection:
        actions.check(connection, action_id, found, works=visit.text("works") == "yes", who=visit.person.name)
    return RedirectResponse(f"{REVIEW}/actions?said=checked", 303)


def _page(request: Request, said: str = "", refused: ActionRow | None = None) -> ActionsPage:
    with reading(request.app.state.engine) as connection:
        rows = [action_row(one, date.today()) for one in actions.listed(connection)]
    if refused is not None:
        rows = [refused if one.id == refused.id else one for one in rows]
    frame = review_frame(request, said)
    return ActionsPage(frame, tuple(one for one in rows if one.open), tuple(one for one in rows if not one.open))
