"""What a follow-up question is about: the topic of the conversation, from a curated list, never guessed by a model.

A question that names a topic, or stands by itself, is left alone. "And SSRIs?" asks the previous question again about
SSRIs; "is it addictive?" is about the topic there was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.policy import Topic

_SWAP = re.compile(
    r"^\s*(?:and|or|but|what about|how about|and what about)\b[\s,]*(?:(?:for|of|with|about|in|on)\s+)?", re.I
)
_POINTING = re.compile(r"\b(it|its|they|them|their|theirs|this|these|those|that)\b", re.I)
_BARE = re.compile(
    r"^\s*(?:and|or|but|why|how|when|who|what|give|any|more|tell|is there|are there|for how long)\b", re.I
)
_FEW_WORDS = 7


@dataclass(frozen=True)
class Turn:
    """The turn before: the text that was searched for, and the topic it had."""

    searched: str
    topic: str | None


@dataclass(frozen=True)
class Recalled:
    """The topic shown to the visitor, and the text to search for."""

    topic: str | None
    text: str


def recall(question: str, before: Turn | None, topics: Sequence[Topic]) -> Recalled:
    """Work out topic and search text of a question from its own words and the turn before."""
    named = named_topic(question, topics)
    if before is None:
        return Recalled(named[0].name if named else None, question)
    if named:
        return Recalled(named[0].name, _swapped(question, named[1], before, topics) or question)
    topic = next((topic for topic in topics if topic.name == before.topic), None)
    if topic is None:
        return Recalled(None, question)
    if _stands_alone(question):
        return Recalled(topic.name, question)
    return Recalled(topic.name, _about(question, topic))


def named_topic(text: str, topics: Sequence[Topic]) -> tuple[Topic, str] | None:
    """Return the topic that a text names first, with the word it uses; the longer name where two begin together."""
    pattern, by_word = _names(tuple(topics))
    match = pattern.search(text)
    return (by_word[match[0].casefold()], match[0]) if match else None


@lru_cache(maxsize=4)
def _names(topics: tuple[Topic, ...]) -> tuple[re.Pattern[str], Mapping[str, Topic]]:
    # Of two topics that share a word, the one that stands first in the policy has it.
    by_word = {word.casefold(): topic for topic in reversed(topics) for word in topic.words}
    words = "|".join(re.escape(word) for word in sorted(by_word, key=lambda word: (-len(word), word)))
    return re.compile(rf"\b(?:{words})\b", re.I), by_word


def _swapped(question: str, word: str, before: Turn, topics: Sequence[Topic]) -> str | None:
    """Ask the question before about another topic, if this question says no more than that topic's name."""
    rest = _SWAP.sub("", question)
    previous = named_topic(before.searched, topics)
    if rest == question or previous is None or len(rest.split()) > len(word.split()) + 1:
        return None
    return re.sub(rf"\b{re.escape(previous[1])}\b", word, before.searched, flags=re.I)


def _stands_alone(question: str) -> bool:
    words = len(question.split())
    return not _POINTING.search(question) and (words > _FEW_WORDS or not _BARE.search(question))


def _about(question: str, topic: Topic) -> str:
    name = topic.words[0]
    possessive = re.sub(r"\b(?:its|their|theirs)\b", f"{name}'s", question, flags=re.I)
    replaced = re.sub(r"\b(?:it|they|them|this|these|those|that)\b", name, possessive, count=1, flags=re.I)
    return replaced if replaced != question else f"{question.rstrip(' ?')} ({name})"
