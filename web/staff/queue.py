"""What waits for whom; who looks after an article, that it was looked at again, and what staff say about it."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from sqlalchemy.engine import Engine
from starlette.exceptions import HTTPException

from assistant import curate
from sources.database import reading
from sources.library import LibraryError
from sources.overview import article_line
from web.access import Role, only
from web.staff import people
from web.staff.addresses import STAFF
from web.staff.articles import article_page
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.staff.queue_pages import QueuePage
from web.staff.queue_views import ARTICLES, parts, read_queue

router = APIRouter(prefix=STAFF, include_in_schema=False, default_response_class=HTMLResponse)
_MOST_CHARACTERS = 4000


@router.get("/review-queue")
@only()
def review_queue(request: Request, visit: Visited) -> Response:
    """Show what waits for this person, and what of theirs waits for others."""
    with reading(request.app.state.engine) as connection:
        queue = read_queue(connection, visit.person)
    return shown(QueuePage(frame_of(request, "review-queue"), parts(queue, visit.person, date.today())))


@router.post("/articles/{article_id}/owner/take")
@only(Role.CURATOR, Role.CLINICIAN)
def take(request: Request, visit: Visited, article_id: str) -> Response:
    """Look after an article from now on."""
    return _give(request, visit, article_id, visit.person.id)


@router.post("/articles/{article_id}/owner")
@only(Role.CURATOR, Role.CLINICIAN)
def hand_over(request: Request, visit: Visited, article_id: str) -> Response:
    """Hand an article to somebody, or to nobody."""
    return _give(request, visit, article_id, visit.text("owner"))


@router.post("/articles/{article_id}/reviewed")
@only(Role.CURATOR, Role.CLINICIAN)
def reviewed(request: Request, visit: Visited, article_id: str) -> Response:
    """Say that an article was looked at again and holds, and what was checked."""
    engine, why = request.app.state.engine, visit.text("why").strip()
    _known(engine, article_id)
    if not why:
        return _refused(request, visit, article_id, "review_why", "Say what you checked; the log keeps it.")
    curate.review(engine, article_id, date.today(), who=visit.person.name, why=why)
    return RedirectResponse(f"{ARTICLES}/{article_id}?said=reviewed", 303)


@router.post("/articles/{article_id}/comments")
@only()
def comment(request: Request, visit: Visited, article_id: str) -> Response:
    """Say something about an article to the other staff."""
    engine, words = request.app.state.engine, visit.text("words").strip()
    _known(engine, article_id)
    if not words or len(words) > _MOST_CHARACTERS:
        problem = f"Write a comment of up to {_MOST_CHARACTERS:,} characters."
        return _refused(request, visit, article_id, "words", problem)
    curate.comment(engine, article_id, words, who=visit.person.name)
    return RedirectResponse(f"{ARTICLES}/{article_id}?said=commented#comments", 303)


def _give(request: Request, visit: Visit, article_id: str, owner: str) -> Response:
    engine = request.app.state.engine
    _known(engine, article_id)
    with reading(engine) as connection:
        person = people.by_id(connection, owner) if owner else None
    if owner and (person is None or not person.active):
        raise HTTPException(404)
    name = person.name if person else "nobody"
    try:
        curate.set_owner(engine, article_id, owner or None, who=visit.person.name, name=name)
    except LibraryError as error:
        raise HTTPException(404) from error
    return RedirectResponse(f"{ARTICLES}/{article_id}?said=owner", 303)


def _known(engine: Engine, article_id: str) -> None:
    with reading(engine) as connection:
        if article_line(connection, article_id) is None:
            raise HTTPException(404)


def _refused(request: Request, visit: Visit, article_id: str, field: str, problem: str) -> Response:
    return shown(replace(article_page(request, visit, article_id, ""), errors={field: problem}), 422)
