"""The articles as staff look after them: find one, read its passages, take its revisions from draft to approved.

The words of an article cannot be typed over: another text is another revision, which comes in like any other.
"""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine
from starlette.exceptions import HTTPException

from assistant import curate
from assistant.answers import answers_with
from index.desk import Library
from sources.curation import editors
from sources.database import reading
from sources.editing import waiting_edits
from sources.library import LibraryError, State, dropped_blocks, revision_text
from sources.near import gone
from sources.overview import (
    ArticleLine,
    RevisionLine,
    article_line,
    article_lines,
    history,
    passage_line,
    passage_lines,
)
from web.access import Role, only
from web.staff import article_views as views
from web.staff.addresses import STAFF
from web.staff.details import read_details, written_out
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.staff.pages import ArticlePage, ArticlesPage, PassagePage
from web.staff.queue_views import desk_view

ARTICLES = f"{STAFF}/articles"
ON_A_PAGE = 50
router = APIRouter(prefix=STAFF, include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/articles")
@only()
def list_articles(
    request: Request, visit: Visited, words: str = "", state: str = "", page: int = 1, said: str = ""
) -> Response:
    """Show the articles, those with these words and of this state."""
    with reading(request.app.state.engine) as connection:
        every = article_lines(connection)
    found = [one for one in every if views.matches(one, words, state)]
    pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(max(page, 1), pages)
    rows = tuple(views.row(one, date.today()) for one in found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE])
    frame = frame_of(request, "articles", said)
    return shown(ArticlesPage(frame, rows, len(found), len(every), words, state, page, pages))


@router.get("/articles/{article_id}")
@only()
def article(request: Request, visit: Visited, article_id: str, revision: str = "", said: str = "") -> Response:
    """Show an article and the passages of one revision, the newest if none is named."""
    return shown(article_page(request, visit, article_id, revision, said))


@router.post("/articles/{article_id}/revisions/{revision}/review")
@only(Role.CURATOR)
def send_to_review(request: Request, visit: Visited, article_id: str, revision: str) -> Response:
    """Ask others to look at a draft."""
    return _move(request, visit, article_id, revision, State.IN_REVIEW, "to_review")


@router.post("/articles/{article_id}/revisions/{revision}/draft")
@only(Role.CURATOR, Role.CLINICIAN)
def send_back(request: Request, visit: Visited, article_id: str, revision: str) -> Response:
    """Make a revision in review a draft again, with a reason."""
    return _move(request, visit, article_id, revision, State.DRAFT, "to_draft", reason=True)


@router.post("/articles/{article_id}/revisions/{revision}/approve")
@only(Role.CURATOR, Role.CLINICIAN)
def approve(request: Request, visit: Visited, article_id: str, revision: str) -> Response:
    """Approve a revision in review; nobody approves what they brought in."""
    return _move(request, visit, article_id, revision, State.APPROVED, "approved")


@router.post("/articles/{article_id}/revisions/{revision}/retire")
@only(Role.CURATOR)
def retire(request: Request, visit: Visited, article_id: str, revision: str) -> Response:
    """Take a revision from view for good, with a reason."""
    return _move(request, visit, article_id, revision, State.RETIRED, "retired", reason=True)


@router.post("/articles/{article_id}/revisions/{revision}/accept")
@only(Role.CLINICIAN)
def accept_several(request: Request, visit: Visited, article_id: str, revision: str) -> Response:
    """Let the flagged claims of the ticked passages pass, with one reason for all of them."""
    page, why = article_page(request, visit, article_id, revision), visit.text("why").strip()
    ticked = frozenset(visit.texts("passage"))
    errors = {}
    if not why:
        errors["accept"] = "Say why these claims may pass; the log keeps it."
    elif not ticked or not ticked <= {one.id for one in page.passages if one.waits}:
        errors["accept"] = "Tick the passages that you mean; only those that wait can be let pass."
    if errors:
        return shown(replace(page, errors=errors, ticked=ticked, why=why), 422)
    curate.accept_claims(request.app.state.engine, *sorted(ticked), who=visit.person.name, why=why)
    return RedirectResponse(f"{ARTICLES}/{article_id}?revision={revision}&said=accepted", 303)


