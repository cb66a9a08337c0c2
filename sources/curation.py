"""The only changes a revision or a passage can go through, each with who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import fields
from sqlalchemy.engine import Connection

from sources import schema
from sources.article import Attributes, PassageKind
from sources.library import REVIEW_MONTHS, LibraryError, State, months_from

MOVES = {
    State.DRAFT: (State.IN_REVIEW, State.RETIRED),
    State.IN_REVIEW: (State.APPROVED, State.DRAFT, State.RETIRED),
    State.APPROVED: (State.RETIRED,),
    State.RETIRED: (),
}
SUPERSEDED = "a later revision was approved"
"""Why a revision is retired when the next one is approved."""


class Change(Struct, frozen=True):
    """One row of the history.

    `passage_id` is None where the whole revision changed; `other_id` is the second passage where a pair did.
    """

    who: str
    action: str
    article_id: str
    revision: str | None
    passage_id: str | None
    from_state: str | None
    to_state: str | None
    why: str
    other_id: str | None = None


class Flagged(Struct, frozen=True):
    """A passage that waits for someone to let its claims pass."""

    passage_id: str
    article_id: str
    title: str
    claims: tuple[tuple[str, str, str], ...]


def move(
    connection: Connection, article_id: str, revision: str, to: State, *, who: str, why: str, person: str | None = None
) -> list[Change]:
    """Move a revision to a state that follows its present one.

    `person` is the id of who does it, where that is somebody with an account. Raises `LibraryError` when there is no such
    revision, the step is not allowed, `who` is empty, or a person would approve what they brought in or edited. Approving one
    revision retires the article's approved one, so that never two are; it is a review of the article. Returns all that
    changed, the move that was asked for last.
    """
    r = schema.revisions
    row = connection.execute(
        sa.select(r.c.state, r.c.author).where(r.c.article_id == article_id, r.c.digest == revision)
    ).one_or_none()
    if row is None:
        raise LibraryError(f"article {article_id}: no revision {revision}. `wellcited articles` lists what there is.")
    present = row.state
    if to not in MOVES[State(present)]:
        allowed = ", ".join(MOVES[State(present)]) or "nothing more"
        raise LibraryError(
            f"article {article_id}: it is {present} and cannot become {to}; what can follow is {allowed}."
        )
    if to is State.APPROVED and person is not None and person == row.author:
        raise LibraryError(
            f"article {article_id}: {named(who)} brought this revision in. Another person must approve it."
        )
    if to is State.APPROVED and person is not None and person in editors(connection, article_id, revision):
        raise LibraryError(
            f"article {article_id}: {named(who)} edited how this revision is cut. Another person must approve it."
        )
    retired: list[Change] = []
    if to is State.APPROVED:
        _reviewed(connection, article_id, date.today())
        retired = _retire_approved(connection, article_id, who)
    connection.execute(r.update().where(r.c.article_id == article_id, r.c.digest == revision).values(state=to))
    return [*retired, record(connection, Change(named(who), "move", article_id, revision, None, present, to, why))]


def approve(
    connection: Connection, article_id: str, revision: str, *, who: str, why: str, person: str | None = None
) -> list[Change]:
    """Take a draft or a revision in review to approved, every step of the way recorded."""
    r = schema.revisions.c
    present = connection.scalar(sa.select(r.state).where(r.article_id == article_id, r.digest == revision))
    changes = []
    if present == State.DRAFT:
        changes += move(connection, article_id, revision, State.IN_REVIEW, who=who, why=why)
    return changes + move(connection, article_id, revision, State.APPROVED, who=who, why=why, person=person)


def accept_claims(connection: Connection, passage_id: str, *, who: str, why: str) -> Change:
    """Let a flagged passage pass; `why` must say something, for it is what an auditor will read."""
    if not why.strip():
        raise LibraryError(f"passage {passage_id}: its claims cannot pass without a reason. Give one.")
    return _change_passage(
        connection,
        passage_id,
        "accept claims",
        {"claims_accepted": True},
        named(who),
        why,
        "`wellcited articles` lists what there is.",
    )


def withdraw(connection: Connection, passage_id: str, *, who: str, why: str) -> Change:
    """Take a passage from view for good, without waiting for a publish."""
    return _change_passage(
        connection,
        passage_id,
        "withdraw",
        {"withdrawn": True},
        named(who),
        why,
        "The answer that showed it names its id.",
    )


def set_review_by(connection: Connection, article_id: str, day: date | None, *, who: str) -> Change:
    """Set the day by which an article is to be looked at again; None for none."""
    a, row = schema.articles, _article(connection, article_id)
    connection.execute(a.update().where(a.c.id == article_id).values(review_by=day))
    before, after = (one.isoformat() if one else None for one in (row.review_by, day))
    return record(connection, Change(named(who), "review by", article_id, None, None, before, after, ""))


def set_details(connection: Connection, article_id: str, details: Attributes, *, who: str) -> Change | None:
    """Change what is known about an article, all but whether it is a sample; None where nothing differs.

    Raises `LibraryError` when there is no such article, it would lose its title, or another has the address.
    """
    a, row = schema.articles, _article(connection, article_id)
    if not details.title:
        raise LibraryError(f"article {article_id}: an article has a title. Give one.")
    taken = sa.select(a.c.id).where(a.c.url == details.url, a.c.id != article_id)
    other = connection.scalar(taken) if details.url else None
    if other is not None:
        raise LibraryError(f"article {article_id}: {other} has this address. One address is one article.")
    names = [one.name for one in fields(Attributes) if one.name != "sample"]
    changed = {name: getattr(details, name) for name in names if getattr(details, name) != getattr(row, name)}
    if not changed:
        return None
    connection.execute(a.update().where(a.c.id == article_id).values(**changed))
    why = "; ".join(f"{name}: {_said(getattr(row, name))} is now {_said(value)}" for name, value in changed.items())
    return record(connection, Change(named(who), "details", article_id, None, None, None, None, why))


def _said(value: object) -> str:
    return "not stated" if value is None else "yes" if value is True else "no" if value is False else str(value)


def _change_passage(
    connection: Connection, passage_id: str, action: str, values: Mapping[str, bool], who: str, why: str, where: str
) -> Change:
    """Change a passage and record it; `where` says where its id can be found, should there be none of it."""
    p = schema.passages
    row = connection.execute(sa.select(p.c.article_id, p.c.revision).where(p.c.id == passage_id)).one_or_none()
    if row is None:
        raise LibraryError(f"passage {passage_id}: there is none of this id. {where}")
    connection.execute(p.update().where(p.c.id == passage_id).values(**values))
    return record(connection, Change(who, action, row.article_id, row.revision, passage_id, None, None, why))


def waiting(connection: Connection) -> list[tuple[str, str]]:
    """Article id and digest of every revision that is a draft or in review, oldest first."""
    r = schema.revisions.c
    query = sa.select(r.article_id, r.digest).where(r.state.in_((State.DRAFT, State.IN_REVIEW)))
    return [(row.article_id, row.digest) for row in connection.execute(query.order_by(r.created_at, r.article_id))]


def waits() -> sa.ColumnElement[bool]:
    """Say of a passage in SQL whether it stays out until somebody lets its claims pass."""
    p = schema.passages.c
    open_ = (p.flagged.is_(True), p.claims_accepted.is_(False), p.withdrawn.is_(False))
    return sa.and_(p.in_cut.is_(True), p.kind == PassageKind.CONTENT, *open_)


def flagged(connection: Connection) -> list[Flagged]:
    """Content passages of approved revisions whose claims nobody has let pass."""
    p, r, a = schema.passages.c, schema.revisions.c, schema.articles.c
    query = (
        sa.select(p.id, p.article_id, a.title, p.claims)
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .join(schema.articles, a.id == p.article_id)
        .where(r.state == State.APPROVED, waits())
        .order_by(p.article_id, p.ordinal)
    )
    return [_flagged(row) for row in connection.execute(query)]


def _flagged(row: Any) -> Flagged:
    found = tuple((claim["rule"], claim["words"], claim["reason"]) for claim in row.claims)
    return Flagged(row.id, row.article_id, row.title, found)


def _article(connection: Connection, article_id: str) -> sa.Row[Any]:
    a = schema.articles
    row = connection.execute(sa.select(a).where(a.c.id == article_id)).one_or_none()
    if row is None:
        raise LibraryError(f"article {article_id}: there is none of this id. `wellcited articles` lists what there is.")
    return row


def editors(connection: Connection, article_id: str, revision: str) -> frozenset[str]:
    """Accounts of those whose edits are in force in a revision; to undo one leaves the cut as it was before."""
    e = schema.edits.c
    in_force = (e.state == "in force") & e.undoes.is_(None)
    query = sa.select(e.person).where(
        e.article_id == article_id, e.revision == revision, in_force, e.person.is_not(None)
    )
    return frozenset(connection.scalars(query))


def review(connection: Connection, article_id: str, day: date, *, who: str, why: str) -> Change:
    """Say that an article was looked at again and holds: visitors go on seeing it, and it comes up again in a year."""
    before = _article(connection, article_id).last_review
    _reviewed(connection, article_id, day)
    from_, to = before.isoformat() if before else None, day.isoformat()
    return record(connection, Change(named(who), "review", article_id, None, None, from_, to, why))


def _reviewed(connection: Connection, article_id: str, day: date) -> None:
    """Count a day as an article's last review; a day to look again that was set before the first one stays."""
    a, row = schema.articles, _article(connection, article_id)
    keeps = row.last_review is None and row.review_by is not None
    review_by = row.review_by if keeps else months_from(day, REVIEW_MONTHS)
    connection.execute(a.update().where(a.c.id == article_id).values(last_review=day, review_by=review_by))


