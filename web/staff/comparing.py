"""Two texts side by side, line by line, with the words that differ marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct
from rapidfuzz.distance import Indel

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is not in the other one; joined, they are the text."""

# Lines that share less than this are not the same line in other words, and are shown one without the other.
_ALIKE = 0.4
# Unchanged lines that stand next to a change, to read it by; the others are counted.
_AROUND = 1
# How far ahead the same line in other words is looked for, so that two books are compared in a moment, too.
_AHEAD = 40


class ComparedLine(Struct, frozen=True):
    """A line as it was and as it is; None where there is none. `skipped` counts the unchanged lines left out before it."""

    old: Pieces | None
    new: Pieces | None
    changed: bool
    skipped: int = 0


class Compared(Struct, frozen=True):
    """Two texts, line by line; `skipped` counts the unchanged lines left out at the end."""

    lines: tuple[ComparedLine, ...]
    skipped: int = 0


def compared(old: str, new: str) -> Compared:
    """Compare two texts. The lines of each side that are not left out, joined, are that side's words.

    >>> [line.new for line in compared("It works.", "It works well.").lines]
    [(('It works', False), (' well', True), ('.', False))]
    """
    every = list(_lines(_split(old), _split(new)))
    near = {n + off for n, line in enumerate(every) if line.changed for off in range(-_AROUND, _AROUND + 1)}
    kept: list[ComparedLine] = []
    skipped = 0
    for n, line in enumerate(every):
        if n in near:
            kept.append(ComparedLine(line.old, line.new, line.changed, skipped))
            skipped = 0
        else:
            skipped += 1
    return Compared(tuple(kept), skipped)


def alike(old: str, new: str) -> float:
    """How much two texts share, from 0 to 1, by words in their order."""
    return Indel.normalized_similarity(old.split(), new.split())


def _split(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[ComparedLine]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for line in old[a:b]:
                yield ComparedLine(((line, False),), ((line, False),), changed=False)
        else:
            yield from _differing(old[a:b], new[c:d])


def _differing(old: Sequence[str], new: Sequence[str]) -> Iterator[ComparedLine]:
    """Put each old line beside the first new one that it is in other words, and the others on a line of their own."""
    done = 0
    for before in old:
        ahead = range(done, min(len(new), done + _AHEAD))
        found = next((n for n in ahead if alike(before, new[n]) >= _ALIKE), None)
        if found is None:
            yield ComparedLine(((before, True),), None, changed=True)
            continue
        yield from _only_new(new[done:found])
        yield ComparedLine(*_words(before, new[found]), changed=True)
        done = found + 1
    yield from _only_new(new[done:])


def _only_new(lines: Sequence[str]) -> Iterator[ComparedLine]:
    for line in lines:
        yield ComparedLine(None, ((line, True),), changed=True)


def _words(old: str, new: str) -> tuple[Pieces, Pieces]:
    before, after = _tokens(old), _tokens(new)
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if b > a:
            left.append(("".join(before[a:b]), tag != "equal"))
        if d > c:
            right.append(("".join(after[c:d]), tag != "equal"))
    return tuple(left), tuple(right)


def _tokens(text: str) -> list[str]:
    """Cut a text into words, each with the space before it, and single other characters."""
    tokens: list[str] = []
    for letter in text:
        joins = tokens and letter.isalnum() and (tokens[-1][-1].isalnum() or tokens[-1] == " ")
        if joins:
            tokens[-1] += letter
        else:
            tokens.append(letter)
    return tokens
