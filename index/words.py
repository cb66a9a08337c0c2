"""Late interaction: is each content word of a question near to some word of the passage, in the sense it has there?

A word's vector is the mean of its word pieces' contextual vectors. Those of an edition are kept as one signed byte a
component, a quarter of the memory and exact enough for the mean they enter; their lengths are taken out when used.
The idea is ColBERT's (Khattab and Zaharia, 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.lexical import STOP_WORDS

Vectors = NDArray[np.float32]
Bytes = NDArray[np.int8]

_PIECE = "##"
_DECIMALS = 6


def content_words(tokens: Sequence[str], vectors: Vectors) -> Vectors:
    """Return a unit vector for each content word of a text, float32 of shape [words, dimension].

    `tokens` are BERT word pieces with a vector each, shape [tokens, dimension]; stop words, punctuation and the
    model's own tokens are left out.
    """
    rows = [vectors[first:end].mean(axis=0) for word, first, end in _words(tokens) if _counts(word)]
    if not rows:
        return np.zeros((0, vectors.shape[1]), dtype=np.float32)
    means = np.stack(rows)
    found: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return found


def _words(tokens: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Word, first token, end token of each word."""
    word, first = "", 0
    for place, token in enumerate(tokens):
        if token.startswith(_PIECE) and word:
            word += token.removeprefix(_PIECE)
            continue
        if word:
            yield word, first, place
        word, first = token, place
    if word:
        yield word, first, len(tokens)


def _counts(word: str) -> bool:
    return word.isalnum() and word not in STOP_WORDS


def to_bytes(vectors: Vectors) -> Bytes:
    """Keep the direction of each vector in signed bytes, shape as given."""
    if not len(vectors):
        return np.zeros(vectors.shape, dtype=np.int8)
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.round(vectors * (127 / largest)).astype(np.int8)


def word_similarity(asked: Vectors, words: Bytes) -> float:
    """Mean over a question's words of the similarity to the nearest word of a passage; 0 where either has none."""
    if not len(asked) or not len(words):
        return 0.0
    plain = words.astype(np.float32)
    nearest = (plain @ asked.T) / np.linalg.norm(plain, axis=1, keepdims=True)
    return round(float(nearest.max(axis=0).mean(dtype=np.float64)), _DECIMALS)
