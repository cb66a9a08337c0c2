"""Curated questions: what a library must answer, and what it must refuse. They check an edition before it goes live,
and those that an edition answers are offered to visitors as questions to start with or to try instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from sources import schema


class Kind(StrEnum):
    """What staff expect of a question that they keep."""

    MUST_ANSWER = "must-answer"
    MUST_REFUSE = "must-refuse"
    CRISIS = "crisis"
    PERSONAL_ADVICE = "personal-advice"
    TRAP = "trap"


KEPT_BY_STAFF = "staff"
"""The half of questions that staff keep: they set no threshold and report on none; each by itself must hold."""


class CuratedQuestion(Struct, frozen=True):
    """A question and what is right for it.

    `gold` holds strings of which a right passage contains one; it is empty for a question to be refused. `half` says
    whether the question may set thresholds ("tune") or only report on them ("report"). A question that staff keep has a
    `kind`, and of a trap `gold` is what must not be shown.
    """

    question: str
    must_answer: bool
    gold: tuple[str, ...]
    half: str
    kind: Kind | None = None
    who: str | None = None
    at: datetime | None = None

    def answered_by(self, text: str) -> bool:
        """Whether a passage with this text is a right one; white space does not count."""
        return self.in_plain(plain_text(text))

    def in_plain(self, plain: str) -> bool:
        """The same for a text whose white space was made plain before, for asking many questions of one text."""
        return any(plain_text(gold) in plain for gold in self.gold)


def plain_text(text: str) -> str:
    """Return a text with every run of white space as one blank."""
    return " ".join(text.split())


def add_questions(connection: Connection, questions: Iterable[CuratedQuestion]) -> int:
    """Add questions, replacing those of the same words; returns how many there are now."""
    table = schema.curated_questions
    for one in questions:
        connection.execute(table.delete().where(table.c.question == one.question))
        values: dict[str, Any] = {
            "must_answer": one.must_answer, "gold": list(one.gold), "half": one.half, "kind": one.kind, "who": one.who,
            "at": one.at,
        }  # fmt: skip
        connection.execute(table.insert().values(question=one.question, **values))
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def curated_questions(connection: Connection) -> list[CuratedQuestion]:
    """All curated questions, by their words."""
    c = schema.curated_questions.c
    query = sa.select(c.question, c.must_answer, c.gold, c.half, c.kind, c.who, c.at)
    return [
        CuratedQuestion(question, must_answer, tuple(gold), half, Kind(kind) if kind else None, who, at)
        for question, must_answer, gold, half, kind, who, at in connection.execute(query.order_by(c.question))
    ]


def kept(question: str, kind: Kind, gold: tuple[str, ...], who: str) -> CuratedQuestion:
    """Return a question that staff keep, from now on."""
    plain = " ".join(question.split())
    return CuratedQuestion(plain, kind is Kind.MUST_ANSWER, gold, KEPT_BY_STAFF, kind, who, datetime.now(UTC))


def name_of(question: str) -> str:
    """Name a question without its words, which a visitor may have said: 16 hex digits of its SHA-256."""
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def remove_question(connection: Connection, question: str) -> bool:
    """Forget a question; false when there is none of these words."""
    table = schema.curated_questions
    return connection.execute(table.delete().where(table.c.question == question)).rowcount == 1
