"""The canonical text of a revision: blocks written out so that text alone tells them apart again.

A heading is a line of one to six ``#`` and its words, a list item a line that starts with ``• ``, a paragraph any
other line; blank lines part the blocks, except that items follow their lead-in and each other directly. The SHA-256
of this text names the revision, so one can check a quote with nothing but the text and two offsets.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from sources.article import Block, BlockKind

BULLET = "• "
_HEADING = re.compile(r"(#{1,6}) (.+)")
_MARK = re.compile(r"^(?:#{1,6} |• )+")
_REFERENCES = re.compile(r"(references?|sources?|bibliography|citations?|further reading)\W*", re.IGNORECASE)


class Line(Struct, frozen=True):
    """One block where it stands in a canonical text: `text[start:end]` is the whole line, marks included."""

    block: Block
    start: int
    end: int


def compose(blocks: Iterable[Block]) -> str:
    """Write blocks as canonical text. A paragraph that happens to start with a mark loses that mark, not its words."""
    parts: list[str] = []
    before: Block | None = None
    for block in blocks:
        line = _written(block)
        if not line:
            continue
        if before is not None:
            parts.append("\n" if block.kind is BlockKind.ITEM and _leads_in(before) else "\n\n")
        parts.append(line)
        before = block
    return "".join(parts)


def lines(text: str) -> Iterator[Line]:
    """Read the blocks of a canonical text back, each with its span."""
    start = 0
    for row in text.split("\n"):
        if row:
            yield Line(_read(row), start, start + len(row))
        start += len(row) + 1


def digest(text: str) -> str:
    """Name a revision: the SHA-256 of its canonical text as UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _leads_in(block: Block) -> bool:
    return block.kind is BlockKind.ITEM or (block.kind is BlockKind.PARAGRAPH and block.text.rstrip().endswith(":"))


def _written(block: Block) -> str:
    words = _MARK.sub("", " ".join(block.text.split()))
    if not words:
        return ""
    if block.kind is BlockKind.HEADING:
        return f"{'#' * min(max(block.level, 1), 6)} {words}"
    return BULLET + words if block.kind is BlockKind.ITEM else words


def _read(row: str) -> Block:
    heading = _HEADING.fullmatch(row)
    if heading:
        return Block(BlockKind.HEADING, heading[2], len(heading[1]))
    if row.startswith(BULLET):
        return Block(BlockKind.ITEM, row.removeprefix(BULLET))
    return Block(BlockKind.PARAGRAPH, row)


def is_reference_heading(heading: str) -> bool:
    """Whether a heading stands over a list of references."""
    return _REFERENCES.fullmatch(heading) is not None
