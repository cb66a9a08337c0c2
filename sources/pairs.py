"""What curators decided about pairs of passages: a caveat that must travel with a passage, two sources that differ.

A decision holds for the words it was made on. When an article is revised, it goes on with the passage of the same
article that has the same words; where the words changed, it ends with the old revision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from sources import schema
from sources.article import PassageKind
from sources.caveats import Found, Placed, found_caveats
from sources.curation import Change, named, record
from sources.differences import Difference, difference_id
from sources.library import LibraryError, State


class Tie(StrEnum):
    """What a curator decided about a passage and its caveat."""

    BOUND = "bound"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What a curator decided about two sources that seem to differ."""

    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Binding(Struct, frozen=True):
    """A passage and its caveat, with what was decided."""

    passage_id: str
    caveat_id: str
    tie: Tie


class Settled(Struct, frozen=True):
    """Two passages of different articles and the sentences that were compared, with what was decided."""

    id: str
    first_id: str
    second_id: str
    first_sentence: str
    second_sentence: str
    because: str
    verdict: Verdict


def bind(connection: Connection, passage_id: str, caveat_id: str, *, who: str, why: str) -> Change:
    """Bind a caveat to a passage: from now on the passage is never shown without it.

    Raises `LibraryError` when a passage is not there or is its own caveat, when it is bound already, or without a reason.
    """
    if passage_id == caveat_id:
        raise LibraryError(f"passage {passage_id}: a passage cannot be its own caveat. Name two.")
    for one in (passage_id, caveat_id):
        _article_of(connection, one)
    return _tie(connection, passage_id, caveat_id, Tie.BOUND, who, why)


def release(connection: Connection, passage_id: str, caveat_id: str, *, who: str, why: str) -> Change:
    """Let a passage be shown without a caveat again: one that a curator bound, or that a rule found.

    Raises `LibraryError` when the two are not tied, or without a reason.
    """
    tied = _decided(connection, passage_id, caveat_id) is Tie.BOUND or any(
        (one.passage_id, one.caveat_id) == (passage_id, caveat_id) for one in rule_found(connection)
    )
    if not tied:
        raise LibraryError(
            f"passage {passage_id}: {caveat_id} is not its caveat. `wellcited caveat list` shows what is tied."
        )
    return _tie(connection, passage_id, caveat_id, Tie.REJECTED, who, why)


def _tie(connection: Connection, passage_id: str, caveat_id: str, tie: Tie, who: str, why: str) -> Change:
    c = schema.caveats
    before = _decided(connection, passage_id, caveat_id)
    if before is tie:
        raise LibraryError(f"passage {passage_id}: its caveat {caveat_id} is {tie} already. Nothing was changed.")
    values = {"passage_id": passage_id, "caveat_id": caveat_id, "state": tie}
    if before is None:
        connection.execute(c.insert().values(values))
    else:
        connection.execute(c.update().where(c.c.passage_id == passage_id, c.c.caveat_id == caveat_id).values(values))
    action = "bind caveat" if tie is Tie.BOUND else "release caveat"
    return _recorded(connection, action, passage_id, caveat_id, before, tie, who, why)


def _decided(connection: Connection, passage_id: str, caveat_id: str) -> Tie | None:
    c = schema.caveats.c
    state = connection.scalar(sa.select(c.state).where(c.passage_id == passage_id, c.caveat_id == caveat_id))
    return None if state is None else Tie(state)


def settle(connection: Connection, difference: Difference | Settled, verdict: Verdict, *, who: str, why: str) -> Change:
    """Confirm a difference, so that visitors see both sides, or dismiss it. Raises `LibraryError`, as `bind` does."""
    one = difference if isinstance(difference, Settled) else _settled(difference, verdict)
    d = schema.differences
    state = connection.scalar(sa.select(d.c.state).where(d.c.id == one.id))
    if state == verdict:
        raise LibraryError(f"difference {one.id}: it is {verdict} already. Nothing was changed.")
    if state is None:
        values = {name: getattr(one, name) for name in Settled.__struct_fields__ if name != "verdict"}
        connection.execute(d.insert().values(state=verdict, **values))
    else:
        connection.execute(d.update().where(d.c.id == one.id).values(state=verdict))
    before = None if state is None else Verdict(state)
    return _recorded(connection, f"{verdict} difference", one.first_id, one.second_id, before, verdict, who, why)


