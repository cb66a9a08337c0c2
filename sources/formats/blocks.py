"""How words become blocks, the same for every format: white space, bullets, headings and decoding."""

from __future__ import annotations

import re

from sources.article import Block, BlockKind
from sources.formats import UnreadableError

BULLET = re.compile(r"^(?:[•▪◦●‣⁃·■□○]\s*|[-*–]\s+)(?=\S)")

# Characters that carry no wording: controls, soft hyphens, zero-width and direction marks, lone surrogates. They would
# break searches, and direction marks can make a text read differently from what it says.
_INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def tidy(text: str) -> str:
    """The same words with every run of white space, line breaks and no-break spaces included, as one space."""
    return " ".join(_INVISIBLE.sub("", text).split())


def heading(text: str, level: int) -> Block:
    """A heading; the level is brought into 1 to 6."""
    return Block(BlockKind.HEADING, tidy(text), min(max(level, 1), 6))


def paragraph(text: str) -> Block:
    """A paragraph, or a list item where the text starts with a bullet that somebody typed."""
    words = tidy(text)
    return item(words) if BULLET.match(words) else Block(BlockKind.PARAGRAPH, words)


def item(text: str) -> Block:
    """A list item without its bullet."""
    return Block(BlockKind.ITEM, BULLET.sub("", tidy(text)))


def row(cells: list[str]) -> Block:
    """One row of a table as a paragraph: its cells that say something, joined by semicolons."""
    return Block(BlockKind.PARAGRAPH, "; ".join(cell for cell in map(tidy, cells) if cell))


def filled(blocks: list[Block]) -> tuple[Block, ...]:
    """The blocks that have words."""
    return tuple(block for block in blocks if block.text)


def decode(data: bytes) -> str:
    """The text of `data`: by its byte-order mark, else UTF-8, else Windows-1252 where that gives plausible text.

    Raises `UnreadableError` where the bytes are not text.
    """
    text = _decoded(data)
    if text is None or not _plausible(text):
        raise UnreadableError("it holds binary data, not text", "Save it as plain text in UTF-8 and import that.")
    return text


def _decoded(data: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _attempt(data, encoding)
    text = _attempt(data, "utf-8")
    return text if text is not None else _windows(data)


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _windows(data: bytes) -> str | None:
    """Windows-1252 decodes nearly any bytes, so it counts only where most characters are plain English ones."""
    text = _attempt(data, "cp1252")
    if text is None:
        return None
    foreign = sum(not character.isascii() for character in text)
    return text if foreign * 5 <= len(text) else None


def _plausible(text: str) -> bool:
    """No NUL, and hardly any control characters: text has at most a stray one."""
    controls = sum(character < " " and character not in "\t\n\r\f\v" for character in text)
    return "\0" not in text and controls * 1000 <= len(text)
