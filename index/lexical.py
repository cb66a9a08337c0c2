"""Lexical search: BM25 over the words of the passages, for what a vector may miss: names, doses, rare words.

A text's words are its runs of letters and digits, casefolded, possessive 's and stop words left out, each cut to its
stem by the English Snowball stemmer: "The SSRIs' side-effects" is `ssri side effect`. Parts of a hyphenated word are
words of their own. Weights are BM25 in Lucene's variant (k1 1.5, b 0.75), computed when an edition is opened; a question
adds up the columns of its stems.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

import numpy as np
import Stemmer
from msgspec import Struct
from numpy.typing import NDArray

# Weights closer than this are equal, and rows decide.
DECIMALS = 6
K1 = 1.5
B = 0.75

# Words that say nothing about the subject. Kept short: "not", "no", "without", "after", "before", "how long", "more"
# and "than" can decide which passage answers.
STOP_WORDS = frozenset(
    word
    for line in (
        "a about also am an and any are as at be been being but by can could did do does doing for from had has have",
        "having he her him his how i if in into is it its just me might may my of on or our please shall she should so",
        "some such that the their them there these they this those to us was we were what when where which who whom why",
        "will with would you your dont doesnt didnt isnt cant wont id im ive whats",
    )
    for word in line.split()
)

_APOSTROPHE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# "ketamine's" is ketamine and "I'm" is I; "doesn't" says "does not", of which the "not" is kept.
_ENDING = re.compile(r"'(?:s|m|re|ve|ll|d)$")
_NEGATION = re.compile(r".*n't")
# Snowball leaves "ssris" as it is, since its only vowel stands before the s; so do "snris" and "tcas".
_ABBREVIATIONS = re.compile(r"([^aeiouy\d]{2,}[aeiou])s")

_stemmers = threading.local()


class Repair(Struct, frozen=True):
    """A word of a question that occurs nowhere, and the word of the edition that it was taken for."""

    word: str
    taken_for: str


class Repaired(Struct, frozen=True):
    """A question with its misspelt words replaced, and each replacement."""

    text: str
    repairs: tuple[Repair, ...]


def words(text: str) -> list[str]:
    """Return a text's words in order, casefolded, without stop words and possessive endings."""
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHE).casefold()
    return [word for word in map(_bare, _WORD.findall(plain)) if word not in STOP_WORDS]


# One search asks several times for those of one question.
@lru_cache(maxsize=16)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a text's words, in order, repeats kept."""
    return tuple(_stem(word) for word in words(text))


@lru_cache(maxsize=1 << 16)
def _bare(word: str) -> str:
    return "not" if _NEGATION.fullmatch(word) else _ENDING.sub("", word)


def _stem(word: str) -> str:
    abbreviations = _ABBREVIATIONS.fullmatch(word)
    return abbreviations[1] if abbreviations else str(_stemmer().stemWord(word))


def _stemmer() -> Any:
    # A stemmer keeps state while it works, so each thread has its own.
    if not hasattr(_stemmers, "english"):
        _stemmers.english = Stemmer.Stemmer("english")
    return _stemmers.english


