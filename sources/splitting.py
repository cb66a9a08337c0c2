"""A canonical text becomes passages: always the same ones for the same text.

A passage is a paragraph, a list with its lead-in, or a few short ones of the same section, 40 to 160 words as a rule.
A paragraph longer than that is parted between sentences; a list is never parted from its lead-in, nor parted at all
unless its items are paragraphs themselves. Headings belong to no passage; they are its heading path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from sources.article import BlockKind, PassageKind, Span
from sources.canonical import Line, is_reference_heading, lines
from sources.promotion import is_promotional, names_seller
from sources.sentences import sentence_spans

FEWEST_WORDS = 40
MOST_WORDS = 160


class Unit(Struct, frozen=True):
    """What must not be parted: a paragraph or part of a long one, or a list with its lead-in.

    `section` is where its heading ends in the text, which tells two sections of the same name apart.
    """

    start: int
    end: int
    words: int
    heading: tuple[str, ...]
    section: int
    kind: PassageKind
    bound_to_next: bool = False


def split(text: str, seller: str | None = None) -> tuple[Span, ...]:
    """Passages of a canonical text, in order and without overlap, covering every line that is not a heading.

    `seller` is the publisher's name if it sells what it describes: what speaks of it by name is promotion.
    """
    units = list(_units(text, seller))
    return tuple(Span(unit.start, unit.end, unit.heading, unit.kind) for unit in _joined(units))


def _units(text: str, seller: str | None) -> Iterator[Unit]:
    path: list[tuple[int, str]] = []
    section = 0
    group: list[Line] = []
    for line in lines(text):
        if line.block.kind is BlockKind.HEADING:
            yield from _closed(text, group, path, section, seller)
            group = []
            path = [(level, words) for level, words in path if level < line.block.level]
            path.append((line.block.level, line.block.text))
            section = line.end
        elif group and not _continues(text, group[-1], line):
            yield from _closed(text, group, path, section, seller)
            group = [line]
        else:
            group.append(line)
    yield from _closed(text, group, path, section, seller)


def _continues(text: str, before: Line, line: Line) -> bool:
    return line.block.kind is BlockKind.ITEM and text[before.end : line.start] == "\n"


def _closed(
    text: str, group: list[Line], path: list[tuple[int, str]], section: int, seller: str | None
) -> Iterator[Unit]:
    if not group:
        return
    heading = tuple(words for _, words in path)
    for start, end in _parts(text, group):
        words = text[start:end]
        kind = _kind(words, heading, seller)
        # A lead-in that ends in a colon belongs to what follows, even where that is a paragraph.
        yield Unit(start, end, _count(words), heading, section, kind, bound_to_next=words.rstrip().endswith(":"))


def _kind(words: str, heading: tuple[str, ...], seller: str | None) -> PassageKind:
    if any(is_reference_heading(part) for part in heading):
        return PassageKind.REFERENCES
    if is_promotional(words, seller) or any(names_seller(part, seller) for part in heading):
        return PassageKind.PROMOTIONAL
    return PassageKind.CONTENT


def _parts(text: str, group: list[Line]) -> list[tuple[int, int]]:
    start, end = group[0].start, group[-1].end
    if _count(text[start:end]) <= MOST_WORDS:
        return [(start, end)]
    if group[0].block.kind is BlockKind.ITEM:
        return _packed(text, [(line.start, line.end) for line in group])
    if len(group) == 1:
        return _packed(text, [(start + a, start + b) for a, b in sentence_spans(text[start:end])])
    return [(start, end)]


def _packed(text: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join pieces into as few parts as fit, of about the same number of words, so that none is left tiny."""
    total = sum(_count(text[a:b]) for a, b in pieces)
    parts_wanted = -(-total // MOST_WORDS)
    parts: list[tuple[int, int]] = []
    filled = 0
    for start, end in pieces:
        words = _count(text[start:end])
        if parts and filled + words / 2 <= total * len(parts) / parts_wanted:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
        filled += words
    return parts


def _joined(units: Iterable[Unit]) -> Iterator[Unit]:
    """Join short neighbours of one section until they make a passage; promotion never joins with content."""
    held: Unit | None = None
    for unit in units:
        if held is None:
            held = unit
        elif _joins(held, unit):
            held = replace(held, end=unit.end, words=held.words + unit.words, bound_to_next=unit.bound_to_next)
        else:
            yield held
            held = unit
    if held is not None:
        yield held


def _joins(held: Unit, unit: Unit) -> bool:
    if held.section != unit.section or held.kind is not unit.kind:
        return False
    if held.bound_to_next:
        return True
    return min(held.words, unit.words) < FEWEST_WORDS and held.words + unit.words <= MOST_WORDS


def _count(words: str) -> int:
    return len(words.split())
