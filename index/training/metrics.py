"""Small measures, and how sure they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_ROUNDS = 400


def auc(answerable: Floats, unanswerable: Floats) -> float:
    """Return how often an answerable question has more evidence than an unanswerable one; ties count half."""
    ordered = np.sort(unanswerable)
    below = np.searchsorted(ordered, answerable, side="left")
    upto = np.searchsorted(ordered, answerable, side="right")
    return float((below + upto).sum() / (2 * len(answerable) * len(unanswerable)))


def kept(answerable: Floats, unanswerable: Floats, refused: float = 0.9) -> float:
    """Return the share of answerable questions above the threshold that refuses this share of the others."""
    return float((answerable > np.quantile(unanswerable, refused)).mean())


def interval(measure: Callable[[NDArray[np.int64]], float], count: int, rounds: int = _ROUNDS) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a measure of rows, drawn anew from `count` rows each round."""
    draw = np.random.default_rng(20)
    found = [measure(draw.integers(0, count, count)) for _ in range(rounds)]
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def gain(ranked: Sequence[int], right: frozenset[int], depth: int = 10) -> float:
    """Return nDCG at `depth` of a ranking, for rows that are right or not."""
    won = sum(1 / np.log2(n + 2) for n, row in enumerate(ranked[:depth]) if row in right)
    return float(won / sum(1 / np.log2(n + 2) for n in range(min(depth, len(right)))))


def f1(picked: frozenset[int], right: frozenset[int]) -> float:
    """Return the harmonic mean of precision and recall; 0 where nothing right was picked."""
    return 2 * len(picked & right) / (len(picked) + len(right)) if picked or right else 0.0
