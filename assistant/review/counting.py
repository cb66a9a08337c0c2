"""What the overview counts: questions by day and outcome, verdicts, agreement, and how true probabilities were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.evaluation.figures import bins, wilson
from assistant.outcome import Outcome
from assistant.review.agreement import Measure, cohens_kappa, gwets_ac1, percent_agreement
from assistant.review.facts import bounds
from assistant.review.gathering import MILLION, gather
from assistant.review.schema import answer_facts
from assistant.review.verdicts import Item, Judgement, Verdict

RIGHT = frozenset({Judgement.appropriate, Judgement.incomplete})
"""Verdicts that say that the passage shown does answer the question."""
_BINS = 5
_SHOWED = (Outcome.answered.value, Outcome.personal_advice.value)


class Days(Struct, frozen=True):
    """How many questions came out how, day by day, without a gap: counts by outcome, in the order of `days`."""

    days: tuple[date, ...]
    counts: Mapping[Outcome, tuple[int, ...]]

    def of(self, *outcomes: Outcome) -> tuple[int, ...]:
        """Return how many came out as one of these, by day; without any, how many questions there were."""
        chosen = [self.counts[one] for one in outcomes or tuple(Outcome)]
        return tuple(map(sum, zip(*chosen, strict=True)))


def by_day(connection: Connection, since: date, until: date) -> Days:
    """Count the questions of these days (UTC, both included)."""
    gather(connection)
    f, logged = answer_facts.c, schema.log.c
    first, last = bounds(connection, since, until)
    day = sa.func.substr(logged.at, 1, 10)
    query = (
        sa.select(day, f.outcome, sa.func.count())
        .join_from(answer_facts, schema.log, logged.seq == f.seq)
        .where(f.seq >= first, f.seq <= last)
        .group_by(day, f.outcome)
    )
    found = {(row[0], row[1]): row[2] for row in connection.execute(query)}
    days = tuple(since + timedelta(n) for n in range((until - since).days + 1))
    counts = {one: tuple(found.get((day.isoformat(), one.value), 0) for day in days) for one in Outcome}
    return Days(days, counts)


def without_threshold(connection: Connection) -> int:
    """Count the answers that were searched for before thresholds were kept; none of them is near one, as far as is known."""
    gather(connection)
    f = answer_facts.c
    query = sa.select(sa.func.count()).where(f.probability.is_not(None), f.threshold.is_(None))
    return connection.scalar(query) or 0


class Calibrated(Struct, frozen=True):
    """Answers of about one probability: how many were judged, how many of them right, and their mean probability.

    `low` and `high` are the 95 % Wilson interval of the share that was right. All shares are from 0 to 1.
    """

    count: int
    right: int
    probability: float
    low: float
    high: float


def calibration(connection: Connection, judged: Sequence[Verdict]) -> list[Calibrated]:
    """Hold the probability of answers that showed passages against what was said of them, in five bins of equal width."""
    gather(connection)
    f = answer_facts.c
    said = {one.answer_id: one.judgement in RIGHT for one in judged}
    query = sa.select(f.answer_id, f.probability).where(
        f.answer_id.in_(said), f.outcome.in_(_SHOWED), f.probability.is_not(None)
    )
    rows = [(row.probability / MILLION, said[row.answer_id]) for row in connection.execute(query)]
    if not rows:
        return []
    scores, right = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
    return [
        Calibrated(one.count, one.right, one.mean, *wilson(one.right, one.count)) for one in bins(scores, right, _BINS)
    ]


def agreement(every: Sequence[Item]) -> tuple[int, list[Measure]]:
    """Say how far the first two reviewers agree in their judgements: on how many answers, and the measures there are."""
    pairs = [
        (one.verdicts[0].judgement.value, one.verdicts[1].judgement.value) for one in every if len(one.verdicts) >= 2
    ]
    measures = (percent_agreement(pairs), cohens_kappa(pairs), gwets_ac1(pairs, list(Judgement)))
    return len(pairs), [one for one in measures if one is not None]


def judged_as(judged: Sequence[Verdict]) -> dict[Judgement, int]:
    """Count verdicts by what they say, those that nobody gave with 0."""
    counts = Counter(one.judgement for one in judged)
    return {one: counts[one] for one in Judgement}
