"""Trying questions on a draft: what a publish would make now, asked by the very steps that answer visitors."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from assistant import curate
from assistant.assistant import QuestionTooLongError
from assistant.drafts import Draft, draft
from assistant.gate import Judged
from index.edition import EditionError
from index.encoder import EncoderError
from index.publishing import PublishingError
from sources.database import reading, writing
from sources.library import LibraryError
from sources.questions import CuratedQuestion, Kind, kept
from web.access import Role, only
from web.staff import builds
from web.staff.addresses import STAFF
from web.staff.article_views import moment
from web.staff.bench import Bench, Tried
from web.staff.building import start
from web.staff.builds import BusyError, Purpose
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.staff.publishing import build_view
from web.staff.questions import MOST_CHARACTERS
from web.staff.try_pages import TryPage
from web.staff.try_views import tried_view
from web.visitor import frame_of as visitors_frame

TRY = f"{STAFF}/try"
router = APIRouter(prefix=TRY, include_in_schema=False, default_response_class=HTMLResponse)
_MAY = (Role.CURATOR, Role.CLINICIAN)
_NO_DRAFT = "There is no draft yet. Build one first."


@router.get("")
@only()
def try_page(request: Request, visit: Visited, said: str = "") -> Response:
    """Show the form, and how old the draft is."""
    return shown(_page(request, visit, said))


@router.post("")
@only()
def ask(request: Request, visit: Visited) -> Response:
    """Ask the draft a question. Nothing of it is kept."""
    page = replace(_page(request, visit), question=visit.text("question"))
    tried, problem = _tried(request, visit)
    if tried is None:
        return shown(replace(page, errors={"question": problem}), 422)
    return shown(_with(request, page, tried))


@router.post("/build")
@only(*_MAY)
def build(request: Request, visit: Visited) -> Response:
    """Build the draft anew."""
    engine = request.app.state.engine
    try:
        with writing(engine) as connection:
            build_id = builds.begin(
                connection, visit.person, "to be tried", visit.now, all_the_same=False, purpose=Purpose.DRAFT
            )
    except BusyError:
        busy = {"build": "A publish or another draft is under way. Wait until it is done, or cancel it."}
        return shown(replace(_page(request, visit), errors=busy), 422)
    start(request.app.state.settings, engine, build_id)
    return RedirectResponse(TRY, 303)


@router.post("/cancel")
@only(*_MAY)
def cancel(request: Request, visit: Visited) -> Response:
    """Ask the draft under way to stop; it leaves nothing behind, and the draft before stays."""
    with writing(request.app.state.engine) as connection:
        builds.cancel(connection, visit.text("build"))
    return RedirectResponse(TRY, 303)


@router.post("/expect")
@only(*_MAY)
def expect(request: Request, visit: Visited) -> Response:
    """Keep the question with what is expected of it: from now on each publish asks it."""
    page = replace(_page(request, visit), question=visit.text("question"))
    tried, problem = _tried(request, visit)
    if tried is None:
        return shown(replace(page, errors={"question": problem}), 422)
    page = _with(request, page, tried)
    question, problem = _expected(visit, tried)
    if question is None:
        return shown(replace(page, errors={"expect": problem}), 422)
    try:
        curate.change_question(
            request.app.state.engine, None, question, who=visit.person.name, why="tried on the draft"
        )
    except LibraryError as error:
        return shown(replace(page, errors={"expect": str(error).capitalize()}), 422)
    return shown(replace(page, kept=question.kind or ""))


def _expected(visit: Visit, tried: Tried) -> tuple[CuratedQuestion | None, str]:
    """Return the question as it is to be kept; where that cannot be, say why."""
    if len(tried.question) > MOST_CHARACTERS:
        return None, f"A question that is kept has up to {MOST_CHARACTERS} characters."
    if visit.text("kind") not in list(Kind):
        return None, "Choose what is expected."
    kind, gold = Kind(visit.text("kind")), tuple[str, ...]()
    if kind in (Kind.MUST_ANSWER, Kind.TRAP):
        wanted = visit.text("passage")
        found = next((one for one in tried.judged if one.candidate.listed.id == wanted), None)
        if found is None:
            return None, "That passage is not among the candidates. Ask again."
        gold = (best_sentence(found),)
    return kept(tried.question, kind, gold, visit.person.name), ""


def best_sentence(one: Judged) -> str:
    """Return the sentence of a candidate that is nearest to the question: no edit ever splits a passage through it."""
    candidate = one.candidate
    pairs = zip(candidate.sentence_similarities, candidate.listed.sentences, strict=False)
    _, (start, end) = max(pairs, key=lambda pair: pair[0])
    return candidate.listed.passage.text[start:end]


def _tried(request: Request, visit: Visit) -> tuple[Tried | None, str]:
    """Ask the draft; where that cannot be, say why."""
    state, question = request.app.state, visit.text("question").strip()
    with reading(state.engine) as connection:
        there = draft(connection)
    if there is None:
        return None, _NO_DRAFT
    if not question:
        return None, "Type a question."
    bench: Bench = state.bench
    try:
        return bench.ask(state.engine, state.settings, state.assistant.policy, there.digest, question), ""
    except QuestionTooLongError as error:
        return None, str(error).removeprefix("question: ").capitalize()
    except (EditionError, EncoderError, PublishingError):
        return None, "The draft cannot be opened: it is damaged or was built anew meanwhile. Build it again."


def _with(request: Request, page: TryPage, tried: Tried) -> TryPage:
    state = request.app.state
    return replace(page, tried=tried_view(tried, state.assistant.policy, state.settings.reads))


def _page(request: Request, visit: Visit, said: str = "") -> TryPage:
    state = request.app.state
    with reading(state.engine) as connection:
        there = draft(connection)
        newest = builds.newest(connection, visit.now, Purpose.DRAFT)
    return TryPage(
        frame=frame_of(request, "try", said),
        visitors=visitors_frame(request),
        draft=_told(there),
        older=there is not None and there.older,
        build=build_view(newest, visit.now) if newest and newest.state is not builds.BuildState.DONE else None,
        may_build=bool(visit.person.roles & set(_MAY)),
        limit=state.assistant.policy.limits.question_characters,
    )


def _told(there: Draft | None) -> str:
    return f"Draft {there.digest[:12]}, built on {moment(there.built_at)} by {there.who}." if there else ""
