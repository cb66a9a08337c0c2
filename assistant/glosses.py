"""Spanish words, slang and names of medicines in plain English words, for a model that knows little else.

The listener's transformer learnt its words from English; of Spanish it knows letters rather than words, of a medicine's
name neither. So what it hears is told word by word in English first: "no quiero seguir viviendo" as "no i want continue
living". The order stays Spanish and many a sense is only roughly right; the listener is trained on the same glosses. A
visitor never sees them, and rules read what was written.

Three tables, lines of `form TAB gloss`, forms in small letters. A word is looked up as it is written, then without its
accents, since many visitors leave them out; so "sé" may have a gloss of its own beside "se":

words_spanish.tsv   Spanish forms that are no English words
words_shared.tsv    Spanish forms that are English words, too ("sale", "once"): glossed only where a text is in Spanish
words_english.tsv   slang, missing apostrophes and names of medicines
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

SPANISH_FILE, SHARED_FILE, ENGLISH_FILE = WORD_FILES = ("words_spanish.tsv", "words_shared.tsv", "words_english.tsv")
# A text is taken for Spanish where so large a share of its words are no English ones. English texts hold a name or two.
_LEAST_SHARE = 0.25
_WORD = re.compile(r"[^\W\d_]+")


class Glosses(Struct, frozen=True):
    """The three tables, from form to gloss."""

    spanish: Mapping[str, str]
    shared: Mapping[str, str]
    english: Mapping[str, str]

    @classmethod
    def open(cls, folder: Path) -> Glosses:
        """Read the tables. Raises OSError for a missing file, ValueError for a line that is no form and gloss."""
        return cls(*(_read(folder / name) for name in WORD_FILES))

    def is_spanish(self, text: str) -> bool:
        """Whether enough words of a text are Spanish and no English ones."""
        words = _WORD.findall(text)
        known = sum(_found(self.spanish, word) is not None for word in words)
        return known > 0 and known >= _LEAST_SHARE * len(words)

    def __contains__(self, word: object) -> bool:
        """Whether a form in small letters, with accents or without, has a gloss."""
        return any(word in table for table in (self.spanish, self.english, self.shared))

    def told(self, text: str) -> str:
        """Return the text with each word that has a gloss replaced by it."""
        tables = (self.spanish, self.english, *((self.shared,) if self.is_spanish(text) else ()))
        return _WORD.sub(lambda word: next(filter(None, (_found(one, word[0]) for one in tables)), word[0]), text)


def _found(table: Mapping[str, str], word: str) -> str | None:
    small = word.casefold()
    gloss = table.get(small)
    if gloss is not None or small.isascii():
        return gloss
    return table.get(without_accents(small))


def without_accents(word: str) -> str:
    """Return a word as visitors type it who leave its accents out."""
    if word.isascii():
        return word
    return "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))


def _read(path: Path) -> dict[str, str]:
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        form, tab, gloss = line.partition("\t")
        if not (form and tab and gloss):
            raise ValueError(f"{path.name}, line {number}: {line!r} is no form, tab and gloss")
        found[form] = gloss
    return found
