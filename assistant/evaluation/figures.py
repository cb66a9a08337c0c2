"""The numbers alone: intervals, areas, calibration and curves, as small pure functions of arrays.

Throughout, `scores` are probabilities from 0 to 1 and `right` says which of them are of a right thing; both have shape
[n]. The tests hold each function against a case worked by hand, and against scikit-learn where it has the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

SEED = 20
ROUNDS = 1000
BINS = 10
_Z = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share (Wilson, 1927); (0, 1) when nothing was counted."""
    if count == 0:
        return 0.0, 1.0
    share, square = right / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap(
    measure: Callable[[Rows], float], groups: Sequence[Rows], rounds: int = ROUNDS, seed: int = SEED
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a measure of rows.

    Each round draws every group anew, with replacement and in its own size, so that no group is ever empty.
    """
    draw = np.random.default_rng(seed)
    found = [measure(np.concatenate([draw.choice(group, len(group)) for group in groups])) for _ in range(rounds)]
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def area_under_curve(scores: Floats, positive: Flags) -> float:
    """Return how often a positive row has the higher score of a pair; ties count half. Both kinds must be there."""
    ordered = np.sort(scores[~positive])
    above = scores[positive]
    below = np.searchsorted(ordered, above, side="left")
    upto = np.searchsorted(ordered, above, side="right")
    return float((below + upto).sum() / (2 * len(above) * len(ordered)))


def kept_at(scores: Floats, positive: Flags, refused: float = 0.9) -> float:
    """Return the share of positive rows above the lowest threshold that leaves this share of the others at or below."""
    threshold = np.quantile(scores[~positive], refused, method="higher")
    return float((scores[positive] > threshold).mean())


class Bin(Struct, frozen=True):
    """Rows whose scores lie between two edges: how many, how many of them right, and the mean of their scores."""

    low: float
    high: float
    count: int
    right: int
    mean: float

    @property
    def share(self) -> float:
        """Share that is right, 0 to 1."""
        return self.right / self.count


def bins(scores: Floats, right: Flags, count: int = BINS, *, adaptive: bool = False) -> list[Bin]:
    """Return the bins that are not empty: equal in width, or, when `adaptive`, about equal in how many rows they hold.

    A score on an edge belongs to the bin below, as in scikit-learn's `calibration_curve`.
    """
    steps = np.linspace(0, 1, count + 1)
    edges = np.quantile(scores, steps) if adaptive else steps
    place = np.searchsorted(edges[1:-1], scores)
    found = []
    for n in range(count):
        inside = place == n
        if inside.any():
            rows = int(inside.sum())
            mean = float(scores[inside].mean())
            found.append(Bin(float(edges[n]), float(edges[n + 1]), rows, int(right[inside].sum()), mean))
    return found


def calibration_error(scores: Floats, right: Flags, count: int = BINS, *, adaptive: bool = False) -> float:
    """Return the expected calibration error, 0 to 1: the bins' mean gap of score and share right, weighted by size.

    Naeini, Cooper and Hauskrecht (2015) for equal widths; with `adaptive` the bins are of equal mass.
    """
    listed = bins(scores, right, count, adaptive=adaptive)
    return sum(one.count * abs(one.share - one.mean) for one in listed) / len(scores)


class Curve(Struct, frozen=True):
    """Points of a curve, x rising; `thresholds[n]` is the lowest score that still counts at point n."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    thresholds: tuple[float, ...]

    def at(self, threshold: float) -> tuple[float, float] | None:
        """Return the point where everything from a threshold up counts; None when nothing does."""
        points = [(x, y) for x, y, t in zip(self.x, self.y, self.thresholds, strict=True) if t >= threshold]
        return points[-1] if points else None


def roc_curve(scores: Floats, positive: Flags) -> Curve:
    """Return the share of positive rows (y) against that of the others (x) from each score up, beginning at (0, 0)."""
    thresholds, counted, hits = _steps(scores, positive)
    x = np.concatenate([[0.0], (counted - hits) / (~positive).sum()])
    y = np.concatenate([[0.0], hits / positive.sum()])
    return Curve(tuple(x.tolist()), tuple(y.tolist()), (float("inf"), *thresholds.tolist()))


def coverage_curve(scores: Floats, right: Flags) -> Curve:
    """Return, for each score as threshold, the share of rows from it up (x) and the share of these that is right (y)."""
    thresholds, counted, hits = _steps(scores, right)
    return Curve(tuple((counted / len(scores)).tolist()), tuple((hits / counted).tolist()), tuple(thresholds.tolist()))


def _steps(scores: Floats, flags: Flags) -> tuple[Floats, Floats, Floats]:
    """The different scores, highest first; how many rows are at or above each, and how many of these are flagged."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits = np.cumsum(flags[order])[last].astype(np.float64)
    return ordered[last], (last + 1).astype(np.float64), hits
