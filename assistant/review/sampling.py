"""Samples of answers to be judged, drawn by stratum: from the same log, days, sizes and seed always the same ones.

What decides is a hash of seed, stratum and answer, so it does not matter in which order a database returns its rows;
and feedback counts as the log held it when the sample was drawn, whatever visitors have changed since.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine

from assistant import log, schema
from assistant.outcome import Outcome
from assistant.review.facts import bounds, near_threshold
from assistant.review.gathering import gather
from assistant.review.schema import answer_facts, answer_traits, sampled, samples
from sources.database import reading, writing

MOST = 200
"""How many answers a sample has at most."""


class Stratum(StrEnum):
    """A kind of answer that is worth looking at; drawn in this order, and no answer twice."""

    crisis_advice = "crisis_advice"
    negative = "negative"
    near = "near"
    first_use = "first_use"
    refused = "refused"
    random = "random"


STRATA: Mapping[Stratum, str] = {
    Stratum.crisis_advice: "Crisis, emergency and personal advice",
    Stratum.negative: "Visitors said that it did not help",
    Stratum.near: "Near the threshold",
    Stratum.first_use: "First answer that showed a passage",
    Stratum.refused: "Refused",
    Stratum.random: "Any answer",
}


class Drawing(Struct, frozen=True):
    """What a sample is drawn by; `upto` is the place in the log up to which answers and feedback count."""

    seed: str
    since: date
    until: date
    upto: int
    sizes: Mapping[Stratum, int]


class Drawn(Struct, frozen=True):
    """An answer of a sample, and the stratum it was drawn for."""

    answer_id: str
    stratum: Stratum


def draw(connection: Connection, by: Drawing) -> list[Drawn]:
    """Draw a sample; a stratum that has fewer answers than asked for gives all of them."""
    gather(connection)
    found: dict[str, Drawn] = {}
    for stratum in Stratum:
        among = [id_ for id_ in _answers_of(connection, stratum, by) if id_ not in found]
        for id_ in ranked(among, by.seed, stratum)[: by.sizes.get(stratum, 0)]:
            found[id_] = Drawn(id_, stratum)
    return list(found.values())


def ranked(answer_ids: Sequence[str], seed: str, stratum: str) -> list[str]:
    """Return ids in the order in which a seed takes them."""
    return sorted(answer_ids, key=lambda id_: hashlib.sha256(f"{seed}\n{stratum}\n{id_}".encode()).digest())


def _answers_of(connection: Connection, stratum: Stratum, by: Drawing) -> Iterator[str]:
    f = answer_facts.c
    first, last = bounds(connection, by.since, by.until)
    query = sa.select(f.answer_id).where(f.seq >= first, f.seq <= min(last, by.upto))
    match stratum:
        case Stratum.crisis_advice:
            query = query.where(f.outcome.in_((Outcome.crisis, Outcome.emergency, Outcome.personal_advice)))
        case Stratum.near:
            query = query.where(near_threshold())
        case Stratum.first_use:
            t = answer_traits.c
            firsts = sa.select(sa.func.min(t.seq)).where(t.kind == "passage").group_by(t.value)
            query = query.where(f.seq.in_(firsts))
        case Stratum.refused:
            query = query.where(f.outcome == Outcome.no_answer)
        case Stratum.negative:
            unhelpful = _unhelpful(connection, by.upto)
            yield from (id_ for id_ in connection.scalars(query) if id_ in unhelpful)
            return
    yield from connection.scalars(query)


def _unhelpful(connection: Connection, upto: int) -> set[str]:
    """Answers of which the last feedback was, at that place of the log, that they did not help."""
    logged = schema.log.c
    query = sa.select(logged.body).where(logged.kind == "feedback", logged.seq <= upto).order_by(logged.seq)
    said = {one["answer"]: one["helpful"] for one in map(json.loads, connection.scalars(query))}
    return {id_ for id_, helpful in said.items() if helpful is False}


def keep_sample(engine: Engine, by: Drawing, *, who: str) -> str:
    """Draw a sample, keep it and log it; returns its id. Raises `ValueError` for an empty one.

    It is drawn before anything is locked, for that takes long and visitors must not wait; nothing that decides it changes.
    """
    with reading(engine) as connection:
        by = replace(by, upto=log.head(connection).seq)
        drawn = draw(connection, by)
    if not drawn:
        raise ValueError("No answer of these days is of the kinds you asked for. Take more days or other kinds.")
    with writing(engine) as connection:
        return _kept(connection, by, drawn, who)


def _kept(connection: Connection, by: Drawing, drawn: Sequence[Drawn], who: str) -> str:
    sample_id, at = secrets.token_hex(16), datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {
        "seed": by.seed,
        "since": by.since.isoformat(),
        "until": by.until.isoformat(),
        "upto": by.upto,
        "strata": {stratum.value: size for stratum, size in by.sizes.items()},
    }
    connection.execute(samples.insert().values(id=sample_id, at=at, who=who, **told))
    rows = [
        {"sample_id": sample_id, "answer_id": one.answer_id, "stratum": one.stratum.value, "place": place}
        for place, one in enumerate(drawn, 1)
    ]
    connection.execute(sampled.insert(), rows)
    answers = [[one.answer_id, one.stratum.value] for one in drawn]
    log.append(connection, [log.Entry("sample", {"who": who, "sample": sample_id, **told, "answers": answers})])
    return sample_id
