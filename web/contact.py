"""How visitors reach a person: what the settings say, with its numbers and addresses to be followed by a tap."""

from __future__ import annotations

import re
from collections.abc import Iterator

from web.pages import Segment

# An address ends where its sentence goes on. A number has 7 to 15 digits (E.164) and may be written in groups.
_FOLLOWED = re.compile(
    r"""(?P<web>https?://[^\s"'<>]*[\w/])"""
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<tel>(?<![\w+])\+?\(?\d[\d ().–-]{5,}\d(?!\w))"
)
_POSTCODE = re.compile(r"\d{5}-\d{4}")
_DIGITS = range(7, 16)


def contact(words: str) -> Iterator[Segment]:
    """Cut the words into pieces, each with the address that it leads to, if any; joined, the pieces are the words.

    >>> list(contact("Call (512) 555-0100 or write to help@clinic.example."))[1:4]
    [('(512) 555-0100', 'tel:5125550100'), (' or write to ', None), ('help@clinic.example', 'mailto:help@clinic.example')]
    """
    done = 0
    for found in _FOLLOWED.finditer(words):
        address = _address(found)
        if address is None:
            continue
        if found.start() > done:
            yield words[done : found.start()], None
        yield found[0], address
        done = found.end()
    if done < len(words):
        yield words[done:], None


def _address(found: re.Match[str]) -> str | None:
    if found["web"]:
        return found["web"]
    if found["mail"]:
        return f"mailto:{found['mail']}"
    digits = re.sub(r"[^\d]", "", found["tel"])
    if len(digits) not in _DIGITS or _POSTCODE.fullmatch(found["tel"]):
        return None
    return f"tel:{'+' if found['tel'].startswith('+') else ''}{digits}"
