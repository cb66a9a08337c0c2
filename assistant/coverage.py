"""How much each passage is used: how often it was considered, shown, and said to have helped. Counted in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.considered import counts
from assistant.review.gathering import gather
from assistant.review.schema import answer_facts, answer_traits
from sources.library import Article, Passage, approved_ids, approved_passages, articles_by_id
from sources.pairs import called_today


class Order(StrEnum):
    """How articles are put in order: by title, by how often they were asked for, or by how often they did not help."""

    TITLE = "title"
    ASKED = "asked"
    SHOWN = "shown"
    NOT_HELPFUL = "not-helpful"


class Use(Struct, frozen=True):
    """Answers for which a passage was considered, in which it was shown, and of those that did or did not help."""

    considered: int = 0
    shown: int = 0
    helpful: int = 0
    not_helpful: int = 0

    def __add__(self, other: Use) -> Use:
        return Use(
            self.considered + other.considered,
            self.shown + other.shown,
            self.helpful + other.helpful,
            self.not_helpful + other.not_helpful,
        )


_NEVER = Use()


class Covered(Struct, frozen=True):
    """An article with the use of each passage that visitors may be shown, by id, in their order; `use` is the sum.

    One answer counts once for each passage that it showed.
    """

    article: Article
    uses: Mapping[str, Use]
    use: Use

    @property
    def never_shown(self) -> int:
        """Passages that no answer has shown."""
        return sum(not use.shown for use in self.uses.values())


_FIRST: Mapping[Order, Callable[[Use], int]] = {
    Order.TITLE: lambda _: 0,
    Order.ASKED: lambda use: -use.considered,
    Order.SHOWN: lambda use: -use.shown,
    Order.NOT_HELPFUL: lambda use: -use.not_helpful,
}


def coverage(connection: Connection, days: int, order: Order = Order.TITLE) -> list[Covered]:
    """Return every article with the use of its passages in the last so many days, today included.

    What was said of a passage of an earlier revision counts for the one that has the same words now.
    """
    used, articles = uses(connection, days), articles_by_id(connection)
    found = [_covered(articles[id_], ids, used) for id_, ids in approved_ids(connection).items()]
    by_title = sorted(found, key=lambda one: ((one.article.attributes.title or "").casefold(), one.article.id))
    return sorted(by_title, key=lambda one: _FIRST[order](one.use))


def _covered(article: Article, ids: Sequence[str], used: Mapping[str, Use]) -> Covered:
    of_it = {id_: used.get(id_, _NEVER) for id_ in ids}
    return Covered(article, of_it, sum((use for use in of_it.values() if use is not _NEVER), _NEVER))


def words_of(connection: Connection, some: Iterable[Covered]) -> Mapping[str, Passage]:
    """Return the passages of some articles by id, with their words."""
    return {one.id: one for one in approved_passages(connection, [covered.article.id for covered in some])}


def uses(connection: Connection, days: int) -> Mapping[str, Use]:
    """Return the use of every passage that was considered or shown, by the id it has today."""
    gather(connection)
    after = (datetime.now(UTC).date() - timedelta(days=days)).isoformat()
    shown = _shown_since(connection, after)
    found: dict[str, dict[str, int]] = {
        "considered": dict(counts(connection, after)),
        "shown": _counted(connection, shown),
        "helpful": _counted(connection, _said(shown, helpful=True)),
        "not_helpful": _counted(connection, _said(shown, helpful=False)),
    }
    return _by_todays_ids(connection, found)


def _shown_since(connection: Connection, after: str) -> sa.Select[tuple[str, int]]:
    """Passages that were shown on the days after this one, once for each answer."""
    t, logged = answer_traits.c, schema.log.c
    first = connection.scalar(sa.select(sa.func.min(logged.seq)).where(logged.at > f"{after}T99"))
    since = t.seq >= first if first is not None else sa.false()
    return sa.select(t.value, sa.func.count()).where(t.kind == "passage", since).group_by(t.value)


def _said(shown: sa.Select[tuple[str, int]], *, helpful: bool) -> sa.Select[tuple[str, int]]:
    """Narrow that to answers of which a visitor said whether they helped."""
    f, b = answer_facts.c, schema.feedback.c
    places = sa.select(f.seq).join_from(schema.feedback, answer_facts, f.answer_id == b.answer_id)
    return shown.where(answer_traits.c.seq.in_(places.where(b.helpful.is_(helpful))))


def _counted(connection: Connection, query: sa.Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}


def _by_todays_ids(connection: Connection, found: Mapping[str, Mapping[str, int]]) -> Mapping[str, Use]:
    ids: Sequence[str] = sorted({id_ for counted in found.values() for id_ in counted})
    now = called_today(connection, ids)
    by_id: dict[str, Use] = defaultdict(Use)
    for id_ in ids:
        by_id[now[id_]] += Use(**{name: counted.get(id_, 0) for name, counted in found.items()})
    return by_id
