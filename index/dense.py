"""Dense search: the passages whose unit vectors lie nearest to a question's, exactly, and the files vectors live in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.files import DamagedError, checked_bytes, write_synced

Vectors = NDArray[np.float32]

# Cosines closer than this are the same similarity: float32 sums differ from machine to machine below it.
DECIMALS = 6
# How far a stored vector's length may be from 1 before the file is not what was saved.
_LENGTH_TOLERANCE = 1e-3

# One search reads a few MB, far below where FAISS's OpenMP threads help; left on, they wake every core for each
# question, fight onnxruntime for them, and keep spinning afterwards. Many visitors are served by many searches instead.
faiss.omp_set_num_threads(1)


class DenseIndex:
    """Exact search over unit vectors, held in memory by FAISS.

    The index is always built from an array whose digest was checked: faiss.read_index on a file one does not trust
    is a memory-corruption risk.
    """

    def __init__(self, vectors: Vectors) -> None:
        """Index `vectors`, float32 of shape [n, d], each of length 1. Raises ValueError on any other."""
        if vectors.ndim != 2 or vectors.dtype != np.float32 or vectors.shape[1] == 0:
            raise ValueError(f"vectors are {vectors.dtype} of shape {vectors.shape}; float32 of shape [n, d] is needed")
        if fault := _fault(vectors):
            raise ValueError(fault)
        self.dimension = vectors.shape[1]
        self.size = vectors.shape[0]
        self._index = faiss.IndexFlatIP(self.dimension)
        self._index.add(np.ascontiguousarray(vectors))

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """Return the k nearest rows as (row, similarity), nearest first; fewer when the index holds fewer.

        `vector` is a unit vector of shape [d]. A similarity is the cosine, rounded to 6 decimals; equal ones come by
        row, also where k cuts through a tie. Raises ValueError on a vector of another shape or with NaN.
        """
        if vector.shape != (self.dimension,) or not np.isfinite(vector).all():
            raise ValueError(f"the query must be {self.dimension} finite numbers, not shape {vector.shape}")
        k = min(k, self.size)
        if k <= 0:
            return []
        return _ordered(*self._nearest(vector, k))[:k]

    def _nearest(self, vector: Vectors, k: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Ask FAISS for rows until the last is clearly worse than the k-th, so that no tie is cut unseen."""
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        asked = min(self.size, k + 16)
        while True:
            similarities, rows = self._index.search(query, asked)
            if asked == self.size or similarities[0, k - 1] - similarities[0, -1] > 2 * 10**-DECIMALS:
                return similarities[0], rows[0]
            asked = min(self.size, asked * 4)


def save_vectors(path: Path, vectors: Vectors) -> str:
    """Write vectors as float32 `.npy`, flushed to the disk, and return the file's SHA-256 in hex."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(vectors, dtype=np.float32), allow_pickle=False)
    return write_synced(path, buffer.getbuffer())


def load_vectors(path: Path, sha256: str) -> Vectors:
    """Read vectors saved by `save_vectors`, float32 of shape [n, d], each of length 1.

    Raises DamagedError when the file is missing, is not the one `sha256` names, or does not hold such vectors.
    """
    array = _parsed(path, checked_bytes(path, sha256))
    if array.dtype != np.float32 or array.ndim != 2:
        raise DamagedError(path, f"holds {array.dtype} of shape {array.shape}, not float32 of shape [n, d]")
    vectors: Vectors = array
    if fault := _fault(vectors):
        raise DamagedError(path, fault)
    return vectors


def _parsed(path: Path, content: bytes) -> NDArray[Any]:
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise DamagedError(path, f"is not a whole .npy file ({error})") from error
    if not isinstance(loaded, np.ndarray):
        raise DamagedError(path, "is an archive of arrays, not one array")
    return loaded


def _fault(vectors: Vectors) -> str | None:
    """Say what is wrong with the numbers, or None. NaN would otherwise sort anywhere."""
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        return f"vector {row} holds a number that is not finite"
    lengths = np.linalg.norm(vectors, axis=1)
    off = np.flatnonzero(np.abs(lengths - 1) > _LENGTH_TOLERANCE)
    return f"vector {off[0]} has length {lengths[off[0]]:.4f}, not 1" if off.size else None


def _ordered(similarities: Vectors, rows: NDArray[np.int64]) -> list[tuple[int, float]]:
    pairs: Sequence[tuple[int, float]] = [
        (int(row), round(float(similarity), DECIMALS)) for row, similarity in zip(rows, similarities, strict=True)
    ]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
