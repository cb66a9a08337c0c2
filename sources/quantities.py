"""Amounts of time and shares in a sentence, so that "four to six weeks" and "4-6 wks" are the same range.

Doses (mg, mL) are left out on purpose: what is right differs by route and person, and visitors are not shown doses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf

from msgspec import Struct

_WORDS = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
)
_NUMBERS = {word: float(number) for number, word in enumerate(_WORDS)} | {
    "a": 1.0, "an": 1.0, "half an": 0.5, "half a": 0.5, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0,
    "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
}  # fmt: skip
# Unit as written, its kind, and how many of the kind's smallest unit it is. Days do not turn into months exactly, and
# "a second" is as a rule no time.
_UNITS = {
    "minutes?|mins?": ("minutes", 1.0),
    "hours?|hrs?": ("minutes", 60.0),
    "days?": ("days", 1.0),
    "weeks?|wks?": ("days", 7.0),
    "months?": ("months", 1.0),
    "years?|yrs?": ("months", 12.0),
    "%|percent|per cent": ("percent", 1.0),
}
_NUMBER = rf"(?:\d+(?:\.\d+)?|half an?|{'|'.join(word for word in _NUMBERS if ' ' not in word)})"
_UNIT = "|".join(_UNITS)
_AMOUNT = re.compile(
    rf"(?:(?P<bound>at least|more than|at most|up to|less than|fewer than|within|no more than)\s+"
    rf"(?:about\s+|around\s+)?)?(?:between\s+)?"
    rf"(?<![\w.])(?P<low>{_NUMBER})(?:\s*(?:{_UNIT}))?"
    rf"(?:\s*(?:-|–|—|to|or|and)\s*(?P<high>{_NUMBER}))?"
    # "four more weeks", "six full weeks"; "%" may follow directly; and "a day or two", "an hour and a half".
    rf"[\s-]*(?:(?:more|full|whole)\s+)?(?P<unit>{_UNIT})(?!\w)"
    r"(?:\s+(?P<or_two>or two)\b|\s+(?P<half>and a half)\b)?",
    re.IGNORECASE,
)
# "the first four weeks" and "every two weeks" say when and how often, not how long something takes.
_NOT_BEFORE = re.compile(r"\b(?:first|next|last|past|every|each|per|other|once|twice|times?)\s+$", re.IGNORECASE)
_NOT_AFTER = re.compile(r"\s*(?:of age|old|ago)\b|\s*-?\s*(?:trial|study)\b", re.IGNORECASE)
_LEAST, _MOST = {"at least", "more than"}, {"at most", "up to", "less than", "fewer than", "within", "no more than"}


class Amount(Struct, frozen=True):
    """A range of one kind: "minutes", "days", "months" or "percent"; a single number is a range of equal ends."""

    kind: str
    low: float
    high: float
    words: str

    @property
    def open(self) -> bool:
        """Whether only one end is said, as in "at least four weeks"."""
        return self.low == 0 or self.high == inf


def amounts(sentence: str) -> Iterator[Amount]:
    """Find the amounts in a sentence, in order."""
    for found in _AMOUNT.finditer(sentence):
        if _NOT_BEFORE.search(sentence[: found.start()]) or _NOT_AFTER.match(sentence[found.end() :]):
            continue
        kind, scale = next(unit for name, unit in _UNITS.items() if re.fullmatch(name, found["unit"], re.IGNORECASE))
        low = _number(found["low"]) * scale
        high = _number(found["high"]) * scale if found["high"] else low
        if found["half"]:
            low, high = low + scale / 2, high + scale / 2
        if found["or_two"]:
            high = 2 * scale
        bound = (found["bound"] or "").lower()
        if low == high:
            low, high = (low, inf) if bound in _LEAST else (0.0, high) if bound in _MOST else (low, high)
        if low <= high:
            yield Amount(kind, low, high, " ".join(found[0].split()))


def differ(one: Amount, other: Amount) -> bool:
    """Whether two amounts of a kind cannot both be the whole truth.

    Ranges differ when an end does; a single number differs from a range that does not hold it; where only one end is
    said ("at least four weeks"), they differ when they have nothing in common.
    """
    if one.kind != other.kind:
        return False
    if one.open or other.open or one.low == one.high or other.low == other.high:
        return one.high < other.low or other.high < one.low
    return (one.low, one.high) != (other.low, other.high)


def _number(words: str) -> float:
    plain = " ".join(words.lower().split())
    return _NUMBERS[plain] if plain in _NUMBERS else float(plain)
