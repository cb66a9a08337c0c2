"""Verdicts on answers: two who do not see each other, a third between them where they differ, and what follows.

A verdict of "unsafe" withdraws the passages that the answer showed, in the same transaction.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy.engine import Connection

from assistant import log, schema
from assistant.review.schema import sampled, samples, verdicts
from sources import curation
from sources.database import lock
from sources.library import withdrawn_passages

NO_SAMPLE = ""
_JUDGING = 7010


class Judgement(StrEnum):
    """What a clinician says of an answer; a closed list, so that two can agree."""

    appropriate = "appropriate"
    incomplete = "incomplete"
    misleading = "misleading"
    wrong_passage = "wrong_passage"
    should_have_refused = "should_have_refused"
    unsafe = "unsafe"


class Harm(StrEnum):
    """How much harm the answer could have done."""

    none = "none"
    low = "low"
    moderate = "moderate"
    severe = "severe"


class Verdict(Struct, frozen=True):
    """One person's verdict. `person` is the id of their account, `place` 1 or 2, or 3 for who decided between them."""

    at: str
    answer_id: str
    sample_id: str
    place: int
    person: str
    who: str
    judgement: Judgement
    harm: Harm
    words: str


class Item(Struct, frozen=True):
    """An answer of a sample with the verdicts on it, in their order."""

    sample_id: str
    answer_id: str
    stratum: str
    verdicts: tuple[Verdict, ...]

    @property
    def differ(self) -> bool:
        """Whether the two who did not see each other differ, in judgement or in harm."""
        first = self.verdicts[:2]
        return len({(one.judgement, one.harm) for one in first}) > 1

    @property
    def final(self) -> Verdict | None:
        """The verdict that counts: the third one's, or the first where both agree; None while it is open."""
        if len(self.verdicts) >= 3:
            return self.verdicts[2]
        return self.verdicts[0] if len(self.verdicts) == 2 and not self.differ else None

    def waits_for(self, person: str) -> bool:
        """Whether a person can give a verdict on it; nobody gives two."""
        return self.final is None and all(one.person != person for one in self.verdicts)


class VerdictError(Exception):
    """A verdict that cannot be given (any more); says why."""


class Given(Struct, frozen=True):
    """What a person says of an answer."""

    judgement: Judgement
    harm: Harm
    words: str


def give(
    connection: Connection, answer_id: str, given: Given, *, person: str, who: str, sample_id: str = NO_SAMPLE
) -> tuple[str, ...]:
    """Keep a verdict and log it in the caller's transaction; returns the passages that it withdrew.

    Raises `VerdictError` where this person has given one already, or it was settled in the meantime.
    """
    lock(connection, _JUDGING)
    before = verdicts_on(connection, answer_id, sample_id)
    if any(one.person == person for one in before):
        raise VerdictError("You have given your verdict on this answer already. It stays as it is.")
    if sample_id != NO_SAMPLE:
        one = item(connection, sample_id, answer_id)
        if one is None or one.final is not None:
            raise VerdictError("Others have settled this answer in the meantime. Your verdict was not needed.")
    row = {
        "answer_id": answer_id, "sample_id": sample_id, "place": len(before) + 1, "person": person, "who": who,
        "judgement": given.judgement.value, "harm": given.harm.value, "words": given.words,
    }  # fmt: skip
    id_, at = secrets.token_hex(16), datetime.now(UTC).isoformat(timespec="milliseconds")
    connection.execute(verdicts.insert().values(id=id_, at=at, **row))
    body = {**row, "answer": answer_id, "verdict": id_}
    del body["answer_id"]
    log.append(connection, [log.Entry("verdict", body)])
    return _withhold(connection, answer_id, who) if given.judgement is Judgement.unsafe else ()


def _withhold(connection: Connection, answer_id: str, who: str) -> tuple[str, ...]:
    a = schema.answers.c
    body = json.loads(connection.scalars(sa.select(a.body).where(a.id == answer_id)).one())
    hidden = withdrawn_passages(connection)
    found = tuple(id_ for id_ in body["passage_ids"] if id_ not in hidden)
    why = f"answer {answer_id} was judged unsafe"
    changes = [curation.withdraw(connection, id_, who=who, why=why) for id_ in found]
    log.append(connection, [log.Entry("curation", asdict(change)) for change in changes])
    return found


def verdicts_on(connection: Connection, answer_id: str, sample_id: str) -> tuple[Verdict, ...]:
    """Return the verdicts on an answer within a sample, or those that no sample asked for, in their order."""
    v = verdicts.c
    query = sa.select(verdicts).where(v.answer_id == answer_id, v.sample_id == sample_id).order_by(v.place)
    return tuple(_verdict(row) for row in connection.execute(query))


def item(connection: Connection, sample_id: str, answer_id: str) -> Item | None:
    """Return one answer of a sample; None where it is not in it."""
    return next((one for one in items(connection, sample_id) if one.answer_id == answer_id), None)


def items(connection: Connection, sample_id: str | None = None) -> list[Item]:
    """Return the answers of a sample in its order; without one, those of all samples, the oldest sample first."""
    s, v = sampled.c, verdicts.c
    said: dict[tuple[str, str], list[Verdict]] = {}
    query = sa.select(verdicts).where(v.sample_id != NO_SAMPLE).order_by(v.place)
    listed = sa.select(sampled).join(samples, samples.c.id == s.sample_id)
    listed = listed.order_by(samples.c.at, s.sample_id, s.place)
    if sample_id is not None:
        query, listed = query.where(v.sample_id == sample_id), listed.where(s.sample_id == sample_id)
    for row in connection.execute(query):
        said.setdefault((row.sample_id, row.answer_id), []).append(_verdict(row))
    return [
        Item(row.sample_id, row.answer_id, row.stratum, tuple(said.get((row.sample_id, row.answer_id), ())))
        for row in connection.execute(listed)
    ]


def known_of(connection: Connection, answer_id: str) -> tuple[Verdict, ...]:
    """Return the verdicts on an answer that may be shown: none while a sample still waits for those of others."""
    v, s = verdicts.c, sampled.c
    within = list(connection.scalars(sa.select(s.sample_id).where(s.answer_id == answer_id)))
    if any(one is None or one.final is None for one in (item(connection, id_, answer_id) for id_ in within)):
        return ()
    query = sa.select(verdicts).where(v.answer_id == answer_id).order_by(v.at)
    return tuple(_verdict(row) for row in connection.execute(query))


def settled(every: Sequence[Item], direct: Sequence[Verdict] = ()) -> Iterator[Verdict]:
    """Yield the verdict that counts of each answer that is settled, and of those that no sample asked for the last."""
    counted = {one.answer_id: one for one in direct}
    in_samples = {one.answer_id: one.final for one in every if one.final is not None}
    yield from {**counted, **in_samples}.values()


def direct_verdicts(connection: Connection) -> list[Verdict]:
    """Return the verdicts that no sample asked for, oldest first."""
    v = verdicts.c
    query = sa.select(verdicts).where(v.sample_id == NO_SAMPLE).order_by(v.at)
    return [_verdict(row) for row in connection.execute(query)]


def _verdict(row: Any) -> Verdict:
    said = (Judgement(row.judgement), Harm(row.harm), row.words)
    return Verdict(row.at, row.answer_id, row.sample_id, row.place, row.person, row.who, *said)
