"""Edits: what people did to how a revision is cut, kept beside it with who, when and why, and each undone at will.

The `passages` table holds the cut in force, and whoever reads passages reads that (`in_cut`); it is changed here alone.
Until a revision is approved an edit is in force at once, and whoever made one must not approve the revision. On an
approved revision an edit waits, and nobody sees anything of it, until somebody who made none of those that wait approves
them; only what takes a passage from view is in force at once. No edit touches a withdrawn passage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sources import cut as cuts
from sources import schema
from sources.article import PassageKind, Span
from sources.curation import Change, named, record
from sources.cut import Cut, Recut, changed, holds
from sources.library import LibraryError, State, passage_id, passage_row


class Action(StrEnum):
    """What an edit does."""

    JOIN = "join"
    SPLIT = "split"
    HEADING = "move heading"
    WITHHOLD = "withhold"
    RELEASE = "release"
    PROMOTIONAL = "mark promotional"
    CONTENT = "mark as content"
    UNDO = "undo"


class Standing(StrEnum):
    """What became of an edit."""

    WAITS = "waits"
    IN_FORCE = "in force"
    UNDONE = "undone"
    TURNED_DOWN = "turned down"


@dataclass(frozen=True)
class Edit:
    """One edit; `undoes` is the id of the one it undoes, `settled_by` who approved, undid or turned it down."""

    id: int
    action: Action
    recut: Recut
    at: datetime
    who: str
    person: str | None
    why: str
    standing: Standing
    undoes: int | None
    settled_by: str | None


@dataclass(frozen=True)
class Desired:
    """What somebody wants done to the passage of this id: `at` is where to split, `heading` the path to move to."""

    passage_id: str
    action: Action
    at: int = 0
    heading: tuple[str, ...] = ()


@dataclass(frozen=True)
class Editing:
    """A revision on the desk of an editor: its text, the cut in force, the edits (newest first), and its state."""

    article_id: str
    revision: str
    text: str
    state: State
    in_force: Cut
    edits: tuple[Edit, ...]

    @property
    def waiting(self) -> tuple[Edit, ...]:
        """Edits that wait for another person, oldest first."""
        return tuple(one for one in reversed(self.edits) if one.standing is Standing.WAITS)

    @property
    def cut(self) -> Cut:
        """The cut as it will be once all that waits is approved; an editor works on this one."""
        return reduce(lambda cut, one: changed(cut, one.recut), self.waiting, self.in_force)

    def span_of(self, id_: str) -> Span:
        """Return the span of a passage of this cut. Raises `LibraryError` when there is none of this id."""
        for span in self.cut:
            if self.id_of(span) == id_:
                return span
        raise LibraryError(f"passage {id_}: it was cut anew meanwhile. Load the page again and look at it.")

    def id_of(self, span: Span) -> str:
        """Return the id of a span's passage."""
        return passage_id(self.article_id, self.revision, span.start, span.end)

    def can_be_undone(self, edit: Edit) -> bool:
        """Whether nothing later rests on an edit that is not undone yet."""
        if self.state is State.RETIRED or not holds(self.cut, edit.recut.after):
            return False
        if edit.standing is Standing.WAITS:
            return self._holds_without(edit)
        returning = any(one.undoes == edit.id for one in self.waiting)
        return edit.standing is Standing.IN_FORCE and edit.undoes is None and not returning

    def is_in_force(self, spans: Cut) -> bool:
        """Whether these spans stand in the cut in force just as they are, and nothing that waits concerns them."""
        touched = {span for one in self.waiting for span in (*one.recut.before, *one.recut.after)}
        return holds(self.in_force, spans) and touched.isdisjoint(spans)

    def _holds_without(self, edit: Edit) -> bool:
        try:
            reduce(lambda cut, one: changed(cut, one.recut), (w for w in self.waiting if w is not edit), self.in_force)
        except LibraryError:
            return False
        return True


def editing(connection: Connection, article_id: str, revision: str) -> Editing:
    """Read a revision for editing. Raises `LibraryError` when there is none."""
    r, p = schema.revisions.c, schema.passages.c
    row = connection.execute(
        sa.select(r.text, r.state).where(r.article_id == article_id, r.digest == revision)
    ).one_or_none()
    if row is None:
        raise LibraryError(f"article {article_id}: no revision {revision}. `wellcited articles` lists what there is.")
    query = sa.select(p.start, p.end, p.heading, p.kind, p.withheld)
    of_it = (p.article_id == article_id, p.revision == revision, p.in_cut.is_(True))
    spans = tuple(_span(one) for one in connection.execute(query.where(*of_it).order_by(p.start)))
    edits = tuple(edits_of(connection, article_id, revision))
    return Editing(article_id, revision, row.text, State(row.state), spans, edits)


