"""A part of an edition: all that follows from the words of one article's passages, in one file.

A publish takes over every part whose passages are as they were, and of a changed one each passage that is. So what it
reads, encodes and writes grows with the change and not with the library. A part is a safetensors file:

vectors            [passages, dimension] float32, unit length
sentence_vectors   [sentences, dimension] float32, unit length
word_vectors       [words, dimension] int8
metadata           JSON: of each passage its key, the spans of its sentences, its words for BM25, its count of vectors
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from index.files import DamagedError, checked_bytes, write_synced
from index.words import Bytes
from sources.library import Passage

# Raise this whenever what is written or encoded changes: passages are taken over between editions of one format only.
FORMAT = 2
Vectors = NDArray[np.float32]
_TYPES = {"vectors": np.float32, "sentence_vectors": np.float32, "word_vectors": np.int8}


class Piece(Struct, frozen=True, eq=False):
    """What follows from one passage's words.

    `sentences` are spans ``[start, end)`` into its text, `terms` its words for BM25; `vector` is of shape [dimension],
    `sentence_vectors` of [sentences, dimension] and `words` of [words, dimension].
    """

    key: str
    sentences: tuple[tuple[int, int], ...]
    terms: tuple[str, ...]
    vector: Vectors
    sentence_vectors: Vectors
    words: Bytes


def piece_key(passage: Passage, encoder: str) -> str:
    """Name all that a piece follows from: the encoder's digest, and the passage's title, headings, words, phrasings."""
    follows = [FORMAT, encoder, passage.article.attributes.title, passage.heading, passage.text]
    follows += [passage.phrasings] if passage.phrasings else []
    return hashlib.sha256(json.dumps(follows, ensure_ascii=False).encode()).hexdigest()


def part_name(keys: Sequence[str]) -> str:
    """Path, within an edition, of the part with the pieces of these keys."""
    return f"parts/{hashlib.sha256(''.join(keys).encode()).hexdigest()[:32]}.safetensors"


def save_part(path: Path, pieces: Sequence[Piece]) -> str:
    """Write pieces, flushed to the disk, and return the file's SHA-256. Equal pieces give equal bytes."""
    listed = [
        {"key": one.key, "sentences": one.sentences, "terms": " ".join(one.terms), "words": len(one.words)}
        for one in pieces
    ]
    arrays = {
        "vectors": np.stack([one.vector for one in pieces]),
        "sentence_vectors": np.concatenate([one.sentence_vectors for one in pieces]),
        "word_vectors": np.concatenate([one.words for one in pieces]),
    }
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{path}: {name} hold a number that is not finite; the encoder is broken")
    metadata = {"pieces": json.dumps(listed, ensure_ascii=False, separators=(",", ":"))}
    return write_synced(path, save(arrays, metadata))


class Part(Struct, frozen=True, eq=False):
    """The pieces of one article, their arrays still in one; `listed` is what the metadata says of each."""

    listed: Sequence[Mapping[str, Any]]
    vectors: Vectors
    sentence_vectors: Vectors
    words: Bytes

    def pieces(self) -> Iterator[Piece]:
        """Take the part apart."""
        sentence, word = 0, 0
        for row, vector in zip(self.listed, self.vectors, strict=True):
            spans = tuple((start, end) for start, end in row["sentences"])
            after, word_after = sentence + len(spans), word + row["words"]
            yield Piece(
                key=row["key"],
                sentences=spans,
                terms=tuple(row["terms"].split()),
                vector=vector,
                sentence_vectors=self.sentence_vectors[sentence:after],
                words=self.words[word:word_after],
            )
            sentence, word = after, word_after


def load_part(path: Path, sha256: str) -> Part:
    """Read pieces saved by `save_part`.

    Raises DamagedError when the file is missing, is not the one `sha256` names, or does not hold pieces.
    """
    content = checked_bytes(path, sha256)
    try:
        arrays = load(content)
        (length,) = struct.unpack_from("<Q", content)
        listed = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["pieces"])
        _check(listed, arrays)
    except (SafetensorError, ValueError, KeyError, TypeError, struct.error) as error:
        raise DamagedError(path, f"does not hold the pieces of a part ({error!r})") from error
    return Part(listed, *(arrays[name] for name in _TYPES))


def _check(listed: Sequence[Mapping[str, Any]], arrays: Mapping[str, NDArray[Any]]) -> None:
    for name, kind in _TYPES.items():
        if arrays[name].dtype != kind or arrays[name].ndim != 2:
            raise ValueError(f"{name} are {arrays[name].dtype} of shape {arrays[name].shape}")
    counts = len(listed), sum(len(row["sentences"]) for row in listed), sum(row["words"] for row in listed)
    if counts != tuple(len(arrays[name]) for name in _TYPES):
        raise ValueError("counts and arrays do not fit")
