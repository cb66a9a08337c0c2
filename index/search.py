"""Search: two rankings of an edition's passages become one, with everything an auditor wants to see kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from index.edition import Edition, EditionPassage, Vectors
from index.fusion import fuse
from index.words import word_similarities

# Each ranking's depth: the fused list beyond it would rest on one ranking alone.
DEPTH = 30
_DECIMALS = 6


class Candidate(Struct, frozen=True):
    """A passage that search considered.

    `similarity` is the cosine of question and passage, or its nearest phrasing, `sentence_similarity` of the question and
    its nearest sentence, `word_similarity` the mean over the question's words of that to its nearest word; `coverage` is
    the idf-weighted share of the question's words that occur in the passage, 0 to 1. Ranks count from 1 and are None
    where a ranking did not list the passage. `asked_as` is the wording of the question to which it is nearer.
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
    asked_as: str


class Asked(Struct, frozen=True):
    """What is searched for: the text, its unit vector, shape [dimension], and its words', shape [words, dimension].

    `peaks` is the largest of each component over the text's tokens, shape [dimension]. `other` is the same in other
    words, where there are any; a passage may be near to either.
    """

    text: str
    vector: Vectors
    words: Vectors
    peaks: Vectors
    other: Asked | None = None


class SearchResult(Struct, frozen=True):
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
    wordings = [asked] if asked.other is None else [asked, asked.other]
    rankings, sentences = _rankings(edition, wordings, hidden)
    fused = fuse(rankings)[:DEPTH]
    rows = [one.row for one in fused]
    measured = [_measured(edition, one, rows) for one in wordings]
    similarities, by_word, coverage = (np.array(one) for one in zip(*measured, strict=True))
    nearest = by_word.argmax(axis=0)  # the first of equals
    columns = (similarities.max(axis=0), by_word.max(axis=0), coverage.max(axis=0), nearest)
    candidates = []
    for one, similarity, word_similarity, covered, wording in zip(fused, *(c.tolist() for c in columns), strict=True):
        ranks = dict(one.ranks)
        candidates.append(
            Candidate(
                listed=edition.passages[one.row],
                similarity=similarity,
                sentence_similarity=max(sentences[one.row]),
                sentence_similarities=sentences[one.row],
                word_similarity=word_similarity,
                coverage=covered,
                dense_rank=ranks.get("dense"),
                lexical_rank=ranks.get("lexical"),
                fused=round(one.weight, _DECIMALS),
                asked_as=wordings[wording].text,
            )
        )
    return SearchResult(asked, tuple(candidates), edition.lexical.missing(asked.text))


def _rankings(
    edition: Edition, wordings: Sequence[Asked], hidden: frozenset[str]
) -> tuple[dict[str, list[int]], dict[int, tuple[float, ...]]]:
    """Rank by passage, by words and by sentence, each wording for itself; and the similarity of every sentence seen."""
    deep = DEPTH + len(hidden)
    rankings: dict[str, list[int]] = {}
    for asked, name in zip(wordings, ("", ", other words"), strict=False):
        rankings[f"dense{name}"] = _rows(edition, _nearest(edition, asked.vector, deep), hidden)
        rankings[f"lexical{name}"] = _rows(edition, edition.lexical.search(asked.text, deep), hidden)
    listed = sorted({row for ranking in rankings.values() for row in ranking})
    found = [_by_sentence(edition, listed, asked.vector) for asked in wordings]
    sentences = found[0]
    if len(found) > 1:
        sentences = {row: tuple(map(max, zip(*(one[row] for one in found), strict=True))) for row in listed}
    rankings["sentence"] = sorted(listed, key=lambda row: (-max(sentences[row]), row))[:DEPTH]
    return rankings, sentences


def _nearest(edition: Edition, vector: Vectors, deep: int) -> list[tuple[int, float]]:
    """Rows and similarities of the passages that are nearest, by themselves or by one of their phrasings."""
    nearest = dict(edition.dense.search(vector, deep))
    for row, similarity in _by_phrasing(edition, vector).items():
        nearest[row] = max(similarity, nearest.get(row, -1.0))
    return sorted(nearest.items(), key=lambda one: (-one[1], one[0]))[:deep]


def _by_phrasing(edition: Edition, vector: Vectors) -> dict[int, float]:
    """Similarity of each passage's nearest phrasing to the question, by row; nothing for those without any."""
    if not edition.phrasing_rows:
        return {}
    similarities = np.round(edition.phrasing_vectors.astype(np.float64) @ vector, _DECIMALS).tolist()
    found: dict[int, float] = {}
    for row, similarity in zip(edition.phrasing_rows, similarities, strict=True):
        found[row] = max(similarity, found.get(row, -1.0))
    return found


def _measured(edition: Edition, asked: Asked, rows: list[int]) -> tuple[list[float], list[float], list[float]]:
    """Similarity, word similarity and coverage of these passages."""
    own = np.round(edition.vectors[rows].astype(np.float64) @ asked.vector, _DECIMALS).tolist()
    by_phrasing = _by_phrasing(edition, asked.vector)
    similarities = [max(one, by_phrasing.get(row, one)) for one, row in zip(own, rows, strict=True)]
    coverage = [round(share, _DECIMALS) for share in edition.lexical.coverage(asked.text, rows)]
    return similarities, _by_word(edition, rows, asked.words), coverage


def _rows(edition: Edition, found: Sequence[tuple[int, float]], hidden: frozenset[str]) -> list[int]:
    return [row for row, _ in found if edition.passages[row].id not in hidden][:DEPTH]


def _by_sentence(edition: Edition, rows: list[int], vector: Vectors) -> dict[int, tuple[float, ...]]:
    """Similarity of each sentence of these passages to the question, by row."""
    spans = [(edition.passages[row].first_sentence, len(edition.passages[row].sentences)) for row in rows]
    if not spans:
        return {}
    # Gathered and widened in one pass: this is most of what it costs.
    vectors = np.concatenate([edition.sentence_vectors[first : first + n] for first, n in spans], dtype=np.float64)
    similarities = np.round(vectors @ vector, _DECIMALS).tolist()
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
