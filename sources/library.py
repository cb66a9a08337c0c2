"""The library in the database: documents come in as draft revisions, approved passages come out.

All functions take a connection and leave the transaction to their caller, so that a change and its log entry are one.
"""

from __future__ import annotations

import hashlib
import json
import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import chain
from itertools import count as counting
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from msgspec import Struct, to_builtins
from msgspec.structs import asdict
from sqlalchemy.engine import Connection, Row

from sources import canonical, schema
from sources.article import (
    UNKNOWN,
    Attributes,
    Block,
    BlockKind,
    Document,
    Dropped,
    PassageKind,
    Span,
    attributes_from_json,
)

if TYPE_CHECKING:
    from sources.cleaning import Cleaned

# Put together once: every answer asks for it.
_NEWEST_CHANGE = sa.select(sa.func.max(schema.curation.c.id))
# Visitors are no longer shown an article that nobody has reviewed for so many months, without a publish.
SHOWN_MONTHS = 36
# From an approval or a review until the article is to be looked at again.
REVIEW_MONTHS = 12
_ATTRIBUTES = (
    "title",
    "publisher",
    "author",
    "url",
    "published",
    "reviewed",
    "licence",
    "sells_treatment",
    "funding",
    "sample",
)


class State(StrEnum):
    """Where a revision stands on its way to visitors."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    RETIRED = "retired"


class Status(StrEnum):
    """What an import did."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"


class Article(Struct, frozen=True):
    """A curated source with its stable id."""

    id: str
    attributes: Attributes


class Passage(Struct, frozen=True):
    """A span of a revision, with all that is needed to quote and attribute it; `text` is cut from the revision.

    `phrasings` are words of visitors by which it is found, and which nobody is shown.
    """

    id: str
    article: Article
    revision: str
    start: int
    end: int
    heading: tuple[str, ...]
    text: str
    phrasings: tuple[str, ...] = ()


class Imported(Struct, frozen=True):
    """What became of one document."""

    article_id: str
    revision: str
    status: Status
    cleaned: Cleaned
    passages: int
    flagged: int


class LibraryError(Exception):
    """A request that the library cannot carry out; the message names what, why and the next step."""


def take_in(
    connection: Connection,
    document: Document,
    *,
    file_name: str,
    who: str,
    given: Attributes = UNKNOWN,
    restored: Collection[int] = (),
    article_id: str | None = None,
    author: str | None = None,
    complete: bool = False,
) -> Imported:
    """Clean, split and store a document as a draft revision.

    The same document again changes nothing; another text of a known article becomes its next revision. `author` is the
    id of the person who brings it in, where that is somebody with an account; `complete` is that of `clean`.
    Raises `LibraryError` when nothing is left after cleaning.
    """
    # Imported late, as below what else is made of a text when it comes in: a server that only answers does without.
    from sources.cleaning import clean

    cleaned = clean(document, given, restored, complete=complete)
    if not cleaned.text:
        raise LibraryError(f"{file_name}: no words are left after cleaning. Check that the file holds an article.")
    known, status = recognised(connection, cleaned, file_name, article_id)
    digest = canonical.digest(cleaned.text)
    if known is not None and status is Status.UNCHANGED:
        return Imported(known, digest, status, cleaned, *_counts(connection, known, digest))
    article = known or _add_article(connection, cleaned.attributes, digest)
    _add_revision(connection, article, digest, cleaned, document, file_name, who, author)
    return Imported(article, digest, status, cleaned, *_counts(connection, article, digest))


def recognised(
    connection: Connection, cleaned: Cleaned, file_name: str, article_id: str | None = None
) -> tuple[str | None, Status]:
    """Say which article a cleaned document is a text of (None: a new one), and what taking it in would do."""
    known = _known(connection, cleaned.attributes, file_name) if article_id is None else article_id
    if known is None:
        return None, Status.NEW
    there = _has_revision(connection, known, canonical.digest(cleaned.text))
    return known, Status.UNCHANGED if there else Status.REVISED


