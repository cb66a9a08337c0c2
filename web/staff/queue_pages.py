"""The page of what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from web.staff.pages import OwnPage


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Something that waits: the article, what about it in words, whose it is, and where to do it."""

    address: str
    title: str
    what: str
    owner: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class QueuePart:
    """What waits for one thing; `none` is said where nothing does."""

    name: str
    words: str
    hint: str
    rows: tuple[QueueRow, ...]
    none: str


@dataclass(frozen=True, slots=True)
class QueuePage(OwnPage):
    """What waits, by what is to be done: only what this person may do, and what of theirs waits for others."""

    template: ClassVar[str] = "queue.html"
    parts: tuple[QueuePart, ...]
