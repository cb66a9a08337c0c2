"""What a reader learns from: articles in passages, and questions with the passages that answer them, or none.

Which articles are kept aside for measuring is decided by a hash of the article's name, so that it is the same for
everyone and for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from sources.sentences import sentence_spans

HELD_PERCENT = 20
PASSAGE_WORDS = 100


class Piece(Struct, frozen=True):
    """A passage of an article: its text, the heading above it, and its sentences as spans ``[start, end)``."""

    text: str
    heading: str
    sentences: tuple[tuple[int, int], ...]


class Subject(Struct, frozen=True):
    """An article (or paper, or condition): the passages among which a question looks for its answer."""

    key: str
    title: str
    pieces: tuple[Piece, ...]
    held: bool


class Gold(Struct, frozen=True):
    """A passage that answers, by its place in its subject; `spans` are the words of the answer, none if all are."""

    piece: int
    spans: tuple[tuple[int, int], ...] = ()


class Question(Struct, frozen=True):
    """A question about a subject; without `gold` nothing of the subject answers it. `near` are passages that seem to.

    `kind` groups a subject's questions that share their answers; `wordings` ask the same in other words.
    """

    text: str
    subject: str
    gold: tuple[Gold, ...]
    near: tuple[int, ...] = ()
    kind: str = ""
    wordings: tuple[str, ...] = ()


class Material(Struct, frozen=True):
    """One source: its subjects by key, and the questions about them."""

    name: str
    subjects: dict[str, Subject]
    questions: list[Question] = field(default_factory=list)

    def part(self, held: bool) -> list[Question]:
        """Return the questions about subjects that are kept aside, or about the others."""
        return [one for one in self.questions if self.subjects[one.subject].held is held]


def is_held(source: str, key: str) -> bool:
    """Say whether a subject is kept aside for measuring: a fifth of them are, by the SHA-256 of "source/key"."""
    return _drawn(f"{source}/{key}") % 100 < HELD_PERCENT


def half_of(key: str) -> str:
    """Say what a subject that is kept aside may be used for: to set the gate ("tune") or to report on it ("report")."""
    return ("report", "tune")[(_drawn(f"gate/{key}") >> 56) % 2]


def _drawn(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def piece(text: str, heading: str) -> Piece:
    """Return a text as a passage."""
    return Piece(text, heading, sentence_spans(text))


def cut(text: str, most_words: int = PASSAGE_WORDS) -> list[tuple[int, int]]:
    """Part a long text between sentences into spans of about `most_words` words."""
    spans: list[tuple[int, int]] = []
    count = 0
    for start, end in sentence_spans(text):
        words = len(text[start:end].split())
        if spans and count + words <= most_words:
            spans[-1] = (spans[-1][0], end)
            count += words
        else:
            spans.append((start, end))
            count = words
    return spans


def overlapping(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    """Return the places of the spans that share a letter with ``[start, end)``."""
    return [n for n, (a, b) in enumerate(spans) if a < end and start < b]


def by_key(subjects: Iterable[Subject]) -> dict[str, Subject]:
    """Return subjects by their key."""
    return {one.key: one for one in subjects}
