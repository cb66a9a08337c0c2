"""What an address with a text directive could match, read off the address itself: no code is shared with the builder.

Stricter than a browser: a term counts wherever its letters stand, at word boundaries or not, so "once" here is at most
once in a browser.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True)
class Terms:
    """A text directive, decoded and folded; empty where it has no such part."""

    prefix: str
    start: str
    end: str
    suffix: str


def terms_of(address: str) -> Terms:
    """Read the one text directive of an address. Raises ValueError where the grammar does not allow it."""
    _, found, directive = address.partition(":~:text=")
    if not found or "&" in directive or "#" in directive:
        raise ValueError(f"not one text directive: {address}")
    parts = directive.split(",")
    prefix = parts.pop(0)[:-1] if parts[0].endswith("-") else ""
    suffix = parts.pop()[1:] if parts[-1].startswith("-") else ""
    if not 1 <= len(parts) <= 2 or any("-" in part or not part for part in parts) or "-" in prefix + suffix:
        raise ValueError(f"not prefix-,start,end,-suffix: {directive}")
    start, end = parts if len(parts) == 2 else (parts[0], "")
    return Terms(*(folded(unquote(part, errors="strict")) for part in (prefix, start, end, suffix)))


def matches(blocks: Sequence[str], address: str) -> list[str]:
    """Return the words of every match in the blocks of a page, folded, with a line break between blocks."""
    terms = terms_of(address)
    page = "\n".join(folded(block) for block in blocks)
    return [page[start:end] for start, end in _matches(page, terms)]


def _matches(page: str, terms: Terms) -> Iterator[tuple[int, int]]:
    for start in _places(page, terms.start, 0):
        after = start + len(terms.start)
        if terms.prefix and not page[:start].rstrip().endswith(terms.prefix):
            continue
        if not terms.end:
            if page[after:].lstrip().startswith(terms.suffix):
                yield start, after
            continue
        for end in _places(page, terms.end, after):
            if page[end + len(terms.end) :].lstrip().startswith(terms.suffix):
                yield start, end + len(terms.end)
                break


def _places(page: str, term: str, begin: int) -> Iterator[int]:
    return (at for at in range(begin, len(page) - len(term) + 1) if page.startswith(term, at))


def folded(text: str) -> str:
    """Return a block as browsers compare it: blanks as one, no case, no accents, plain quotation marks, no soft hyphens."""
    plain = unicodedata.normalize("NFD", " ".join(text.split()).replace("\u00ad", "")).casefold()
    for mark, same in (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"')):
        plain = plain.replace(mark, same)
    return "".join(one for one in plain if not unicodedata.combining(one))