def _settled(found: Difference, verdict: Verdict) -> Settled:
    first, second = found.first, found.second
    return Settled(found.id, first.passage.id, second.passage.id, first.text, second.text, found.because, verdict)


def _recorded(
    connection: Connection,
    action: str,
    passage_id: str,
    other_id: str,
    before: StrEnum | None,
    after: StrEnum,
    who: str,
    why: str,
) -> Change:
    if not why.strip():
        raise LibraryError(f"passage {passage_id}: this needs a reason, which the log keeps. Give it with --why.")
    article, revision = _article_of(connection, passage_id)
    change = Change(named(who), action, article, revision, passage_id, before, after, why, other_id)
    return record(connection, change)


def _article_of(connection: Connection, passage_id: str) -> tuple[str, str]:
    p = schema.passages.c
    row = connection.execute(sa.select(p.article_id, p.revision).where(p.id == passage_id)).one_or_none()
    if row is None:
        raise LibraryError(
            f"passage {passage_id}: there is none of this id. `wellcited passages ARTICLE` and every answer name them."
        )
    return row.article_id, row.revision


def bindings(connection: Connection) -> list[Binding]:
    """Return every decision on a caveat, for the passages that have its words today."""
    c = schema.caveats.c
    query = sa.select(c.passage_id, c.caveat_id, c.state).order_by(c.passage_id, c.caveat_id)
    rows = [Binding(row.passage_id, row.caveat_id, Tie(row.state)) for row in connection.execute(query)]
    now = called_today(connection, {id_ for row in rows for id_ in (row.passage_id, row.caveat_id)})
    followed = (replace(one, passage_id=now[one.passage_id], caveat_id=now[one.caveat_id]) for one in rows)
    # A decision made on today's passages counts more than one that followed their words.
    return list({(one.passage_id, one.caveat_id): one for one in (*followed, *rows)}.values())


def settled(connection: Connection) -> list[Settled]:
    """Return every decision on a difference, for the passages that have its words today."""
    d = schema.differences.c
    query = sa.select(d.id, d.first_id, d.second_id, d.first_sentence, d.second_sentence, d.because, d.state).order_by(
        d.id
    )
    rows = [Settled(*row[:-1], Verdict(row[-1])) for row in connection.execute(query)]
    now = called_today(connection, {id_ for row in rows for id_ in (row.first_id, row.second_id)})
    followed = (_following(row, now[row.first_id], now[row.second_id]) for row in rows)
    return list({one.id: one for one in (*followed, *rows)}.values())


def _following(one: Settled, first_id: str, second_id: str) -> Settled:
    return replace(one, id=difference_id(first_id, second_id), first_id=first_id, second_id=second_id)


def called_today(connection: Connection, ids: Collection[str]) -> Mapping[str, str]:
    """Passages as they are called today: of a retired revision, the one with the same words in the approved revision."""
    p, r = schema.passages.c, schema.revisions.c
    joined = (
        sa.select(p.id, p.article_id, p.start, p.end, r.state, r.text)
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .order_by(p.ordinal)
    )
    old = [row for row in connection.execute(joined.where(p.id.in_(ids))) if row.state == State.RETIRED]
    now: dict[tuple[str, str], str] = {}
    if old:
        among = joined.where(p.article_id.in_({row.article_id for row in old}), r.state == State.APPROVED)
        for row in connection.execute(among):
            now.setdefault((row.article_id, row.text[row.start : row.end]), row.id)
    followed = {row.id: now.get((row.article_id, row.text[row.start : row.end]), row.id) for row in old}
    return {id_: followed.get(id_, id_) for id_ in ids}


