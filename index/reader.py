"""The reader: does this stretch of an article answer this question? A logit for each, by a small cross-encoder.

It reads question and text together, word by word, where search only compares one vector with another. A reader folder
(`index/reader_model/` is the one that ships) holds

model.onnx       (input_ids, token_type_ids) -> logit [1]; weights kept small, arithmetic in float32
tokenizer.json   the word pieces
manifest.json    how much is read, how closely the export agrees with the trained model, and the SHA-256 of the others
CARD.md          what it was trained on and how well it does

What is read is a pair: the question, and "heading: window", where a window is the part of a passage around the
sentences nearest to the question (`window`). Every pair is read alone, without padding, on one core: the same pair has
the same logit whatever else is being read. Several cores share several pairs.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from tokenizers import Encoding, Tokenizer

from index.exported import TOKENIZER_FILE, ExportedError, open_session, open_tokenizer, read_record
from index.model import file_sha256

MODEL_FILE = "model.onnx"
MANIFEST_FILE = "manifest.json"
SHIPPED = Path(__file__).resolve().parent / "reader_model"

# Six such windows are read in about 40 ms on two cores. At 45 words a fifth of the answers fell outside the window.
MOST_WORDS = 80
MOST_HEADING_WORDS = 12
# Logits are compared and kept at this precision; two pairs that read alike are then a tie.
DECIMALS = 4


class ReaderError(ExportedError):
    """A reader that cannot be used."""

    next_step = "Install Wellcited again: the reader comes with it"


class Reads(Protocol):
    """Whatever reads as a reader does."""

    @property
    def digest(self) -> str:
        """Digest of the reader folder."""
        ...

    def read(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each text the logit that it answers the question, in their order."""
        ...


class Reader(Struct, frozen=True):
    """A reader folder, open. Any number of threads may use it at once."""

    digest: str
    max_tokens: int
    _session: Any
    _tokenizer: Tokenizer
    _pool: ThreadPoolExecutor

    @classmethod
    def open(cls, folder: Path = SHIPPED, threads: int = 0) -> Reader:
        """Open a reader folder; `threads` is how many pairs are read at a time, 0 for one on each core.

        Raises ReaderError when a file is missing or is not the one the manifest names.
        """
        manifest, digest = _checked(folder)
        try:
            reader = cls(
                digest=digest,
                max_tokens=manifest["max_tokens"],
                # One core for one pair: shared among cores, the sums of a long product could round differently.
                _session=open_session(folder / MODEL_FILE, 1),
                _tokenizer=open_tokenizer(folder / TOKENIZER_FILE, manifest["max_tokens"]),
                _pool=ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="reader"),
            )
        except Exception as error:  # onnxruntime and tokenizers raise their own kinds, some of them bare Exception
            raise ReaderError(folder, f"cannot be opened ({error})") from error
        _give_back_memory()
        return reader

    def read(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each text the logit that it answers the question, in their order; 0 is even odds in training."""
        encodings = self._tokenizer.encode_batch([(question, text) for text in texts])
        # The longest first, so that no core is left with one when the others are done.
        order = sorted(range(len(texts)), key=lambda n: -len(encodings[n].ids))
        found = dict(zip(order, self._pool.map(self._logit, [encodings[n] for n in order]), strict=True))
        return [found[n] for n in range(len(texts))]

    def _logit(self, encoding: Encoding) -> float:
        ids = np.array([encoding.ids], dtype=np.int64)
        types = np.array([encoding.type_ids], dtype=np.int64)
        logit = self._session.run(["logit"], {"input_ids": ids, "token_type_ids": types})[0]
        return round(float(logit[0]), DECIMALS)


def checked_digest(folder: Path = SHIPPED) -> str:
    """Return the digest of a reader folder whose files are whole, without opening it. Raises ReaderError otherwise."""
    return _checked(folder)[1]


def _checked(folder: Path) -> tuple[dict[str, Any], str]:
    """Manifest and digest of a reader folder, all its files checked."""
    path = folder / MANIFEST_FILE
    return read_record(path, ReaderError, "manifest of a reader", _is_whole), file_sha256(path)


def window(
    text: str,
    heading: str,
    sentences: Sequence[tuple[int, int]],
    similarities: Sequence[float],
    most_words: int = MOST_WORDS,
) -> str:
    """Return what is read of a passage: "heading: " and the sentences around the one nearest to the question.

    `sentences` are spans ``[start, end)`` of `text`, each with its similarity to the question. From the most similar
    one (the first of equals) the window grows to the more similar neighbour while it has at most `most_words` words.
    White space is made plain; a passage short enough is read whole, and so is a first sentence that is too long.
    """
    words = " ".join(text.split())
    if sentences and len(words.split()) > most_words:
        first, last = _grown(text, sentences, similarities, most_words)
        words = " ".join(text[sentences[first][0] : sentences[last][1]].split())
    named = " ".join(heading.split()[:MOST_HEADING_WORDS]).rstrip(":.")
    return f"{named}: {words}" if named else words


def _grown(
    text: str, sentences: Sequence[tuple[int, int]], similarities: Sequence[float], most_words: int
) -> tuple[int, int]:
    """First and last sentence of the window."""
    lengths = [len(text[start:end].split()) for start, end in sentences]
    first = last = max(range(len(sentences)), key=lambda n: (similarities[n], -n))
    left = most_words - lengths[first]
    while True:
        near = [n for n in (last + 1, first - 1) if 0 <= n < len(sentences) and lengths[n] <= left]
        if not near:
            return first, last
        best = max(near, key=lambda n: (similarities[n], n))
        left -= lengths[best]
        first, last = min(first, best), max(last, best)


def _give_back_memory() -> None:
    """Opening needs for a moment three times the memory that reading does; glibc would keep what is free of it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _is_whole(manifest: object) -> bool:
    return (
        isinstance(manifest, dict)
        and isinstance(manifest.get("max_tokens"), int)
        and isinstance(manifest.get("files"), dict)
        and manifest["files"].keys() == {MODEL_FILE, TOKENIZER_FILE}
    )