class LexicalIndex(Struct, frozen=True, eq=False, dict=True):
    """BM25 weights of every stem in every passage, column by column: stem s has entries starts[s] to starts[s+1].

    `rows` are the passages of a column in rising order and `weights` their weights; `stems` is sorted, and so is
    `vocabulary`, the words as they are written in the passages (casefolded). The row count is `size`.
    """

    weights: NDArray[np.float32]
    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    stems: tuple[str, ...]
    vocabulary: tuple[str, ...]
    size: int

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index passages; row n is texts[n]. The same texts give the same index."""
        return cls.of_words([words(text) for text in texts])

    @classmethod
    def of_words(cls, written: Sequence[Sequence[str]]) -> LexicalIndex:
        """Index passages whose words, as `words` gives them, are known; row n is written[n]."""
        vocabulary = tuple(sorted(set(chain.from_iterable(written))))
        by_word = {word: _stem(word) for word in vocabulary}
        known = tuple(sorted(set(by_word.values())))
        places = {stem: n for n, stem in enumerate(known)}
        place_of = {word: places[stem] for word, stem in by_word.items()}
        every = np.fromiter(map(place_of.__getitem__, chain.from_iterable(written)), np.int64)
        rows = np.repeat(np.arange(len(written)), [len(one) for one in written])
        weights, rows_of, starts = _bm25(every, rows, len(known), len(written))
        return cls(weights, rows_of, starts, known, vocabulary, len(written))

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """Return the k heaviest rows as (row, weight), heaviest first, ties by row; only rows with weight above 0.

        A weight is the BM25 sum over the query's stems, rounded to 6 decimals; a stem asked twice counts twice.
        """
        if k <= 0:
            return []
        weights = np.round(self.scores(query), DECIMALS)
        found = np.flatnonzero(weights > 0)
        if found.size > k:
            # All that reach the k-th weight, so that the rows of a tie are not left to chance.
            least = np.partition(weights[found], found.size - k)[found.size - k]
            found = found[weights[found] >= least]
        order = found[np.lexsort((found, -weights[found]))][:k]
        return [(int(row), float(weights[row])) for row in order]

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return the BM25 weight of every row for a query, float64 of shape [size]."""
        total = np.zeros(self.size)
        for stem in stems(query):
            column = self._column(stem)
            # A row occurs once in a column, so plain indexing adds all of it (np.add.at is many times slower).
            total[self.rows[column]] += self.weights[column]
        return total

    def coverage(self, query: str, rows: Sequence[int]) -> list[float]:
        """Return, for each row, the share of the query's stems that the passage has: 0 to 1.

        Each stem counts once, weighted by idf; one that occurs nowhere weighs as much as the rarest possible. A query
        without content words gives 0. Raises ValueError for a row that is not a passage.
        """
        wanted = np.asarray(rows, dtype=np.int64)
        if wanted.size and not 0 <= int(wanted.min()) <= int(wanted.max()) < self.size:
            raise ValueError(f"rows {list(rows)} are not all among the {self.size} passages")
        asked = sorted(set(stems(query)))
        total = sum(self._idf(stem) for stem in asked)
        covered = np.zeros(wanted.size)
        for stem in asked:
            covered += self._idf(stem) * self._occurs(stem, wanted)
        return [float(share) for share in covered / total] if total else [0.0] * len(rows)

    def common(self, words: str) -> int:
        """Return in how many passages the rarest stem of these words occurs; 0 if one of them occurs nowhere."""
        columns = [self._column(stem) for stem in stems(words)]
        return min((column.stop - column.start for column in columns), default=0)

    def missing(self, query: str) -> tuple[str, ...]:
        """Return the query's stems that occur in no passage, each once, in the query's order."""
        return tuple(dict.fromkeys(stem for stem in stems(query) if stem not in self._places))

    def repaired(self, query: str) -> Repaired:
        """Replace each unknown word by the one word of the edition that is nearly the same, where there is exactly one.

        Nearly: Damerau-Levenshtein distance (optimal string alignment) 1 for words of 5 letters and more, 2 from 8
        letters on. Names of medicines are close to one another, so more is asked: the same first letter (esketamine
        is not ketamine, duloxetine not fluoxetine), at distance 2 at most one letter more or less (prednisone is not
        prednisolone), and no digits (a dose is never guessed).
        """
        repairs: list[Repair] = []

        def repair(match: re.Match[str]) -> str:
            word = match[0].translate(_APOSTROPHE).casefold()
            taken_for = self._taken_for(word)
            if taken_for is None:
                return match[0]
            repairs.append(Repair(word, taken_for))
            return taken_for

        text = _WRITTEN_WORD.sub(repair, unicodedata.normalize("NFKC", query))
        return Repaired(text, tuple(dict.fromkeys(repairs)))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {stem: n for n, stem in enumerate(self.stems)}

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        """The vocabulary's words that may stand for a misspelt one, by length."""
        listed: dict[int, list[str]] = {}
        for word in self.vocabulary:
            if word.isalpha() and len(word) >= _LEAST_LETTERS - 1:
                listed.setdefault(len(word), []).append(word)
        return listed

    def _column(self, stem: str) -> slice:
        place = self._places.get(stem)
        return slice(0, 0) if place is None else slice(int(self.starts[place]), int(self.starts[place + 1]))

    def _occurs(self, stem: str, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        column = self.rows[self._column(stem)]
        if not column.size:
            return np.zeros(rows.size, dtype=np.bool_)
        places = np.minimum(np.searchsorted(column, rows), column.size - 1)
        found: NDArray[np.bool_] = column[places] == rows
        return found

    def _idf(self, stem: str) -> float:
        """Lucene's idf; a stem that occurs nowhere counts as if it occurred once, which is the highest there is."""
        column = self._column(stem)
        occurs = max(1, column.stop - column.start)
        return float(np.log(1 + (self.size - occurs + 0.5) / (occurs + 0.5))) if self.size else 1.0

    def _taken_for(self, word: str) -> str | None:
        if len(word) < _LEAST_LETTERS or not word.isalpha() or word in STOP_WORDS:
            return None
        if _stem(word) in self._places:
            return None
        most = 2 if len(word) >= _LETTERS_FOR_TWO else 1
        lengths = range(len(word) - 1, len(word) + 2)
        near = [other for n in lengths for other in self._by_length.get(n, ()) if other[0] == word[0]]
        # Late: it is 50 modules, and a server should not wait for them.
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        found = extract(word, near, scorer=OSA.distance, processor=None, score_cutoff=most, limit=None)
        return _single([(str(other), int(distance)) for other, distance, _ in found])


_LEAST_LETTERS = 5
_LETTERS_FOR_TWO = 8
_WRITTEN_WORD = re.compile(r"[^\W_]+(?:['’‘ʼ][^\W_]+)*")


def _single(found: Sequence[tuple[str, int]]) -> str | None:
    """Return the nearest word if all the nearest ones are forms of one word; two different words are no repair."""
    if not found:
        return None
    least = min(distance for _, distance in found)
    nearest = sorted(word for word, distance in found if distance == least)
    return nearest[0] if len({_stem(word) for word in nearest}) == 1 else None


def _bm25(
    places: NDArray[np.int64], rows: NDArray[np.int64], stems: int, size: int
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Return (weights, rows, starts) of BM25, Lucene's variant, from the stem and the row of every word.

    weight = idf · tf / (tf + k1 · (1 - b + b · length / mean length)), idf = ln(1 + (n - df + 0.5) / (df + 0.5)).
    Source: Kamphuis, de Vries, Boytsov and Lin, "Which BM25 do you mean?", ECIR 2020; a test holds it against bm25s.
    """
    pairs, counts = np.unique(places * size + rows, return_counts=True)
    columns, found = pairs // max(size, 1), pairs % max(size, 1)
    occurs = np.bincount(columns, minlength=stems)
    lengths = np.bincount(rows, minlength=size)
    idf = np.log(1 + (size - occurs + 0.5) / (occurs + 0.5))
    spread = K1 * (1 - B + B * lengths[found] / max(float(lengths.mean()) if size else 0.0, 1e-9))
    weights = idf[columns] * counts / (counts + spread)
    starts = np.concatenate([[0], np.cumsum(occurs)])
    return weights.astype(np.float32), found.astype(np.int32), starts.astype(np.int64)
