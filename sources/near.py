"""Words that stand twice: passages of other articles that are nearly the same, and passages whose words are gone.

Two passages are nearly the same where most runs of four words of the shorter stand in the other, too. Where a sentence was
moved or a word exchanged, most runs are left; where two only speak of the same, hardly any are.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from sources import schema
from sources.article import PassageKind
from sources.library import State
from sources.splitting import split

LEAST_SHARED = 0.6
_RUN = 4
# A shorter one says too little to be told from a phrase that everybody uses.
_FEWEST_RUNS = 8
_WORD = re.compile(r"\w+(?:['’]\w+)*")


class Known(Struct, frozen=True):
    """A passage of the library, with the title of its article."""

    id: str
    article_id: str
    title: str
    heading: tuple[str, ...]
    text: str


class Near(Struct, frozen=True):
    """A text that is nearly a passage of the library; `shared` is the share of runs of words, from 0 to 1."""

    text: str
    known: Known
    shared: float


def near_duplicates(texts: Sequence[str], library: Iterable[Known]) -> list[Near]:
    """Return each text with the passage it is most like, where it is nearly the same as one; in the order of the texts."""
    runs = [_runs(text) for text in texts]
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, found in enumerate(runs):
        for run in found if len(found) >= _FEWEST_RUNS else ():
            places[run].append(place)
    best: dict[int, Near] = {}
    for known in library:
        theirs = _runs(known.text)
        if len(theirs) < _FEWEST_RUNS:
            continue
        for place, count in Counter(place for run in theirs for place in places.get(run, ())).items():
            shared = count / min(len(theirs), len(runs[place]))
            if shared >= LEAST_SHARED and (place not in best or best[place].shared < shared):
                best[place] = Near(texts[place], known, shared)
    return [best[place] for place in sorted(best)]


def near_passages(connection: Connection, text: str, article_id: str | None) -> list[Near]:
    """Return what of a canonical text is nearly a passage of another article than this one (None: of any)."""
    cut = [text[span.start : span.end] for span in split(text) if span.kind is PassageKind.CONTENT]
    others = _content(
        connection, schema.revisions.c.state != State.RETIRED, schema.passages.c.article_id != (article_id or "")
    )
    return near_duplicates(cut, others)


def gone(connection: Connection, article_id: str, text: str) -> list[Known]:
    """Return the passages that visitors may see of an article whose words do not occur in another text of it."""
    there = _plain(text)
    of_it = _content(connection, schema.revisions.c.state == State.APPROVED, schema.passages.c.article_id == article_id)
    return [one for one in of_it if _plain(one.text) not in there]


def known_passages(connection: Connection, ids: Collection[str]) -> dict[str, Known]:
    """Return passages that visitors may be shown, by id."""
    found = _content(connection, schema.revisions.c.state == State.APPROVED, schema.passages.c.id.in_(ids))
    return {one.id: one for one in found}


def holding(connection: Connection, words: str, most: int) -> list[Known]:
    """Return passages that visitors may be shown, up to `most`: each word is in the passage or in its article's title."""
    p, r, a = schema.passages.c, schema.revisions.c, schema.articles.c
    each = [
        sa.or_(_its_words().icontains(word, autoescape=True), a.title.icontains(word, autoescape=True))
        for word in words.split()
    ]
    if not each:
        return []
    found = _content(connection, r.state == State.APPROVED, p.withheld.is_(False), *each)
    return list(islice(found, most))


def _its_words() -> sa.ColumnElement[str]:
    p, r = schema.passages.c, schema.revisions.c
    return sa.func.substr(r.text, p.start + 1, p.end - p.start)


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.casefold().replace("’", "'"))
    return frozenset(tuple(words[n : n + _RUN]) for n in range(len(words) - _RUN + 1))


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold().replace("’", "'")))


def _content(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterable[Known]:
    """Content passages as they are cut now, of which this holds."""
    p, r, a = schema.passages.c, schema.revisions.c, schema.articles.c
    query = (
        sa.select(p.id, p.article_id, a.title, p.heading, _its_words().label("text"))
        .join_from(schema.passages, schema.revisions, (p.article_id == r.article_id) & (p.revision == r.digest))
        .join(schema.articles, a.id == p.article_id)
        .where(p.in_cut.is_(True), p.withdrawn.is_(False), p.kind == PassageKind.CONTENT, *where)
        .order_by(p.article_id, r.ordinal, p.ordinal)
    )
    for row in connection.execute(query):
        yield Known(row.id, row.article_id, row.title, tuple(row.heading), row.text)
