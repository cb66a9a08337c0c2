"""The questions that staff keep: each publish asks them, and one that comes out otherwise than expected stops it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace

from assistant import curate
from assistant.expecting import EXPECTED
from sources.database import reading
from sources.library import LibraryError, approved_passages
from sources.questions import CuratedQuestion, Kind, curated_questions, kept, plain_text
from web.access import Role, only
from web.staff.addresses import STAFF
from web.staff.article_views import moment
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.staff.try_pages import QuestionRow, QuestionsPage
from web.wording import sentence

QUESTIONS = f"{STAFF}/questions"
router = APIRouter(prefix=QUESTIONS, include_in_schema=False, default_response_class=HTMLResponse)
_MAY = (Role.CURATOR, Role.CLINICIAN)
MOST_CHARACTERS = 500
_WITH_WORDS = (Kind.MUST_ANSWER, Kind.TRAP)


@router.get("")
@only()
def list_questions(request: Request, visit: Visited, said: str = "") -> Response:
    """Show the questions that staff keep."""
    return shown(_page(request, visit, said))


@router.post("")
@only(*_MAY)
def keep(request: Request, visit: Visited) -> Response:
    """Keep another question, or change one: `before` holds its words as they were."""
    typed = QuestionRow(plain_text(visit.text("question")), visit.text("kind"), visit.text("words").strip(), "", "")
    before = visit.text("before") or None
    errors = _errors(request, typed)
    if before is not None and before not in {row.question for row in _rows(request)}:
        before, errors["question"] = None, "It was removed already. You can keep this as another question."
    if not errors:
        lines = tuple(line.strip() for line in typed.words.splitlines() if line.strip())
        gold = lines if typed.kind in _WITH_WORDS else ()
        question = kept(typed.question, Kind(typed.kind), gold, visit.person.name)
        try:
            who, why = visit.person.name, visit.text("why").strip()
            curate.change_question(request.app.state.engine, before, question, who=who, why=why)
        except LibraryError as error:
            errors["question"] = sentence(error)
    if errors:
        return shown(replace(_page(request, visit), typed=typed, changing=before or "", errors=errors), 422)
    return RedirectResponse(f"{QUESTIONS}?said=question_kept", 303)


@router.post("/remove")
@only(*_MAY)
def remove(request: Request, visit: Visited) -> Response:
    """Keep a question no longer."""
    before = visit.text("before")
    if before not in {row.question for row in _rows(request)}:
        wrong = {"remove": "This question was removed already. Nothing was changed."}
        return shown(replace(_page(request, visit), errors=wrong), 422)
    curate.change_question(request.app.state.engine, before, None, who=visit.person.name, why="")
    return RedirectResponse(f"{QUESTIONS}?said=question_removed", 303)


def _errors(request: Request, typed: QuestionRow) -> dict[str, str]:
    errors = {}
    if not 0 < len(typed.question) <= MOST_CHARACTERS:
        errors["question"] = f"Write a question of up to {MOST_CHARACTERS} characters."
    if typed.kind not in list(Kind):
        errors["kind"] = "Choose what is expected."
    if typed.kind == Kind.MUST_ANSWER and not typed.words:
        errors["words"] = "Give words that stand in the passage that is to answer."
    elif typed.kind in _WITH_WORDS and (missing := _nowhere(request, typed.words)):
        errors["words"] = f"No approved passage has these words: {missing}"
    return errors


def _nowhere(request: Request, words: str) -> str:
    """Return the first line that stands in no approved passage; empty where each stands in one."""
    with reading(request.app.state.engine) as connection:
        texts = [plain_text(one.text) for one in approved_passages(connection)]
    lines = [plain_text(line) for line in words.splitlines() if line.strip()]
    return next((line for line in lines if not any(line in text for text in texts)), "")


def _page(request: Request, visit: Visit, said: str = "") -> QuestionsPage:
    with reading(request.app.state.engine) as connection:
        measured = sum(one.kind is None for one in curated_questions(connection))
    return QuestionsPage(
        frame=frame_of(request, "questions", said),
        rows=_rows(request),
        kinds=tuple((kind.value, EXPECTED[kind]) for kind in Kind),
        measured=measured,
        may_change=bool(visit.person.roles & set(_MAY)),
    )


def _rows(request: Request) -> tuple[QuestionRow, ...]:
    with reading(request.app.state.engine) as connection:
        return tuple(_row(one) for one in curated_questions(connection) if one.kind is not None)


def _row(one: CuratedQuestion) -> QuestionRow:
    when = moment(one.at) if one.at else ""
    return QuestionRow(one.question, one.kind.value if one.kind else "", "\n".join(one.gold), one.who or "", when)
