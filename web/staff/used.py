"""How much each passage is used, article by article."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from assistant.coverage import Covered, Order, coverage, words_of
from sources.database import reading
from sources.library import Passage
from web.access import Role, only
from web.staff.addresses import STAFF
from web.staff.frame import frame_of, shown
from web.staff.gap_pages import CoveragePage, CoverageRow
from web.staff.gaps import days_of
from web.staff.guard import Visited

router = APIRouter(prefix=STAFF, include_in_schema=False, default_response_class=HTMLResponse)
ON_A_PAGE = 25


@router.get("/coverage")
@only(Role.CURATOR, Role.CLINICIAN)
def coverage_page(
    request: Request, visit: Visited, days: str = "", only: str = "", order: str = "", page: int = 1
) -> Response:
    """Show how much each passage is used, some articles at a time."""
    chosen, never = days_of(days), only == "never"
    by = Order(order) if order in set(Order) else Order.TITLE
    with reading(request.app.state.engine) as connection:
        every = coverage(connection, chosen, by)
        found = [one for one in every if one.never_shown] if never else every
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = min(max(page, 1), pages)
        some = found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        words = words_of(connection, some)
    return shown(
        CoveragePage(
            frame=frame_of(request, "coverage"),
            days=chosen,
            never=never,
            order=by,
            rows=tuple(_row(one, words, never) for one in some),
            found=len(found),
            count=sum(len(one.uses) for one in every),
            never_shown=sum(one.never_shown for one in every),
            page=page,
            pages=pages,
        )
    )


def _row(one: Covered, words: Mapping[str, Passage], never: bool) -> CoverageRow:
    there = [(words[id_], use) for id_, use in one.uses.items() if id_ in words and not (never and use.shown)]
    return CoverageRow(
        id=one.article.id,
        title=one.article.attributes.title or one.article.id,
        use=one.use,
        count=len(one.uses),
        never_shown=one.never_shown,
        passages=tuple((passage.id, passage.heading, passage.text, use) for passage, use in there),
    )
