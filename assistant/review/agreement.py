"""How far two reviewers agree, as small pure functions of their verdicts: three measures, each with its 95 % interval.

Throughout, `pairs` are the two reviewers' categories for each answer, and `categories` all that there are to choose
from, chosen or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt

from msgspec import Struct

from assistant.evaluation.figures import wilson

_Z = 1.959963984540054  # the 97.5 % point of the normal distribution
Pair = tuple[str, str]


class Measure(Struct, frozen=True):
    """A measure of agreement with its 95 % interval; None where it is not defined for these verdicts."""

    name: str
    value: float
    low: float
    high: float


def percent_agreement(pairs: Sequence[Pair]) -> Measure | None:
    """Return the share of answers on which both said the same, with its Wilson interval; None without pairs."""
    if not pairs:
        return None
    same = sum(a == b for a, b in pairs)
    return Measure("Percent agreement", same / len(pairs), *wilson(same, len(pairs)))


def cohens_kappa(pairs: Sequence[Pair]) -> Measure | None:
    """Return Cohen's kappa (Cohen, 1960) with the large-sample interval of Fleiss, Cohen and Everitt (1969).

    None without pairs, and where either used one category alone: it then says nothing, whatever the other said.
    """
    n = len(pairs)
    rows, columns = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    if min(len(rows), len(columns)) < 2:
        return None
    cells = {pair: count / n for pair, count in Counter(pairs).items()}
    p_row, p_column = ({k: count / n for k, count in margin.items()} for margin in (rows, columns))
    observed = sum(share for (a, b), share in cells.items() if a == b)
    expected = sum(share * p_column.get(k, 0.0) for k, share in p_row.items())
    kappa = (observed - expected) / (1 - expected)

    def term(pair: Pair, share: float) -> float:
        a, b = pair
        if a == b:
            return share * (1 - (p_row[a] + p_column[a]) * (1 - kappa)) ** 2
        return share * (1 - kappa) ** 2 * (p_column.get(a, 0.0) + p_row.get(b, 0.0)) ** 2

    spread = sum(term(pair, share) for pair, share in cells.items()) - (kappa - expected * (1 - kappa)) ** 2
    return _measure("Cohen’s kappa", kappa, sqrt(max(0.0, spread) / n) / (1 - expected))


def gwets_ac1(pairs: Sequence[Pair], categories: Sequence[str]) -> Measure | None:
    """Return Gwet's AC1 with the interval of Gwet (2008), https://doi.org/10.1348/000711006X126600.

    None with fewer than two pairs or categories.
    """
    n, q = len(pairs), len(categories)
    if n < 2 or q < 2:
        return None
    chosen = Counter(category for pair in pairs for category in pair)
    share = {k: chosen[k] / (2 * n) for k in categories}
    observed = sum(a == b for a, b in pairs) / n
    expected = sum(p * (1 - p) for p in share.values()) / (q - 1)
    ac1 = (observed - expected) / (1 - expected)

    def of_each() -> Iterator[float]:
        for a, b in pairs:
            by_chance = (1 - share[a] + 1 - share[b]) / (2 * (q - 1))
            yield ((a == b) - expected - 2 * (1 - ac1) * (by_chance - expected)) / (1 - expected)

    variance = sum((one - ac1) ** 2 for one in of_each()) / (n * (n - 1))
    return _measure("Gwet’s AC1", ac1, sqrt(variance))


def _measure(name: str, value: float, error: float) -> Measure:
    return Measure(name, value, max(-1.0, value - _Z * error), min(1.0, value + _Z * error))
