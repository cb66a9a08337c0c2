"""The pages on which staff cut an article anew, tie passages together and settle differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct, field

from sources.near import Known
from web.staff.pages import OwnPage

MOST_FOUND = 20


class CutPassage(Struct, frozen=True):
    """A passage of the cut that an editor works on; `marks` say in words what is special about it."""

    id: str
    heading: tuple[str, ...]
    text: str
    marks: tuple[str, ...]
    stays_out: bool


class EditRow(Struct, frozen=True):
    """An edit in the list: what it did, who, when, why, what became of it, and the words before and after."""

    id: int
    what: str
    who: str
    when: str
    why: str
    standing: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    can_be_undone: bool


class CutPage(OwnPage, frozen=True):
    """How a revision is cut, every edit of it, and those that wait for another person.

    `last` is the newest edit that waits, 0 where none does; `mine` says that one of those is the reader's own.
    """

    template: ClassVar[str] = "cut.html"
    article_id: str
    revision: str
    title: str
    ordinal: int
    state: str
    passages: tuple[CutPassage, ...]
    edits: tuple[EditRow, ...]
    waiting: int
    last: int
    mine: bool
    may_edit: bool
    errors: Mapping[str, str] = field(default_factory=dict)


class PhrasingRow(Struct, frozen=True):
    """A phrasing of a passage, who added it and when."""

    id: int
    words: str
    who: str
    when: str


class CaveatRow(Struct, frozen=True):
    """A caveat of a passage and why it is one; `title` is its article's, where that is another one."""

    id: str
    text: str
    because: str
    title: str = ""


class EditPassagePage(OwnPage, frozen=True):
    """One passage on the desk: where it can be split, what it can be joined with, its marks, phrasings and caveats.

    `places` are offsets with the words that would begin the second part; `joins_with` are the words of the next passage,
    or None where `no_join` says why it cannot be; `others` are passages of the article that it could be bound to, `found`
    those of any article that hold the words of `find`.
    """

    template: ClassVar[str] = "edit_passage.html"
    article_id: str
    revision: str
    title: str
    passage: CutPassage
    places: tuple[tuple[int, str], ...]
    joins_with: str | None
    no_join: str
    headings: tuple[tuple[int, str, bool], ...]
    kind: str
    withheld: bool
    waits: bool
    in_force: bool
    phrasings: tuple[PhrasingRow, ...] = ()
    caveats: tuple[CaveatRow, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    find: str = ""
    found: tuple[Known, ...] = ()
    most: int = MOST_FOUND
    errors: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    typed: str = ""


class DifferenceSide(Struct, frozen=True):
    """One side of a difference: its sentence, the article, and the passage if it is still approved."""

    sentence: str
    source: str
    passage_id: str | None


class DifferenceRow(Struct, frozen=True):
    """Two sources that seem not to say the same, and what was decided."""

    id: str
    state: str
    because: str
    sides: tuple[DifferenceSide, DifferenceSide]


class DifferencesPage(OwnPage, frozen=True):
    """Differences that wait for a decision, and those that were decided."""

    template: ClassVar[str] = "differences.html"
    proposed: tuple[DifferenceRow, ...]
    decided: tuple[DifferenceRow, ...]
    may_settle: bool
    errors: Mapping[str, str] = field(default_factory=dict)
