"""Finding answers by what `assistant.review.gathering` took of them from the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.review.gathering import MILLION, gather
from assistant.review.schema import answer_facts, answer_traits

NEAR = 50_000
"""How far from the threshold, in millionths, a probability is still near to it."""
NEAR_BAND = "near"
BANDS: Mapping[str, tuple[int, int]] = {
    "0-10": (0, 100_000),
    "10-25": (100_000, 250_000),
    "25-50": (250_000, 500_000),
    "50-75": (500_000, 750_000),
    "75-100": (750_000, MILLION + 1),
}


class Wanted(Struct, frozen=True):
    """Which answers are looked for; what is empty or None narrows nothing. `words` must all occur in the question.

    `feedback` is "yes", "no", "any", or one of the reasons; `band` one of `BANDS` or `NEAR_BAND`.
    """

    since: date | None = None
    until: date | None = None
    outcome: str = ""
    article: str = ""
    passage: str = ""
    rule: str = ""
    band: str = ""
    feedback: str = ""
    edition: str = ""
    words: str = ""


class FoundAnswer(Struct, frozen=True):
    """An answer in a list. `question` is None where its words were erased, `helpful` where nobody said."""

    seq: int
    id: str
    at: str
    outcome: str
    probability: int | None
    question: str | None
    helpful: bool | None


class FoundPage(Struct, frozen=True):
    """Some answers, newest first, and whether there are newer and older ones."""

    rows: tuple[FoundAnswer, ...]
    newer: bool
    older: bool


def find(connection: Connection, wanted: Wanted, most: int, *, before: int = 0, after: int = 0) -> FoundPage:
    """Return up to `most` answers, newest first: those next below the place `before`, or next above `after`, if given."""
    gather(connection)
    f = answer_facts.c
    query = _found(wanted, connection).limit(most + 1)
    query = query.where(f.seq > after).order_by(f.seq) if after else query.order_by(f.seq.desc())
    if before and not after:
        query = query.where(f.seq < before)
    rows = [_row(row) for row in connection.execute(query)]
    more, rows = len(rows) > most, rows[:most]
    if after:
        return FoundPage(tuple(reversed(rows)), newer=more, older=True)
    return FoundPage(tuple(rows), newer=bool(before), older=more)


def _found(wanted: Wanted, connection: Connection) -> sa.Select[Any]:
    f, q, b, logged = answer_facts.c, schema.questions.c, schema.feedback.c, schema.log.c
    query = (
        sa.select(f.seq, f.answer_id, logged.at, f.outcome, f.probability, q.text, b.helpful)
        .join_from(answer_facts, schema.log, logged.seq == f.seq)
        .join(schema.questions, q.answer_id == f.answer_id, isouter=True)
        .join(schema.feedback, b.answer_id == f.answer_id, isouter=True)
    )
    first, last = bounds(connection, wanted.since, wanted.until)
    if wanted.since is not None:
        query = query.where(f.seq >= first)
    if wanted.until is not None:
        query = query.where(f.seq <= last)
    if wanted.outcome:
        query = query.where(f.outcome == wanted.outcome)
    if wanted.edition:
        query = query.where(f.edition.startswith(wanted.edition, autoescape=True))
    for kind in ("article", "passage", "rule"):
        if value := getattr(wanted, kind):
            query = query.where(f.seq.in_(_with_trait(kind, value)))
    for word in wanted.words.split():
        query = query.where(q.text.icontains(word, autoescape=True))
    return _of_feedback(_of_band(query, wanted.band), wanted.feedback)


def _with_trait(kind: str, value: str) -> sa.Select[tuple[int]]:
    t = answer_traits.c
    return sa.select(t.seq).where(t.kind == kind, t.value == value)


def _of_band(query: sa.Select[Any], band: str) -> sa.Select[Any]:
    f = answer_facts.c
    if band == NEAR_BAND:
        return query.where(near_threshold())
    if band in BANDS:
        low, high = BANDS[band]
        return query.where(f.probability >= low, f.probability < high)
    return query


def near_threshold() -> sa.ColumnElement[bool]:
    """Say of an answer's facts in SQL whether its probability was near the threshold, on either side."""
    f = answer_facts.c
    return (f.probability >= f.threshold - NEAR) & (f.probability <= f.threshold + NEAR)


def _of_feedback(query: sa.Select[Any], feedback: str) -> sa.Select[Any]:
    b = schema.feedback.c
    if feedback in ("yes", "no"):
        return query.where(b.helpful.is_(feedback == "yes"))
    if feedback == "any":
        return query.where(b.answer_id.is_not(None))
    return query.where(b.reason == feedback) if feedback else query


def bounds(connection: Connection, since: date | None, until: date | None) -> tuple[int, int]:
    """Return the first and last place of the log within these days (UTC, both included); an open end is the log's own."""
    logged = schema.log.c
    first = last = None
    if since is not None:
        first = connection.scalar(sa.select(sa.func.min(logged.seq)).where(logged.at >= since.isoformat()))
    if until is not None:
        day_after = (until + timedelta(days=1)).isoformat()
        last = connection.scalar(sa.select(sa.func.max(logged.seq)).where(logged.at < day_after)) or 0
    newest = connection.scalar(sa.select(sa.func.max(logged.seq))) or 0
    return (1 if since is None else first or newest + 1), (newest if last is None else last)


def _row(row: Any) -> FoundAnswer:
    words = schema.kept(row.text)
    return FoundAnswer(row.seq, row.answer_id, row.at, row.outcome, row.probability, words, row.helpful)
