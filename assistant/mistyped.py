"""Words of danger as hasty fingers type them, so that rules and model read the word that was meant.

"mysefl" is "myself" and "sucidal" is "suicidal" to everybody who reads it. Only a small set of words is mended, and only
from spellings that are no words themselves (a test holds both languages' common words against them): guessing at every
word would bend what a visitor asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS = [
    "kill",
    "killed",
    "killing",
    "myself",
    "suicide",
    "suicidal",
    "dying",
    "dead",
    "death",
    "life",
    "alive",
    "anymore",
    "overdose",
    "overdosed",
    "overdosing",
    "ending",
    "hurting",
    "harming",
    "hanging",
    "cutting",
    "pills",
    "tonight",
    "goodbye",
    "forever",
    "worthless",
    "burden",
    "wanna",
    "gonna",
    "without",
    "nobody",
    "everyone",
    "hopeless",
    "existing",
    "disappear",
    "breathe",
    "breathing",
    "unconscious",
    "unresponsive",
    "seizure",
    "collapsed",
    "swallowed",
    "ambulance",
    "poison",
    "bleeding",
    "stroke",
    "themselves",
    "himself",
    "herself",
    "matarme",
    "morirme",
    "suicidarme",
    "suicidarse",
    "suicidio",
    "suicida",
    "matarse",
    "quitarme",
    "quitarse",
    "lastimarme",
    "ahorcarme",
    "pastillas",
    "despierta",
    "convulsionando",
    "respirar",
    "muerta",
    "muerto",
    "vida",
    "matar",
    "want",
    "wanted",
    "wish",
    "hurt",
    "harm",
    "gone",
    "alone",
    "exist",
    "jump",
    "morir",
    "muerte",
    "vivir",
    "noche",
    "wanting",
    "wishing",
    "thoughts",
    "living",
    "cortarme",
    "cortando",
    "lastimando",
    "pensamientos",
]
# Spellings a slip of these words would give that are words, or are more often a slip of another word.
_OTHER_WORDS = frozenset(
    [
        "alice",
        "alie",
        "alife",
        "aloe",
        "buren",
        "cortado",
        "cortame",
        "dad",
        "deah",
        "ding",
        "duing",
        "exit",
        "exiting",
        "exits",
        "gine",
        "haem",
        "ham",
        "hrt",
        "hut",
        "kull",
        "lie",
        "lief",
        "lire",
        "live",
        "loving",
        "matame",
        "matare",
        "morire",
        "morri",
        "muera",
        "muere",
        "muero",
        "niche",
        "overdoing",
        "pils",
        "polls",
        "pulls",
        "stoke",
        "strike",
        "suicidare",
        "suicido",
        "via",
        "visa",
        "voda",
        "wat",
        "wating",
        "wnt",
    ]
)
NEIGHBOURS = {
    "q": "wa",
    "w": "qes",
    "e": "wrd",
    "r": "etf",
    "t": "ryg",
    "y": "tuh",
    "u": "yij",
    "i": "uok",
    "o": "ipl",
    "p": "ol",
    "a": "qsz",
    "s": "awdx",
    "d": "sefc",
    "f": "drgv",
    "g": "fthb",
    "h": "gyjn",
    "j": "hukm",
    "k": "jil",
    "l": "ko",
    "z": "asx",
    "x": "zsdc",
    "c": "xdfv",
    "v": "cfgb",
    "b": "vghn",
    "n": "bhjm",
    "m": "njk",
}
_WORD = re.compile(r"[a-z]{3,}")


def meant(text: str) -> str:
    """Return a text in plain spelling with words of danger as they were meant; the work grows with its length."""
    mended = _WORD.sub(lambda found: _MEANT.get(found[0], found[0]), text)
    for slipped, word in _IN_COMPANY:
        mended = slipped.sub(word, mended)
    return mended


def slips(word: str) -> Iterator[str]:
    """Spellings of a word with one slip inside it: two letters swapped, one left out, doubled or the key beside it."""
    for place in range(1, len(word) - 1):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        yield before + after[0] + letter + after[1:]
        yield before + letter + letter + after
        yield before + after
        yield from (before + other + after for other in NEIGHBOURS[letter])


def _every_slip() -> dict[str, str]:
    own = frozenset(_WORDS)
    found: dict[str, str] = {}
    for word in _WORDS:
        for slip in slips(word):
            if slip not in own and slip not in _OTHER_WORDS:
                found.setdefault(slip, word)
    return found


def _slip_of(word: str) -> str:
    return "|".join(sorted(set(slips(word))))


_MEANT = _every_slip()
# What alone may be another word is not, beside these.
_IN_COMPANY = (
    (re.compile(rf"\b(?:{_slip_of('want')})(?= to (?:{_slip_of('die')}|die|kill|end|not be|live|be dead)\b)"), "want"),
    (re.compile(rf"(?<=\bwant to )(?:{_slip_of('die')})\b(?! (?:it|the|my|this|that|so|for)\b)"), "die"),
    (re.compile(rf"\b(?:{_slip_of('kill')})(?= (?:my|him|her|them) ?sel(?:f|ves)\b)"), "kill"),
    (re.compile(rf"(?<=\bwant to )(?:{_slip_of('live')})(?= any ?more\b)"), "live"),
    (re.compile(rf"(?<=\bis all i )(?:{_slip_of('want')})\b"), "want"),
)
