"""The library as a curator looks at it: every article, revision and passage, with its state and what was done to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Row

from sources import schema
from sources.article import PassageKind
from sources.curation import Change, waits
from sources.library import Article, State, article_of


class RevisionLine(Struct, frozen=True):
    """A revision with who brought it in; `author` is the id of their account, if they have one."""

    article_id: str
    digest: str
    ordinal: int
    state: State
    file_name: str
    created_at: datetime
    created_by: str
    author: str | None


class ArticleLine(Struct, frozen=True):
    """An article in a list. `passages` and `flagged` are those of the revision that counts: the newest not retired.

    `last_review` is the day somebody of ours last said that it holds, `owner` the account of who looks after it.
    `flagged` are passages that stay out until somebody lets their claims pass.
    """

    article: Article
    review_by: date | None
    last_review: date | None
    owner: str | None
    revisions: tuple[RevisionLine, ...]
    passages: int
    flagged: int

    @property
    def states(self) -> tuple[State, ...]:
        """States of the revisions, each once, the furthest first; "retired" only where there is no other."""
        order = (State.APPROVED, State.IN_REVIEW, State.DRAFT)
        there = {one.state for one in self.revisions}
        return tuple(state for state in order if state in there) or (State.RETIRED,)

    @property
    def newest(self) -> RevisionLine:
        """The newest revision that is not retired; the newest of all where each is."""
        kept = [one for one in self.revisions if one.state is not State.RETIRED]
        return (kept or list(self.revisions))[-1]


class PassageLine(Struct, frozen=True):
    """A passage with all that decides whether visitors may see it."""

    id: str
    article_id: str
    revision: str
    heading: tuple[str, ...]
    text: str
    kind: PassageKind
    claims: tuple[tuple[str, str], ...]
    flagged: bool
    claims_accepted: bool
    withdrawn: bool
    withheld: bool
    in_cut: bool
    revision_state: State

    @property
    def waits(self) -> bool:
        """Whether it stays out until somebody lets its claims pass."""
        return self.kind is PassageKind.CONTENT and self.flagged and not self.claims_accepted and not self.withdrawn


class Done(Struct, frozen=True):
    """A change in the history, with the moment."""

    at: datetime
    change: Change


def article_lines(connection: Connection) -> list[ArticleLine]:
    """Every article by title, with its revisions oldest first."""
    revisions: dict[str, list[RevisionLine]] = defaultdict(list)
    for one in _revisions(connection):
        revisions[one.article_id].append(one)
    counts = _counts(connection)
    query = sa.select(schema.articles).order_by(sa.func.lower(schema.articles.c.title), schema.articles.c.id)
    return [_article_line(row, revisions[row.id], counts) for row in connection.execute(query)]


def article_line(connection: Connection, article_id: str) -> ArticleLine | None:
    """Return one article; None when there is none of this id."""
    a = schema.articles
    row = connection.execute(sa.select(a).where(a.c.id == article_id)).one_or_none()
    if row is None:
        return None
    return _article_line(row, list(_revisions(connection, article_id)), _counts(connection, article_id))


def passage_lines(connection: Connection, article_id: str, revision: str) -> list[PassageLine]:
    """Every passage of a revision, in order."""
    p = schema.passages.c
    of_it = (p.article_id == article_id, p.revision == revision, p.in_cut.is_(True))
    query = _passages().where(*of_it).order_by(p.ordinal)
    return [_passage_line(row) for row in connection.execute(query)]


def passage_line(connection: Connection, passage_id: str) -> PassageLine | None:
    """Return one passage; None when there is none of this id."""
    row = connection.execute(_passages().where(schema.passages.c.id == passage_id)).one_or_none()
    return None if row is None else _passage_line(row)


def history(connection: Connection, article_id: str) -> list[Done]:
    """What was done to an article, newest first."""
    c = schema.curation.c
    query = sa.select(schema.curation).where(c.article_id == article_id).order_by(c.id.desc())
    names = tuple(Change.__struct_fields__)
    return [Done(row.at, Change(*(getattr(row, name) for name in names))) for row in connection.execute(query)]


class Comment(Struct, frozen=True):
    """What somebody of the staff said about an article."""

    at: datetime
    who: str
    words: str


def comments(connection: Connection, article_id: str) -> list[Comment]:
    """What staff said about an article, oldest first."""
    c = schema.comments.c
    query = sa.select(c.at, c.who, c.words).where(c.article_id == article_id).order_by(c.id)
    return [Comment(*row) for row in connection.execute(query)]


def edited_by(connection: Connection, person: str) -> frozenset[tuple[str, str]]:
    """Article and revision of everything that waits for approval and that this person has cut anew."""
    e, r = schema.edits.c, schema.revisions.c
    query = (
        sa.select(e.article_id, e.revision)
        .join_from(schema.edits, schema.revisions, (e.article_id == r.article_id) & (e.revision == r.digest))
        .where(e.person == person, e.state == "in force", e.undoes.is_(None), r.state == State.IN_REVIEW)
    )
    return frozenset((row.article_id, row.revision) for row in connection.execute(query))


def _revisions(connection: Connection, article_id: str | None = None) -> Iterable[RevisionLine]:
    r = schema.revisions.c
    query = sa.select(
        r.article_id, r.digest, r.ordinal, r.state, r.file_name, r.created_at, r.created_by, r.author
    ).order_by(r.article_id, r.ordinal)
    if article_id is not None:
        query = query.where(r.article_id == article_id)
    for row in connection.execute(query):
        yield RevisionLine(*row[:3], State(row.state), *row[4:])


def _counts(connection: Connection, article_id: str | None = None) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Passages, and those that wait for their claims to be let pass, by article and revision."""
    p = schema.passages.c
    counted = (sa.func.count(), sa.func.sum(sa.case((waits(), 1), else_=0)))
    query = sa.select(p.article_id, p.revision, *counted).where(p.in_cut.is_(True)).group_by(p.article_id, p.revision)
    if article_id is not None:
        query = query.where(p.article_id == article_id)
    return {
        (article, revision): (count, int(flagged)) for article, revision, count, flagged in connection.execute(query)
    }


def _article_line(
    row: Row[Any], revisions: list[RevisionLine], counts: Mapping[tuple[str, str], tuple[int, int]]
) -> ArticleLine:
    line = ArticleLine(article_of(row), row.review_by, row.last_review, row.owner, tuple(revisions), 0, 0)
    passages, flagged = counts.get((row.id, line.newest.digest), (0, 0))
    return replace(line, passages=passages, flagged=flagged)


def _passages() -> sa.Select[Any]:
    p, r = schema.passages.c, schema.revisions.c
    return sa.select(schema.passages, r.text, r.state).join_from(
        schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest)
    )


def _passage_line(row: Row[Any]) -> PassageLine:
    return PassageLine(
        id=row.id,
        article_id=row.article_id,
        revision=row.revision,
        heading=tuple(row.heading),
        text=row.text[row.start : row.end],
        kind=PassageKind(row.kind),
        claims=tuple((claim["words"], claim["reason"]) for claim in row.claims),
        flagged=row.flagged,
        claims_accepted=row.claims_accepted,
        withdrawn=row.withdrawn,
        withheld=row.withheld,
        in_cut=row.in_cut,
        revision_state=State(row.state),
    )
