"""The pages of the test bench and of the questions that staff keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct, field

from web.pages import Frame, Turn
from web.staff.pages import BuildView, OwnPage


class CandidateRow(Struct, frozen=True):
    """A passage that search found: its place, what was measured, and what became of it in words.

    `unread` says that the reader did not come to it, where there is a reader.
    """

    place: int
    passage_id: str
    title: str
    heading: tuple[str, ...]
    text: str
    shown: bool
    unread: bool
    fate: str
    figures: tuple[tuple[str, str], ...]


class TriedView(Struct, frozen=True):
    """What came of a question: what a visitor would see, how it came about, and every candidate, best first."""

    question: str
    turn: Turn
    facts: tuple[tuple[str, str], ...]
    candidates: tuple[CandidateRow, ...]
    suggestions: tuple[str, ...]


class TryPage(OwnPage, frozen=True):
    """The form to ask the draft a question, and what came of the last one. `visitors` is the frame of their pages."""

    template: ClassVar[str] = "try.html"
    visitors: Frame
    draft: str
    older: bool
    build: BuildView | None
    may_build: bool
    limit: int
    question: str = ""
    tried: TriedView | None = None
    kept: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


class QuestionRow(Struct, frozen=True):
    """A question that staff keep, with what is expected of it in words, by whom and since when."""

    question: str
    kind: str
    words: str
    who: str
    when: str


class QuestionsPage(OwnPage, frozen=True):
    """The questions that staff keep, and the form for another. `measured` counts those that come with the library."""

    template: ClassVar[str] = "questions.html"
    rows: tuple[QuestionRow, ...]
    kinds: tuple[tuple[str, str], ...]
    measured: int
    may_change: bool
    typed: QuestionRow | None = None
    changing: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