@router.post("/articles/{article_id}/review-by")
@only(Role.CURATOR, Role.CLINICIAN)
def set_review_by(request: Request, visit: Visited, article_id: str) -> Response:
    """Set the day by which an article is to be looked at again; an empty one for none."""
    typed = visit.text("review_by").strip()
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError:
        wrong = {"review_by": f"{typed} is no date. Write it as 2027-05-31."}
        return shown(replace(article_page(request, visit, article_id, ""), errors=wrong, review_by=typed), 422)
    _line(request.app.state.engine, article_id)
    curate.set_review_by(request.app.state.engine, article_id, day, who=visit.person.name)
    return RedirectResponse(f"{ARTICLES}/{article_id}?said=review_by", 303)


@router.post("/articles/{article_id}/details")
@only(Role.CURATOR)
def set_details(request: Request, visit: Visited, article_id: str) -> Response:
    """Change what is known about an article; its words stay as they are."""
    page, said = article_page(request, visit, article_id, ""), read_details(visit)
    errors = dict(said.errors)
    if not errors:
        try:
            curate.set_details(request.app.state.engine, article_id, said.attributes, who=visit.person.name)
        except LibraryError:
            errors["url"] = "Another article has this address. One address is one article."
    if errors:
        return shown(replace(page, errors=errors, values=said.values), 422)
    return RedirectResponse(f"{ARTICLES}/{article_id}?said=details", 303)


@router.get("/passages/{passage_id}")
@only()
def passage(request: Request, visit: Visited, passage_id: str, said: str = "") -> Response:
    """Show one passage and the past answers that showed it."""
    return shown(_passage_page(request, visit, passage_id, said))


@router.post("/passages/{passage_id}/accept")
@only(Role.CLINICIAN)
def accept_claims(request: Request, visit: Visited, passage_id: str) -> Response:
    """Let the flagged claims of a passage pass, with a reason."""
    page, why = _passage_page(request, visit, passage_id), visit.text("why").strip()
    if not why:
        wrong = {"accept": "Say why these claims may pass; the log keeps it."}
        return shown(replace(page, errors=wrong), 422)
    curate.accept_claims(request.app.state.engine, passage_id, who=visit.person.name, why=why)
    return RedirectResponse(f"{STAFF}/passages/{passage_id}?said=accepted", 303)


@router.post("/passages/{passage_id}/withdraw")
@only(Role.CURATOR, Role.CLINICIAN)
def withdraw(request: Request, visit: Visited, passage_id: str) -> Response:
    """Take a passage from view at once, with a reason, and show which past answers showed it."""
    page, why = _passage_page(request, visit, passage_id), visit.text("why").strip()
    if not why:
        wrong = {"withdraw": "Say why it is withdrawn; the log keeps it."}
        return shown(replace(page, errors=wrong), 422)
    curate.withdraw(request.app.state.engine, passage_id, who=visit.person.name, why=why)
    return RedirectResponse(f"{STAFF}/passages/{passage_id}?said=withdrawn", 303)


def _move(
    request: Request, visit: Visit, article_id: str, revision: str, to: State, said: str, *, reason: bool = False
) -> Response:
    engine, why = request.app.state.engine, visit.text("why").strip()
    _revision(_line(engine, article_id), revision)
    problem = "Say why; the log keeps it." if reason and not why else None
    if problem is None:
        try:
            person = visit.person
            curate.move(engine, article_id, revision, to, who=person.name, why=why, person=person.id)
        except LibraryError as error:
            problem = str(error)
    if problem is not None:
        page = article_page(request, visit, article_id, revision)
        return shown(replace(page, errors={"why": problem}), 422)
    return RedirectResponse(f"{ARTICLES}/{article_id}?revision={revision}&said={said}", 303)


