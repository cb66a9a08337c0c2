"""How much each passage is used: how often it was considered, shown, and said to have helped. Counted from the log."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant import schema
from sources.library import Article, Passage, approved_passages
from sources.pairs import called_today


@dataclass(frozen=True)
class Use:
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


@dataclass(frozen=True)
class Covered:
    """An article with the use of each of its passages that visitors may be shown."""

    article: Article
    passages: tuple[tuple[Passage, Use], ...]

    @property
    def use(self) -> Use:
        """The sum over its passages; one answer counts once for each passage."""
        return sum((use for _, use in self.passages), Use())

    @property
    def never_shown(self) -> int:
        """Passages that no answer has shown."""
        return sum(not use.shown for _, use in self.passages)


def coverage(connection: Connection, days: int) -> list[Covered]:
    """Return every article by title, with the use of its passages in the last so many days.

    What was said of a passage of an earlier revision counts for the one that has the same words now.
    """
    used = uses(connection, days)
    by_article: dict[str, list[tuple[Passage, Use]]] = defaultdict(list)
    for passage in approved_passages(connection):
        by_article[passage.article.id].append((passage, used.get(passage.id, Use())))
    found = [Covered(pairs[0][0].article, tuple(pairs)) for pairs in by_article.values()]
    return sorted(found, key=lambda one: ((one.article.attributes.title or "").casefold(), one.article.id))


def uses(connection: Connection, days: int) -> Mapping[str, Use]:
    """Return the use of every passage that was considered or shown, by the id it has today."""
    a, f, logged = schema.answers.c, schema.feedback.c, schema.log.c
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    query = (
        sa.select(logged.body, f.helpful)
        .join_from(schema.log, schema.answers, logged.seq == a.seq)
        .join(schema.feedback, f.answer_id == a.id, isouter=True)
        .where(logged.kind == "answer", logged.at >= since)
    )
    counts = {name: Counter[str]() for name in ("considered", "shown", "helpful", "not_helpful")}
    for body, helpful in connection.execute(query).yield_per(500):
        said = json.loads(body)
        counts["considered"].update({one["passage"] for one in said.get("candidates", [])} | set(said.get("shown", [])))
        counts["shown"].update(said.get("shown", []))
        if helpful is not None:
            counts["helpful" if helpful else "not_helpful"].update(said.get("shown", []))
    return _by_todays_ids(connection, counts)


def _by_todays_ids(connection: Connection, counts: Mapping[str, Counter[str]]) -> Mapping[str, Use]:
    ids: Sequence[str] = sorted({id_ for counter in counts.values() for id_ in counter})
    now = called_today(connection, ids)
    found: dict[str, Use] = defaultdict(Use)
    for id_ in ids:
        found[now[id_]] += Use(**{name: counter[id_] for name, counter in counts.items()})
    return found
