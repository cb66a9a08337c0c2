"""How visitors put what a passage answers, as staff know it: words by which search finds the passage, never shown.

A phrasing belongs to words of an article. When they are cut anew it goes with every passage that holds some of them, and
into the article's next revision with the passage that has the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from sources import schema
from sources.curation import Change, named, record
from sources.library import LibraryError, Passage
from sources.pairs import called_today, sharing_words

MOST_CHARACTERS = 200
# More would drown the passage's own words.
MOST_OF_A_PASSAGE = 20


class Phrasing(Struct, frozen=True):
    """One phrasing, who added it and when; `passage_id` is the passage that holds its words now."""

    id: int
    passage_id: str
    words: str
    who: str
    at: datetime


def add_phrasing(connection: Connection, passage_id: str, words: str, *, who: str) -> Change:
    """Attach a phrasing to a passage; search uses it after the next publish.

    Raises `LibraryError` when it is empty, too long, there already, or one too many.
    """
    plain = " ".join(words.split())
    if not plain or len(plain) > MOST_CHARACTERS:
        raise LibraryError(f"a phrasing has 1 to {MOST_CHARACTERS} characters; this one has {len(plain)}.")
    there = phrasings_of(connection, [passage_id])
    if any(one.words.casefold() == plain.casefold() for one in there):
        raise LibraryError("this passage has that phrasing already.")
    if len(there) >= MOST_OF_A_PASSAGE:
        raise LibraryError(f"this passage has {MOST_OF_A_PASSAGE} phrasings. Take one away first.")
    row = _passage(connection, passage_id)
    values = {"passage_id": passage_id, "words": plain, "at": datetime.now(UTC), "who": named(who), "gone": False}
    number = connection.execute(schema.phrasings.insert().values(**values)).inserted_primary_key
    return record(connection, _change(row, "add phrasing", passage_id, who, number[0] if number else 0))


def take_phrasing_away(connection: Connection, phrasing_id: int, *, who: str) -> Change:
    """Take a phrasing away. Raises `LibraryError` when there is none of this id."""
    f = schema.phrasings
    row = connection.execute(sa.select(f).where(f.c.id == phrasing_id, f.c.gone.is_(False))).one_or_none()
    if row is None:
        raise LibraryError("this phrasing was taken away already.")
    connection.execute(f.update().where(f.c.id == phrasing_id).values(gone=True))
    passage = _passage(connection, row.passage_id)
    return record(connection, _change(passage, "take phrasing away", row.passage_id, who, phrasing_id))


def phrasings_of(connection: Connection, passage_ids: Iterable[str]) -> list[Phrasing]:
    """Return the phrasings of these passages, the oldest first."""
    wanted = set(passage_ids)
    return [one for one in _followed(connection) if one.passage_id in wanted]


def with_phrasings(connection: Connection, passages: Sequence[Passage]) -> list[Passage]:
    """Return these passages with their phrasings."""
    found: dict[str, dict[str, None]] = {}
    for one in _followed(connection):
        found.setdefault(one.passage_id, {})[one.words] = None
    # Most passages have none, and a copy of each of thousands takes time.
    return [replace(one, phrasings=tuple(sorted(found[one.id]))) if one.id in found else one for one in passages]


def _followed(connection: Connection) -> Iterable[Phrasing]:
    """Every phrasing, for each passage that holds its words today, in whatever cut."""
    f = schema.phrasings.c
    rows = connection.execute(
        sa.select(f.id, f.passage_id, f.words, f.who, f.at).where(f.gone.is_(False)).order_by(f.id)
    ).all()
    if not rows:
        return
    now = called_today(connection, {row.passage_id for row in rows})
    cut_anew = sharing_words(connection)
    for row in rows:
        for id_ in _held_by(now[row.passage_id], cut_anew):
            yield Phrasing(row.id, id_, row.words, row.who, row.at)


def _held_by(passage_id: str, cut_anew: Mapping[str, Sequence[str]]) -> Sequence[str]:
    return cut_anew.get(passage_id, (passage_id,))


def _passage(connection: Connection, passage_id: str) -> tuple[str, str]:
    p = schema.passages.c
    row = connection.execute(sa.select(p.article_id, p.revision).where(p.id == passage_id)).one_or_none()
    if row is None:
        raise LibraryError(f"passage {passage_id}: there is none of this id.")
    return row.article_id, row.revision


def _change(row: tuple[str, str], action: str, passage_id: str, who: str, number: int) -> Change:
    # Not its words: visitors may have said them, and neither the history nor the log can be erased.
    return Change(named(who), action, row[0], row[1], passage_id, None, None, f"phrasing {number}")