def approved_passages(connection: Connection, of: Collection[str] | None = None) -> list[Passage]:
    """Every passage that may be shown, by article and place: approved, content, unflagged or let pass, not withdrawn.

    With `of`, only those of these articles.
    """
    p, r = schema.passages.c, schema.revisions.c
    query = _approved(p.id, p.article_id, p.revision, p.start, p.end, p.heading)
    texts_query = sa.select(r.digest, r.text).where(r.state == State.APPROVED)
    if of is not None:
        query, texts_query = query.where(p.article_id.in_(of)), texts_query.where(r.article_id.in_(of))
    texts = {row.digest: row.text for row in connection.execute(texts_query)}
    articles = articles_by_id(connection, of)
    return [
        Passage(id_, articles[article], revision, start, end, tuple(heading), texts[revision][start:end])
        for id_, article, revision, start, end, heading in connection.execute(query)
    ]


def approved_ids(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Ids of the passages that may be shown, in their order, by the id of their article; their words are not read."""
    p = schema.passages.c
    found: dict[str, list[str]] = defaultdict(list)
    for article, id_ in connection.execute(_approved(p.article_id, p.id)):
        found[article].append(id_)
    return {article: tuple(ids) for article, ids in found.items()}


def articles_by_id(connection: Connection, of: Collection[str] | None = None) -> dict[str, Article]:
    """Return every article, or these, by id."""
    query = sa.select(schema.articles)
    query = query if of is None else query.where(schema.articles.c.id.in_(of))
    return {row.id: article_of(row) for row in connection.execute(query)}


def _approved(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    p, r = schema.passages.c, schema.revisions.c
    return (
        sa.select(*columns)
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .where(p.in_cut.is_(True), *_may_be_shown())
        .order_by(p.article_id, p.ordinal)
    )


def is_approved(connection: Connection, passage_id: str) -> bool:
    """Whether a passage may be shown now; one that was cut anew may, until the edition that holds it gives way."""
    p, r = schema.passages.c, schema.revisions.c
    query = (
        sa.select(p.id)
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .where(p.id == passage_id, *_may_be_shown())
    )
    return connection.scalar(query) is not None and passage_id not in withdrawn_passages(connection)


def _may_be_shown() -> tuple[sa.ColumnElement[bool], ...]:
    p, r = schema.passages.c, schema.revisions.c
    return (
        r.state == State.APPROVED,
        p.kind == PassageKind.CONTENT,
        p.withdrawn.is_(False),
        p.withheld.is_(False),
        p.claims_accepted.is_(True) | p.flagged.is_(False),
    )


def approved_texts(connection: Connection) -> dict[str, str]:
    """Canonical text of every approved revision, by digest."""
    r = schema.revisions.c
    return {
        row.digest: row.text for row in connection.execute(sa.select(r.digest, r.text).where(r.state == State.APPROVED))
    }


def newest_change(connection: Connection) -> int:
    """Return the place of the newest row of the history: an edition built before it may be older than the library."""
    return connection.scalar(_NEWEST_CHANGE) or 0


def withdrawn_passages(connection: Connection) -> frozenset[str]:
    """Ids of passages that must not be shown, whatever edition is live.

    They are withdrawn, withheld, of a retired revision, or of an article that nobody has reviewed for so long
    (`SHOWN_MONTHS`). Words that were cut anew are kept from view in each cut that holds them.
    """
    p, r, a = schema.passages.c, schema.revisions.c, schema.articles.c
    query = (
        sa.select(p.id)
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .join(schema.articles, a.id == p.article_id)
        .where(
            p.withdrawn.is_(True)
            | p.withheld.is_(True)
            | (r.state != State.APPROVED)
            | (a.last_review < months_from(date.today(), -SHOWN_MONTHS))
        )
    )
    return frozenset(connection.scalars(query)) | frozenset(connection.scalars(_overlapping_hidden()))


def superseded_passages(connection: Connection) -> frozenset[str]:
    """Ids of passages that nobody took from view: they are of a revision that gave way to another one of its article."""
    p, r = schema.passages.c, schema.revisions.c
    today = sa.select(r.article_id).where(r.state == State.APPROVED)
    query = (
        sa.select(p.id)
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .where(r.state == State.RETIRED, p.withdrawn.is_(False), p.withheld.is_(False), p.article_id.in_(today))
    )
    return frozenset(connection.scalars(query))


def _overlapping_hidden() -> sa.Select[tuple[str]]:
    """Passages of a revision that was cut anew which share words with one that must not be shown."""
    p, other, e = schema.passages.c, schema.passages.alias("other"), schema.edits.c
    edited = sa.select(e.article_id, e.revision).distinct().subquery()
    promotional = other.c.in_cut.is_(True) & (other.c.kind != PassageKind.CONTENT)
    return (
        sa.select(p.id)
        .join_from(schema.passages, edited, (p.article_id == edited.c.article_id) & (p.revision == edited.c.revision))
        .join(other, (p.article_id == other.c.article_id) & (p.revision == other.c.revision))
        .where(p.start < other.c.end, other.c.start < p.end)
        .where(other.c.withdrawn.is_(True) | other.c.withheld.is_(True) | promotional)
    )


def months_from(day: date, months: int) -> date:
    """Return the same day so many months later (or, below 0, earlier); a month's last day where it has no such day.

    >>> months_from(date(2028, 2, 29), 12)
    datetime.date(2029, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def revision_text(connection: Connection, article_id: str, digest: str) -> str | None:
    """Return a revision's canonical text, or None when there is no such revision."""
    r = schema.revisions.c
    query = sa.select(r.text).where(r.article_id == article_id, r.digest == digest)
    return connection.scalar(query)


def stored_document(connection: Connection, article_id: str, digest: str) -> Document:
    """Return the blocks a revision was cleaned from, dropped ones included."""
    r = schema.revisions.c
    stored = connection.scalar(sa.select(r.document).where(r.article_id == article_id, r.digest == digest))
    if stored is None:
        raise LibraryError(f"article {article_id}: no revision {digest}. `wellcited articles` lists what there is.")
    return document_from_json(stored)


def document_to_json(document: Document) -> str:
    """Write a document as canonical JSON: the same document, the same bytes."""
    return json.dumps(to_builtins(document), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def document_from_json(text: str) -> Document:
    """Read a document that `document_to_json` wrote."""
    parsed = json.loads(text)
    blocks = tuple(Block(BlockKind(block["kind"]), block["text"], block["level"]) for block in parsed["blocks"])
    return Document(attributes_from_json(parsed["attributes"]), blocks)


def _known(connection: Connection, attributes: Attributes, file_name: str) -> str | None:
    """Return the article this is a text of: the same address, else the same title from the same publisher or file."""
    a, r = schema.articles.c, schema.revisions.c
    if attributes.url:
        return connection.scalar(sa.select(a.id).where(a.url == attributes.url).limit(1))
    same_origin = a.publisher == attributes.publisher if attributes.publisher else r.file_name == file_name
    query = sa.select(a.id).join_from(schema.articles, schema.revisions, a.id == r.article_id)
    return connection.scalar(query.where(a.title == attributes.title, a.url.is_(None), same_origin).limit(1))


def _has_revision(connection: Connection, article_id: str, digest: str) -> bool:
    r = schema.revisions.c
    return connection.scalar(sa.select(r.digest).where(r.article_id == article_id, r.digest == digest)) is not None


def _counts(connection: Connection, article_id: str, digest: str) -> tuple[int, int]:
    p = schema.passages.c
    flagged = sa.func.sum(sa.case((p.flagged, 1), else_=0))
    query = sa.select(sa.func.count(), flagged).where(
        p.article_id == article_id, p.revision == digest, p.in_cut.is_(True)
    )
    count, of_them = connection.execute(query).one()
    return count, of_them or 0


def _add_article(connection: Connection, attributes: Attributes, digest: str) -> str:
    slug = (
        re.sub(r"[^a-z0-9]+", "-", (attributes.title or "article").casefold()).strip("-")[:60].strip("-") or "article"
    )
    # Part of the first revision's digest tells two articles of one title apart, and is the same on every machine. The same
    # words under the same title may stand at two addresses.
    named = f"{slug}-{digest[:8]}"
    a = schema.articles.c.id
    taken = set(connection.scalars(sa.select(a).where(a.startswith(named, autoescape=True))))
    article_id = next(name for name in chain([named], (f"{named}-{n}" for n in counting(2))) if name not in taken)
    values = {name: getattr(attributes, name) for name in _ATTRIBUTES}
    connection.execute(schema.articles.insert().values(id=article_id, created_at=datetime.now(UTC), **values))
    return article_id


def _add_revision(
    connection: Connection,
    article_id: str,
    digest: str,
    cleaned: Cleaned,
    document: Document,
    file_name: str,
    who: str,
    author: str | None,
) -> None:
    count = sa.select(sa.func.count()).where(schema.revisions.c.article_id == article_id)
    connection.execute(
        schema.revisions.insert().values(
            article_id=article_id,
            digest=digest,
            ordinal=(connection.scalar(count) or 0) + 1,
            text=cleaned.text,
            state=State.DRAFT,
            document=document_to_json(document),
            file_name=file_name,
            created_at=datetime.now(UTC),
            created_by=who,
            author=author,
        )
    )
    _insert(
        connection,
        schema.dropped,
        [asdict(d) | {"article_id": article_id, "revision": digest} for d in cleaned.dropped],
    )
    _insert(connection, schema.passages, _passage_rows(article_id, digest, cleaned))


def _passage_rows(article_id: str, digest: str, cleaned: Cleaned) -> list[dict[str, Any]]:
    from sources.splitting import split

    seller = cleaned.attributes.publisher if cleaned.attributes.sells_treatment else None
    spans = enumerate(split(cleaned.text, seller))
    return [passage_row(article_id, digest, cleaned.text, span, ordinal) for ordinal, span in spans]


def passage_row(article_id: str, digest: str, text: str, span: Span, ordinal: int) -> dict[str, Any]:
    """Return the row of a passage that is new to the library, its claims looked for."""
    from sources.claims import claims

    found = [asdict(claim) for claim in claims(text[span.start : span.end])]
    return {
        "id": passage_id(article_id, digest, span.start, span.end),
        "article_id": article_id,
        "revision": digest,
        "ordinal": ordinal,
        "start": span.start,
        "end": span.end,
        "heading": list(span.heading),
        "kind": span.kind,
        "claims": found,
        "flagged": bool(found),
        "claims_accepted": False,
        "withdrawn": False,
        "in_cut": True,
        "withheld": span.withheld,
    }


def passage_id(article_id: str, revision: str, start: int, end: int) -> str:
    """Name a passage: 24 hex digits that only the same span of the same revision of the same article has."""
    return hashlib.sha256(f"{article_id}\n{revision}\n{start}\n{end}".encode()).hexdigest()[:24]


def _insert(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), rows)


def article_of(row: Row[Any]) -> Article:
    """Read an article from its row."""
    return Article(row.id, Attributes(**{name: getattr(row, name) for name in _ATTRIBUTES}))


class Listed(Struct, frozen=True):
    """One line of the list of articles: a revision and where it stands."""

    article_id: str
    title: str
    publisher: str | None
    revision: str
    state: str
    passages: int


def overview(connection: Connection) -> list[Listed]:
    """Every revision by article, newest last."""
    a, r, p = schema.articles.c, schema.revisions.c, schema.passages.c
    of_it = (p.article_id == r.article_id, p.revision == r.digest, p.in_cut.is_(True))
    count = sa.select(sa.func.count()).where(*of_it).scalar_subquery()
    query = (
        sa.select(a.id, a.title, a.publisher, r.digest, r.state, count)
        .join_from(schema.articles, schema.revisions, a.id == r.article_id)
        .order_by(a.id, r.ordinal)
    )
    return [Listed(*row) for row in connection.execute(query)]


def newest_revision(connection: Connection, article_id: str) -> str:
    """Return the digest of an article's newest revision. Raises `LibraryError` when there is no such article."""
    r = schema.revisions.c
    query = sa.select(r.digest).where(r.article_id == article_id).order_by(r.ordinal.desc()).limit(1)
    digest: str | None = connection.scalar(query)
    if digest is None:
        raise LibraryError(f"article {article_id}: there is none of this id. `wellcited articles` lists what there is.")
    return digest


def dropped_blocks(connection: Connection, article_id: str, revision: str) -> list[Dropped]:
    """What cleaning left out of a revision, in reading order."""
    d = schema.dropped.c
    query = sa.select(d.ordinal, d.text, d.reason).where(d.article_id == article_id, d.revision == revision)
    return [Dropped(*row) for row in connection.execute(query.order_by(d.ordinal))]


def sample_articles(connection: Connection) -> list[str]:
    """Ids of the articles marked as samples."""
    a = schema.articles.c
    return list(connection.scalars(sa.select(a.id).where(a.sample.is_(True)).order_by(a.id)))
