"""Measures of agreement: against published examples, scikit-learn, and another way to work out an interval."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from assistant.review.agreement import Measure, Pair, cohens_kappa, gwets_ac1, percent_agreement

# Two abstractors' classification of 100 pregnancies by ectopic, abnormal and normal intrauterine: the dataset
# `cont3x3abstractors` of Gwet's irrCAC (https://github.com/kgwet/irrCAC), with the results its page prints.
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))
# Cohen (1960), "A coefficient of agreement for nominal scales", table 1: 200 patients, kappa .492.
COHEN = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
Z = 1.959963984540054


def pairs_of(table: tuple[tuple[int, ...], ...]) -> list[Pair]:
    return [("abc"[a], "abc"[b]) for a, row in enumerate(table) for b, count in enumerate(row) for _ in range(count)]


def error_of(measure: Measure | None) -> float:
    assert measure is not None
    return (measure.high - measure.low) / 2 / Z


def test_published_examples_come_out() -> None:
    pairs = pairs_of(ABSTRACTORS)
    kappa, ac1, share = cohens_kappa(pairs), gwets_ac1(pairs, "abc"), percent_agreement(pairs)
    assert kappa is not None
    assert ac1 is not None
    assert share is not None
    assert kappa.value == pytest.approx(0.7964094, abs=1e-7)
    assert error_of(kappa) == pytest.approx(0.05891072, abs=1e-7)
    assert ac1.value == pytest.approx(0.8493305, abs=1e-7)
    # irrCAC's formula for tables divides by n where that for raw ratings, ours, divides by n - 1.
    assert error_of(ac1) * sqrt(99 / 100) == pytest.approx(0.04321747, abs=1e-7)
    assert share.value == 0.89
    found = cohens_kappa(pairs_of(COHEN))
    assert found is not None
    assert found.value == pytest.approx(0.492, abs=0.0005)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=2, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs: list[Pair]) -> None:
    found = cohens_kappa(pairs)
    first, second = zip(*pairs, strict=True)
    if found is None:
        assert min(len(set(first)), len(set(second))) == 1
    else:
        assert found.value == pytest.approx(cohen_kappa_score(first, second))
        assert -1 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize("measure", [cohens_kappa, lambda pairs: gwets_ac1(pairs, "abc")])
def test_the_interval_is_as_wide_as_samples_drawn_anew_say(measure: object) -> None:
    assert callable(measure)
    pairs = pairs_of(COHEN)
    draw = np.random.default_rng(20)
    values = [measure([pairs[n] for n in draw.integers(0, len(pairs), len(pairs))]).value for _ in range(600)]
    assert error_of(measure(pairs)) == pytest.approx(np.std(values), rel=0.1)


def test_what_is_not_defined_is_not_said() -> None:
    assert percent_agreement([]) is cohens_kappa([]) is gwets_ac1([], "ab") is None
    assert cohens_kappa([("a", "a")] * 3) is cohens_kappa([("a", "a"), ("a", "b")]) is None
    assert gwets_ac1([("a", "a")], "ab") is None
    # Where nearly all is of one kind kappa says next to nothing, and AC1 stays near the share.
    skewed = [("a", "a")] * 118 + [("a", "b")] * 5 + [("b", "a")] * 2
    kappa, ac1 = cohens_kappa(skewed), gwets_ac1(skewed, "ab")
    assert kappa is not None
    assert ac1 is not None
    assert kappa.value < 0 < 0.9 < ac1.value
