"""Vectors of the texts that training looks at, made once by sentence-transformers and kept in a work folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from index.model import check_model, default_model

Vectors = NDArray[np.float32]
# Fewer new texts than this are not worth writing the file again.
_WORTH_KEEPING = 500


class VectorStore:
    """Unit vectors by text, kept in `folder` as one array and the digests of its rows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[bytes, int] = {}
        self._vectors: Vectors = np.zeros((0, 0), dtype=np.float32)
        if (folder / "vectors.npy").exists():
            self._vectors = np.load(folder / "vectors.npy", allow_pickle=False)
            digests = (folder / "digests.bin").read_bytes()
            self._rows = {digests[n : n + 16]: n // 16 for n in range(0, len(digests), 16)}

    def add(self, texts: Iterable[str]) -> None:
        """Encode the texts that have no vector yet, and keep what was made."""
        missing = {_digest(text): text for text in texts if _digest(text) not in self._rows}
        if not missing:
            return
        made = self._encoded(list(missing.values()))
        self._vectors = np.concatenate([self._vectors, made]) if len(self._vectors) else made
        for digest in missing:
            self._rows[digest] = len(self._rows)
        if len(missing) >= _WORTH_KEEPING:
            self._keep()

    def _keep(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        np.save(self._folder / "vectors.npy", self._vectors)
        (self._folder / "digests.bin").write_bytes(b"".join(self._rows))

    def _encoded(self, texts: list[str]) -> Vectors:
        made = self._model.encode(texts, batch_size=64, convert_to_numpy=False, show_progress_bar=False)
        vectors = torch.stack(list(made)).float().numpy()
        found: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return found

    @cached_property
    def _model(self) -> SentenceTransformer:
        check_model(default_model())
        # Half precision: twice as fast, and near enough for finding neighbours and cutting windows.
        return SentenceTransformer(
            str(default_model().folder), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.bfloat16}
        )

    def of(self, texts: Iterable[str]) -> Vectors:
        """Return the vectors of texts that were added, float32 of shape [texts, dimension]."""
        found: Vectors = self._vectors[[self._rows[_digest(text)] for text in texts]]
        return found


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
