"""Late interaction: is each content word of a question near to some word of the passage, in the sense it has there?

A word's vector is the direction of the mean of its word pieces' contextual vectors. Those of an edition are kept as one
signed byte a component, a quarter of the memory and exact enough for the mean they enter; their lengths are taken out
when used.
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
_PART = 1_000


def content_words(tokens: Sequence[str], vectors: Vectors) -> Vectors:
    """Return a unit vector for each content word of a text, float32 of shape [words, dimension].

    `tokens` are BERT word pieces with a vector each, shape [tokens, dimension]; stop words, punctuation and the
    model's own tokens are left out.
    """
    found = list(_words(tokens))
    counted = [place for place, (word, _, _) in enumerate(found) if _counts(word)]
    if not counted:
        return np.zeros((0, vectors.shape[1]), dtype=np.float32)
    # The sum points where the mean does, and only the direction is kept.
    sums = np.add.reduceat(vectors, [first for _, first, _ in found], axis=0)[counted]
    unit: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return unit


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
    kept: Bytes = np.round(vectors * (127 / largest)).astype(np.int8)
    return kept


def lengths(words: Bytes) -> Vectors:
    """Length of each vector, shape [words]; taken in parts, so that no large copy is made."""
    parts = [np.linalg.norm(words[n : n + _PART].astype(np.float32), axis=1) for n in range(0, len(words), _PART)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def word_similarities(asked: Vectors, words: Bytes, lengths: Vectors, spans: Sequence[tuple[int, int]]) -> list[float]:
    """Return, for each span of words, how near a question's words are to it.

    That is the mean over the question's words, shape [asked, dimension], of the cosine to the nearest word of the
    span; 0 where either has none. `spans` are ``[first, end)`` into `words`, `lengths` belong to `words`.
    """
    filled = [n for n, (first, end) in enumerate(spans) if end > first]
    found = [0.0] * len(spans)
    if not filled or not len(asked):
        return found
    slices = [slice(*spans[n]) for n in filled]
    starts = np.cumsum([0, *(spans[n][1] - spans[n][0] for n in filled[:-1])])
    # Gathered and widened in one pass: this is most of what it costs.
    vectors = np.concatenate([words[one] for one in slices], dtype=np.float32)
    cosines = (vectors @ asked.T) / np.concatenate([lengths[one] for one in slices])[:, np.newaxis]
    means = np.maximum.reduceat(cosines, starts, axis=0).mean(axis=1, dtype=np.float64)
    for n, mean in zip(filled, means.tolist(), strict=True):
        found[n] = round(mean, _DECIMALS)
    return found
