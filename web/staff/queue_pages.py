"""The page of what waits for whom."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from web.staff.pages import OwnPage


class QueueRow(Struct, frozen=True):
    """Something that waits: the article, what about it in words, whose it is, and where to do it."""

    address: str
    title: str
    what: str
    owner: str
    urgent: bool = False


class QueuePart(Struct, frozen=True):
    """What waits for one thing; `none` is said where nothing does."""

    name: str
    words: str
    hint: str
    rows: tuple[QueueRow, ...]
    none: str


class QueuePage(OwnPage, frozen=True):
    """What waits, by what is to be done: only what this person may do, and what of theirs waits for others."""

    template: ClassVar[str] = "queue.html"
    parts: tuple[QueuePart, ...]
