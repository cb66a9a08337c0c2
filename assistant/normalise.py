"""One plain spelling for the many ways a sentence can be typed, so that rules need to know only one.

The result is for matching, never for showing: it loses accents, marks and punctuation on purpose.
"""

import re
import unicodedata
from functools import reduce

from assistant.mistyped import meant

# Cyrillic and Greek letters that are drawn like a Latin one. Accents are gone and case is folded before this is used.
_LOOKALIKES = str.maketrans(
    "абвгдезіїјкӏмнопрԛѕтуһхѵԝьүɡıαβγεζηικνορτυχωϲℓ",
    "a6brgeziijkimhonpqstyhxvwbygiabyeznikvoptuxwcl",
) | str.maketrans({"в": "b", "г": "r", "б": "b", "р": "p", "с": "c", "д": "d", "ԁ": "d", "к": "k", "т": "t", "п": "n"})

_QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u00b4\u0060\u2032\uff07", "'"))

# An emoji that carries the meaning of a sentence becomes its word; every other one becomes a space.
_EMOJI = {"🔫": " gun ", "🔪": " knife ", "💊": " pills ", "🪢": " rope ", "☠": " dead ", "⚰": " dead ", "🪦": " dead "}

_LEET = str.maketrans("013456789@$!|+", "oieasgtbgasilt")
_LEET_MARK = re.compile(r"[0-9@$!|+]")
_LEET_TOKEN = re.compile(r"[a-z0-9@$!|+']+")
# What looks like leet and is not: "20mg", "3weeks", "2nd", "b12", "t3", "d3", "5ht", "covid19", "8th!".
_NOT_LEET = re.compile(
    r"\d{2,}[a-z%]*|\d[a-z]?|[a-z]{1,2}[1246789]\d*|[abcdt]\d+|"
    r"\d(?:mc?g|ml|kg|hrs?|hours?|mins?|minutes?|days?|weeks?|wks?|months?|years?|yrs?|yo|st|nd|rd|th|am|pm|ht\w*|"
    r"pills?|tabs?|tablets?|caps?|capsules?|doses?|times|fold|step|wk)|[a-z]{3,}\d+|\d+[a-z]\d*"
)
_SURELY_LEET = re.compile(r"[a-z][013457@$!|+]+[a-z]")

_SPELLED_OUT = re.compile(r"(?<![a-z0-9'])[a-z](?:[ ._*-][a-z]){2,}(?![a-z0-9'])")
# Beside a longer word that is spelled out, two lone letters are a word too: "t o   d i e".
_SPELLED_PAIRS = re.compile(r"(?<![a-z0-9'])[a-z](?:[ ._*-][a-z])+(?![a-z0-9'])")
_JOINERS = re.compile(r"(?<=[a-z])[-_/~.^+](?=[a-z])")
_MARKS = re.compile(r"[\"“”„«»()\[\]{}<>#*_=~^|\\]+")
_STRETCHED = re.compile(r"(\b)?([a-z])\2{2,}(\b)?")
_SPACES = re.compile(r"\s+")

# Words of the plain statements a person in danger may type without spaces or letter by letter: "iwanttodie".
_RUN_TOGETHER_CORE = re.compile(
    r"kill|myself|die|dead|death|suicid|mylife|itall|alive|overdose|hurt|harm|selfharm|cutting|matar|morir|vivir|mivida"
)
_PLAIN_STATEMENTS = """
i im ive id am a the my me myself it this life all want to wanna need going gonna gon na will kill killing die
dying dead death suicide suicidal end ending hurt hurting harm harming cut cutting self live living be alive
anymore here not dont cant just wish was were better off without overdose pills on take how do can of so no
more hate please help thinking about feel feeling like should commit now tonight today hang shoot drown jump
with over
yo mi ya mas quiero kiero voy matar matarme suicidar suicidarme morir morirme vivir seguir quitarme la vida hoy
"""
_RUN_TOGETHER = frozenset(_PLAIN_STATEMENTS.split())
_LONGEST_WORD = max(map(len, _RUN_TOGETHER))
_RUN_TOGETHER_LIMIT = 120  # letters; nobody types a longer plea without one space, and the work stays bounded


