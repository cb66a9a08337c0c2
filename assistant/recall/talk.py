"""The turns before a question, and what they leave: the topic, the word for it, a question to ask again, a pair."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from assistant.policy import Topic
from assistant.recall.pointing import pointer
from assistant.recall.subject import introduced, subject_of, subjects
from assistant.turns import Recalled, Turn

# How much of a turn before may be searched again.
_MOST_CARRIED = 300
FRAGMENT = re.compile(
    r"^\s*(?:(?:and|but|so|or)\b[\s,]*)?"
    r"(?:what about|how about|what of|what if|(?:the )?same (?:for|with|in)|in case of|and|but|or)\b[\s,]*",
    re.I,
)
ASKS = re.compile(
    r"^(?:what|why|how|when|where|who|whom|whose|which|is|are|was|were|do|does|did|can|could|will|would|should|may|"
    r"might|has|have|had|am|tell|give|show|describe|explain|list|name|compare)\b",
    re.I,
)
WHY = re.compile(
    r"^\W*(?:and |but |so )?(?:why|how|when|where|really|how (?:so|come|much|many|long|often|soon|fast|quickly|far)|"
    r"for how long|since when|until when|why (?:not|is that|so)|how is that|says who|by how much|who says(?: so)?)\W*$",
    re.I,
)
SMALL_TALK = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|thanks?|thank you|thx|great|good|fine|cool|nice|perfect|wow|yes|no|yeah|hello|hi|hey|bye|sure|"
    r"i see|i understand|got it|never ?mind|that (?:makes sense|helps|helped|is (?:good|great|helpful|all)|was (?:very )?"
    r"(?:good|great|helpful|useful))|that's (?:good|great|helpful|all|it|fine|ok)|very|so|much|helpful|a lot|for that|"
    r"for (?:your|the) (?:help|answer))\b\W*)+$",
    re.I,
)

Named = Sequence[tuple[Topic, str]]


class Talk(Struct, frozen=True):
    """What the turns before leave: the word carried, the topic shown with it, the question to ask again, and a pair."""

    topic: str | None
    word: str
    question: str
    pair: tuple[str, str] | None

    def about(self, text: str) -> Recalled:
        """Return a question that goes on with what there was."""
        return Recalled(self.topic, text, "" if self.topic else self.word)

    def about_both(self, text: str, named: Named) -> Recalled:
        """Return a question that goes on with what there was, and names another topic as well."""
        names = [name for name in (self.topic, *(topic.name for topic, _ in named)) if name]
        return Recalled(" and ".join(dict.fromkeys(names)) or None, text, "" if names else self.word)


def named_topics(text: str, topics: Sequence[Topic]) -> list[tuple[Topic, str]]:
    """Return the topics that a text names, each once, with the word it uses; the longer name where two begin together."""
    pattern, by_word = _names(tuple(topics))
    found: dict[str, tuple[Topic, str]] = {}
    for match in pattern.finditer(text):
        topic = by_word[match[0].casefold()]
        found.setdefault(topic.name, (topic, match[0]))
    return list(found.values())


@lru_cache(maxsize=4)
def _names(topics: tuple[Topic, ...]) -> tuple[re.Pattern[str], Mapping[str, Topic]]:
    # Of two topics that share a word, the one that stands first in the policy has it.
    by_word = {word.casefold(): topic for topic in reversed(topics) for word in topic.words}
    words = "|".join(re.escape(word) for word in sorted(by_word, key=lambda word: (-len(word), word)))
    return re.compile(rf"\b(?:{words})\b" if words else r"(?!)", re.I), by_word


def since_dropped(before: Sequence[Turn]) -> Sequence[Turn]:
    """Return the turns since a topic was dropped: a turn that had none of its own, and was not made whole, began anew."""
    for place, turn in enumerate(before[:-1]):
        began = turn.stood_alone and not SMALL_TALK.match(turn.searched)
        if began and (_is_fragment(turn) or (turn.topic is None and before[place + 1].topic is not None)):
            return before[: place + 1]
    return before


def talk_of(before: Sequence[Turn], topics: Sequence[Topic]) -> Talk:
    """Return what the turns before leave, of which there is at least one."""
    word = _carried(before, topics)[:_MOST_CARRIED]
    topic = before[0].topic or next((known.name for known, _ in named_topics(word, topics)), None)
    question = next((turn.searched for turn in before if not _is_fragment(turn)), before[0].searched)
    return Talk(topic, word, question[:_MOST_CARRIED], _pair(before, topics))


def _is_fragment(turn: Turn) -> bool:
    asked = turn.asked or turn.searched
    match = FRAGMENT.match(asked)
    fragment = match is not None and not ASKS.match(asked[match.end() :])
    return bool(not asked or SMALL_TALK.match(asked) or WHY.match(asked) or (fragment and not _is_swap(turn)))


def _is_swap(turn: Turn) -> bool:
    """Whether a fragment was made a question of its own, by putting its topic into the one before."""
    return turn.asked is not None and turn.asked not in turn.searched


def _carried(before: Sequence[Turn], topics: Sequence[Topic]) -> str:
    """The word for the topic that was used last, or the subject of the last question that stood by itself."""
    topic = before[0].topic
    if topic is None:
        return _introduced_last(before)
    if all(topic != known.name for known in topics):
        return topic
    used = (word for turn in before for known, word in named_topics(turn.searched, topics) if known.name == topic)
    return next(used, topic)


def _introduced_last(before: Sequence[Turn]) -> str:
    """What was introduced last, or else what the conversation began with."""
    first = ""
    for turn in before:
        asked = turn.asked or ""
        if not pointer(asked) and (found := introduced(asked)):
            return found
        if turn.stood_alone and not SMALL_TALK.match(asked):
            first = subject_of(asked) or first
    return first


def _pair(before: Sequence[Turn], topics: Sequence[Topic]) -> tuple[str, str] | None:
    """The last two things that were spoken of: in one turn, or else in two."""
    found: list[str] = []
    for turn in before:
        names = [topic.name for topic, _ in named_topics(turn.searched, topics)]
        names = names or (subjects(turn.searched)[:1] if turn.stood_alone else [])
        if len(names) > 1 and not found:
            return names[0], names[1]
        found += [name for name in names if name not in found]
        if len(found) > 1:
            return found[1], found[0]
    return None
