"""Sources that seem not to say the same: what a program proposes, settled by a person."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from assistant import curate
from assistant.differing import PROPOSED, listed, named
from sources.database import reading
from sources.library import LibraryError
from sources.pairs import Verdict
from web.access import Role, only
from web.staff.addresses import STAFF
from web.staff.edit_pages import DifferencesPage
from web.staff.edit_views import difference_row
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited

DIFFERENCES = f"{STAFF}/differences"
router = APIRouter(prefix=DIFFERENCES, include_in_schema=False, default_response_class=HTMLResponse)


@router.get("")
@only()
def list_differences(request: Request, visit: Visited, said: str = "") -> Response:
    """Show what is proposed, and what was decided."""
    return shown(_page(request, visit, said))


@router.post("/{difference_id}/confirm")
@only(Role.CURATOR, Role.CLINICIAN)
def confirm(request: Request, visit: Visited, difference_id: str) -> Response:
    """Say that two sources differ: visitors see both sides from now on."""
    return _settle(request, visit, difference_id, Verdict.CONFIRMED)


@router.post("/{difference_id}/dismiss")
@only(Role.CURATOR, Role.CLINICIAN)
def dismiss(request: Request, visit: Visited, difference_id: str) -> Response:
    """Say that they do not, or that no visitor needs to see it."""
    return _settle(request, visit, difference_id, Verdict.DISMISSED)


def _settle(request: Request, visit: Visit, difference_id: str, verdict: Verdict) -> Response:
    engine, why = request.app.state.engine, visit.text("why").strip()
    problem = "" if why else "Say why; the log keeps it."
    if not problem:
        try:
            with reading(engine) as connection:
                decision = named(connection, request.app.state.assistant.policy.topics, difference_id)
            curate.settle_difference(engine, decision, verdict, who=visit.person.name, why=why)
        except LibraryError:
            problem = "This was settled meanwhile. Load the page again."
    if problem:
        return shown(replace(_page(request, visit), errors={difference_id: problem}), 422)
    return RedirectResponse(f"{DIFFERENCES}?said=difference_{verdict}", 303)


def _page(request: Request, visit: Visit, said: str = "") -> DifferencesPage:
    with reading(request.app.state.engine) as connection:
        pairs = listed(connection, request.app.state.assistant.policy.topics)
    return DifferencesPage(
        frame=frame_of(request, "differences", said),
        proposed=tuple(difference_row(one) for one in pairs if one.state == PROPOSED),
        decided=tuple(difference_row(one) for one in pairs if one.state != PROPOSED),
        may_settle=bool(visit.person.roles & {Role.CURATOR, Role.CLINICIAN}),
    )
