"""Sources that differ, for curators: what is proposed now, and what was decided about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant.policy import Topic
from sources.differences import Difference, Subjects, differences, statements
from sources.library import LibraryError, Passage, approved_passages
from sources.pairs import Settled, settled

PROPOSED = "proposed"


class Side(Struct, frozen=True):
    """One of two sentences, and the passage it stands in; None where that passage is no longer approved."""

    passage_id: str
    sentence: str
    passage: Passage | None


class Pair(Struct, frozen=True):
    """A difference in the list of a curator; `state` is "proposed", "confirmed" or "dismissed"."""

    id: str
    state: str
    because: str
    first: Side
    second: Side
    decision: Difference | Settled


def listed(connection: Connection, topics: Sequence[Topic]) -> list[Pair]:
    """Every difference: those that wait for a decision first, then those decided."""
    passages = approved_passages(connection)
    decided = settled(connection)
    known = {one.id for one in decided}
    found = [one for one in differences(list(statements(passages, subjects(topics)))) if one.id not in known]
    by_id = {passage.id: passage for passage in passages}
    return [
        *(_proposed(one) for one in found),
        *(_decided(one, by_id.get(one.first_id), by_id.get(one.second_id)) for one in decided),
    ]


def named(connection: Connection, topics: Sequence[Topic], id_: str) -> Difference | Settled:
    """Return a difference by its id. Raises `LibraryError` when there is none."""
    for pair in listed(connection, topics):
        if pair.id == id_:
            return pair.decision
    raise LibraryError(f"difference {id_}: there is none of this id. `wellcited differences` lists what there is.")


def subjects(topics: Sequence[Topic]) -> Subjects:
    """Say which topics a text is about; one that names only a wider topic is about all that topic includes."""
    patterns = [
        (topic, re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, topic.words))})(?!\w)", re.IGNORECASE))
        for topic in topics
    ]

    def found(text: str) -> frozenset[str]:
        topics = [topic for topic, pattern in patterns if pattern.search(text)]
        names = {topic.name for topic in topics}
        wider = (topic.includes for topic in topics if names.isdisjoint(topic.includes))
        return frozenset(names.union(*wider))

    return found


def _proposed(one: Difference) -> Pair:
    first, second = (Side(side.passage.id, side.text, side.passage) for side in (one.first, one.second))
    return Pair(one.id, PROPOSED, one.because, first, second, one)


def _decided(one: Settled, first: Passage | None, second: Passage | None) -> Pair:
    sides = Side(one.first_id, one.first_sentence, first), Side(one.second_id, one.second_sentence, second)
    return Pair(one.id, one.verdict.value, one.because, *sides, one)
