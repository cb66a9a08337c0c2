"""Reciprocal rank fusion: several rankings of the same rows become one.

Source: Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009. Only places count, so a cosine and a BM25 weight never have to share a scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

# The paper's constant: large enough that no single first place outvotes two good ones.
K = 60
# Sums of fractions differ in their last bits by the order of adding; rounded, an equal standing is an equal weight.
_DECIMALS = 12


class Fused(Struct, frozen=True):
    """A row, its weight, and its rank (from 1) in each ranking that listed it, as (ranking's name, rank) by name."""

    row: int
    weight: float
    ranks: tuple[tuple[str, int], ...]


def fuse(rankings: Mapping[str, Sequence[int]], k: int = K) -> list[Fused]:
    """Return every row of the rankings, heaviest first, ties by row: weight = Σ 1 / (k + rank).

    Each ranking lists rows best first. Raises ValueError when a ranking lists a row twice or k is negative.
    """
    if k < 0:
        raise ValueError(f"k is {k}; it must be 0 or more")
    ranks: dict[int, list[tuple[str, int]]] = {}
    for name in sorted(rankings):
        _check_distinct(name, rankings[name])
        for rank, row in enumerate(rankings[name], start=1):
            ranks.setdefault(row, []).append((name, rank))
    weighed = sorted((-_weight(places, k), row) for row, places in ranks.items())
    return [Fused(row, -weight, tuple(ranks[row])) for weight, row in weighed]


def _weight(places: Sequence[tuple[str, int]], k: int) -> float:
    return round(sum([1 / (k + rank) for _, rank in places]), _DECIMALS)


def _check_distinct(name: str, ranking: Sequence[int]) -> None:
    if len(set(ranking)) != len(ranking):
        raise ValueError(f"ranking {name!r} lists a row twice; each row may have one place only")
