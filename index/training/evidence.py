"""What there is to say that a question is answerable: for each of its subject's passages, by every measure.

The passages read are those a search would hand on: the nearest of the subject by vector, with and without those that
answer. A question whose answering passages are taken away is one the subject does not answer: the hardest honest kind.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from index.model import default_model
from index.reader import Reader, window
from index.training.groups import heading_of
from index.training.material import Material, Question, Subject
from index.training.vectors import VectorStore
from index.words import content_words

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]
CANDIDATES = 6
MEASURES = ("reader", "cosine", "words, mean", "words, least")


class Evidence(Struct, frozen=True):
    """Of one question: the best of each of MEASURES over the passages read, with those that answer and without.

    `given` is None for a question that is unanswerable as it stands, and `without` None when nothing is left.
    """

    subject: str
    given: tuple[float, ...] | None
    without: tuple[float, ...] | None


class Words:
    """Vectors of the content words of texts, each text read once."""

    def __init__(self) -> None:
        self._model = SentenceTransformer(str(default_model().folder), device="cpu", local_files_only=True)
        self._kept: dict[str, Vectors] = {}

    def of(self, text: str) -> Vectors:
        """Return a unit vector for each content word, shape [words, dimension]."""
        if text not in self._kept:
            found = self._model.encode([text], output_value="token_embeddings", show_progress_bar=False)[0]
            ids = self._model.tokenizer(text, truncation=True, max_length=256)["input_ids"]
            tokens = self._model.tokenizer.convert_ids_to_tokens(ids)
            vectors = np.asarray(found.float(), dtype=np.float32)[: len(tokens)]
            self._kept[text] = content_words(tokens, vectors)
        return self._kept[text]

    def similarities(self, question: str, text: str) -> tuple[float, float]:
        """Return mean and least, over the question's words, of the cosine to the nearest word of the text."""
        asked, words = self.of(question), self.of(text)
        if not len(asked) or not len(words):
            return 0.0, 0.0
        nearest = (asked @ words.T).max(axis=1)
        return float(nearest.mean()), float(nearest.min())


class Measuring(Struct, frozen=True):
    """What is needed to measure: the reader, vectors, and words' vectors unless the slow measures are left out."""

    reader: Reader
    store: VectorStore
    words: Words | None = None

    def evidence(self, material: Material, questions: Sequence[Question]) -> list[Evidence]:
        """Return the evidence for each question, in their order."""
        subjects = {one.subject: material.subjects[one.subject] for one in questions}
        pieces = [own for subject in subjects.values() for own in subject.pieces]
        sentences = [own.text[a:b] for own in pieces for a, b in own.sentences]
        self.store.add([*(own.text for own in pieces), *sentences, *(one.text for one in questions)])
        return [self._of(subjects[one.subject], one) for one in questions]

    def windows(self, question: str, subject: Subject, places: Sequence[int]) -> list[str]:
        """Return what the reader reads of these passages."""
        pieces = [subject.pieces[n] for n in places]
        self.store.add(own.text[a:b] for own in pieces for a, b in own.sentences)
        asked = self.store.of([question])[0]
        found = []
        for own in pieces:
            near = self.store.of(own.text[a:b] for a, b in own.sentences) @ asked if own.sentences else np.zeros(0)
            found.append(window(own.text, heading_of(subject, own, "both"), own.sentences, near.tolist()))
        return found

    def _of(self, subject: Subject, question: Question) -> Evidence:
        gold = {one.piece for one in question.gold}
        near = self.store.of(own.text for own in subject.pieces) @ self.store.of([question.text])[0]
        order = [int(n) for n in np.argsort(-near, kind="stable")]
        left = [n for n in order if n not in gold]
        read = list(dict.fromkeys([*order[:CANDIDATES], *left[:CANDIDATES]]))
        rows = dict(zip(read, self._measured(question, subject, read, near), strict=True))
        without = _best([rows[n] for n in left[:CANDIDATES]])
        return Evidence(subject.key, _best([rows[n] for n in order[:CANDIDATES]]) if gold else None, without)

    def _measured(
        self, question: Question, subject: Subject, places: Sequence[int], near: Vectors
    ) -> list[tuple[float, ...]]:
        logits = self.reader.read(question.text, self.windows(question.text, subject, places))
        words = [
            self.words.similarities(question.text, subject.pieces[n].text) if self.words else (0.0, 0.0) for n in places
        ]
        return [(logit, float(near[n]), *both) for logit, n, both in zip(logits, places, words, strict=True)]


def _best(rows: Sequence[tuple[float, ...]]) -> tuple[float, ...] | None:
    return tuple(max(column) for column in zip(*rows, strict=True)) if rows else None
