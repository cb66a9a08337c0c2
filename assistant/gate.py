"""One decision on the final evidence: which candidates answer, if any does at all.

The probability is a logistic function of four measurements; its coefficients and the threshold stand in the policy
with who chose them, why, and for which encoder. They were fitted on questions kept apart from those reported on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from assistant.policy import Gate
from index.search import Candidate, SearchResult

_DECIMALS = 6


@dataclass(frozen=True)
class Judged:
    """A candidate with the probability that it answers, and whether that is enough."""

    candidate: Candidate
    probability: float
    passed: bool


def judge(result: SearchResult, gate: Gate) -> tuple[Judged, ...]:
    """Judge every candidate; the most probable first, ties by the order search gave."""
    judged = [_judged(candidate, gate) for candidate in result.candidates]
    return tuple(sorted(judged, key=lambda one: -one.probability))


def _judged(candidate: Candidate, gate: Gate) -> Judged:
    probability = round(probability_of(measurements(candidate), gate), _DECIMALS)
    return Judged(candidate, probability, probability >= gate.threshold)


def measurements(candidate: Candidate) -> tuple[float, float, float, float]:
    """Return what the gate looks at: similarity, sentence similarity, word similarity and coverage."""
    return candidate.similarity, candidate.sentence_similarity, candidate.word_similarity, candidate.coverage


def probability_of(measured: tuple[float, float, float, float], gate: Gate) -> float:
    """Probability that a passage answers, from 0 to 1."""
    weights = (gate.similarity, gate.sentence_similarity, gate.word_similarity, gate.coverage)
    total = gate.bias + sum(weight * value for weight, value in zip(weights, measured, strict=True))
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))
