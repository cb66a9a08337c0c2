"""Finds what tells who wrote a text: e-mail addresses, telephone numbers, and numbers of cards and records.

Numbers are looked for by `assistant.record_numbers`. What a person in danger or a health question needs is left: help
lines, doses, years, dates, shares, "5-HT2A".

The text is expected with plain digits, dashes and spaces (see `assistant.masking`). All work grows with its length and no
faster: every repetition in a pattern is bounded, or cannot begin anew inside what it has read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int, str]
"""A stretch of a text, from where to where, and what it is."""

_EMAIL = "e-mail"
# What is named like a record and is everybody's.
_NAMED_EVERYBODYS = re.compile(
    r"\b(?:ndc|cas|isbn|din|atc|lot|pmid|pubmed|doi|trial|study|gene)(?: (?:id|number|no\.?))?[ :#]{0,3}\Z",
    re.IGNORECASE,
)


def find(text: str, public: frozenset[str]) -> list[Span]:
    """What tells who wrote a text, in order, none over another. `public` holds numbers that are left, in digits."""
    taken: list[Span] = []
    covered = bytearray(len(text))
    for start, end, kind in _finders(text, public):
        if not any(covered[start:end]) and not _NAMED_EVERYBODYS.search(text, max(0, start - 24), start):
            covered[start:end] = b"\1" * (end - start)
            taken.append((start, end, kind))
    return sorted(taken)


def _finders(text: str, public: frozenset[str]) -> Iterator[Span]:
    """The surest kinds come first: what one has found, the next ones leave."""
    yield from _emails(text)
    if any(map(str.isdigit, text)):
        # Loaded with the first digit: what it checks numbers with takes a while, and most questions have none.
        from assistant.record_numbers import numbers

        yield from numbers(text, public)


# E-mail. The middle is looked for first, then as much as can belong to it on either side.

_AT = re.compile(r" ?@ ?")
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,254}\Z")
_NO_BEGINNING = "'*_~`|{/."
_DOMAIN = re.compile(
    r"(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_][\w-]{0,62}[^\W_]|(?:(?:g|hot|proton)?mail|yahoo|outlook|icloud)\b"
)
# Written out, as people do to keep programs from reading it. A plain "at" needs more around it than one in brackets.
_TOP = r"(?:com|org|net|edu|gov|info|biz|io|co|us|uk|ca|au|nz|ie|es|mx|de|fr|it)"
_BRACKETED = (
    r" ?[\[({] ?(?:at|arroba) ?[\])}] ?[\w-]{1,63}(?: ?[\[({] ?(?:dot|punto) ?[\])}] ?|\.| (?:dot|punto) )[\w.-]{2,63}"
)
_SPOKEN = rf" (?:at|arroba) [\w-]{{1,63}}(?: (?:dot|punto) [\w-]{{1,63}}){{0,3}} (?:dot|punto) {_TOP}"
_PROVIDER = r" (?:at|arroba) (?:gmail|yahoo|hotmail|outlook|icloud|aol|proton|protonmail)\.[a-z]{2,3}"
_WRITTEN_OUT = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:{_BRACKETED}|{_SPOKEN}|{_PROVIDER})(?![\w-])", re.IGNORECASE)


def _emails(text: str) -> Iterator[Span]:
    for at in _AT.finditer(text):
        before = _LOCAL.search(text, max(0, at.start() - 254), at.start())
        after = _DOMAIN.match(text, at.end())
        if before and after:
            yield at.start() - len(before[0].lstrip(_NO_BEGINNING)), after.end(), _EMAIL
    yield from ((found.start(), found.end(), _EMAIL) for found in _WRITTEN_OUT.finditer(text))
