"""The numbers of an evaluation, against cases worked by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as sklearn_roc_curve

from assistant.evaluation import figures
from assistant.evaluation.figures import Flags, Floats

# Four answerable questions and three others; 0.4 stands on both sides.
SCORES = np.array([0.9, 0.8, 0.4, 0.2, 0.7, 0.4, 0.1])
POSITIVE = np.array([True, True, True, True, False, False, False])


def drawn(seed: int, count: int = 200) -> tuple[Floats, Flags]:
    """Scores with many ties, and flags that go with them more often than not."""
    draw = np.random.default_rng(seed)
    scores = np.round(draw.random(count), 2)
    return scores, draw.random(count) < scores


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263, 15 of 148, 0 of 20 and 1 of 29.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_as_published(right: int, count: int, low: float, high: float) -> None:
    assert figures.wilson(right, count) == pytest.approx((low, high), abs=5e-5)


def test_nothing_counted_is_nothing_known() -> None:
    assert figures.wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 60), st.integers(0, 60))
def test_wilson_holds_the_share_and_stays_a_share(right: int, wrong: int) -> None:
    low, high = figures.wilson(right, right + wrong)
    assert 0 <= low <= high <= 1
    if right + wrong:
        assert low - 1e-12 <= right / (right + wrong) <= high + 1e-12


def test_area_by_hand() -> None:
    # Of the 12 pairs: 0.9 and 0.8 win all six, 0.4 wins one and ties one, 0.2 wins one.
    assert figures.area_under_curve(SCORES, POSITIVE) == pytest.approx((6 + 1.5 + 1) / 12)


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_area_and_curve_are_those_of_scikit_learn(seed: int) -> None:
    scores, positive = drawn(seed)
    if positive.all() or not positive.any():
        return
    assert figures.area_under_curve(scores, positive) == pytest.approx(roc_auc_score(positive, scores))
    x, y, thresholds = sklearn_roc_curve(positive, scores, drop_intermediate=False)
    curve = figures.roc_curve(scores, positive)
    assert curve.x == pytest.approx(x.tolist())
    assert curve.y == pytest.approx(y.tolist())
    assert curve.thresholds[1:] == pytest.approx(thresholds[1:].tolist())


def test_kept_by_hand() -> None:
    # Nine in ten of three others is all three, so only what is above 0.7 is kept.
    assert figures.kept_at(SCORES, POSITIVE) == 0.5
    # Half of them is two: above 0.4 there are again 0.9 and 0.8, for 0.4 itself is refused.
    assert figures.kept_at(SCORES, POSITIVE, 0.5) == 0.5
    assert figures.kept_at(SCORES, POSITIVE, 0.0) == 1.0


def test_bins_and_calibration_error_by_hand() -> None:
    scores = np.array([0.05, 0.15, 0.20, 0.95, 0.95])
    right = np.array([False, False, True, True, True])
    listed = figures.bins(scores, right)
    assert [(round(one.low, 1), one.count, one.right) for one in listed] == [(0.0, 1, 0), (0.1, 2, 1), (0.9, 2, 2)]
    # 1 · |0 - 0.05| + 2 · |0.5 - 0.175| + 2 · |1 - 0.95|, over 5
    assert figures.calibration_error(scores, right) == pytest.approx((0.05 + 0.65 + 0.1) / 5)


def test_adaptive_bins_hold_about_as_many_each() -> None:
    scores, right = np.linspace(0, 1, 100) ** 3, np.ones(100, dtype=np.bool_)
    assert [one.count for one in figures.bins(scores, right, adaptive=True)] == [10] * 10
    assert max(one.count for one in figures.bins(scores, right)) > 40


@pytest.mark.parametrize(("adaptive", "strategy"), [(False, "uniform"), (True, "quantile")])
@pytest.mark.parametrize("seed", range(5))
def test_bins_are_those_of_scikit_learn(adaptive: bool, strategy: str, seed: int) -> None:
    scores, right = drawn(seed)
    share, mean = calibration_curve(right, scores, n_bins=10, strategy=strategy)
    listed = figures.bins(scores, right, adaptive=adaptive)
    assert [one.share for one in listed] == pytest.approx(share.tolist())
    assert [one.mean for one in listed] == pytest.approx(mean.tolist())


def test_coverage_by_hand() -> None:
    curve = figures.coverage_curve(np.array([0.9, 0.7, 0.7, 0.2]), np.array([True, True, False, False]))
    assert curve.thresholds == (0.9, 0.7, 0.2)
    assert curve.x == pytest.approx((0.25, 0.75, 1.0))
    assert curve.y == pytest.approx((1.0, 2 / 3, 0.5))
    assert curve.at(0.5) == pytest.approx((0.75, 2 / 3))
    assert curve.at(0.7) == pytest.approx((0.75, 2 / 3))
    assert curve.at(0.95) is None


def test_the_bootstrap_is_the_same_each_time_and_holds_the_value() -> None:
    scores, positive = drawn(3)
    groups = [np.flatnonzero(positive), np.flatnonzero(~positive)]
    found = [
        figures.bootstrap(lambda rows: figures.area_under_curve(scores[rows], positive[rows]), groups, rounds=200)
        for _ in range(2)
    ]
    assert found[0] == found[1]
    low, high = found[0]
    assert low < figures.area_under_curve(scores, positive) < high
    # Hanley and McNeil (1982) give about 0.03 as the standard error here; the interval is some four of them wide.
    assert 0.05 < high - low < 0.2