def set_owner(connection: Connection, article_id: str, owner: str | None, *, who: str, name: str) -> Change:
    """Give an article to somebody to look after: the id of their account and their name; None for nobody."""
    a = schema.articles
    _article(connection, article_id)
    connection.execute(a.update().where(a.c.id == article_id).values(owner=owner))
    return record(connection, Change(named(who), "owner", article_id, None, None, None, None, name))


def comment(connection: Connection, article_id: str, words: str, *, who: str) -> Change:
    """Say something about an article to the other staff. Raises `LibraryError` when it is empty or there is none."""
    _article(connection, article_id)
    if not words.strip():
        raise LibraryError(f"article {article_id}: a comment has words. Write some.")
    values = {"article_id": article_id, "at": datetime.now(UTC), "who": named(who), "words": words.strip()}
    connection.execute(schema.comments.insert().values(**values))
    return record(connection, Change(named(who), "comment", article_id, None, None, None, None, words.strip()))


def _retire_approved(connection: Connection, article_id: str, who: str) -> list[Change]:
    r = schema.revisions.c
    query = sa.select(r.digest).where(r.article_id == article_id, r.state == State.APPROVED)
    retired = (
        move(connection, article_id, digest, State.RETIRED, who=who, why=SUPERSEDED)
        for digest in list(connection.scalars(query))
    )
    return [change for changes in retired for change in changes]


def named(who: str) -> str:
    """Return the name of who makes a change. Raises `LibraryError` when there is none."""
    if not who.strip():
        raise LibraryError("who: a change needs the name of the person who makes it. Give it with --as.")
    return who.strip()


def record(connection: Connection, change: Change) -> Change:
    """Write a change into the history; servers look at its newest row to see that something changed."""
    values = {name: getattr(change, name) for name in Change.__struct_fields__}
    connection.execute(schema.curation.insert().values(at=datetime.now(UTC), **values))
    return change