def edits_of(connection: Connection, article_id: str, revision: str) -> Iterable[Edit]:
    """Every edit of a revision, newest first."""
    e = schema.edits.c
    query = sa.select(schema.edits).where(e.article_id == article_id, e.revision == revision).order_by(e.id.desc())
    for row in connection.execute(query):
        recut = Recut(tuple(map(_span, row.before)), tuple(map(_span, row.after)))
        state = Standing(row.state)
        yield Edit(
            row.id, Action(row.action), recut, row.at, row.who, row.person, row.why, state, row.undoes, row.settled_by
        )


def edit(
    connection: Connection, article_id: str, revision: str, desired: Desired, *, who: str, why: str, person: str | None
) -> list[Change]:
    """Carry out what somebody wants, or let it wait. Raises `LibraryError` when it cannot be done."""
    desk = editing(connection, article_id, revision)
    recut = _recut(desk, desired)
    return _add(connection, desk, desired.action, recut, who=who, why=why, person=person)


def undo(
    connection: Connection, article_id: str, revision: str, edit_id: int, *, who: str, why: str, person: str | None
) -> list[Change]:
    """Undo an edit that nothing later rests on: one that waits is given up, any other is turned back by an edit."""
    desk = editing(connection, article_id, revision)
    one = next((one for one in desk.edits if one.id == edit_id), None)
    if one is None or not desk.can_be_undone(one):
        raise LibraryError("this edit cannot be undone now: it is undone already, or a later one rests on it.")
    if one.standing is Standing.WAITS:
        _settle(connection, [one], Standing.UNDONE, who)
        return [_recorded(connection, desk, "give up edit", one.recut.backwards, who, why)]
    return _add(connection, desk, Action.UNDO, one.recut.backwards, who=who, why=why, person=person, undoes=one.id)


def approve_edits(
    connection: Connection, article_id: str, revision: str, last: int, *, who: str, why: str, person: str | None
) -> list[Change]:
    """Put all that waits in force; `last` is the newest edit that the person has seen.

    Raises `LibraryError` when nothing waits, somebody has added to it, or the person made one of them.
    """
    desk = _waiting(connection, article_id, revision, last)
    if person is not None and person in {one.person for one in desk.waiting}:
        raise LibraryError(f"{named(who)} made one of these edits. Another person must approve them.")
    changes = []
    for one in desk.waiting:
        _refuse_withdrawn(connection, desk, one.recut.before)
        _apply(connection, desk, one.recut)
        _settle(connection, [one], Standing.IN_FORCE, who)
        if one.undoes is not None:
            _settle_undone(connection, one.undoes, who)
        changes.append(_recorded(connection, desk, "approve edit", one.recut, who, why))
    return changes


def turn_down_edits(
    connection: Connection, article_id: str, revision: str, last: int, *, who: str, why: str
) -> list[Change]:
    """Turn down all that waits, with a reason; the cut stays as it is. Raises `LibraryError`, as approving does."""
    if not why.strip():
        raise LibraryError("edits cannot be turned down without a reason. Give one.")
    desk = _waiting(connection, article_id, revision, last)
    _settle(connection, desk.waiting, Standing.TURNED_DOWN, who)
    return [_recorded(connection, desk, "turn down edit", one.recut, who, why) for one in desk.waiting]


def waiting_edits(connection: Connection) -> Mapping[tuple[str, str], tuple[Collection[str | None], int]]:
    """By article and approved revision: the accounts that made edits which wait, and how many wait."""
    e, r = schema.edits.c, schema.revisions.c
    query = (
        sa.select(e.article_id, e.revision, e.person)
        .join_from(schema.edits, schema.revisions, (e.article_id == r.article_id) & (e.revision == r.digest))
        .where(e.state == Standing.WAITS, r.state == State.APPROVED)
    )
    found: dict[tuple[str, str], list[str | None]] = {}
    for article, revision, person in connection.execute(query):
        found.setdefault((article, revision), []).append(person)
    return {key: (set(those), len(those)) for key, those in found.items()}


def _recut(desk: Editing, desired: Desired) -> Recut:
    span = desk.span_of(desired.passage_id)
    match desired.action:
        case Action.JOIN:
            return cuts.joined(desk.text, desk.cut, span)
        case Action.SPLIT:
            return cuts.parted(desk.text, span, desired.at)
        case Action.HEADING:
            return cuts.under(desk.text, span, desired.heading)
        case Action.WITHHOLD | Action.RELEASE:
            return cuts.withheld(span, desired.action is Action.WITHHOLD)
        case Action.PROMOTIONAL:
            return cuts.marked(span, PassageKind.PROMOTIONAL)
        case Action.CONTENT:
            return cuts.marked(span, PassageKind.CONTENT)
        case Action.UNDO:
            raise LibraryError("an edit is undone by its number.")


