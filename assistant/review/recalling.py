"""The recall list: every past answer that showed a passage, to be counted by day and taken elsewhere.

An article's next revision, or another cut, gives the same words another passage id; so a recall goes by the words. It
names the answers that showed them under any id: in any revision of any article as they stand here, and in the same
article also as a part of a longer passage, or only a part of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.exporting import csv_line
from assistant.review.gathering import gather
from assistant.review.schema import answer_facts, answer_traits
from sources import schema as library

COLUMNS = ("at", "answer", "outcome", "edition", "log_entry", "helped", "passage", "shows", "revision")


class Kinship(StrEnum):
    """What a passage has of the words that are recalled; the nearest kin first."""

    itself = "this passage"
    same = "the same words"
    some = "some of these words"


class Kin(Struct, frozen=True):
    """A passage that has these words or some of them, and the revision that it is of (empty where it is not stored)."""

    passage_id: str
    kinship: Kinship
    article_id: str
    revision: str
    since: datetime | None


class Shown(Struct, frozen=True):
    """An answer that showed the words, when, as which passage, and whether the visitor said that it helped (None: no word)."""

    at: str
    answer_id: str
    outcome: str
    edition: str
    seq: int
    helpful: bool | None
    kin: Kin


def kin_of(connection: Connection, passage_id: str) -> list[Kin]:
    """Return the passages that have the words of this one or some of them, itself first, then the oldest revision first."""
    p = library.passages.c
    here = connection.execute(_placed().where(p.id == passage_id)).one_or_none()
    if here is None:
        return [Kin(passage_id, Kinship.itself, "", "", None)]
    near = (p.article_id == here.article_id) | (p.end - p.start == here.end - here.start)
    rows = list(connection.execute(_placed().where(near)))
    same = {(row.article_id, row.revision): row for row in rows if _words(row) == _words(here)}
    found = [
        Kin(row.id, how, row.article_id, row.revision, row.created_at) for row in rows if (how := _how(row, here, same))
    ]
    return sorted(found, key=lambda one: (one.kinship is not Kinship.itself, str(one.since), one.passage_id))


def _placed() -> sa.Select[Any]:
    p, r = library.passages.c, library.revisions.c
    return sa.select(p.id, p.article_id, p.revision, p.start, p.end, r.text, r.created_at).join_from(
        library.passages, library.revisions, (p.article_id == r.article_id) & (p.revision == r.digest)
    )


def _words(row: Any) -> str:
    return str(row.text[row.start : row.end])


def _how(row: Any, here: Any, same: Mapping[tuple[str, str], Any]) -> Kinship | None:
    """Say what a passage has of the words here; `same` are the places of the very same words, by article and revision."""
    if row.id == here.id:
        return Kinship.itself
    if _words(row) == _words(here):
        return Kinship.same
    if row.article_id != here.article_id:
        return None
    twin = same.get((row.article_id, row.revision))
    overlaps = twin is not None and row.start < twin.end and twin.start < row.end
    return Kinship.some if overlaps or _words(here) in _words(row) or _words(row) in _words(here) else None


def recall(connection: Connection, kindred: Sequence[Kin]) -> list[Shown]:
    """Return every answer that showed the words of these kin, newest first, each once and as its nearest kin."""
    gather(connection)
    kin = {one.passage_id: one for one in kindred}
    logged, t, f, b = schema.log.c, answer_traits.c, answer_facts.c, schema.feedback.c
    query = (
        sa.select(logged.at, f.answer_id, f.outcome, f.edition, f.seq, b.helpful, t.value)
        .join_from(answer_traits, answer_facts, f.seq == t.seq)
        .join(schema.log, logged.seq == t.seq)
        .join(schema.feedback, b.answer_id == f.answer_id, isouter=True)
        .where(t.kind == "passage", t.value.in_(kin))
        .order_by(t.seq.desc())
    )
    found: dict[int, Shown] = {}
    order = list(Kinship)
    for row in connection.execute(query):
        one = Shown(row.at, row.answer_id, row.outcome, row.edition, row.seq, row.helpful, kin[row.value])
        before = found.setdefault(one.seq, one)
        if order.index(one.kin.kinship) < order.index(before.kin.kinship):
            found[one.seq] = one
    return list(found.values())


def by_day(rows: Sequence[Shown]) -> list[tuple[str, int]]:
    """Count them by day (UTC, as 2026-11-21), the newest first."""
    return sorted(Counter(one.at[:10] for one in rows).items(), reverse=True)


def by_kin(rows: Sequence[Shown]) -> Counter[str]:
    """Count them by the passage that was shown."""
    return Counter(one.kin.passage_id for one in rows)


def as_csv(rows: Sequence[Shown]) -> Iterator[str]:
    """Write them for a spreadsheet, with nothing in it that one would run as a formula and no visitor's word."""
    # A byte order mark tells spreadsheets that this is UTF-8.
    yield "\ufeff" + csv_line(COLUMNS)
    for one in rows:
        helped = "" if one.helpful is None else "yes" if one.helpful else "no"
        told = [one.at, one.answer_id, one.outcome, one.edition, one.seq, helped]
        yield csv_line([*told, one.kin.passage_id, one.kin.kinship.value, one.kin.revision])
