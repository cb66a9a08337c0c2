"""The visitor's pages: ask, read on in the source, find a crisis line. All of it works without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.conversation import end, is_id
from assistant.safety import safety_figures
from assistant.transcript import PastTurn, transcript
from index.desk import LibraryUnavailableError
from sources.database import reading, writing
from web import views
from web.access import public
from web.api import checked
from web.embedding import EMBED
from web.pages import ConversationPage, CrisisPage, Frame, SourcePage, StartOverPage, Turn, render
from web.problems import problem_of
from web.reference import api_page
from web.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_STARTERS = 6
_TOPIC_FORGOTTEN = "The topic is no longer used. Ask your next question."
# An address that names what it holds may be kept; one whose questions are still being tried changes soon.
_KEPT, _KEPT_SHORTLY = "public, max-age=86400, immutable", "public, max-age=10"


def frame_of(request: Request) -> Frame:
    """Return what every page carries, with this response's nonce."""
    state = request.app.state
    nonce = request.scope["state"]["nonce"]
    library = state.assistant.desk.library_if_any()
    about = views.about(library.edition) if library else ""
    settings: Settings = state.settings
    sites = settings.sites if request.scope["path"] == EMBED else None
    return views.frame(state.assistant.policy, settings.site_name, settings.contact, nonce, about, sites)


@router.get("/")
@router.get(EMBED)
@public
def first_page(request: Request) -> HTMLResponse:
    """Show the empty conversation, with questions to begin with."""
    return _page(request)


