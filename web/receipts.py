"""One answer, after it was given: its receipt, checking its quotes, feedback on it, and erasing its question's words.

All of it works without JavaScript, and no address holds more than ids. Whoever knows an answer's id may come back to
it; none of these pages leads to the rest of its conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from msgspec.structs import replace
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from assistant.answers import Finding, verify_quotation
from assistant.assistant import Assistant
from assistant.conversation import is_id
from assistant.erasing import erase_question
from assistant.feedback import MOST_CHARACTERS, Feedback, Reason, give, take_back
from assistant.policy import Policy
from assistant.proof import newest, proof_of
from assistant.transcript import PastAnswer, PastTurn, past_answer
from sources.database import reading
from web import views
from web.access import public
from web.pages import (
    CheckPage,
    CheckStep,
    DeletePage,
    FeedbackPage,
    Frame,
    Page,
    Quote,
    ReceiptPage,
    SourceLine,
    render,
)
from web.problems import (
    BadInputError,
    DeletedAnswerError,
    NoSuchAnswerError,
    NotSignedYetError,
    RecordsUnavailableError,
)
from web.visitor import frame_of, hidden

router = APIRouter(prefix="/answers", include_in_schema=False, default_response_class=HTMLResponse)

_NOT_FOR_SEARCH_ENGINES = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
_GENUINE = "This quote checks out: it is word for word what the approved article says."
_NO_LONGER = "This quote is word for word what the article says, but it is not in our library any more."
_NOT_GENUINE = "This quote does not check out. Please do not rely on it."


@router.get("/{answer_id}")
@public
def receipt(request: Request, answer_id: str, words: str = "") -> HTMLResponse:
    """Show an answer as something to keep and to print; with `words=out` without the visitor's own."""
    assistant: Assistant = request.app.state.assistant
    past = _unerased(request, answer_id)
    address = str(request.base_url).rstrip("/")
    page = receipt_page(past, assistant.policy, frame_of(request), address, wordless=words == "out")
    return _shown(replace(page, keep_days=request.app.state.settings.keep_days))


@router.get("/{answer_id}/proof")
@public
def proof(request: Request, answer_id: str) -> Response:
    """Hand out the proof that the answer is in the log, as a file; it holds no words of the visitor."""
    _unerased(request, answer_id)
    with _connection(request) as connection:
        signed = newest(connection)
        found = signed and proof_of(connection, answer_id, signed)
    if not found:
        raise NotSignedYetError
    name = f'attachment; filename="{answer_id}.tlog-proof"'
    return Response(found, media_type="text/plain", headers={**_NOT_FOR_SEARCH_ENGINES, "Content-Disposition": name})


@router.post("/{answer_id}/delete")
@public
def delete(request: Request, answer_id: str, sure: Annotated[str, Form()] = "") -> HTMLResponse:
    """Ask whether the words of the question are to be erased; erase them when the visitor is sure."""
    assistant: Assistant = request.app.state.assistant
    _unerased(request, answer_id)
    if sure:
        with _records():
            erased = erase_question(request.app.state.engine, answer_id)
        if not erased.journal_too:
            assistant.desk.report("erased words stay in the write-ahead log; the server tries again within the hour")
    return _shown(DeletePage(frame_of(request), views.receipt_path(answer_id), done=bool(sure)))


@router.get("/{answer_id}/quotes/{passage_id}")
@public
def check(request: Request, answer_id: str, passage_id: str) -> HTMLResponse:
    """Work out again whether a quote is what it claims to be."""
    assistant: Assistant = request.app.state.assistant
    with _connection(request) as connection:
        past = _past(connection, answer_id, hidden(assistant))
        data = request.app.state.settings.data
        findings = verify_quotation(connection, data, answer_id, passage_id, _showing(assistant))
    if findings is None:
        raise NoSuchAnswerError
    page = check_page(past.turn, passage_id, findings, assistant.policy, frame_of(request))
    if page.verdict == _NOT_GENUINE:
        assistant.desk.report(f"a quote of answer {answer_id} does not check out: wellcited verify-answer {answer_id}")
    return _shown(page)


@router.get("/{answer_id}/feedback")
@public
def feedback(request: Request, answer_id: str) -> HTMLResponse:
    """Show what was said of an answer, in a form to change it."""
    with _connection(request) as connection:
        past = _past(connection, answer_id)
    return _feedback_page(request, past.turn, past.turn.feedback, open=past.turn.feedback is not None)


