"""`POST /api/ask`: the public interface. Pydantic describes and checks what comes in; answers go out as they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.assistant import Assistant, Question
from assistant.conversation import is_id
from web.access import public
from web.problems import MEDIA_TYPE, BadInputError

router = APIRouter()

# Far above what is triaged: what matters is that a long plea is read, and that nothing unbounded is.
_LONGEST_FIELD = 60_000


class Ask(BaseModel):
    """A question. Up to 500 characters are answered; a longer text is only looked at for danger to the writer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Annotated[str, StringConstraints(max_length=_LONGEST_FIELD)] = Field(
        description="What the visitor asks, in plain words; 1 to 500 characters.",
        examples=["How fast does ketamine work?"],
    )
    conversation: str | None = Field(
        default=None,
        description="The `conversation` of the answer before, to follow up on it; null to begin a new one.",
    )


class Article(BaseModel):
    """The article a passage is quoted from."""

    id: str
    revision: str = Field(description="SHA-256 of the article's approved text; `start` and `end` count in that text.")
    title: str
    publisher: str | None
    author: str | None
    url: str | None
    published: str | None = Field(description="ISO 8601 date; null if the article does not say.")
    reviewed: str | None
    sells_treatment: bool | None = Field(
        description="Whether the publisher sells the treatment; null if nobody has said."
    )


class Passage(BaseModel):
    """Approved words, quoted exactly."""

    text: str
    start: int
    end: int
    highlights: list[tuple[int, int]] = Field(description="Spans of the answering sentences, in characters of `text`.")
    heading: list[str]
    warnings: list[str] = Field(description="To be shown with the passage, always.")
    source_page: str = Field(description="Our page of the article, opened at the passage.")
    article: Article


class Notice(BaseModel):
    """A fixed text to be shown above everything else."""

    kind: str
    text: str


class Answer(BaseModel):
    """What a visitor may be shown, all of it and nothing else."""

    answer: str
    conversation: str
    outcome: Literal["answered", "no_answer", "personal_advice", "crisis", "emergency"]
    topic: str | None
    notices: list[Notice]
    passages: list[Passage]
    suggestions: list[str] = Field(description="Curated questions that the library does answer.")
    disclaimer: str
    edition: str


class ProblemDetails(BaseModel):
    """RFC 9457 problem details, with the disclaimer and the crisis line."""

    type: str
    title: str
    status: int
    detail: str
    next_step: str
    field: str | None = None
    limit: int | None = None
    disclaimer: str
    crisis_line: str


_PROBLEM: dict[str, Any] = {"model": ProblemDetails, "content": {MEDIA_TYPE: {}}}


@router.post(
    "/api/ask",
    summary="Ask a question",
    response_class=JSONResponse,
    responses={
        200: {"model": Answer, "description": "An answer, or the statement that there is none."},
        413: {**_PROBLEM, "description": "The body is too large."},
        422: {**_PROBLEM, "description": "The question is too long or the request is malformed."},
        503: {
            **_PROBLEM,
            "description": "Search or recording is not available. Cards for danger are given all the same.",
        },
    },
)
@public
async def ask(asked: Ask, request: Request) -> Response:
    """Answer with passages of approved articles, word for word, or say that none answers."""
    state = request.app.state
    assistant: Assistant = state.assistant
    words, conversation = checked(asked.question, asked.conversation)
    triaged = assistant.triage(words)
    if triaged.urgent:  # a card does not wait behind other questions
        answer = await run_in_threadpool(assistant.answer, words, conversation)
    else:
        answer = await state.crowd.answer(Question(words, conversation, triaged=triaged))
    return Response(orjson.dumps(answer.public()), media_type="application/json")


def checked(question: str, conversation: str | None) -> tuple[str, str | None]:
    """Return question and conversation if they can be used. Raises `BadInputError` that names the field otherwise."""
    if "\0" in question:
        raise BadInputError("question", "it holds a NUL character, which is no text")
    if not question.strip():
        raise BadInputError("question", "it is empty; write what you would like to know")
    if conversation is not None and not is_id(conversation):
        raise BadInputError("conversation", "it is not an id that this service gave; leave it out to begin anew")
    return question.strip(), conversation