def normalise(text: str) -> str:
    """The question in one plain spelling: lower case, Latin letters without accents, single spaces.

    Undoes what a hurried or a hiding writer does: capitals, full-width and look-alike letters, invisible characters,
    digits for letters inside words, letters spelled out one by one, words run together, stretched letters, and slips of
    the keys in words of danger.
    Pure; its work grows with the length of the text and no faster.
    """
    steps = (_latin, _unleet, _join_spelled_out, _split_run_together, _squeeze, meant)
    return _SPACES.sub(" ", reduce(lambda done, step: step(done), steps, text)).strip()


def _latin(text: str) -> str:
    """Folded case, no accents, no invisible characters, look-alikes as the Latin letter they imitate."""
    if text.isascii():
        return "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text.lower())
    folded = unicodedata.normalize("NFKD", text.translate(_QUOTES)).casefold().lower()
    return "".join(map(_plain, folded)).translate(_LOOKALIKES)


def _plain(character: str) -> str:
    """The character, its word, a space for a symbol, or nothing for a mark that is not seen on its own."""
    if character.isascii():
        return character if character.isprintable() else " " if character.isspace() else ""
    if character in _EMOJI:
        return _EMOJI[character]
    kind = unicodedata.category(character)
    if kind in ("Cf", "Cc", "Mn", "Me", "Cs", "Cn"):
        return ""
    if character in "–—‐‑−":
        return "-"
    # A tie between letters, as in a face made of signs, is part of a word to PCRE2 and not to Python.
    return " " if kind[0] in "SZ" or kind == "Pc" else character


def _unleet(text: str) -> str:
    """Digits and signs that stand for letters inside words, as letters: "k1ll mys3lf" but still "20 mg" and "b12"."""
    if not _LEET_MARK.search(text):
        return text
    # Only in a text that surely hides words is a lone "1" the word "I" and "t0" the word "to".
    hiding = any(map(_is_leet, _LEET_TOKEN.findall(text)))
    return _LEET_TOKEN.sub(lambda found: _as_letters(found[0], hiding), text)


def _is_leet(token: str) -> bool:
    return bool(_SURELY_LEET.search(token)) and not _NOT_LEET.fullmatch(token)


def _as_letters(token: str, hiding: bool) -> str:
    word = token.rstrip("!+")  # an exclamation mark after a word is one
    if not _LEET_MARK.search(word):
        return token
    if hiding and word == "70":
        return "to"
    if hiding and re.match("1(?:$|['mnst])", word):
        return word.replace("11", "ll").translate(_LEET)
    if hiding and re.fullmatch(r"[a-z]+[0134573@$]+|[3457@$][a-z]+[a-z0-9@$!]*|[3457@$01][a-z013457@$]{2,}", word):
        return word.replace("11", "ll").translate(_LEET)
    if _is_leet(word) or (word[0] in "@$" and word[1:].isalpha()):
        return word.replace("11", "ll").translate(_LEET)
    return token


def _join_spelled_out(text: str) -> str:
    """ "k i l l" and "k.i.l.l" as one word; a wider gap ends the word."""
    spelled = _SPELLED_PAIRS if _SPELLED_OUT.search(text) else _SPELLED_OUT
    return _JOINERS.sub(" ", spelled.sub(lambda found: re.sub(r"[ ._*-]", "", found[0]), text))


def _split_run_together(text: str) -> str:
    """ "killmyself" as "kill myself", where the whole token is made of known words; else the token as it was."""
    if not _RUN_TOGETHER_CORE.search(text):
        return text
    return " ".join(
        _words_of(token) if len(token) > 5 and _RUN_TOGETHER_CORE.search(token) else token
        for token in _MARKS.sub(" ", text).split()
    )


def _words_of(token: str) -> str:
    """The token split into known words, the fewest there can be; the token itself where that is not possible."""
    letters = token.rstrip("',.;:!?")
    if len(letters) > _RUN_TOGETHER_LIMIT:
        return token
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            before = best[start]
            if before is not None and letters[start:end] in _RUN_TOGETHER:
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = (*before, letters[start:end])
    words = best[-1]
    return " ".join(words) + token[len(letters) :] if words else token


def _squeeze(text: str) -> str:
    """ "diiie" as "die", "killll" as "kill": a stretched letter as it is usually written."""
    return _STRETCHED.sub(_usual, _MARKS.sub(" ", text))


def _usual(found: re.Match[str]) -> str:
    at_start, letter, at_end = found[1] is not None, found[2], found[3] is not None
    # Words double l and s inside and at the end, e and o inside; a stretched double of another letter is rare.
    doubled = letter in "ls" or (letter in "eo" and not at_end)
    return letter * 2 if doubled and not at_start else letter
