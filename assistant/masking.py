"""Takes out of a visitor's words what tells who wrote them, and says where: "call [phone number removed]".

Done before anything is searched or stored, and after triage, which reads the words as they were written. Names and street
addresses stay: nothing here finds them surely. Whatever else a visitor writes freely goes through `mask` too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from assistant.identifiers import find

_REMOVED = re.compile(r"\[([a-z][a-z -]*) removed\]")


class Masked(Struct, frozen=True):
    """A text without what tells who wrote it.

    `text` says in brackets what was taken out: this is shown and stored. `searched` has nothing in its place, unless
    nothing else would be left. `kinds` names what was taken out, each kind once, in the order of the text.
    """

    text: str
    searched: str
    kinds: tuple[str, ...]


def mask(text: str, public: Iterable[str] = ()) -> Masked:
    """Take personal numbers and addresses out of a text. Pure; its work grows with the length of the text and no faster.

    `public` holds numbers that stay, such as those of help lines. Free numbers stay anyway: nobody's own is one.

    >>> mask("I am at jo@example.org, call 512-555-0143. Is 20 mg a lot?").text
    'I am at [e-mail removed], call [phone number removed]. Is 20 mg a lot?'
    """
    plain, places = _plain(text)
    known = frozenset(re.sub(r"\D", "", number) for number in public)
    found = [(places[start], places[end - 1] + 1, kind) for start, end, kind in find(plain, known)]
    if not found:
        return Masked(text, text, ())
    kept = [
        text[end:start] for end, start in zip([0, *(end for _, end, _ in found)], _starts(found, text), strict=True)
    ]
    shown = kept[0] + "".join(f"[{kind} removed]{after}" for (_, _, kind), after in zip(found, kept[1:], strict=True))
    return Masked(shown, _searched(kept, shown), tuple(dict.fromkeys(kind for _, _, kind in found)))


def masked_before(text: str) -> Masked:
    """Return what `mask` once made, from the text that it left: what was taken out is not needed for it."""
    kinds = tuple(dict.fromkeys(_REMOVED.findall(text)))
    return Masked(text, _searched(_REMOVED.sub("\0", text).split("\0"), text), kinds)


def _searched(kept: Sequence[str], shown: str) -> str:
    searched = re.sub(r"[ \t]{2,}", " ", " ".join(kept)).strip()
    return searched if any(map(str.isalnum, searched)) else shown


def _starts(found: Sequence[tuple[int, int, str]], text: str) -> list[int]:
    return [*(start for start, _, _ in found), len(text)]


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """The text with plain digits, dashes and spaces, without what is not seen, and where each character of it stood."""
    if text.isascii():
        return text, range(len(text))
    kept = [(place, plain) for place, character in enumerate(text) if (plain := _plain_character(character))]
    return "".join(plain for _, plain in kept), [place for place, _ in kept]


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    kind = unicodedata.category(character)
    if kind in ("Cf", "Mn", "Me"):
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(character))
    if kind == "Pd" or character == "−":
        return "-"
    if kind == "Zs":
        return " "
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character
