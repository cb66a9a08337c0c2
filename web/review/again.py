"""The button that gives an answer again. It changes nothing and is sent by POST, for what it costs."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool

from assistant.transcript import PastTurn
from web.access import Role, only
from web.review.answers import answer_page, looked_at
from web.review.pages import AgainView, shown
from web.review.replaying import Again, Turns
from web.staff.guard import REVIEW, Visited
from web.views import turn
from web.visitor import frame_of as visitors_frame

router = APIRouter(prefix=REVIEW, include_in_schema=False, default_response_class=HTMLResponse)
_TURNS = Turns()


@router.post("/answers/{answer_id}/again")
@only(Role.CLINICIAN)
async def give_again(request: Request, visit: Visited, answer_id: str) -> Response:
    """Give an answer again, on the edition it was answered from and on today's, and show how they differ."""
    await run_in_threadpool(looked_at, request, answer_id)
    found = await _TURNS.replayed(request.app.state.settings, answer_id)
    page = await run_in_threadpool(answer_page, request, visit, answer_id)
    return shown(replace(page, again=_view(request, found, page.turn.question)))


def _view(request: Request, found: Again, question: str | None) -> AgainView:
    then = {
        True: "On the edition it was answered from it comes out as it was given, byte for byte.",
        False: "On the edition it was answered from it does not come out as it was given: something is wrong. "
        "Check the log first, with wellcited log verify.",
    }
    said = found.why_not if found.same is None else then[found.same]
    if found.same is not None and found.why_not:
        said = f"{said} {found.why_not}"
    today = None
    if found.today is not None and found.changes:
        today = turn(PastTurn(question, found.today, 0, recorded=False), request.app.state.assistant.policy)
    return AgainView(said, found.same is False, found.changes, today, visitors_frame(request))