@router.post("/")
@router.post(EMBED)
@public
def ask(
    request: Request,
    question: Annotated[str, Form()] = "",
    conversation: Annotated[str, Form()] = "",
    forget_topic: Annotated[str, Form()] = "",
    edit: Annotated[str, Form()] = "",
    show: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Answer a question and show the conversation so far; what goes wrong is said beside the field, and nothing lost.

    Without a question, `forget_topic` drops the topic, `edit` puts words back into the field, and `show` shows the
    conversation again.
    """
    assistant: Assistant = request.app.state.assistant
    known = conversation if is_id(conversation) else None
    # A browser sends line breaks as two characters; they count as one.
    question, edit = question.replace("\r\n", "\n"), edit.replace("\r\n", "\n")
    if not question and (forget_topic or edit or show):
        said = _TOPIC_FORGOTTEN if forget_topic else ""
        return _page(request, known, question=edit, forgotten=bool(forget_topic), said=said)
    try:
        words, known = checked(question, known)
        answer = assistant.answer(words, known, forget_topic=bool(forget_topic))
    except Exception as error:
        problem = problem_of(error)
        if problem.status == 500:
            raise
        page = _page(request, known, question=question, error=f"{problem.detail} {problem.next_step}")
        page.status_code = problem.status
        return page
    return _page(request, answer.conversation, newest=(assistant.masked(words).text, answer))


@router.get("/start-over")
@public
def start_anew() -> RedirectResponse:
    """Lead to the first page: there is nothing to end without a conversation."""
    return RedirectResponse("/", 303)


@router.post("/start-over", response_model=None)
@public
def start_over(
    request: Request, conversation: Annotated[str, Form()] = "", sure: Annotated[str, Form()] = ""
) -> HTMLResponse | RedirectResponse:
    """Ask whether to end a conversation; once it is sure, end it, so that no copy of its id brings it back."""
    if not is_id(conversation):
        return RedirectResponse("/", 303)
    if not sure:
        return HTMLResponse(render(StartOverPage(frame_of(request), conversation)))
    with writing(request.app.state.engine) as connection:
        end(connection, conversation)
    return RedirectResponse("/", 303)


@router.get("/questions/{key}.json")
@public
def questions(request: Request, key: str) -> JSONResponse:
    """Give the curated questions that a page offers while one types; what is typed stays in the browser."""
    offer = request.app.state.assistant.offer()
    if not offer.key or key != offer.key:
        raise HTTPException(404)
    kept = _KEPT if offer.whole else _KEPT_SHORTLY
    return JSONResponse({"questions": offer.questions}, headers={"Cache-Control": kept})


@router.get("/sources/{article_id}")
@public
def source(request: Request, article_id: str, passage: str = "") -> HTMLResponse:
    """Show an article's approved text with one passage marked."""
    library = request.app.state.assistant.desk.library()
    passages = [
        p for p in library.edition.passages if p.passage.article.id == article_id and p.id not in library.hidden
    ]
    if not passages:
        raise HTTPException(404)
    first = passages[0].passage
    marked = next((p.passage for p in passages if p.id == passage), None)
    line = views.article_line(article_id, first.article.attributes, marked, library.edition.revisions[first.revision])
    parts = tuple(views.source_parts(library.edition, passages, passage, library.companions.warnings))
    return HTMLResponse(render(SourcePage(frame_of(request), line, parts)))


@router.get("/crisis")
@public
def crisis(request: Request) -> HTMLResponse:
    """Show the crisis lines; needs neither library nor database."""
    policy = request.app.state.assistant.policy
    words = policy.wordings
    cards = (
        views.notice("crisis_card", words.crisis_card, policy),
        views.notice("crisis_card", words.crisis_card_someone_else, policy),
        views.notice("emergency_card", words.emergency_card, policy),
    )
    return HTMLResponse(render(CrisisPage(frame_of(request), cards)))


@router.get("/safety")
@public
def safety(request: Request) -> HTMLResponse:
    """Show what is done for a visitor's safety and how well it works; needs neither library nor database."""
    policy = request.app.state.assistant.policy
    return HTMLResponse(render(views.safety(frame_of(request), policy, safety_figures())))


@router.get("/api")
@public
def reference(request: Request) -> HTMLResponse:
    """Show the reference of the JSON interface."""
    return HTMLResponse(render(api_page(frame_of(request), request.app.openapi())))


def _page(
    request: Request,
    conversation: str | None = None,
    *,
    newest: tuple[str, Answer] | None = None,
    question: str = "",
    error: str | None = None,
    forgotten: bool = False,
    said: str | None = None,
) -> HTMLResponse:
    assistant: Assistant = request.app.state.assistant
    unavailable: str | None = None
    starters: tuple[str, ...] = ()
    try:
        starters = assistant.starters(_STARTERS)
    except LibraryUnavailableError:
        unavailable = assistant.policy.wordings.search_unavailable
    turns = _turns(request, conversation, newest)
    if turns == ():  # nobody began it, or its visitor has ended it
        conversation = None
    turns = turns or ()
    page = ConversationPage(
        frame=frame_of(request),
        turns=turns,
        conversation=conversation,
        starters=starters if not turns else (),
        question=question,
        error=error,
        limit=assistant.policy.limits.question_characters,
        topic=turns[-1].topic if turns and not forgotten else None,
        topic_forgotten=forgotten,
        unavailable=unavailable,
        offers=f"/questions/{key}.json" if (key := assistant.offer_key()) else "",
        said=said,
    )
    return HTMLResponse(render(page))


def hidden(assistant: Assistant) -> frozenset[str]:
    """Passages that the live library does not show; those of its own that lack a caveat are among them."""
    library = assistant.desk.library_if_any()
    return library.hidden if library else frozenset()


def _texts(assistant: Assistant) -> Mapping[str, str]:
    """Texts of the live revisions by digest; what was quoted from another opens the publisher's page at its top."""
    library = assistant.desk.library_if_any()
    return library.edition.revisions if library else {}


def _turns(request: Request, conversation: str | None, newest: tuple[str, Answer] | None) -> tuple[Turn, ...] | None:
    """Return the turns as recorded; with the newest answer, even where it could not be (a card for a person in danger).

    None where they cannot be read back just now.
    """
    assistant: Assistant = request.app.state.assistant
    past: list[PastTurn] = []
    if conversation is not None:
        try:
            with reading(request.app.state.engine) as connection:
                past = transcript(connection, conversation, hidden(assistant))
        except SQLAlchemyError:
            assistant.desk.report("a conversation could not be read back")
            if newest is None:
                return None
    if newest is not None and all(one.answer["answer"] != newest[1].id for one in past):
        past.append(PastTurn(newest[0], newest[1].stored(), 0, recorded=False))
    texts = _texts(assistant)
    return tuple(views.turn(one, assistant.policy, texts) for one in past)
