"""A revision on the desk of an editor: its cut, and the edits of it with who, when, why and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from sources import schema
from sources.article import PassageKind, Span
from sources.cut import Cut, Recut, changed, holds
from sources.library import LibraryError, State, passage_id


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


class Edit(Struct, frozen=True):
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


class Desired(Struct, frozen=True):
    """What somebody wants done to the passage of this id: `at` is where to split, `heading` the path to move to."""

    passage_id: str
    action: Action
    at: int = 0
    heading: tuple[str, ...] = ()


class Editing(Struct, frozen=True):
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


def _span(row: Sequence[Any]) -> Span:
    start, end, heading, kind, withheld = row
    return Span(start, end, tuple(heading), PassageKind(kind), withheld)
