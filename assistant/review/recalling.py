"""The recall list: every past answer that showed a passage, to be counted by day and taken elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.exporting import csv_line
from assistant.review.schema import answer_facts, answer_traits

COLUMNS = ("at", "answer", "outcome", "edition", "log_entry", "helped", "passage")


@dataclass(frozen=True)
class Shown:
    """An answer that showed the passage, when, and whether the visitor said that it helped (None: nobody said)."""

    at: str
    answer_id: str
    outcome: str
    edition: str
    seq: int
    helpful: bool | None


def recall(connection: Connection, passage_id: str) -> list[Shown]:
    """Return every answer that showed a passage, newest first."""
    logged, t, f, b = schema.log.c, answer_traits.c, answer_facts.c, schema.feedback.c
    query = (
        sa.select(logged.at, f.answer_id, f.outcome, f.edition, f.seq, b.helpful)
        .join_from(answer_traits, answer_facts, f.seq == t.seq)
        .join(schema.log, logged.seq == t.seq)
        .join(schema.feedback, b.answer_id == f.answer_id, isouter=True)
        .where(t.kind == "passage", t.value == passage_id)
        .order_by(t.seq.desc())
    )
    return [Shown(*row) for row in connection.execute(query)]


def by_day(rows: Sequence[Shown]) -> list[tuple[str, int]]:
    """Count them by day (UTC, as 2026-11-21), the newest first."""
    return sorted(Counter(one.at[:10] for one in rows).items(), reverse=True)


def as_csv(rows: Sequence[Shown], passage_id: str) -> Iterator[str]:
    """Write them for a spreadsheet, with nothing in it that one would run as a formula and no visitor's word."""
    # A byte order mark tells spreadsheets that this is UTF-8.
    yield "\ufeff" + csv_line(COLUMNS)
    for one in rows:
        helped = "" if one.helpful is None else "yes" if one.helpful else "no"
        yield csv_line([one.at, one.answer_id, one.outcome, one.edition, one.seq, helped, passage_id])