class Listed(Struct, frozen=True):
    """A passage in the list of an article: `shown` says whether it may be, as far as approval goes."""

    id: str
    heading: tuple[str, ...]
    text: str
    shown: bool


def passages_of(connection: Connection, article_id: str, revision: str) -> list[Listed]:
    """Return the passages of a revision in their order, those that may not be shown included."""
    p, r = schema.passages.c, schema.revisions.c
    may = (
        (r.state == State.APPROVED)
        & (p.kind == PassageKind.CONTENT)
        & p.withdrawn.is_(False)
        & p.withheld.is_(False)
        & (p.claims_accepted.is_(True) | p.flagged.is_(False))
    )
    query = (
        sa.select(p.id, p.heading, p.start, p.end, r.text, may.label("may"))
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .where(p.article_id == article_id, p.revision == revision, p.in_cut.is_(True))
        .order_by(p.ordinal)
    )
    return [
        Listed(row.id, tuple(row.heading), row.text[row.start : row.end], bool(row.may))
        for row in connection.execute(query)
    ]


def texts_of(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the words of passages by id, whatever became of them."""
    p, r = schema.passages.c, schema.revisions.c
    query = (
        sa.select(p.id, p.start, p.end, r.text)
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .where(p.id.in_(ids))
    )
    return {row.id: row.text[row.start : row.end] for row in connection.execute(query)}


def rule_found(connection: Connection, edition: Collection[str] = ()) -> tuple[Found, ...]:
    """Find the caveats in every approved revision by rule, whatever curators decided about them.

    Passages that are not let pass or withdrawn count too: a passage must not be shown without a caveat that cannot be.
    A revision that was cut anew since an `edition` (ids of its passages) is looked through as it is cut there.
    """
    return tuple(found for placed in _placed(connection, edition) for found in found_caveats(placed))


def _placed(connection: Connection, edition: Collection[str]) -> Iterator[list[Placed]]:
    """Content passages of each approved revision, in order."""
    p, r = schema.passages.c, schema.revisions.c
    query = (
        sa.select(p.article_id, p.id, p.start, p.end, p.heading, p.in_cut)
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .where(r.state == State.APPROVED, p.kind == PassageKind.CONTENT)
        .order_by(p.article_id, p.start, p.end)
    )
    texts = {row.article_id: row.text for row in connection.execute(_approved_texts())}
    found: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.article_id].append(row)
    for article, rows in found.items():
        text = texts[article]
        yield [Placed(row.id, tuple(row.heading), text[row.start : row.end]) for row in _as_cut(rows, edition)]


def _as_cut(rows: Sequence[Any], edition: Collection[str]) -> list[Any]:
    """Passages of a revision as it is cut in an edition; those that are not in it, such as withdrawn ones, as today."""
    there = [row for row in rows if row.id in edition]
    if all(row.in_cut for row in there):
        return [row for row in rows if row.in_cut]
    beside = [row for row in rows if row.in_cut and not any(_overlap(row, one) for one in there)]
    return sorted((*there, *beside), key=lambda row: row.start)


def sharing_words(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Of revisions that were cut anew: the passages of every cut that hold words of a passage, itself among them."""
    p, e = schema.passages.c, schema.edits.c
    edited = sa.select(e.article_id, e.revision).distinct().subquery()
    same = (p.article_id == edited.c.article_id) & (p.revision == edited.c.revision)
    query = sa.select(p.id, p.article_id, p.revision, p.start, p.end).join_from(schema.passages, edited, same)
    of_revision: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(query.order_by(p.start, p.end)):
        of_revision[row.article_id, row.revision].append(row)
    return {
        row.id: tuple(one.id for one in rows if _overlap(row, one)) for rows in of_revision.values() for row in rows
    }


def _overlap(one: Any, other: Any) -> bool:
    return bool(one.start < other.end and other.start < one.end)


def _approved_texts() -> sa.Select[tuple[str, str]]:
    r = schema.revisions.c
    return sa.select(r.article_id, r.text).where(r.state == State.APPROVED)