@router.post("/{answer_id}/feedback")
@public
def give_feedback(
    request: Request,
    answer_id: str,
    helpful: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    complete: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Keep what was said of an answer; a yes or no is kept at once, and then asked about (`complete` is the reply)."""
    engine = request.app.state.engine
    with _connection(request) as connection:
        turn = _past(connection, answer_id).turn
    if back:
        with _records():
            take_back(engine, answer_id)
        return _feedback_page(request, turn, None, status="Your feedback was taken back.")
    said = _said(helpful, reason, words)
    if not complete and turn.feedback is not None and turn.feedback.helpful == said.helpful:
        said = turn.feedback
    if len(said.words) > MOST_CHARACTERS:
        error = f"You wrote {len(said.words):,} characters; the limit is {MOST_CHARACTERS:,}. Please shorten it."
        return _feedback_page(request, turn, said, open=True, error=error)
    with _records():
        give(engine, answer_id, said, request.app.state.assistant.masked)
    return _feedback_page(request, turn, said, open=not complete, status="Thank you. Your feedback is kept.")


def _said(helpful: str, reason: str, words: str) -> Feedback:
    if helpful not in ("yes", "no"):
        raise BadInputError("helpful", "say yes or no")
    if reason and reason not in list(Reason):
        raise BadInputError("reason", "it is none of those that can be chosen")
    if "\0" in words:
        raise BadInputError("words", "they hold a NUL character, which is no text")
    # A browser sends line breaks as two characters; they count as one.
    plain = words.replace("\r\n", "\n").strip()
    return Feedback(helpful == "yes", Reason(reason) if reason and helpful == "no" else None, plain)


def _feedback_page(
    request: Request,
    turn: PastTurn,
    said: Feedback | None,
    *,
    open: bool = False,
    error: str | None = None,
    status: str = "",
) -> HTMLResponse:
    assistant: Assistant = request.app.state.assistant
    box = views.feedback_box(turn, said, open=open, error=error)
    # Whoever asks for help here must find it, too.
    triaged = assistant.triage(said.words) if said and said.words else None
    if triaged is not None and triaged.urgent:
        notice = assistant.card_of(triaged)
        box = replace(box, card=views.notice(notice.kind, notice.text, assistant.policy))
        status = "Help is shown here."
    page = _shown(FeedbackPage(frame_of(request), box, status))
    page.status_code = 422 if error else 200
    return page


def receipt_page(past: PastAnswer, policy: Policy, frame: Frame, address: str, *, wordless: bool) -> ReceiptPage:
    """Put together a receipt; `address` is that of this site."""
    shown, answer = views.turn(past.turn, policy), past.turn.answer
    asked = datetime.fromisoformat(past.asked_at).astimezone(UTC)
    return ReceiptPage(
        frame=frame,
        turn=replace(
            shown,
            question=None if wordless else shown.question,
            quotes=tuple(_written_out(quote, address) for quote in shown.quotes),
        ),
        path=views.receipt_path(answer["answer"]),
        asked_at=f"{views.written(asked.date())}, {asked:%H:%M} UTC",
        edition=answer["edition"],
        disclaimer=views.notice("disclaimer", answer["disclaimer"], policy),
        wordless=wordless,
    )


def _written_out(quote: Quote, address: str) -> Quote:
    def line(source: SourceLine) -> SourceLine:
        return replace(source, address=f"{address}{source.source_page}")

    return replace(
        quote,
        source=line(quote.source),
        also_in=tuple(map(line, quote.also_in)),
        caveats=tuple(_written_out(one, address) for one in quote.caveats),
        others=tuple(_written_out(one, address) for one in quote.others),
    )


def check_page(past: PastTurn, passage_id: str, findings: Sequence[Finding], policy: Policy, frame: Frame) -> CheckPage:
    """Put together what came of checking a quotation; its words are shown where they still may be."""
    passed = all(finding.passed for finding in findings)
    sound = all(finding.passed for finding in findings if not finding.current)
    link = views.check_link(past.answer["answer"], passage_id)
    shown = next((quote for quote in _each(views.quotes_of(past, policy, {})) if quote.check == link), None)
    return CheckPage(
        frame=frame,
        part=link.part,
        verdict=_GENUINE if passed else _NO_LONGER if sound else _NOT_GENUINE,
        passed=passed,
        steps=tuple(CheckStep(finding.what, finding.passed, finding.detail) for finding in findings),
        quote=shown and replace(shown, caveats=(), others=()),
    )


def _each(quotes: Iterator[Quote] | Sequence[Quote]) -> Iterator[Quote]:
    for quote in quotes:
        yield quote
        yield from _each(quote.caveats)
        yield from _each(quote.others)


def _shown(page: Page) -> HTMLResponse:
    return HTMLResponse(render(page), headers=_NOT_FOR_SEARCH_ENGINES)


def _showing(assistant: Assistant) -> frozenset[str]:
    library = assistant.desk.library_if_any()
    return frozenset(library.edition.rows) - library.hidden if library else frozenset()


@contextmanager
def _records() -> Iterator[None]:
    """Say of a database that cannot be used that it holds the answers, not that it is searched."""
    try:
        yield
    except SQLAlchemyError as error:
        raise RecordsUnavailableError from error


@contextmanager
def _connection(request: Request) -> Iterator[Connection]:
    with _records(), reading(request.app.state.engine) as connection:
        yield connection


def _past(connection: Connection, answer_id: str, also_hidden: frozenset[str] = frozenset()) -> PastAnswer:
    past = past_answer(connection, answer_id, also_hidden) if is_id(answer_id) else None
    if past is None:
        raise NoSuchAnswerError
    return past


def _unerased(request: Request, answer_id: str) -> PastAnswer:
    with _connection(request) as connection:
        past = _past(connection, answer_id, hidden(request.app.state.assistant))
    if past.turn.question is None:
        raise DeletedAnswerError
    return past
