"""Plain text: blank lines, line lengths and punctuation say what is a heading, a paragraph or a list item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from sources.article import Attributes, Block, Document
from sources.formats import UnreadableError
from sources.formats.blocks import BULLET, decode, filled, heading, item, paragraph, tidy

_NUMBER = re.compile(r"^\d{1,2}[.)]\s+(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’)\]]*$")
_HEADING_START = re.compile(r"^[\"'“‘(]?[^\W_]")
_NO_HEADING_END = (".", "!", ";", ",", ":", "…")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
# Lines around an article that look like headings and are none: dates, authors, counts, parts of a website.
_BYLINE = re.compile(
    rf"\b{_MONTH} \d{{1,2}},? \d{{4}}\b|\b\d{{1,2}} {_MONTH},? \d{{4}}\b"
    r"|^(?:written |posted |reviewed |published |share )?by\b|^\d[\d,.]* (?:views?|comments?|likes?|shares?)$"
    r"|^(?:blog|blog layout|blog post|home|menu|news|article|share)$",
    re.IGNORECASE,
)
_LONGEST_HEADING = 90
_MOST_HEADING_WORDS = 12
_SHORTEST_BODY = 100
_NARROWEST_WRAP, _WIDEST_WRAP = 50, 100


class _Unit(Struct, frozen=True):
    """A line, or the lines of a wrapped paragraph joined; `first` in a chunk that blank lines set apart."""

    text: str
    first: bool

    @property
    def bullet(self) -> bool:
        return BULLET.match(self.text) is not None

    @property
    def numbered(self) -> bool:
        return _NUMBER.match(self.text) is not None


def parse(data: bytes, name: str) -> tuple[Document, ...]:
    """One document of the blocks in `data`; attributes are all unknown. Raises `UnreadableError` on binary data."""
    units = [unit for chunk in _chunks(decode(data)) for unit in _units(chunk)]
    if not units:
        raise UnreadableError("it has no words", "Choose a file that has the text of an article.")
    return (Document(Attributes(), filled(_blocks(units))),)


def _chunks(text: str) -> Iterator[list[str]]:
    """The runs of lines between blank lines; a line keeps only its indentation."""
    for filled_run, lines in groupby(text.splitlines(), key=lambda line: bool(tidy(line))):
        if filled_run:
            yield [(" " * (len(line) - len(line.lstrip()))) + tidy(line) for line in lines]


def _units(chunk: list[str]) -> Iterator[_Unit]:
    """The lines of a chunk, those of a hard-wrapped paragraph or item joined."""
    width = max(len(line) for line in chunk)
    wrapped = _NARROWEST_WRAP <= width <= _WIDEST_WRAP and _mostly_open(chunk)
    joined: list[str] = []
    for previous, line in zip(["", *chunk], chunk, strict=False):
        if joined and wrapped and _continues(previous, line, width):
            joined[-1] += " " + line.strip()
        else:
            joined.append(line.strip())
    for place, text in enumerate(joined):
        yield _Unit(text, place == 0)


def _mostly_open(chunk: list[str]) -> bool:
    """Lines of wrapped text seldom end where a sentence does; lines that are whole paragraphs mostly do."""
    ended = sum(_SENTENCE_END.search(line) is not None for line in chunk[:-1])
    return ended * 2 < len(chunk[:-1])


def _continues(previous: str, line: str, width: int) -> bool:
    """Whether `previous` broke off only because the first word of `line` did not fit into the width."""
    text = line.strip()
    if BULLET.match(text) or _NUMBER.match(text):
        return False
    return len(previous) + 1 + len(text.split(" ", 1)[0]) > width - 10


def _blocks(units: list[_Unit]) -> list[Block]:
    apart = sum(unit.first for unit in units) * 2 >= len(units)
    blocks: list[Block] = []
    titled = in_body = False
    for place, unit in enumerate(units):
        following = units[place + 1 : place + 4]
        may_be_heading = unit.first or not apart
        if unit.bullet:
            blocks.append(item(unit.text))
        elif unit.numbered:
            blocks.append(_numbered(unit, units[max(place - 1, 0) : place], following))
        elif may_be_heading and _is_heading(unit.text, following, in_body):
            blocks.append(heading(unit.text.rstrip(": "), 2 if titled or in_body else 1))
            titled = True
        else:
            blocks.append(paragraph(unit.text))
            # A title stands before the body: after a first paragraph, headings are those of sections.
            in_body = in_body or len(unit.text) > _SHORTEST_BODY
    return blocks


def _numbered(unit: _Unit, before: list[_Unit], following: list[_Unit]) -> Block:
    """A numbered line between numbered lines is an item; a short one before a paragraph is a heading."""
    text = _NUMBER.sub("", unit.text)
    in_list = any(other.numbered for other in (*before, *following[:1]))
    return item(text) if in_list or not _is_heading(text, following, True) else heading(text, 3)


def _is_heading(text: str, following: list[_Unit], in_body: bool) -> bool:
    """Whether `text` names what follows it: short, no sentence, and something longer comes next."""
    below = [unit for unit in following if not _BYLINE.search(unit.text)]
    # A subtitle may stand between a title and the first words; in the body, a heading stands right before its words.
    below = below[:1] if in_body else below
    if text.endswith(":"):
        return _short(text[:-1].rstrip()) and any(_is_sentence(unit) for unit in below[:1])
    longer = any(len(unit.text) > len(text) or unit.bullet for unit in below)
    return longer and _short(text)


def _short(text: str) -> bool:
    return (
        len(text) <= _LONGEST_HEADING
        and len(text.split()) <= _MOST_HEADING_WORDS
        and not text.endswith(_NO_HEADING_END)
        and _HEADING_START.match(text) is not None
        and not text.lstrip("\"'“‘(")[0].islower()
        and any(character.isalpha() for character in text)
        and not _BYLINE.search(text)
    )


def _is_sentence(unit: _Unit) -> bool:
    return not unit.bullet and not unit.numbered and len(unit.text) > 40 and unit.text.endswith((".", "!", "?", "”"))
