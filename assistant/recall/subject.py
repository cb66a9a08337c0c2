"""What a question is about, by its own words: the runs of words that are neither grammar nor asked of everything.

"What are the side effects of metformin?" is about metformin: "side effects" can be asked of any medicine, as can what
it costs, whether it is safe and how it works. No list of subjects is needed, so this holds for any library.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.recall.words import ASKED_OF_ANYTHING, CLASSES, GRAMMAR, SIDES
from index.lexical import stems

_MOST_WORDS = 5
_MOST_RUNS = 3
_LONGEST = 300
# Grammar that is left at an end when the words beside it are taken away.
_LOOSE_ENDS = re.compile(r"^(?:(?:a|and|by|for|in|of|or|the)\b\s*)+|(?:\s*\b(?:a|and|by|for|in|of|or|the))+$", re.I)
# A word; letters and digits may be joined by a hyphen, an apostrophe or a dot (X-ray, Crohn's, U.S).
_TOKEN = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


@lru_cache(maxsize=1 << 14)
def _stem(word: str) -> str:
    return "-".join(stems(word))


_ASKED = frozenset(map(_stem, ASKED_OF_ANYTHING)) - {""}


def subjects(text: str) -> list[str]:
    """Return the runs of words a text is about, in order and as they are written: at most three runs of five words."""
    runs: list[tuple[int, int, int]] = []
    for token in _TOKEN.finditer(text):
        start, end, count = runs[-1] if runs else (0, -1, _MOST_WORDS)
        goes_on = count < _MOST_WORDS and text[end : token.start()] in (" ", " of ")
        if not _tells(token[0], goes_on):
            continue
        if goes_on:
            runs[-1] = (start, token.end(), count + 1)
        elif len(runs) < _MOST_RUNS:
            runs.append((token.start(), token.end(), 1))
        else:
            break
    return [text[start:end] for start, end, _ in runs]


def shown_topic(subject: str, passage: str) -> str | None:
    """Return the words of a subject that an approved passage has too, or None where it has none of them.

    The topic shown to the visitor and kept in the log is made of nothing else: the log cannot be erased, and the
    visitor's words must be.
    """
    known = set(stems(passage))
    shared = [token[0] for token in _TOKEN.finditer(subject) if known.issuperset(stems(token[0]))]
    return _LOOSE_ENDS.sub("", " ".join(shared)) or None


def _tells(word: str, goes_on: bool) -> bool:
    """Whether a word says what a text is about; `goes_on` after a word that does."""
    if goes_on and word[0].isupper() and len(word) > 1:
        return True
    plain = word.casefold().replace("’", "'").removesuffix("'s")
    if len(plain) == 1 or plain.isdigit():
        # "hepatitis B", "type 2": a letter or a number belongs to the word before it.
        return goes_on and (word.isupper() or plain.isdigit())
    if plain in CLASSES:
        return goes_on
    return plain not in GRAMMAR and _stem(plain) not in _ASKED


_INTRODUCES = re.compile(
    r"^\W*(?:and |so |but |then )?(?:"
    r"(?:what|who)(?:'s|’s| is| are| was| were)\s+(?P<is>[^?.!,]+?)(?:,? and (?:why|how|what|who|is|are|does|do)\b.*)?"
    r"|(?:please\s+)?(?:tell me|what do you know|let's talk|information)\s+(?:more\s+|something\s+)?about\s+(?P<about>[^?.!,]+)"
    r"|(?:what about|how about|and|or|but)\s+(?P<swap>[^?.!,]+?)(?:\s+in particular|\s+instead|\s+then)?"
    r"|(?:describe|explain|define)\s+(?P<tell>[^?.!,]+)"
    r"|how\s+(?:do|does|did)\s+(?P<work>[^?.!,]+?)\s+work"
    r"|how\s+(?:is|are|was|were)\s+(?P<done>[^?.!,]+?)\s+(?:treated|diagnosed|prevented|managed|cured|made|started)"
    r"|what\s+(?:causes|triggers)\s+(?P<cause>[^?.!,]+)"
    r"|(?:can|could|do|does|did|is|are|will)\s+(?P<acts>[^?.!,]+?)\s+(?:help|work|cause|treat|prevent|make|increase|"
    r"reduce|affect|interact|safe|dangerous|addictive|bad|good|effective)\b.*"
    r")\W*$",
    re.I,
)
# A phrase with one of these says something of a thing ("the role of", "like", "used for"), and is no name of it.
_NO_NAME = re.compile(
    r"\b(?:about|after|and|any|are|best|common|good|famous|her|his|important|its|new|notable|popular|typical|as|at|available|before|between|by|do|does|during|for|from|in|is|it|like|my|on|or|other|"
    r"some|than|that|their|them|there|these|they|this|to|used|with|your|i|you|we|people)\b",
    re.I,
)
# "The side effects of metformin" is about metformin.
_PART_OF = re.compile(
    r"^(?:(?:an?|the|some)\s+)?(?:[\w-]+\s+)?(?:advantages?|benefits?|causes?|costs?|dangers?|definition|disadvantages?|effects?|examples?|"
    r"history|meaning|purpose|risks?|signs?|symptoms?|treatments?|types?|uses?)\s+(?:of|for)\s+",
    re.I,
)
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.I)


def introduced(text: str) -> str:
    """Return what a text introduces, as "What is gout?" does, or an empty text.

    "What is the culture like?" introduces nothing: it goes on about what there was. "What are vaccines?" introduces
    them, although a vaccine, in "is the vaccine safe?", is no subject by itself.
    """
    match = _INTRODUCES.match(text) if len(text) <= _LONGEST else None
    if match is None:
        return ""
    given = _PART_OF.sub("", next(group for group in match.groups() if group is not None).strip())
    phrase = _ARTICLE.sub("", given)
    words = phrase.split()
    if not words or len(words) > _MOST_WORDS or _NO_NAME.search(phrase):
        return ""
    if match["swap"] and not SIDES.isdisjoint(phrase.casefold().split()):
        return ""
    return _name(phrase, definite=given.casefold().startswith("the "))


def _name(phrase: str, *, definite: bool) -> str:
    """What a phrase names: all of it, or, after "the", only what is written as a name."""
    if definite and not any(word[0].isupper() for word in phrase.split()):
        return ""
    runs = subjects(phrase)
    if runs and " of " not in phrase:
        return runs[0] if definite and not phrase[0].isupper() else phrase
    return phrase if phrase.casefold() in CLASSES or any(letter.isdigit() for letter in phrase) else ""


def subject_of(text: str) -> str:
    """What a text introduces, or the first name in it, or else the first thing it is about."""
    runs = subjects(text)
    names = (run for run in runs if run != runs[0] or not text.lstrip().startswith(run) if run[0].isupper())
    return introduced(text) or next(names, "") or next(iter(runs), "")
