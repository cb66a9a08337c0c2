"""Search: two rankings of an edition's passages become one, with everything an auditor wants to see kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.edition import Edition, EditionPassage, Vectors
from index.fusion import fuse
from index.words import word_similarities

# Each ranking's depth: the fused list beyond it would rest on one ranking alone.
DEPTH = 30
_DECIMALS = 6


@dataclass(frozen=True)
class Candidate:
    """A passage that search considered.

    `similarity` is the cosine of question and passage, `sentence_similarity` of the question and its nearest sentence,
    `word_similarity` the mean over the question's words of that to its nearest word; `coverage` is the idf-weighted
    share of the question's words that occur in the passage, 0 to 1. Ranks count from 1 and are None where a ranking
    did not list the passage.
    """

    listed: EditionPassage
    similarity: float
    sentence_similarity: float
    sentence_similarities: tuple[float, ...]
    word_similarity: float
    coverage: float
    dense_rank: int | None
    lexical_rank: int | None
    fused: float


@dataclass(frozen=True)
class Asked:
    """What is searched for: the text, its unit vector, shape [dimension], and its words', shape [words, dimension]."""

    text: str
    vector: Vectors
    words: Vectors


@dataclass(frozen=True)
class SearchResult:
    """Candidates by fused weight, best first, for what was searched for.

    `missing` are words of it, as stems, that occur nowhere in the edition.
    """

    asked: Asked
    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...] = ()


def search(edition: Edition, asked: Asked, hidden: frozenset[str] = frozenset()) -> SearchResult:
    """Rank the passages for a question.

    Passages whose id is in `hidden` (withdrawn) do not take part. Ties are broken by the passage's place in the
    edition, which is by id of article and place in it.
    """
    if not edition.passages:
        return SearchResult(asked, ())
    deep = DEPTH + len(hidden)
    dense = _rows(edition, edition.dense.search(asked.vector, deep), hidden)
    lexical = _rows(edition, edition.lexical.search(asked.text, deep), hidden)
    sentences = _by_sentence(edition, sorted({*dense, *lexical}), asked.vector)
    by_sentence = sorted(sentences, key=lambda row: (-max(sentences[row]), row))[:DEPTH]
    fused = fuse({"dense": dense, "lexical": lexical, "sentence": by_sentence})[:DEPTH]
    rows = [one.row for one in fused]
    similarities = np.round(edition.vectors[rows].astype(np.float64) @ asked.vector, _DECIMALS).tolist()
    by_word = _by_word(edition, rows, asked.words)
    coverage = edition.lexical.coverage(asked.text, rows)
    candidates = tuple(
        Candidate(
            listed=edition.passages[one.row],
            similarity=similarities[n],
            sentence_similarity=max(sentences[one.row]),
            sentence_similarities=sentences[one.row],
            word_similarity=by_word[n],
            coverage=round(coverage[n], _DECIMALS),
            dense_rank=_rank(dense, one.row),
            lexical_rank=_rank(lexical, one.row),
            fused=round(one.weight, _DECIMALS),
        )
        for n, one in enumerate(fused)
    )
    return SearchResult(asked, candidates, edition.lexical.missing(asked.text))


def _rows(edition: Edition, found: Sequence[tuple[int, float]], hidden: frozenset[str]) -> list[int]:
    return [row for row, _ in found if edition.passages[row].id not in hidden][:DEPTH]


def _by_sentence(edition: Edition, rows: list[int], vector: Vectors) -> dict[int, tuple[float, ...]]:
    """Similarity of each sentence of these passages to the question, by row."""
    spans = [(edition.passages[row].first_sentence, len(edition.passages[row].sentences)) for row in rows]
    picked = np.concatenate([np.arange(first, first + count) for first, count in spans]) if spans else np.array([], int)
    similarities = np.round(edition.sentence_vectors[picked].astype(np.float64) @ vector, _DECIMALS).tolist()
    found: dict[int, tuple[float, ...]] = {}
    place = 0
    for row, (_, count) in zip(rows, spans, strict=True):
        found[row] = tuple(similarities[place : place + count]) or (0.0,)
        place += count
    return found


def _by_word(edition: Edition, rows: list[int], asked: Vectors) -> list[float]:
    listed = [edition.passages[row] for row in rows]
    spans = [(p.first_word, p.first_word + p.words) for p in listed]
    return word_similarities(asked, edition.word_vectors, edition.word_lengths, spans)


def _rank(ranking: list[int], row: int) -> int | None:
    return ranking.index(row) + 1 if row in ranking else None
