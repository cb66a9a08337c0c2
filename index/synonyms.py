"""Other words for the same: a question put the way the library puts it.

The groups are data (`synonyms.toml`), with a version; a person keeps them. They never change what a visitor sees: they
only add a second wording under which passages are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import tomli
from msgspec import Struct

_FILE = Path(__file__).with_name("synonyms.toml")


class SynonymsError(ValueError):
    """A list of synonyms that cannot be used; the message names the group, the word and the next step."""


class Synonyms(Struct, frozen=True):
    """Groups of words that may stand for each other, with the pattern that finds any of them."""

    version: int
    groups: tuple[tuple[str, ...], ...]
    pattern: re.Pattern[str]
    others: Mapping[str, tuple[str, ...]]

    def put_differently(self, text: str, common: Callable[[str], int]) -> str | None:
        """Return a text with each known word replaced by the one of its group that the library uses most.

        `common` counts the passages that use a word. None if the text has the library's words already: a second
        wording costs a second search.
        """

        def other(match: re.Match[str]) -> str:
            others = [(common(word), word) for word in self.others[match[0].casefold()]]
            # Of equally common ones the first of the group.
            most = max(others, key=lambda pair: pair[0])
            return most[1] if most[0] > common(match[0]) else match[0]

        found = self.pattern.sub(other, text)
        return None if found == text else found


def load_synonyms(data: bytes | None = None) -> Synonyms:
    """Read the groups. Raises `SynonymsError` for a group of one word, and for a word that stands twice."""
    table = tomli.loads((_FILE.read_bytes() if data is None else data).decode())
    groups = tuple(tuple(group["words"]) for group in table["groups"])
    _check(groups)
    others = {word: tuple(one for one in group if one != word) for group in groups for word in group}
    longest_first = sorted(others, key=lambda word: (-len(word), word))
    # A hyphen belongs to the word: "ketamine-assisted" is not ketamine.
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE)
    return Synonyms(table["version"], groups, pattern, others)


@cache
def synonyms() -> Synonyms:
    """Return the groups that come with Wellcited, read once."""
    return load_synonyms()


def _check(groups: Sequence[Sequence[str]]) -> None:
    seen: set[str] = set()
    for group in groups:
        if len(group) < 2:
            raise SynonymsError(f"group {list(group)}: it has one word only; add another or remove the group")
        for word in group:
            if word != word.casefold() or not word.strip():
                raise SynonymsError(f"group {list(group)}: {word!r}; write it in lower case")
            if word in seen:
                raise SynonymsError(f"group {list(group)}: {word!r} stands in another group too; keep it in one")
            seen.add(word)
