"""The pages on which staff see what visitors could not find, and how much each passage is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct, field

from assistant.coverage import Order, Use
from web.staff.pages import OwnPage

PERIODS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "a year"))


class NearRow(Struct, frozen=True):
    """A passage that was considered: where it stands, its words, and how likely it was to answer, in per cent."""

    id: str
    title: str
    heading: tuple[str, ...]
    text: str
    percent: int


class GapRow(Struct, frozen=True):
    """Questions of one meaning that wait: each wording with how often it was asked. `key` names the group on the page."""

    key: str
    answers: tuple[str, ...]
    questions: tuple[tuple[str, int], ...]
    asked: int
    newest: str
    nearest: tuple[NearRow, ...]
    before: str = ""


class DecisionRow(Struct, frozen=True):
    """A decision that holds, in words; `passage_id` is where a phrasing was added."""

    id: int
    when: str
    who: str
    what: str
    why: str
    asked: int
    passage_id: str | None


class FeedbackRow(Struct, frozen=True):
    """What somebody said of an answer that did not help."""

    answer: str
    when: str
    question: str
    reason: str
    words: str


class MissesPage(OwnPage, frozen=True):
    """Refused questions by meaning, what was decided, and answers that did not help.

    `errors` and `typed` are by the key of a group and the name of a field, such as ``3f…-why``.
    """

    template: ClassVar[str] = "misses.html"
    days: int
    groups: tuple[GapRow, ...]
    decided: tuple[DecisionRow, ...]
    feedback: tuple[FeedbackRow, ...]
    owners: tuple[tuple[str, str], ...]
    may_settle: bool
    searchable: bool
    most: int
    periods: tuple[tuple[int, str], ...] = PERIODS
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


ORDERS = (
    (Order.TITLE, "title"),
    (Order.ASKED, "most asked for"),
    (Order.SHOWN, "most shown"),
    (Order.NOT_HELPFUL, "most often not helpful"),
)


class CoverageRow(Struct, frozen=True):
    """An article with the use of its passages; where only those never shown are wanted, the others are left out."""

    id: str
    title: str
    use: Use
    count: int
    never_shown: int
    passages: tuple[tuple[str, tuple[str, ...], str, Use], ...]


class CoveragePage(OwnPage, frozen=True):
    """Some of the articles that visitors may be shown something of, with how often that happened; counts are of all."""

    template: ClassVar[str] = "coverage.html"
    days: int
    never: bool
    order: Order
    rows: tuple[CoverageRow, ...]
    found: int
    count: int
    never_shown: int
    page: int
    pages: int
    periods: tuple[tuple[int, str], ...] = PERIODS
    orders: tuple[tuple[Order, str], ...] = ORDERS
