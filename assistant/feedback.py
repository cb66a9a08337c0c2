"""What visitors say of an answer: whether it helped, and why not. Nothing that could tell who said it is kept.

An answer has one feedback at most. It can be changed and taken back; the log keeps that and when each was said, but
never the words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine

from assistant import log, schema
from assistant.masking import Masked, mask
from sources.database import empty_journal, writing

MOST_CHARACTERS = 1000


class Reason(StrEnum):
    """Why an answer did not help; a closed list, so that the reasons can be counted."""

    not_my_question = "not_my_question"
    outdated = "outdated"
    unclear = "unclear"
    seems_wrong = "seems_wrong"
    unsafe = "unsafe"


class Feedback(Struct, frozen=True):
    """Whether an answer helped, why not, and words of the visitor's own, which may be none."""

    helpful: bool
    reason: Reason | None = None
    words: str = ""


class Given(Struct, frozen=True):
    """A feedback as staff see it, with the answer it is about as `Answer.stored` wrote it; None: words were erased."""

    at: str
    feedback: Feedback
    question: str | None
    answer: Mapping[str, Any]

    def public(self) -> dict[str, Any]:
        """Return it as `wellcited feedback --json` prints it."""
        passages = zip(self.answer["passages"], self.answer["passage_ids"], strict=True)
        return {
            "at": self.at,
            "answer": self.answer["answer"],
            "outcome": self.answer["outcome"],
            "helpful": self.feedback.helpful,
            "reason": self.feedback.reason.value if self.feedback.reason else None,
            "words": self.feedback.words or None,
            "question": self.question,
            "passages": [{"id": id_, **passage} for passage, id_ in passages],
            "edition": self.answer["edition"],
            "policy": self.answer["policy"],
        }


def give(engine: Engine, answer_id: str, feedback: Feedback, masked: Callable[[str], Masked] = mask) -> bool:
    """Keep what was said of an answer, in place of what was said before; False when there is no such answer.

    Words are stored as `masked` makes them: without what tells who wrote them.
    """
    if len(feedback.words) > MOST_CHARACTERS:
        raise ValueError(f"words: {len(feedback.words)} characters, and the limit is {MOST_CHARACTERS}")
    feedback = replace(feedback, words=masked(feedback.words.strip()).text)
    f = schema.feedback
    with writing(engine) as connection:
        if not _locked(connection, answer_id):
            return False
        before = connection.execute(sa.select(f).where(f.c.answer_id == answer_id)).one_or_none()
        if before is not None and _feedback(before) == feedback:
            return True
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        values = {"helpful": feedback.helpful, "reason": feedback.reason, "words": feedback.words, "at": at}
        if before is None:
            connection.execute(f.insert().values(answer_id=answer_id, **values))
        else:
            connection.execute(f.update().where(f.c.answer_id == answer_id).values(values))
        _log(connection, answer_id, feedback)
    if before is not None and schema.kept(before.words):
        empty_journal(engine)
    return True


def take_back(engine: Engine, answer_id: str) -> bool:
    """Forget what was said of an answer; False when there is no such answer."""
    f = schema.feedback
    with writing(engine) as connection:
        if not _locked(connection, answer_id):
            return False
        if connection.execute(f.delete().where(f.c.answer_id == answer_id)).rowcount == 0:
            return True
        _log(connection, answer_id, None)
    empty_journal(engine)
    return True


def feedback_on(connection: Connection, answer_ids: Collection[str]) -> dict[str, Feedback]:
    """Return what was said of these answers, by their ids."""
    f = schema.feedback
    rows = connection.execute(sa.select(f).where(f.c.answer_id.in_(answer_ids))) if answer_ids else ()
    return {row.answer_id: _feedback(row) for row in rows}


def all_given(connection: Connection) -> list[Given]:
    """Return every feedback with its answer, newest first."""
    f, a, q = schema.feedback.c, schema.answers.c, schema.questions.c
    query = (
        sa.select(f.at, f.helpful, f.reason, f.words, a.body, q.text)
        .join_from(schema.feedback, schema.answers, f.answer_id == a.id)
        .join(schema.questions, q.answer_id == a.id, isouter=True)
        .order_by(f.at.desc(), a.seq.desc())
    )
    return [
        Given(row.at, _feedback(row), schema.kept(row.text), json.loads(row.body)) for row in connection.execute(query)
    ]


def _locked(connection: Connection, answer_id: str) -> bool:
    """Whether there is such an answer; whoever else gives feedback on it waits for this transaction."""
    a = schema.answers.c
    return connection.scalar(sa.select(a.id).where(a.id == answer_id).with_for_update()) is not None


def _log(connection: Connection, answer_id: str, feedback: Feedback | None) -> None:
    body = {
        "answer": answer_id,
        "helpful": feedback.helpful if feedback else None,
        "reason": feedback.reason.value if feedback and feedback.reason else None,
        "words": bool(feedback and feedback.words),
    }
    log.append(connection, [log.Entry("feedback", body)])


def _feedback(row: Any) -> Feedback:
    return Feedback(row.helpful, Reason(row.reason) if row.reason else None, schema.kept(row.words) or "")
