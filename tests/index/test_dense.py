"""Dense search against sums worked out by hand and against numpy; files that are not what was saved."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dense import DenseIndex, Vectors, load_vectors, save_vectors
from index.files import DamagedError


def unit(rows: list[list[float]]) -> Vectors:
    array = np.array(rows, dtype=np.float32)
    units: Vectors = array / np.linalg.norm(array, axis=1, keepdims=True)
    return units


def random_units(seed: int, count: int, dimension: int = 16) -> Vectors:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)).tolist())


def test_known_neighbours_have_known_similarities() -> None:
    index = DenseIndex(unit([[1, 0], [0, 1], [3, 4], [-1, 0]]))
    assert index.search(np.array([1, 0], np.float32), 4) == [(0, 1.0), (2, 0.6), (1, 0.0), (3, -1.0)]
    assert index.search(np.array([0, 1], np.float32), 2) == [(1, 1.0), (2, 0.8)]


def test_equal_vectors_come_by_row_also_where_k_cuts_the_tie() -> None:
    same = np.tile(random_units(1, 1), (500, 1))
    assert [row for row, _ in DenseIndex(same).search(same[0], 5)] == [0, 1, 2, 3, 4]


def test_a_difference_below_the_precision_is_a_tie() -> None:
    nearly = unit([[1, 2e-4], [1, 0]])  # cosines 0.99999998 and 1
    assert DenseIndex(nearly).search(np.array([1, 0], np.float32), 2) == [(0, 1.0), (1, 1.0)]


def test_no_passages_no_neighbours() -> None:
    index = DenseIndex(np.empty((0, 4), dtype=np.float32))
    assert index.search(np.array([1, 0, 0, 0], np.float32), 5) == []


def test_more_asked_for_than_there_are() -> None:
    vectors = random_units(2, 3)
    assert len(DenseIndex(vectors).search(vectors[0], 10)) == 3
    assert DenseIndex(vectors).search(vectors[0], 0) == []


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 70))
def test_it_finds_what_numpy_finds(seed: int, count: int, k: int) -> None:
    vectors, query = random_units(seed, count, 8), random_units(seed + 1, 1, 8)[0]
    exact = vectors.astype(np.float64) @ query.astype(np.float64)
    found = DenseIndex(vectors).search(query, k)
    assert len(found) == min(k, count)
    assert all(abs(similarity - exact[row]) < 2e-6 for row, similarity in found)
    assert sorted((s for _, s in found), reverse=True) == pytest.approx(sorted(exact, reverse=True)[:k], abs=2e-6)
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))


def test_faiss_keeps_to_one_thread() -> None:
    assert faiss.omp_get_max_threads() == 1


@pytest.mark.parametrize("bad", [np.ones(4, np.float32), np.ones((2, 4)), np.full((2, 4), 2, np.float32)])
def test_vectors_that_are_no_unit_vectors_are_refused(bad: Vectors) -> None:
    with pytest.raises(ValueError, match=r"shape|length"):
        DenseIndex(bad)


def test_a_query_that_is_no_vector_is_refused() -> None:
    index = DenseIndex(random_units(3, 4))
    with pytest.raises(ValueError, match="16 finite numbers"):
        index.search(np.ones(3, np.float32), 1)
    with pytest.raises(ValueError, match="16 finite numbers"):
        index.search(np.full(16, np.nan, np.float32), 1)


def test_saved_vectors_come_back_bit_for_bit(tmp_path: Path) -> None:
    vectors = random_units(4, 20)
    digest = save_vectors(tmp_path / "v.npy", vectors)
    assert digest == hashlib.sha256((tmp_path / "v.npy").read_bytes()).hexdigest()
    assert load_vectors(tmp_path / "v.npy", digest).tobytes() == vectors.tobytes()
    assert save_vectors(tmp_path / "again.npy", vectors) == digest


def test_no_vectors_can_be_saved(tmp_path: Path) -> None:
    digest = save_vectors(tmp_path / "v.npy", np.empty((0, 384), dtype=np.float32))
    assert load_vectors(tmp_path / "v.npy", digest).shape == (0, 384)


def npy(array: object, *, pickled: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=pickled)
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.ones((1, 1), np.float32))
    return buffer.getvalue()


BAD_FILES: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "not a whole .npy file"),
    ("garbage", lambda: b"not an array at all", "not a whole .npy file"),
    ("truncated", lambda: npy(random_units(5, 9))[:-7], "not a whole .npy file"),
    ("pickled", lambda: npy([{"a": 1}], pickled=True), "not a whole .npy file"),
    ("archive", archive, "archive of arrays"),
    ("float64", lambda: npy(np.eye(3)), "holds float64"),
    ("one axis", lambda: npy(np.ones(1, np.float32)), "of shape"),
    ("nan", lambda: npy(np.array([[1, 0], [np.nan, 0]], np.float32)), "vector 1 holds a number that is not finite"),
    ("infinite", lambda: npy(np.array([[np.inf, 0]], np.float32)), "vector 0 holds a number that is not finite"),
    ("long", lambda: npy(np.array([[1, 0], [2, 0]], np.float32)), "vector 1 has length 2.0000"),
]


@pytest.mark.parametrize(("content", "reason"), [bad[1:] for bad in BAD_FILES], ids=[bad[0] for bad in BAD_FILES])
def test_a_file_that_holds_no_vectors_is_refused(tmp_path: Path, content: Callable[[], bytes], reason: str) -> None:
    path = tmp_path / "v.npy"
    path.write_bytes(content())
    with pytest.raises(DamagedError) as caught:
        load_vectors(path, hashlib.sha256(content()).hexdigest())
    assert reason in caught.value.reason
    assert str(path) in str(caught.value)
    assert "Publish the edition again" in str(caught.value)


def test_another_file_than_the_published_one_is_refused(tmp_path: Path) -> None:
    digest = save_vectors(tmp_path / "v.npy", random_units(6, 3))
    save_vectors(tmp_path / "v.npy", random_units(7, 3))
    with pytest.raises(DamagedError, match="was published"):
        load_vectors(tmp_path / "v.npy", digest)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="cannot be read"):
        load_vectors(tmp_path / "none.npy", "0" * 64)
