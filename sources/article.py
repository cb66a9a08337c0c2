"""The nouns of the library as plain values; nothing here reads a file or a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct


class BlockKind(StrEnum):
    """What a block of a document is, as far as its file says."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"


class Block(Struct, frozen=True):
    """One heading, paragraph or list item as a reader found it: no line breaks inside, no mark-up, no bullet.

    `level` is 1 to 6 for a heading and 0 otherwise.
    """

    kind: BlockKind
    text: str
    level: int = 0


class Attributes(Struct, frozen=True):
    """What is known about an article besides its words; None where nobody has said it yet.

    `sells_treatment`: the publisher sells the treatment it describes. `funding`: who paid for the article.
    `sample`: written for this project, not reviewed by a clinician.
    """

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: date | None = None
    reviewed: date | None = None
    licence: str | None = None
    sells_treatment: bool | None = None
    funding: str | None = None
    sample: bool = False


UNKNOWN = Attributes()


def attributes_from_json(stated: Mapping[str, Any]) -> Attributes:
    """Read attributes whose dates were written as ISO 8601."""
    days = {name: date.fromisoformat(stated[name]) if stated[name] else None for name in ("published", "reviewed")}
    return Attributes(**{**stated, **days})


class Document(Struct, frozen=True):
    """What a reader makes of a file: attributes the format states outright, and the blocks in reading order."""

    attributes: Attributes
    blocks: tuple[Block, ...]


class Dropped(Struct, frozen=True):
    """A block that cleaning left out, with the reason a curator reads; `ordinal` is its place among all blocks."""

    ordinal: int
    text: str
    reason: str


class PassageKind(StrEnum):
    """What a passage may be used for: only `content` answers questions."""

    CONTENT = "content"
    PROMOTIONAL = "promotional"
    REFERENCES = "references"


class Span(Struct, frozen=True):
    """A passage before it has an identity: ``[start, end)`` in the canonical text, under its heading path.

    `withheld` says that staff keep it from visitors for now.
    """

    start: int
    end: int
    heading: tuple[str, ...]
    kind: PassageKind = PassageKind.CONTENT
    withheld: bool = False
