"""What is tied to a passage: how visitors put it, and the caveats that must be shown with it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from assistant import curate
from sources.library import LibraryError
from web.access import only
from web.staff.addresses import STAFF
from web.staff.editing import EDITORS, REVISION, passage_page, plain
from web.staff.frame import shown
from web.staff.guard import Visit, Visited

router = APIRouter(prefix=STAFF, include_in_schema=False, default_response_class=HTMLResponse)


@router.post(f"{REVISION}/cut/{{passage_id}}/phrasings")
@only(*EDITORS)
def add_phrasing(request: Request, visit: Visited, article_id: str, revision: str, passage_id: str) -> Response:
    """Attach words by which visitors may look for a passage."""
    typed = visit.text("phrasing")
    page = passage_page(request, visit, article_id, revision, passage_id)
    try:
        curate.add_phrasing(request.app.state.engine, passage_id, typed, who=visit.person.name)
    except LibraryError as error:
        return shown(replace(page, errors={"phrasing": plain(error)}, typed=typed), 422)
    return _to_passage(article_id, revision, passage_id, "phrasing_added#phrasings")


@router.post(f"{REVISION}/cut/{{passage_id}}/phrasings/away")
@only(*EDITORS)
def take_phrasing_away(request: Request, visit: Visited, article_id: str, revision: str, passage_id: str) -> Response:
    """Take one of these away."""
    page = passage_page(request, visit, article_id, revision, passage_id)
    number = visit.text("phrasing_id")
    if number not in {str(one.id) for one in page.phrasings}:
        return shown(replace(page, errors={"phrasing": "This phrasing was taken away already."}), 422)
    curate.take_phrasing_away(request.app.state.engine, int(number), who=visit.person.name)
    return _to_passage(article_id, revision, passage_id, "phrasing_gone#phrasings")


@router.post(f"{REVISION}/cut/{{passage_id}}/caveats")
@only(*EDITORS)
def bind_caveat(request: Request, visit: Visited, article_id: str, revision: str, passage_id: str) -> Response:
    """Bind a caveat to a passage, at once."""
    return _tie(request, visit, article_id, revision, passage_id, curate.bind_caveat, "caveat_bound")


@router.post(f"{REVISION}/cut/{{passage_id}}/caveats/release")
@only(*EDITORS)
def release_caveat(request: Request, visit: Visited, article_id: str, revision: str, passage_id: str) -> Response:
    """Let a passage be shown without a caveat, at once."""
    return _tie(request, visit, article_id, revision, passage_id, curate.release_caveat, "caveat_released")


def _tie(
    request: Request,
    visit: Visit,
    article_id: str,
    revision: str,
    passage_id: str,
    change: Callable[..., None],
    said: str,
) -> Response:
    page = passage_page(request, visit, article_id, revision, passage_id, find=visit.text("find"))
    why = visit.text("why").strip()
    problem = "" if why else "Say why; the log keeps it."
    if not visit.text("caveat"):
        problem = "Choose a passage."
    if not problem:
        try:
            change(request.app.state.engine, passage_id, visit.text("caveat"), who=visit.person.name, why=why)
        except LibraryError as error:
            problem = plain(error)
    if problem:
        return shown(replace(page, errors={"caveat": problem}), 422)
    return _to_passage(article_id, revision, passage_id, f"{said}#caveats")


def _to_passage(article_id: str, revision: str, passage_id: str, said: str) -> Response:
    path = f"{STAFF}/articles/{article_id}/revisions/{revision}/cut/{passage_id}"
    return RedirectResponse(f"{path}?said={said}", 303)
