"""Finds the clues of each rule: runs of letters of which every text that its pattern fits holds at least one.

    python -m assistant.training.clues

A pattern is taken apart by Python's own parser. Of a row of parts any one's clues do, and the ones seldom met in ordinary
messages are taken; of alternatives all are needed; what may be missing, or may be any letter, has none.
"""

from __future__ import annotations

import json
import re._constants as part  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from hashlib import sha256
from itertools import chain, product
from pathlib import Path
from random import Random
from typing import Any

import assistant
from assistant.clues import FILE, SIZES, runs
from assistant.evaluation.triaging import messages
from assistant.triage import Rules, load_rules, plain

_SAMPLE = 2_000
# So many ways of spelling one stretch are followed; with more, it is taken in pieces.
_MOST_SPELLINGS = 256
_MOST_TIMES = 2
_REPEATS = (part.MAX_REPEAT, part.MIN_REPEAT, part.POSSESSIVE_REPEAT)
_WITHOUT_WIDTH = (part.AT, part.ASSERT, part.ASSERT_NOT)
_ORDINARY = frozenset({"ordinary", "personal_advice"})
_ALONE = frozenset({""})
_IGNORES_CASE = int(parser.SRE_FLAG_IGNORECASE)
Strings = frozenset[str]


class Finder:
    """Finds clues, and knows in which of some ordinary texts each run of letters stands, as the bits of a number."""

    def __init__(self, ordinary: Iterable[str]) -> None:
        self._texts: dict[str, int] = defaultdict(int)
        for n, text in enumerate(ordinary):
            for run in runs(text):
                self._texts[run] |= 1 << n

    def of(self, pattern: str) -> Strings | None:
        """Return the clues of a pattern, None if it has none. Raises ValueError where capitals would count as small."""
        parsed = parser.parse(pattern)
        if parsed.state.flags & _IGNORES_CASE:
            raise ValueError("the pattern takes capitals for small letters; texts are in small letters anyway")
        return self._of_row(parsed)

    def _of_row(self, row: Iterable[tuple[Any, Any]]) -> Strings | None:
        """The rarest clues that any part of a row, or a stretch of its letters, has."""
        found: list[Strings] = []
        spelt = _ALONE

        def end() -> None:
            nonlocal spelt
            clues = self._in_each(spelt)
            spelt = _ALONE
            if clues is not None:
                found.append(clues)

        for one in row:
            spellings = _spellings([one])
            if spellings is not None and len(spelt) * len(spellings) <= _MOST_SPELLINGS:
                spelt = frozenset(before + after for before in spelt for after in spellings)
                continue
            end()
            clues = self._of_part(*one)
            if clues is not None:
                found.append(clues)
        end()
        return min(found, key=lambda clues: (self._met(clues), len(clues)), default=None)

    def _of_part(self, kind: Any, held: Any) -> Strings | None:
        if kind is part.SUBPATTERN:
            return self._of_row(held[-1])
        if kind is part.ATOMIC_GROUP:
            return self._of_row(held)
        if kind is part.BRANCH:
            each = [self._of_row(branch) for branch in held[1]]
            return _all_of(each)
        if kind in _REPEATS and held[0] > 0:
            return self._of_row(held[2])
        return None

    def _in_each(self, spellings: Strings) -> Strings | None:
        """One run for each spelling, the rarest in it; None if a spelling is shorter than any."""
        if any(len(one) < min(SIZES) for one in spellings):
            return None
        return frozenset(map(self._rarest, spellings))

    def _rarest(self, spelling: str) -> str:
        size = max(size for size in SIZES if size <= len(spelling))
        of_it = (spelling[n : n + size] for n in range(len(spelling) - size + 1))
        return min(of_it, key=lambda run: (self._texts.get(run, 0).bit_count(), run))

    def _met(self, clues: Strings) -> int:
        """In how many of the ordinary texts one of them stands."""
        return reduce(int.__or__, (self._texts.get(run, 0) for run in clues), 0).bit_count()


def _spellings(row: Iterable[tuple[Any, Any]]) -> Strings | None:
    """Every spelling of a row of parts; None where these are not few, or not all known."""
    spelt: Strings | None = _ALONE
    for kind, held in row:
        if kind is part.LITERAL:
            ways: Strings | None = frozenset({chr(held)})
        elif kind in _WITHOUT_WIDTH:
            continue
        elif kind is part.IN:
            ways = frozenset(chr(one) for _, one in held) if all(of is part.LITERAL for of, _ in held) else None
        elif kind is part.SUBPATTERN:
            ways = _spellings(held[-1])
        elif kind is part.BRANCH:
            ways = _all_of([_spellings(branch) for branch in held[1]])
        elif kind in _REPEATS and held[1] <= _MOST_TIMES:
            ways = _repeated(_spellings(held[2]), held[0], held[1])
        else:
            ways = None
        if ways is None or spelt is None or len(spelt) * len(ways) > _MOST_SPELLINGS:
            return None
        spelt = frozenset(before + after for before in spelt for after in ways)
    return spelt


def _repeated(ways: Strings | None, least: int, most: int) -> Strings | None:
    if ways is None:
        return None
    rows = [product(ways, repeat=times) for times in range(least, most + 1)]
    return frozenset("".join(row) for row in chain(*rows)) if len(ways) <= _MOST_SPELLINGS // 8 else None


def _all_of(each: Sequence[Strings | None]) -> Strings | None:
    """All strings of all; None if one is unknown."""
    found: set[str] = set()
    for one in each:
        if one is None:
            return None
        found |= one
    return frozenset(found)


def ordinary_texts() -> list[str]:
    """Return messages without danger, in the spelling that rules read."""
    every = [one.text for one in messages("train") if one.language == "en" and one.level in _ORDINARY]
    return [plain(text) for text in Random(1).sample(every, _SAMPLE)]  # noqa: S311 - chance that can be repeated


def found_for(rules: Rules, finder: Finder) -> dict[str, Sequence[str]]:
    """Return the clues of each rule that has some, by its id."""
    found = {rule.id: finder.of(rule.pattern.written) for rule in rules.rules}
    return {rule: sorted(clues) for rule, clues in found.items() if clues is not None}


def main() -> None:
    """Write the clues of the rules that ship."""
    rules = Path(assistant.__file__).with_name("rules.toml").read_bytes()
    held = {
        "rules_sha256": sha256(rules).hexdigest(),
        "clues": found_for(load_rules(rules), Finder(ordinary_texts())),
    }
    FILE.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
