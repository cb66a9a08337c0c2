"""What clinicians write goes into the log, which cannot be erased; so it must not repeat what a visitor wrote."""

from __future__ import annotations

import re

MOST_CHARACTERS = 2000
# So many words of a question in a row are the visitor's own; fewer may be a term.
_IN_A_ROW = 5
_WORD = re.compile(r"\w+")


class WordsError(ValueError):
    """Words that cannot be kept; says why and what to do."""


def repeats(words: str, question: str) -> bool:
    """Whether a text has five words of a question in a row, or all of a shorter one that has at least three.

    >>> repeats("They asked: how long do SSRIs take?", "How long do SSRIs take to work?")
    True
    """
    asked, written = ([word.casefold() for word in _WORD.findall(text)] for text in (question, words))
    length = min(_IN_A_ROW, len(asked))
    if length < 3:
        return False
    runs = {tuple(asked[n : n + length]) for n in range(len(asked) - length + 1)}
    return any(tuple(written[n : n + length]) in runs for n in range(len(written) - length + 1))


def own(words: str, question: str | None, *, needed: bool = True) -> str:
    """Return what a clinician wrote, without space around it. Raises `WordsError`."""
    kept = words.strip()
    if needed and not kept:
        raise WordsError("Say something; the log keeps it.")
    if len(kept) > MOST_CHARACTERS:
        raise WordsError(f"These are {len(kept):,} characters; the limit is {MOST_CHARACTERS:,}.")
    if question is not None and repeats(kept, question):
        raise WordsError("This repeats the visitor’s words, and the log cannot be erased. Say it in your own.")
    return kept
