"""Twelve ways in which a message is typed or hidden, for measuring that triage still hears it."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Disguise = Callable[[str, Random], str]

_LEET = str.maketrans("aeiost", "431057")
_LOOKALIKES = str.maketrans("aeiopcxy", "\u0430\u0435\u0456\u043e\u0440\u0441\u0445\u0443")
_ACCENTS = str.maketrans("aeioun", "\u00e1\u00e8\u00ef\u00f4\u00fa\u00f1")
_WIDE = {n: n + 0xFEE0 for n in range(0x21, 0x7F)}
_KEYS = {"a": "s", "e": "r", "i": "o", "o": "p", "t": "y", "n": "m", "l": "k", "s": "d", "d": "f", "h": "j"}
_EMOJI = ("\U0001f622", "\U0001f494", "\U0001f641", "\U0001f62d")
_LONG_WORD = 5


def _some(text: str, random: Random, change: Callable[[str], str], share: float = 0.5) -> str:
    """Change some of the words of four letters and more, at least one where there is one."""
    words = text.split(" ")
    able = [n for n, word in enumerate(words) if len(re.sub(r"\W", "", word)) >= _LONG_WORD - 1]
    for n in random.sample(able, min(len(able), max(1, round(share * len(able))))) if able else ():
        words[n] = change(words[n])
    return " ".join(words)


def _typo(word: str, random: Random) -> str:
    """Swap, drop, double or mistype one letter inside a word."""
    place = random.randrange(1, max(2, len(word) - 1))
    kind = random.randrange(4)
    if kind == 0 and place + 1 < len(word):
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 1:
        return word[:place] + word[place + 1 :]
    if kind == 2:
        return word[: place + 1] + word[place:]
    return word[:place] + _KEYS.get(word[place].lower(), word[place]) + word[place + 1 :]


def _spelled(word: str) -> str:
    return " ".join(word)


DISGUISES: dict[str, Disguise] = {
    "case": lambda text, random: "".join(random.choice((c.upper(), c.lower())) for c in text),
    "spacing": lambda text, random: _some(text, random, _spelled, 0.2),
    "typos": lambda text, random: _some(text, random, lambda word: _typo(word, random), 0.25),
    "leet": lambda text, random: _some(text, random, lambda word: word.translate(_LEET)),
    "emoji": lambda text, random: re.sub(
        r" ", lambda _: f" {random.choice(_EMOJI)} " if random.random() < 0.15 else " ", text
    ),
    "zero width": lambda text, random: _some(text, random, "\u200b".join),
    "look-alikes": lambda text, _: text.translate(_LOOKALIKES),
    "no punctuation": lambda text, _: re.sub(r"[^\w\s]", "", text).lower(),
    "stretched": lambda text, random: _some(text, random, lambda word: re.sub(r"(\w)(\W*)$", r"\1\1\1\1\2", word), 0.2),
    "accents": lambda text, _: text.translate(_ACCENTS),
    "full width": lambda text, _: text.translate(_WIDE),
    "dots": lambda text, random: _some(text, random, ".".join, 0.2),
}


def disguised(text: str, name: str, seed: int = 20) -> str:
    """Return a message in one of the disguises; the same for the same message and seed."""
    return DISGUISES[name](text, Random(f"{seed} {name} {text}"))  # noqa: S311 - chance that can be repeated