def _add(
    connection: Connection,
    desk: Editing,
    action: Action,
    recut: Recut,
    *,
    who: str,
    why: str,
    person: str | None,
    undoes: int | None = None,
) -> list[Change]:
    if desk.state is State.RETIRED:
        raise LibraryError(f"article {desk.article_id}: a retired revision is not edited any more.")
    _refuse_withdrawn(connection, desk, recut.before)
    # What only hides waits for nobody, as far as it concerns a passage that is in force as it is.
    at_once = desk.state is not State.APPROVED or (cuts.only_hides(recut) and desk.is_in_force(recut.before))
    standing = Standing.IN_FORCE if at_once else Standing.WAITS
    values: dict[str, Any] = {
        "article_id": desk.article_id, "revision": desk.revision, "action": action,
        "before": [_listed(span) for span in recut.before], "after": [_listed(span) for span in recut.after],
        "at": datetime.now(UTC), "who": named(who), "person": person, "why": why.strip(), "state": standing,
        "undoes": undoes,
    }  # fmt: skip
    connection.execute(schema.edits.insert().values(**values))
    if at_once:
        _apply(connection, desk, recut)
        if undoes is not None:
            _settle_undone(connection, undoes, who)
    return [_recorded(connection, desk, action if at_once else f"propose to {action}", recut, who, why)]


def _apply(connection: Connection, desk: Editing, recut: Recut) -> None:
    """Change the cut in force: rows that give way stay, out of the cut; those that come in are made or come back."""
    p = schema.passages
    before = {desk.id_of(span): span for span in recut.before}
    passed = _passed(connection, before)
    connection.execute(p.update().where(p.c.id.in_(before)).values(in_cut=False, withheld=False))
    known = set(connection.scalars(sa.select(p.c.id).where(p.c.id.in_([desk.id_of(span) for span in recut.after]))))
    for span in recut.after:
        row = passage_row(desk.article_id, desk.revision, desk.text, span, 0)
        if row["id"] in known:
            values = {name: row[name] for name in ("heading", "kind", "in_cut", "withheld")}
            connection.execute(p.update().where(p.c.id == row["id"]).values(**values))
        else:
            row["claims_accepted"] = row["flagged"] and {_claim(one) for one in row["claims"]} <= passed
            connection.execute(p.insert().values(**row))
    _number(connection, desk)


def _passed(connection: Connection, ids: Collection[str]) -> set[tuple[str, str]]:
    """Claims in these passages that somebody has let pass: they stay let pass, wherever a new cut puts them."""
    p = schema.passages.c
    rows = connection.scalars(sa.select(p.claims).where(p.id.in_(ids), p.claims_accepted.is_(True)))
    return {_claim(one) for claims in rows for one in claims}


def _claim(one: Mapping[str, Any]) -> tuple[str, str]:
    return one["rule"], one["words"]


def _number(connection: Connection, desk: Editing) -> None:
    p = schema.passages
    of_it = (p.c.article_id == desk.article_id, p.c.revision == desk.revision, p.c.in_cut.is_(True))
    ids = list(connection.scalars(sa.select(p.c.id).where(*of_it).order_by(p.c.start)))
    for ordinal, id_ in enumerate(ids):
        connection.execute(p.update().where(p.c.id == id_).values(ordinal=ordinal))


def _refuse_withdrawn(connection: Connection, desk: Editing, spans: Cut) -> None:
    p = schema.passages.c
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    gone = connection.scalar(
        sa.select(p.id).where(
            p.article_id == desk.article_id, p.revision == desk.revision, p.withdrawn.is_(True), p.start < end,
            p.end > start,
        ).limit(1)
    )  # fmt: skip
    if gone is not None:
        raise LibraryError(f"passage {gone}: it was withdrawn for good, and so it stays as it is cut.")


def _waiting(connection: Connection, article_id: str, revision: str, last: int) -> Editing:
    desk = editing(connection, article_id, revision)
    if desk.state is not State.APPROVED or not desk.waiting:
        raise LibraryError(f"article {article_id}: no edit waits.")
    if desk.waiting[-1].id != last:
        raise LibraryError("somebody has edited meanwhile. Load the page again and look at it.")
    return desk


def _settle(connection: Connection, edits: Sequence[Edit], standing: Standing, who: str) -> None:
    e = schema.edits
    ids = [one.id for one in edits]
    connection.execute(e.update().where(e.c.id.in_(ids)).values(state=standing, settled_by=named(who)))


def _settle_undone(connection: Connection, edit_id: int, who: str) -> None:
    e = schema.edits
    connection.execute(e.update().where(e.c.id == edit_id).values(state=Standing.UNDONE, settled_by=named(who)))


def _recorded(connection: Connection, desk: Editing, action: str, recut: Recut, who: str, why: str) -> Change:
    first, other = desk.id_of(recut.before[0]), desk.id_of(recut.after[0])
    return record(
        connection, Change(named(who), action, desk.article_id, desk.revision, first, None, None, why.strip(), other)
    )


def _listed(span: Span) -> list[Any]:
    return [span.start, span.end, list(span.heading), span.kind.value, span.withheld]


def _span(row: Sequence[Any]) -> Span:
    start, end, heading, kind, withheld = row
    return Span(start, end, tuple(heading), PassageKind(kind), withheld)
