"""Edits: what people did to how a revision is cut, kept beside it with who, when and why, and each undone at will.

The `passages` table holds the cut in force, and whoever reads passages reads that (`in_cut`); it is changed here alone.
Until a revision is approved an edit is in force at once, and whoever made one must not approve the revision. On an
approved revision an edit waits, and nobody sees anything of it, until somebody who made none of those that wait approves
them; only what takes a passage from view is in force at once. No edit touches a withdrawn passage.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sources import cut as cuts
from sources import schema
from sources.article import PassageKind, Span
from sources.curation import Change, named, record
from sources.cut import Cut, Recut
from sources.editing import Action, Desired, Edit, Editing, Standing, editing
from sources.library import LibraryError, State, passage_row


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