def article_page(request: Request, visit: Visit, article_id: str, revision: str, said: str = "") -> ArticlePage:
    """Return an article's page with the passages of one revision, the newest if none is named."""
    line = _line(request.app.state.engine, article_id)
    chosen = _revision(line, revision) if revision else line.newest
    roles = visit.person.roles
    with reading(request.app.state.engine) as connection:
        passages = passage_lines(connection, article_id, chosen.digest)
        done = history(connection, article_id)
        dropped = dropped_blocks(connection, article_id, chosen.digest)
        desk = desk_view(connection, line, visit.person)
        waiting = waiting_edits(connection).get((article_id, chosen.digest))
        edited_by_me = visit.person.id in editors(connection, article_id, chosen.digest)
        comes = chosen.state in (State.DRAFT, State.IN_REVIEW)
        text = revision_text(connection, article_id, chosen.digest) if comes else None
        lost = gone(connection, article_id, text) if text else []
    rows = tuple(views.passage_row(one, _library(request)) for one in passages)
    return ArticlePage(
        frame=frame_of(request, "articles", said),
        id=article_id,
        title=line.article.attributes.title or article_id,
        facts=views.facts(line),
        url=line.article.attributes.url,
        review_by=line.review_by.isoformat() if line.review_by else "",
        may_curate=bool(roles & {Role.CURATOR, Role.CLINICIAN}),
        values=written_out(line.article.attributes) if Role.CURATOR in roles else None,
        revisions=tuple(views.revision_row(one) for one in reversed(line.revisions)),
        chosen=views.revision_row(chosen),
        passages=rows,
        may_accept=Role.CLINICIAN in roles and any(one.waits for one in rows),
        may_publish=Role.CURATOR in roles and any(views.is_unpublished(one) for one in rows),
        history=views.history_rows(done, line.revisions),
        actions=views.actions(chosen, visit.person, edited=edited_by_me),
        edits_waiting=waiting[1] if waiting else 0,
        desk=desk,
        left_out=tuple((one.text, one.reason) for one in dropped),
        gone=tuple(lost),
    )


def _passage_page(request: Request, visit: Visit, passage_id: str, said: str = "") -> PassagePage:
    with reading(request.app.state.engine) as connection:
        found = passage_line(connection, passage_id)
        line = article_line(connection, found.article_id) if found else None
        answers = _answers(connection, passage_id) if found else ()
    if found is None or line is None:
        raise HTTPException(404)
    roles = visit.person.roles
    return PassagePage(
        frame=frame_of(request, "articles", said),
        article_id=found.article_id,
        title=line.article.attributes.title or found.article_id,
        revision=found.revision,
        passage=views.passage_row(found, _library(request)),
        may_accept=Role.CLINICIAN in roles and found.waits,
        may_withdraw=bool(roles & {Role.CURATOR, Role.CLINICIAN}) and not found.withdrawn,
        answers=answers,
        why=visit.text("why"),
    )


def _answers(connection: Connection, passage_id: str) -> tuple[tuple[str, str], ...]:
    """When and in which answers a passage was shown, newest first."""
    shown_in = reversed(answers_with(connection, passage_id))
    return tuple((views.moment(at), answer) for at, answer in shown_in)


def _line(engine: Engine, article_id: str) -> ArticleLine:
    with reading(engine) as connection:
        line = article_line(connection, article_id)
    if line is None:
        raise HTTPException(404)
    return line


def _revision(line: ArticleLine, digest: str) -> RevisionLine:
    for one in line.revisions:
        if one.digest == digest:
            return one
    raise HTTPException(404)


def _library(request: Request) -> Library | None:
    library: Library | None = request.app.state.assistant.desk.library_if_any()
    return library
