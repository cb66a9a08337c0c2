"""What went wrong, on a page of staff: who may do it, or what to do first."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from msgspec.structs import replace
from starlette.exceptions import HTTPException

from web.problems import BodyTooLargeError, Problem
from web.staff.frame import frame_of, shown
from web.staff.guard import ACCOUNT, SIGN_IN, CodeNeededError, ForeignFormError, NotAllowedError, NotSignedInError
from web.staff.pages import StaffErrorPage


def staff_response(request: Request, error: Exception, problem: Problem) -> Response:
    """Say what went wrong; whoever has to sign in, or to set codes up, is led there."""
    if isinstance(error, NotSignedInError):
        return RedirectResponse(SIGN_IN, 303)
    if isinstance(error, CodeNeededError):
        return RedirectResponse(ACCOUNT, 303)
    said = _in_words(error, problem)
    page = StaffErrorPage(frame_of(request), said.status, said.title, said.detail, said.next_step)
    return shown(page, said.status)


def _in_words(error: Exception, problem: Problem) -> Problem:
    match error:
        case NotAllowedError():
            may = " or ".join(sorted(error.roles)) or "nobody"
            return replace(
                problem, title="You may not do this", detail=f"This needs the role of {may}.",
                next_step="An admin can give you the role, or ask somebody who has it.",
            )  # fmt: skip
        case ForeignFormError():
            return replace(
                problem, title="This form cannot be used",
                detail="It did not come from this site, or you have signed in again since you opened it.",
                next_step="Nothing was changed. Go back, load the page again, and send it once more.",
            )  # fmt: skip
        case BodyTooLargeError():
            return replace(
                problem, title="That is too large",
                detail=f"You sent more than {error.limit / 10**6:,.1f} MB at once.",
                next_step="Nothing was kept. Send fewer files at once, or smaller ones.",
            )  # fmt: skip
        case HTTPException(status_code=404):
            return replace(
                problem, detail="There is nothing at this address. It may have been moved or thrown away.",
                next_step="Go to the articles and look for it there.",
            )  # fmt: skip
        case HTTPException(status_code=410):
            return replace(
                problem, title="This link no longer works", detail=str(error.detail),
                next_step="If you have a password already, sign in with it.",
            )  # fmt: skip
        case HTTPException(status_code=400):
            return replace(
                problem, title="This form cannot be read", detail="The browser sent it in a form that is not known here.",
                next_step="Nothing was changed. Go back and send it once more.",
            )  # fmt: skip
    if problem.status >= 500:
        return replace(
            problem, detail="An error on our side kept this from working. The server’s own log names it.",
            next_step="Try again in a few minutes.",
        )  # fmt: skip
    return problem
