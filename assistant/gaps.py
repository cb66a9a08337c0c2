"""What visitors could not find: refused questions, those of one meaning together, and what staff decided about them.

Only questions whose words are still kept are looked at, and none of a conversation in which somebody was in danger: those
are no gaps of a library. What staff decide goes into the log without a word of a visitor's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from assistant import log, schema
from assistant.feedback import Given, all_given
from assistant.outcome import Level, Outcome
from sources import phrasings
from sources.curation import named
from sources.library import LibraryError

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]
"""From so many texts to their unit vectors, shape [texts, dimension]."""

# Two groups of questions mean the same where their questions are, on average, at least so similar (cosine). Of 20 questions
# each written in two ways 7 find their other half at 0.65, and 5 wrong pairs come together; at 0.6 it is 8 and 20, at 0.7 6
# and 1. A decision is for all of a group, so rather two groups of one meaning than one of two.
SAME_MEANING = 0.65
# The newest so many are looked at: every pair of them is compared.
MOST = 400
_NEAREST = 3


class Decision(StrEnum):
    """What staff decided about questions that were refused."""

    COVERED = "covered"
    NEEDS_SOURCE = "needs a source"
    OUT_OF_SCOPE = "out of scope"


class Nearest(Struct, frozen=True):
    """A passage that was considered for a refused question, and the probability that it answers, 0 to 1."""

    passage_id: str
    probability: float


class Miss(Struct, frozen=True):
    """A refused question: what was asked and searched for, when, and the likeliest passages, the likeliest first."""

    answer_id: str
    at: str
    question: str
    searched: str
    nearest: tuple[Nearest, ...]


class Settled(Struct, frozen=True):
    """A decision about the questions of these answers; `owner` is the account of who looks for a source."""

    id: int
    at: datetime
    who: str
    decision: Decision
    answers: tuple[str, ...]
    why: str
    owner: str | None
    passage_id: str | None


class Group(Struct, frozen=True):
    """Questions of one meaning that wait, the most typical first; `before` is what was decided about ones like them."""

    misses: tuple[Miss, ...]
    before: Settled | None = None

    @property
    def nearest(self) -> tuple[Nearest, ...]:
        """The likeliest passages of all its questions, each once."""
        best: dict[str, float] = {}
        for one in (near for miss in self.misses for near in miss.nearest):
            best[one.passage_id] = max(one.probability, best.get(one.passage_id, 0.0))
        ordered = sorted(best.items(), key=lambda one: (-one[1], one[0]))
        return tuple(Nearest(*one) for one in ordered[:_NEAREST])


def misses(connection: Connection, days: int, answers: Sequence[str] | None = None) -> list[Miss]:
    """Return the refused questions of the last so many days whose words are kept, newest first, `MOST` at most.

    With `answers`, only the questions of these. One that asked for personal advice counts where nothing in the library
    answered it, and not where passages were withheld, as they are from who asks for a dose.
    """
    a, q, logged = schema.answers.c, schema.questions.c, schema.log.c
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    query = (
        sa.select(a.id, logged.at, logged.body, q.text, q.searched)
        .join_from(schema.answers, schema.log, logged.seq == a.seq)
        .join(schema.questions, q.answer_id == a.id)
        .where(
            a.outcome.in_([Outcome.no_answer.value, Outcome.personal_advice.value]),
            logged.at >= since,
            sa.func.trim(q.text) != "",
        )
        .where(a.conversation.not_in(_in_danger()))
        .order_by(a.seq.desc())
    )
    if answers is not None:
        query = query.where(a.id.in_(answers))
    found = (_miss(row) for row in connection.execute(query.limit(MOST)) if schema.kept(row.text))
    return [one for one in found if one is not None]


def not_helpful(connection: Connection, days: int) -> list[Given]:
    """Return what was said of answers that did not help, newest first; none of a conversation with danger in it."""
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    in_danger = frozenset(connection.scalars(_in_danger()))
    given = (one for one in all_given(connection) if one.at >= since and not one.feedback.helpful)
    return [one for one in given if one.answer["conversation"] not in in_danger]


def _in_danger() -> sa.Select[tuple[str]]:
    a = schema.answers.c
    urgent = (Outcome.crisis.value, Outcome.emergency.value)
    return sa.select(a.conversation).where(a.crisis.is_(True) | a.outcome.in_(urgent))


def _miss(row: Any) -> Miss | None:
    said = json.loads(row.body)
    if said.get("triage", {}).get("level") in (Level.crisis.value, Level.emergency.value):
        return None
    if said.get("shown") or any(one.get("passed") for one in said.get("candidates", [])):
        return None
    candidates = sorted(said.get("candidates", []), key=lambda one: -one["probability"])[:_NEAREST]
    nearest = tuple(Nearest(one["passage"], one["probability"] / 1_000_000) for one in candidates)
    return Miss(row.id, row.at, row.text, schema.kept(row.searched) or row.text, nearest)


def groups(found: Sequence[Miss], decided: Sequence[Settled], encode: Encode) -> list[Group]:
    """Put questions of one meaning together; those of the most questions come first, and the newest of equals.

    Questions that were decided about take part, so that new ones like them say so; groups of none but them are left out.
    """
    if not found:
        return []
    settled = {answer: one for one in sorted(decided, key=lambda one: one.id) for answer in one.answers}
    vectors = encode([one.searched for one in found])
    made = []
    for places in together(vectors):
        ordered = sorted(places, key=lambda place: (-_typical(vectors, places)[place], place))
        waiting = tuple(found[place] for place in ordered if found[place].answer_id not in settled)
        before = [settled[one.answer_id] for one in (found[place] for place in places) if one.answer_id in settled]
        if waiting:
            made.append(Group(waiting, max(before, key=lambda one: one.id) if before else None))
    place_of = {one.answer_id: place for place, one in enumerate(found)}
    return sorted(made, key=lambda one: (-len(one.misses), min(place_of[miss.answer_id] for miss in one.misses)))


def _typical(vectors: Vectors, places: Sequence[int]) -> dict[int, float]:
    """How similar each question of a group is to all of it, to six decimals."""
    similar = vectors[places].astype(np.float64) @ vectors[places].astype(np.float64).sum(axis=0)
    return dict(zip(places, np.round(similar, 6).tolist(), strict=True))


def together(vectors: Vectors, least: float = SAME_MEANING) -> list[list[int]]:
    """Join what is most similar, again and again, while the mean similarity of two groups is at least `least`.

    Returns the rows of each group, in their order; the same vectors give the same groups.
    """
    count = len(vectors)
    similar = np.round(vectors.astype(np.float64) @ vectors.astype(np.float64).T, 6)
    np.fill_diagonal(similar, -np.inf)
    members: list[list[int]] = [[row] for row in range(count)]
    while count > 1:
        one, other = divmod(int(similar.argmax()), count)  # the first of equals
        if similar[one, other] < least:
            break
        one, other = min(one, other), max(one, other)
        share = len(members[one]) / (len(members[one]) + len(members[other]))
        joined = np.round(share * similar[one] + (1 - share) * similar[other], 6)
        similar[one], similar[:, one] = joined, joined
        similar[one, one] = -np.inf
        similar[other], similar[:, other] = -np.inf, -np.inf
        members[one], members[other] = sorted(members[one] + members[other]), []
    return [rows for rows in members if rows]


def decisions(connection: Connection) -> list[Settled]:
    """Return what was decided and holds, newest first."""
    g = schema.gaps
    rows = connection.execute(sa.select(g).where(g.c.taken_back.is_(False)).order_by(g.c.id.desc()))
    return [
        Settled(row.id, row.at, row.who, Decision(row.decision), tuple(row.answers), row.why, row.owner, row.passage_id)
        for row in rows
    ]


def cover(connection: Connection, group: Sequence[Miss], passage_id: str, words: str, *, who: str) -> None:
    """Add a phrasing by which the passage that answers these questions is found.

    Raises `LibraryError` as `add_phrasing` does, and where the phrasing is what a visitor wrote: that must stay erasable.
    """
    if _plain(words) in {_plain(text) for one in group for text in (one.question, one.searched)}:
        raise LibraryError("these are a visitor’s own words, which are to be erased one day. Put it in words of yours.")
    change = phrasings.add_phrasing(connection, passage_id, words, who=who)
    log.append(connection, [log.Entry("curation", asdict(change))])
    _settle(connection, group, Decision.COVERED, who=who, passage_id=passage_id)


def needs_source(connection: Connection, group: Sequence[Miss], owner: str, why: str, *, who: str) -> None:
    """Note that an article is wanted, and the account of who looks for one."""
    _settle(connection, group, Decision.NEEDS_SOURCE, who=who, owner=owner, why=why)


def out_of_scope(connection: Connection, group: Sequence[Miss], why: str, *, who: str) -> None:
    """Say that these questions are refused on purpose. Raises `LibraryError` without a reason."""
    if not why.strip():
        raise LibraryError("this needs a reason, which the log keeps.")
    _settle(connection, group, Decision.OUT_OF_SCOPE, who=who, why=why)


def take_back(connection: Connection, decision_id: int, *, who: str) -> None:
    """Let the questions of a decision wait again. Raises `LibraryError` when it does not hold."""
    g = schema.gaps
    changed = connection.execute(
        g.update().where(g.c.id == decision_id, g.c.taken_back.is_(False)).values(taken_back=True)
    ).rowcount
    if not changed:
        raise LibraryError("this decision was taken back already.")
    log.append(connection, [log.Entry("gap", {"who": named(who), "decision": "taken back", "id": decision_id})])


def _settle(
    connection: Connection,
    group: Sequence[Miss],
    decision: Decision,
    *,
    who: str,
    why: str = "",
    owner: str | None = None,
    passage_id: str | None = None,
) -> None:
    said: Mapping[str, Any] = {
        "who": named(who), "decision": decision.value, "answers": sorted(one.answer_id for one in group),
        "why": why.strip(), "owner": owner, "passage_id": passage_id,
    }  # fmt: skip
    connection.execute(schema.gaps.insert().values(at=datetime.now(UTC), taken_back=False, **said))
    log.append(connection, [log.Entry("gap", said)])


def _plain(words: str) -> str:
    return " ".join(words.casefold().split()).strip(" ?.!")
