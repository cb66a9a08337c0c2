"""Search: two rankings of an edition's passages become one, with everything an auditor wants to see kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.edition import Edition, EditionPassage, Vectors
from index.fusion import fuse

# Each ranking's depth: the fused list beyond it would rest on one ranking alone.
DEPTH = 30
_DECIMALS = 6


@dataclass(frozen=True)
class Candidate:
    """A passage that search considered.

    `similarity` is the cosine of question and passage, `sentence_similarity` of question and its best sentence, and
    `best_sentence` that sentence's place; ranks count from 1 and are None where a ranking did not list the passage.
    `coverage` is the idf-weighted share of the question's words that occur in the passage, 0 to 1.
    """

    listed: EditionPassage
    similarity: float
    sentence_similarity: float
    sentence_similarities: tuple[float, ...]
    coverage: float
    dense_rank: int | None
    lexical_rank: int | None
    fused: float


@dataclass(frozen=True)
class SearchResult:
    """Candidates by fused weight, best first, for the text that was searched for."""

    text: str
    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...]


def search(edition: Edition, text: str, vector: Vectors, hidden: frozenset[str] = frozenset()) -> SearchResult:
    """Rank the passages for a question.

    `vector` is the question's unit vector, shape [dimension]; passages whose id is in `hidden` (withdrawn) do not
    take part. Ties are broken by the passage's place in the edition, which is by id of article and place in it.
    """
    if not edition.passages:
        return SearchResult(text, (), ())
    dense = [row for row, _ in edition.dense.search(vector, DEPTH + len(hidden)) if _open(edition, row, hidden)][:DEPTH]
    lexical = [row for row, _ in edition.lexical.search(text, DEPTH + len(hidden)) if _open(edition, row, hidden)][
        :DEPTH
    ]
    sentences = _by_sentence(edition, sorted({*dense, *lexical}), vector)
    by_sentence = sorted(sentences, key=lambda row: (-max(sentences[row]), row))
    fused = fuse({"dense": dense, "lexical": lexical, "sentence": by_sentence[:DEPTH]})
    candidates = []
    for one in fused:
        listed = edition.passages[one.row]
        candidates.append(
            Candidate(
                listed=listed,
                similarity=_similarity(edition.vectors[one.row], vector),
                sentence_similarity=max(sentences[one.row]),
                sentence_similarities=sentences[one.row],
                coverage=round(edition.lexical.coverage(text, one.row), _DECIMALS),
                dense_rank=_rank(dense, one.row),
                lexical_rank=_rank(lexical, one.row),
                fused=round(one.weight, _DECIMALS),
            )
        )
    return SearchResult(text, tuple(candidates), tuple(edition.lexical.missing(text)))


def _open(edition: Edition, row: int, hidden: frozenset[str]) -> bool:
    return edition.passages[row].id not in hidden


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


def _similarity(one: Vectors, other: Vectors) -> float:
    return round(float(one.astype(np.float64) @ other), _DECIMALS)


def _rank(ranking: list[int], row: int) -> int | None:
    return ranking.index(row) + 1 if row in ranking else None
