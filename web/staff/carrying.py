"""The whole library out as one file, and into an empty one."""

from __future__ import annotations

from typing import ClassVar

import sqlalchemy as sa
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.engine import Engine

from sources import schema
from sources.carrying import taken_out, to_csv, to_json
from sources.database import reading
from sources.library import LibraryError
from web.access import Role, only
from web.carrying import take_in
from web.staff.addresses import LIBRARY, LIBRARY_BYTES
from web.staff.bringing_in import waiting_in_line
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.staff.pages import OwnPage
from web.wording import sentence

_MOST_UNPACKED = 100_000_000
router = APIRouter(prefix=LIBRARY, include_in_schema=False, default_response_class=HTMLResponse)


class LibraryPage(OwnPage, frozen=True):
    """How much there is to take out, and the form to put a library into an empty one."""

    template: ClassVar[str] = "library.html"
    articles: int
    questions: int
    most: str
    error: str | None = None


@router.get("")
@only(Role.ADMIN)
def library(request: Request, visit: Visited, said: str = "") -> Response:
    """Show what there is."""
    return shown(_page(request, said))


@router.get("/library.json")
@only(Role.ADMIN)
def as_json(request: Request, visit: Visited) -> Response:
    """Send the library as one JSON file."""
    with reading(request.app.state.engine) as connection:
        content = to_json(taken_out(connection))
    return Response(content, media_type="application/json", headers=_file("library.json"))


@router.get("/library.zip")
@only(Role.ADMIN)
def as_csv(request: Request, visit: Visited) -> Response:
    """Send the library as a ZIP archive of CSV files."""
    with reading(request.app.state.engine) as connection:
        content = to_csv(taken_out(connection))
    return Response(content, media_type="application/zip", headers=_file("library.zip"))


@router.post("")
@only(Role.ADMIN)
async def put_in(request: Request, visit: Visited) -> Response:
    """Put a library into this one, if it is empty."""
    return await to_thread.run_sync(_put_in, request, visit, limiter=waiting_in_line())


def _put_in(request: Request, visit: Visit) -> Response:
    engine: Engine = request.app.state.engine
    files = visit.files("file")
    if not files:
        return shown(_page(request, error="Choose the file that a library was taken out into."), 422)
    try:
        take_in(engine, files[0].file.read(), visit.person.name, _MOST_UNPACKED)
    except LibraryError as error:
        return shown(_page(request, error=sentence(error)), 422)
    return RedirectResponse(f"{LIBRARY}?said=library_in", 303)


def _page(request: Request, said: str = "", error: str | None = None) -> LibraryPage:
    with reading(request.app.state.engine) as connection:
        counts = [
            connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (schema.articles, schema.curated_questions)
        ]
    most = f"{LIBRARY_BYTES / 10**6:,.0f} MB"
    return LibraryPage(frame_of(request, "library", said), counts[0], counts[1], most, error)


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
