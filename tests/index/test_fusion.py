"""Reciprocal rank fusion, against sums worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import Fused, fuse

rankings = st.dictionaries(
    st.sampled_from(["dense", "lexical", "sentence"]), st.lists(st.integers(0, 30), unique=True, max_size=20)
)


def test_two_rankings_add_up() -> None:
    fused = fuse({"dense": [7, 3, 5], "lexical": [3, 9]})
    assert [one.row for one in fused] == [3, 7, 9, 5]
    assert fused[0] == Fused(3, round(1 / 62 + 1 / 61, 12), (("dense", 2), ("lexical", 1)))
    assert fused[0].weight == pytest.approx(0.0325224748, abs=1e-10)
    assert fused[1].weight == pytest.approx(0.0163934426, abs=1e-10)  # 1/61
    assert fused[2].weight == pytest.approx(0.0161290323, abs=1e-10)  # 1/62
    assert fused[3].weight == pytest.approx(0.0158730159, abs=1e-10)  # 1/63


def test_equal_weights_come_by_row() -> None:
    assert [one.row for one in fuse({"dense": [8, 2], "lexical": [2, 8]})] == [2, 8]
    assert [one.row for one in fuse({"a": [8], "b": [2], "c": [5]})] == [2, 5, 8]


def test_three_rankings_weigh_the_same_in_any_order_of_adding() -> None:
    fused = fuse({"a": [1, 2, 3], "b": [2, 3, 1], "c": [3, 1, 2]})
    assert [one.row for one in fused] == [1, 2, 3]
    assert len({one.weight for one in fused}) == 1


def test_k_sets_how_much_a_first_place_counts() -> None:
    several = {"a": [1, 2], "b": [3, 2], "c": [4, 2]}
    assert fuse(several, k=0)[0].weight == 1.5  # row 2: three times 1/2
    assert fuse({"a": [1, 9], "b": [9, 8]}, k=0)[0].weight == 1.5  # row 9: 1/2 + 1


def test_nothing_in_nothing_out() -> None:
    assert fuse({}) == []
    assert fuse({"dense": [], "lexical": []}) == []


def test_a_row_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'dense' lists a row twice"):
        fuse({"dense": [1, 1]})


def test_a_negative_k_is_refused() -> None:
    with pytest.raises(ValueError, match="k is -1"):
        fuse({"dense": [1]}, k=-1)


@given(rankings)
def test_every_listed_row_comes_out_once_and_heaviest_first(listed: dict[str, list[int]]) -> None:
    fused = fuse(listed)
    assert sorted(one.row for one in fused) == sorted({row for ranking in listed.values() for row in ranking})
    assert fused == sorted(fused, key=lambda one: (-one.weight, one.row))


@given(rankings)
def test_the_order_in_which_rankings_are_given_does_not_matter(listed: dict[str, list[int]]) -> None:
    assert fuse(listed) == fuse(dict(reversed(listed.items())))
