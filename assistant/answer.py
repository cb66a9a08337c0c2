"""What a visitor receives, as plain values: an answer is given once and never changes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from assistant.outcome import Outcome
from sources.article import Attributes


class Notice(Struct, frozen=True):
    """A fixed wording of the policy, shown above everything else of an answer."""

    kind: str
    text: str


class Source(Struct, frozen=True):
    """The article a passage was quoted from, as it was described at that time."""

    id: str
    revision: str
    attributes: Attributes

    def public(self) -> dict[str, Any]:
        """Return the `article` object of the public API."""
        a = self.attributes
        return {
            "id": self.id,
            "revision": self.revision,
            "title": a.title,
            "publisher": a.publisher,
            "author": a.author,
            "url": a.url,
            "published": a.published.isoformat() if a.published else None,
            "reviewed": a.reviewed.isoformat() if a.reviewed else None,
            "sells_treatment": a.sells_treatment,
        }


class Role(StrEnum):
    """Why a passage is shown: it answers, it qualifies another passage, or it does not say the same as another."""

    ANSWER = "answer"
    CAVEAT = "caveat"
    DIFFERENCE = "difference"


class Companion(Struct, frozen=True):
    """Why a passage is shown that was not chosen as an answer: with which one, and because of what."""

    role: Role
    beside: str
    because: str


class Quotation(Struct, frozen=True):
    """A passage word for word.

    `text` equals the revision's text from `start` to `end`; `highlights` are spans ``[start, end)`` into `text`,
    in characters (code points), of the sentences that answer; `also_in` are other articles that say the same;
    `companion` says of a passage that was not chosen as an answer why it is shown.
    """

    passage_id: str
    source: Source
    start: int
    end: int
    text: str
    heading: tuple[str, ...]
    highlights: tuple[tuple[int, int], ...]
    warnings: tuple[str, ...]
    also_in: tuple[Source, ...] = ()
    companion: Companion | None = None

    @property
    def source_page(self) -> str:
        """Path of our own page of the article, opened at the passage."""
        return f"/sources/{self.source.id}?passage={self.passage_id}#{self.passage_id}"

    def public(self) -> dict[str, Any]:
        """Return one of the `passages` of the public API."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "highlights": [list(span) for span in self.highlights],
            "heading": list(self.heading),
            "warnings": list(self.warnings),
            "source_page": self.source_page,
            "article": self.source.public(),
        }


class Answer(Struct, frozen=True):
    """Outcome, notices, quoted passages and disclaimer, with the edition and policy that gave them."""

    id: str
    conversation: str
    outcome: Outcome
    topic: str | None
    notices: tuple[Notice, ...]
    passages: tuple[Quotation, ...]
    suggestions: tuple[str, ...]
    disclaimer: str
    edition: str
    policy: str

    def public(self) -> dict[str, Any]:
        """Return the response of `POST /api/ask`."""
        return {
            "answer": self.id,
            "conversation": self.conversation,
            "outcome": self.outcome.value,
            "topic": self.topic,
            "notices": [{"kind": notice.kind, "text": notice.text} for notice in self.notices],
            "passages": [passage.public() for passage in self.passages],
            "suggestions": list(self.suggestions),
            "disclaimer": self.disclaimer,
            "edition": self.edition,
        }

    def stored(self) -> Mapping[str, Any]:
        """Return what the log keeps: the public answer, the policy, which passages and other sources were shown, and why."""
        return self.public() | {
            "policy": self.policy,
            "passage_ids": [passage.passage_id for passage in self.passages],
            "also_in": [
                [source.public() | {"sample": source.attributes.sample} for source in passage.also_in]
                for passage in self.passages
            ],
            # What each passage is there for: [role, the passage it stands beside] or null for one that answers.
            "companions": [
                [passage.companion.role.value, passage.companion.beside] if passage.companion else None
                for passage in self.passages
            ],
        }
