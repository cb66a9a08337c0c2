"""Cutting an article anew: passages joined, split and marked, with every edit in a list where it can be undone.

The words cannot be typed over. On an approved revision an edit waits for another person (`sources.edits`).
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from starlette.exceptions import HTTPException

from assistant import curate
from index.companions import direct_caveats
from sources import cut as cuts
from sources.article import Span
from sources.database import reading
from sources.editing import Action, Desired, Editing, editing
from sources.library import LibraryError
from sources.near import Known, holding, known_passages
from sources.overview import article_line, passage_line
from sources.pairs import bindings, rule_found, texts_of
from sources.phrasings import phrasings_of
from web.access import Role, only
from web.staff import edit_views as views
from web.staff.addresses import STAFF
from web.staff.article_views import moment
from web.staff.edit_pages import MOST_FOUND, CaveatRow, CutPage, EditPassagePage, PhrasingRow
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.wording import sentence

# Words that passages are looked for by.
_MOST_FIND = 200
EDITORS = (Role.CURATOR, Role.CLINICIAN)
REVISION = "/articles/{article_id}/revisions/{revision}"
router = APIRouter(prefix=STAFF, include_in_schema=False, default_response_class=HTMLResponse)


@router.get(f"{REVISION}/cut")
@only()
def show_cut(request: Request, visit: Visited, article_id: str, revision: str, said: str = "") -> Response:
    """Show how a revision is cut, its edits, and what waits."""
    return shown(_cut_page(request, visit, article_id, revision, said))


@router.get(f"{REVISION}/cut/{{passage_id}}")
@only(*EDITORS)
def show_passage(
    request: Request, visit: Visited, article_id: str, revision: str, passage_id: str, said: str = "", find: str = ""
) -> Response:
    """Show one passage with all that can be done to it; with words, the passages of any article that hold them."""
    return shown(passage_page(request, visit, article_id, revision, passage_id, said, find))


@router.post(f"{REVISION}/cut/{{passage_id}}")
@only(*EDITORS)
def edit(request: Request, visit: Visited, article_id: str, revision: str, passage_id: str) -> Response:
    """Carry out an edit, or let it wait."""
    desk = _desk(request, article_id, revision)
    span = _span(desk, passage_id)
    try:
        desired = _desired(visit, desk, span)
        curate.edit(
            request.app.state.engine, article_id, revision, desired, who=visit.person.name, why=visit.text("why"),
            person=visit.person.id,
        )  # fmt: skip
    except LibraryError as error:
        page = passage_page(request, visit, article_id, revision, passage_id)
        return shown(replace(page, errors={"edit": plain(error)}, why=visit.text("why")), 422)
    # What waits before and after tells whether this one does.
    waits = len(_desk(request, article_id, revision).waiting) > len(desk.waiting)
    return _back(article_id, revision, "edit_waits" if waits else "edited", f"#p-{_first(desk, span, desired)}")


@router.post(f"{REVISION}/edits/{{edit_id}}/undo")
@only(*EDITORS)
def undo(request: Request, visit: Visited, article_id: str, revision: str, edit_id: str) -> Response:
    """Undo an edit that no later one rests on."""
    before = len(_desk(request, article_id, revision).waiting)

    def change() -> None:
        number = int(edit_id) if edit_id.isdecimal() and len(edit_id) < 10 else 0
        curate.undo_edit(
            request.app.state.engine, article_id, revision, number, who=visit.person.name, why=visit.text("why"),
            person=visit.person.id,
        )  # fmt: skip

    if (refused := _carried_out(request, visit, article_id, revision, change)) is not None:
        return refused
    waits = len(_desk(request, article_id, revision).waiting) > before
    return _back(article_id, revision, "edit_waits" if waits else "edit_undone")


@router.post(f"{REVISION}/edits/approve")
@only(*EDITORS)
def approve_edits(request: Request, visit: Visited, article_id: str, revision: str) -> Response:
    """Put what waits in force; nobody does that who made one of the edits."""

    def change() -> None:
        curate.approve_edits(
            request.app.state.engine, article_id, revision, _last(visit), who=visit.person.name, why=visit.text("why"),
            person=visit.person.id,
        )  # fmt: skip

    refused = _carried_out(request, visit, article_id, revision, change)
    return refused or _back(article_id, revision, "edits_approved")


@router.post(f"{REVISION}/edits/turn-down")
@only(*EDITORS)
def turn_down_edits(request: Request, visit: Visited, article_id: str, revision: str) -> Response:
    """Turn down what waits, with a reason."""

    def change() -> None:
        curate.turn_down_edits(
            request.app.state.engine, article_id, revision, _last(visit), who=visit.person.name, why=visit.text("why")
        )

    refused = _carried_out(request, visit, article_id, revision, change)
    return refused or _back(article_id, revision, "edits_turned_down")


def _carried_out(
    request: Request, visit: Visit, article_id: str, revision: str, change: Callable[[], None]
) -> Response | None:
    """Carry a change out; where it cannot be, return the page that says why."""
    page = _cut_page(request, visit, article_id, revision)
    try:
        change()
    except LibraryError as error:
        return shown(replace(page, errors={"edits": plain(error)}), 422)
    return None


def _desired(visit: Visit, desk: Editing, span: Span) -> Desired:
    """Read what somebody wants of the form. Raises `LibraryError` for what no form of ours holds."""
    action, at, heading = visit.text("action"), visit.text("at"), visit.text("heading")
    if action not in set(Action) - {Action.UNDO}:
        raise LibraryError("Choose what is to be done.")
    paths = cuts.heading_paths(desk.text)
    number = int(heading) if heading.isdecimal() and len(heading) < 10 else -1
    if action == Action.HEADING and not 0 <= number < len(paths):
        raise LibraryError("Choose a heading.")
    offset = int(at) if at.isdecimal() and len(at) < 10 else 0
    path = paths[number] if action == Action.HEADING else ()
    return Desired(desk.id_of(span), Action(action), span.start + offset, path)


def _first(desk: Editing, span: Span, desired: Desired) -> str:
    """Return the id of the passage that holds the beginning of this one after an edit."""
    if desired.action is Action.JOIN:
        return desk.id_of(cuts.joined(desk.text, desk.cut, span).after[0])
    if desired.action is Action.SPLIT:
        return desk.id_of(cuts.parted(desk.text, span, desired.at).after[0])
    return desk.id_of(span)


def _last(visit: Visit) -> int:
    typed = visit.text("last")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _back(article_id: str, revision: str, said: str, place: str = "") -> Response:
    return RedirectResponse(f"{STAFF}/articles/{article_id}/revisions/{revision}/cut?said={said}{place}", 303)


def plain(error: LibraryError) -> str:
    """Return what went wrong without the id that the command line needs to see."""
    words = str(error)
    named, colon, rest = words.partition(": ")
    plain = rest if colon and named.split(" ", 1)[0] in ("article", "passage") else words
    return sentence(plain)


def _desk(request: Request, article_id: str, revision: str) -> Editing:
    with reading(request.app.state.engine) as connection:
        try:
            return editing(connection, article_id, revision)
        except LibraryError as error:
            raise HTTPException(404) from error


def _span(desk: Editing, passage_id: str) -> Span:
    try:
        return desk.span_of(passage_id)
    except LibraryError as error:
        raise HTTPException(404) from error


def _cut_page(request: Request, visit: Visit, article_id: str, revision: str, said: str = "") -> CutPage:
    desk = _desk(request, article_id, revision)
    with reading(request.app.state.engine) as connection:
        line = article_line(connection, article_id)
    if line is None:
        raise HTTPException(404)
    return CutPage(
        frame=frame_of(request, "articles", said),
        article_id=article_id,
        revision=revision,
        title=line.article.attributes.title or article_id,
        ordinal=next(one.ordinal for one in line.revisions if one.digest == revision),
        state=desk.state,
        passages=tuple(views.cut_passage(desk, span) for span in desk.cut),
        edits=tuple(views.edit_row(desk, one) for one in desk.edits),
        waiting=len(desk.waiting),
        last=desk.waiting[-1].id if desk.waiting else 0,
        mine=visit.person.id in {one.person for one in desk.waiting},
        may_edit=bool(visit.person.roles & set(EDITORS)) and desk.state != "retired",
    )


def _elsewhere(caveat: Known | None, article_id: str) -> str:
    """Name the article that a caveat stands in, where it is another one."""
    return "" if caveat is None or caveat.article_id == article_id else caveat.title or caveat.article_id


def passage_page(
    request: Request,
    visit: Visit,
    article_id: str,
    revision: str,
    passage_id: str,
    said: str = "",
    find: str = "",
) -> EditPassagePage:
    """Return the page of one passage of the cut that an editor works on."""
    desk = _desk(request, article_id, revision)
    span = _span(desk, passage_id)
    joins_with, no_join = views.joining(desk, span)
    with reading(request.app.state.engine) as connection:
        line = article_line(connection, article_id)
        stored = passage_line(connection, passage_id)
        in_force = stored is not None and stored.in_cut
        phrasings = phrasings_of(connection, [passage_id]) if in_force else []
        tied = [
            one for one in direct_caveats(rule_found(connection), bindings(connection)) if one.of == passage_id
        ]  # fmt: skip
        texts = texts_of(connection, {one.passage_id for one in tied})
        known = known_passages(connection, {one.passage_id for one in tied})
        found = holding(connection, find[:_MOST_FIND], MOST_FOUND + len(tied) + 1) if in_force else []
    bound = {passage_id, *(one.passage_id for one in tied)}
    title = line.article.attributes.title if line else None
    others = [(desk.id_of(one), views.beginning(views.words_of(desk, one))) for one in desk.in_force if one != span]
    return EditPassagePage(
        frame=frame_of(request, "articles", said),
        article_id=article_id,
        revision=revision,
        title=title or article_id,
        passage=views.cut_passage(desk, span),
        places=views.places(desk, span),
        joins_with=joins_with,
        no_join=plain(LibraryError(no_join)) if no_join else "",
        headings=views.headings(desk, span),
        kind=span.kind,
        withheld=span.withheld,
        waits=views.waits(desk),
        in_force=in_force,
        phrasings=tuple(PhrasingRow(one.id, one.words, one.who, moment(one.at)) for one in phrasings),
        caveats=tuple(
            CaveatRow(
                one.passage_id,
                views.short(texts[one.passage_id]),
                one.because,
                _elsewhere(known.get(one.passage_id), article_id),
            )
            for one in tied
        ),
        others=tuple(one for one in others if one[0] not in bound),
        find=find,
        found=tuple(one for one in found if one.id not in bound)[:MOST_FOUND],
    )
