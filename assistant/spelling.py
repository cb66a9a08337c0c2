"""Words that one slip of the keys made unknown, as they were most likely meant, for a model that reads whole words.

"medicin" is a word to everybody but a model, which reads it letter by letter. So a word that is known nowhere is taken
for the one that it is a single slip of, among those that the training messages use often: of several the one used most.
Rules read what was written but for words of danger (`mistyped.py`), and a visitor never sees what was mended here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from assistant.glosses import without_accents
from assistant.mistyped import NEIGHBOURS

OFTEN_FILE = "words_often.tsv"
# A word must be used so often to be what another one was meant for; one that is used less is only known.
OFTEN = 20
# More unknown words in one text, or longer ones, are another language or keys pressed at random; and the work is bounded.
_MOST_UNKNOWN = 24
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# For each key those that may have been meant.
_BESIDE = {key: [meant for meant, keys in NEIGHBOURS.items() if key in keys] for key in _LETTERS}
# A shorter word has too many neighbours.
_WORD = re.compile(r"\b[^\W\d_]{4,28}\b")


class Spelling(Struct, frozen=True):
    """How often words are used, and what else says that a word is one."""

    often: Mapping[str, int]
    is_word: Callable[[str], bool]

    @classmethod
    def open(cls, folder: Path, is_word: Callable[[str], bool]) -> Spelling:
        """Read the table, lines of `word TAB count`. Raises OSError, or ValueError for a line that is not such a one."""
        often = {}
        for line in (folder / OFTEN_FILE).read_text(encoding="utf-8").splitlines():
            word, _, count = line.partition("\t")
            often[word] = int(count)
        return cls(often, is_word)

    def mended(self, text: str) -> str:
        """Return a text in which each unknown word is the one it was meant for, if there is such a one."""
        left = _MOST_UNKNOWN

        def meant(found: re.Match[str]) -> str:
            nonlocal left
            word = without_accents(found[0].casefold())
            if not left or word in self.often or self.is_word(word):
                return found[0]
            left -= 1
            return max(self._meant_for(word), default=(0, found[0]))[1]

        return _WORD.sub(meant, text)

    def _meant_for(self, word: str) -> Iterator[tuple[int, str]]:
        for other in slipped_from(word):
            count = self.often.get(other, 0)
            if count >= OFTEN:
                yield count, other


def slipped_from(word: str) -> Iterator[str]:
    """Return spellings that a word may be one slip of; the first letter is seldom wrong but by a swap.

    The slip left a letter out, doubled one, hit the key beside it, or swapped two.
    """
    for place in range(1, len(word) + 1):
        before, after = word[:place], word[place:]
        yield from (before + letter + after for letter in _LETTERS)
        if not after:
            return
        letter, rest = after[0], after[1:]
        yield before[:-1] + letter + before[-1] + rest
        if letter == before[-1]:
            yield before + rest
        yield from (before + other + rest for other in _BESIDE.get(letter, ()))
