"""Every error a visitor or a program can meet: one table from exception to words, one shape for JSON (RFC 9457).

Whatever went wrong, the response carries the disclaimer and the crisis line.
"""

from __future__ import annotations

from typing import Any

from fastapi.exceptions import RequestValidationError
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from assistant.assistant import QuestionTooLongError
from assistant.policy import Policy
from assistant.recorder import RecordError
from index.desk import LibraryUnavailableError

MEDIA_TYPE = "application/problem+json"


class BadInputError(Exception):
    """Input that cannot be used; names the field and what is wrong with it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field, self.detail = field, detail


class BodyTooLargeError(HTTPException):
    """More was sent than is read; an HTTP error, so that whoever reads the body lets it through."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit


class NoSuchAnswerError(HTTPException):
    """No answer, or no quote of it, has the id that was given."""

    def __init__(self) -> None:
        super().__init__(404)


class DeletedAnswerError(HTTPException):
    """The words of the question were erased, at a wish or because their term was over, and so its receipt is gone."""

    def __init__(self) -> None:
        super().__init__(410)


class NotSignedYetError(HTTPException):
    """The answer is newer than the log's newest checkpoint, so there is no proof of its place yet."""

    def __init__(self) -> None:
        super().__init__(404)


class RecordsUnavailableError(Exception):
    """The answers that were given cannot be looked up, or nothing can be added to them."""


class Problem(Struct, frozen=True):
    """What is said about an error: `detail` names what was wrong, `next_step` what can be done."""

    slug: str
    title: str
    status: int
    detail: str
    next_step: str
    field: str | None = None
    limit: int | None = None

    def public(self, policy: Policy) -> dict[str, Any]:
        """Return the problem details object."""
        optional = {"field": self.field, "limit": self.limit}
        return {
            "type": f"/api#problem-{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "next_step": self.next_step,
            **{name: value for name, value in optional.items() if value is not None},
            "disclaimer": policy.wordings.disclaimer,
            "crisis_line": policy.wordings.crisis_line,
        }


_UNAVAILABLE = "The articles cannot be searched right now. Nothing you wrote was lost on our side or kept."
_NO_ANSWER = "There is no answer at this address. It may have been copied only in part."
_DELETED = (
    "The words of this question were erased, because somebody who had this address asked for that or because they had "
    "been kept long enough. They cannot be brought back."
)
_NOT_SIGNED = (
    "This answer is in our log, but the log was not signed since it was given. That is done every five minutes."
)
_NO_RECORDS = "The answers we have given cannot be looked up right now, and nothing can be changed about them."
_NOT_FOUND = "There is nothing at this address. It may have been moved, or an article may have left the library."


def problem_of(error: Exception) -> Problem:
    """Put an exception into words. What is not foreseen says no more than that something failed."""
    match error:
        case QuestionTooLongError():
            over = error.characters - error.limit
            detail = f"Your question has {error.characters:,} characters; the limit is {error.limit:,}."
            step = f"Shorten it by {over:,} {'character' if over == 1 else 'characters'} and ask again."
            return Problem(
                "question-too-long", "The question is too long", 422, detail, step, "question", error.limit,
            )  # fmt: skip
        case BadInputError():
            return Problem(
                "bad-input", "The request cannot be used", 422, f"{error}.",
                "Correct it and send it again.", error.field,
            )  # fmt: skip
        case RequestValidationError():
            return _invalid(error)
        case BodyTooLargeError():
            return Problem(
                "too-large", "That is too much text", 413, f"body: it is larger than {error.limit:,} bytes.",
                "Go back and ask in 500 characters or fewer.", "body", error.limit,
            )  # fmt: skip
        case LibraryUnavailableError() | SQLAlchemyError():
            return Problem(
                "search-unavailable", "Search is not available", 503, _UNAVAILABLE,
                "Try again in a few minutes, or talk to a person.",
            )  # fmt: skip
        case RecordError():
            detail = "Every answer is recorded before it is shown, and recording failed. So no answer can be shown now."
            return Problem(
                "not-recorded", "The answer could not be recorded", 503, detail,
                "Try again in a few minutes, or talk to a person.",
            )  # fmt: skip
        case RecordsUnavailableError():
            return Problem(
                "records-unavailable", "That is not available", 503, _NO_RECORDS,
                "Nothing was changed. Try again in a few minutes, or talk to a person.",
            )  # fmt: skip
        case NoSuchAnswerError():
            return Problem(
                "no-such-answer", "There is no such answer", 404, _NO_ANSWER,
                "Open it again from the page where you asked, or check that you have copied the whole address.",
            )  # fmt: skip
        case DeletedAnswerError():
            return Problem(
                "deleted", "This answer was deleted", 410, _DELETED,
                "You can ask the question again at any time.",
            )  # fmt: skip
        case NotSignedYetError():
            return Problem(
                "not-signed-yet", "There is no proof yet", 404, _NOT_SIGNED,
                "Try again in five minutes.",
            )  # fmt: skip
        case HTTPException(status_code=400):
            return Problem(
                "bad-input", "The request cannot be used", 422, "body: it cannot be read as JSON in UTF-8.",
                "Correct it and send it again.", "body",
            )  # fmt: skip
        case HTTPException(status_code=404):
            return Problem("not-found", "Not found", 404, _NOT_FOUND, "Go to the first page and ask there.")
        case HTTPException(status_code=405):
            return Problem(
                "method", "This address does not take that", 405, "The address exists, but not for this kind of request.",
                "See /api for what it takes.",
            )  # fmt: skip
        case HTTPException():
            return Problem("http", "The request failed", error.status_code, str(error.detail), "Check the request.")
        case _:
            return Problem(
                "internal", "Something went wrong", 500, "An error on our side kept this from working.",
                "Try again in a few minutes, or talk to a person.",
            )  # fmt: skip


def _invalid(error: RequestValidationError) -> Problem:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
    field = ".".join(part for part in place if not part.isdigit()) or "body"
    if first["type"] == "json_invalid":
        detail = f"body: it is not valid JSON ({first.get('ctx', {}).get('error', 'it cannot be read')})"
    else:
        detail = f"{field}: {first['msg'][:1].lower()}{first['msg'][1:]}"
        given = first.get("input")
        if isinstance(given, str | int | float | bool) and field != "question":
            detail += f"; it was {str(given)[:60]!r}"
    return Problem("bad-input", "The request cannot be used", 422, f"{detail}.", "Correct it and send it again.", field)
