"""The rules by which a question is made whole for searching, or left alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from assistant.policy import Topic
from assistant.recall.pointing import Pointer, pointer
from assistant.recall.subject import introduced, shown_topic, subject_of, subjects
from assistant.recall.talk import (
    ASKS,
    FRAGMENT,
    SMALL_TALK,
    WHY,
    Named,
    Talk,
    named_topics,
    since_dropped,
    talk_of,
)
from assistant.turns import TURNS, Recalled, Turn

_JOINER = re.compile(r"^\s*(?:and|but|so|or|also|ok|okay|well|then)\b[\s,]*", re.I)
_WHAT_IF = re.compile(r"^\W*(?:and |but |so |or )?what if\b", re.I)
_PREPOSITION = re.compile(
    r"^(?:about|after|among|as|at|before|by|during|for|from|if|in|on|over|when|while|with|without|under|using)\b\s*",
    re.I,
)
_WHICH = re.compile(
    r"^\W*(?:and |but |so |then )?(?:which\b|who wins\b|are they (?:the same|different|equally|both)\b|"
    r"how do (?:they|these|the two|both) (?:compare|differ)\b|how are (?:they|these|the two|both) different\b|"
    r"what do (?:they|these|the two|both) have in common\b|(?:what(?:'s| is| are)|is there|are there) (?:the|a|any) "
    r"(?:main |big |real )?differences?\W*$)",
    re.I,
)
_THAN = re.compile(
    r"^\W*(?:and |but )?(?:(?:is|are) )?(?:\w+ )?(?:compared (?:to|with)|vs\.?|versus|than|over)\b", re.I
)
# "Can I drive?": in a conversation about a medicine, what I may do is asked because of it.
_MAY_I = re.compile(
    r"^\W*(?:and |but |so )?(?:(?:can|could|may|must|should|do|will|would|am) (?:i|we)|can (?:you|one))\b(?!.*\ban?\b)",
    re.I,
)
# "What foods should be avoided?": needed, avoided or given because of something that is not said.
_PASSIVE = re.compile(
    r"\b(?:allowed|avoided|available|covered|given|involved|monitored|necessary|needed|prescribed|recommended|required|"
    r"to (?:avoid|expect|know|watch(?: out)? for))"
    r"\W*$",
    re.I,
)
# "How are the tickets sold?": which tickets was said before. There is only one heart, and one pope.
_THE = re.compile(
    r"\bthe\s+(?!(?:body|brain|heart|liver|lungs?|kidneys?|stomach|gut|bowels?|skin|eyes?|ears?|nose|throat|mouth|bones?|joints?|"
    r"blood|bladder|pancreas|thyroid|prostate|uterus|womb|spine|muscles?|nerves?|immune|nervous|digestive|hormones?|flu|"
    r"common cold|menopause|elderly|internet|sun|world|weather|placebo|same|other|most|best|first|last|next|"
    r"difference|differences|way|day|night|morning|evening|past|future|usa?|uk)\b)"
    r"(?-i:[a-z][\w-]*)\b(?!\s+(?:of|for|to|between|that|who|which|with)\b)",
    re.I,
)
_I = ("I", "I'm", "I’m", "I've", "I’ve")
_FEW_WORDS = 7
# Longer than this, a question has said what it is about; so the work of the rules is bounded, too.
_LONGEST = 300


def settled(recalled: Recalled, *shown: str) -> Recalled:
    """Give a question that has no topic one: those words of its subject that the passage shown first has too.

    `shown` are the passage's text, headings and title, which are approved; a topic is shown and logged, and must not be
    the visitor's own words.
    """
    if recalled.topic is not None:
        return recalled
    return replace(recalled, topic=shown_topic(recalled.subject, "\n".join(shown)))


def recall(question: str, before: Sequence[Turn], topics: Sequence[Topic]) -> Recalled:
    """Work out topic and search text of a question from its own words and the turns before, the last one first.

    A dropped topic is an empty `before`.
    """
    before = since_dropped(before[:TURNS])
    named = named_topics(question, topics)
    if not before:
        return _alone(question, named, None)
    talk = talk_of(before, topics)
    if len(question) > _LONGEST:
        return _alone(question, named, talk)
    if SMALL_TALK.match(question):
        return Recalled(before[0].topic, question)
    found = _compared(question, named, talk, topics)
    if found is None and talk.word:
        found = (
            _why(question, talk)
            or _pointed(question, named, talk)
            or _fragment(question, named, talk, topics)
            or _than(question, named, talk)
            or _elliptic(question, named, talk)
        )
    return found or _alone(question, named, talk)


def _alone(question: str, named: Named, talk: Talk | None) -> Recalled:
    if named:
        return Recalled(named[0][0].name, question)
    subject = subject_of(question)
    if talk is not None and talk.topic is not None and not introduced(question):
        return Recalled(talk.topic, question)
    return Recalled(None, question, subject)


def _compared(question: str, named: Named, talk: Talk, topics: Sequence[Topic]) -> Recalled | None:
    """Add the two things spoken of to "which is faster?"."""
    if named or talk.pair is None or not _WHICH.match(question) or subject_of(question):
        return None
    one, other = talk.pair
    both, text = f"{one} and {other}", f"{_open(question)}, {one} or {other}?"
    # Only names on the list may be shown as they are.
    listed = {one, other} <= {topic.name for topic in topics}
    return Recalled(both, text) if listed else Recalled(None, text, both)


def _why(question: str, talk: Talk) -> Recalled | None:
    """Ask about all of the question before, for a mere "why?" or "how much?"."""
    if not WHY.match(question) or not talk.question:
        return None
    return talk.about(f"{_open(talk.question)}? {question}")


def _pointed(question: str, named: Named, talk: Talk) -> Recalled | None:
    found = pointer(question)
    if found is None or (named and found.names) or any(question.find(word) < found.start for _, word in named):
        return None
    return talk.about_both(_replaced(question, found, talk), named)


def _replaced(question: str, found: Pointer, talk: Talk) -> str:
    said = found.form.format(talk.word).replace("s's", "s'")
    return question[: found.start] + said + question[found.end :]


def _fragment(question: str, named: Named, talk: Talk, topics: Sequence[Topic]) -> Recalled | None:
    """Ask the question before about SSRIs for "and SSRIs?", and for teens for "and for teens?"."""
    match = FRAGMENT.match(question)
    rest = question[match.end() :].strip(" ?.!") if match else ""
    if not rest or not talk.question or ASKS.match(rest) or len(rest.split()) > _FEW_WORDS:
        return None
    bare = _PREPOSITION.sub("", rest)
    if named:
        topic, word = named[0]
        if len(bare.split()) > len(word.split()) + 1:
            return None
        return Recalled(topic.name, _swapped(word, talk, topics) or f"{_open(talk.question)}? {question}")
    if not subjects(rest) or _WHAT_IF.match(question):
        return talk.about(_added(question, talk.word))
    text = f"{_open(talk.question)}? {question}"
    other = introduced(question)
    return Recalled(None, text, other) if other else talk.about(text)


def _swapped(word: str, talk: Talk, topics: Sequence[Topic]) -> str | None:
    previous = named_topics(talk.question, topics)
    if not previous:
        return None
    return re.sub(rf"\b{re.escape(previous[0][1])}\b", lambda _: word, talk.question, flags=re.I)


def _than(question: str, named: Named, talk: Talk) -> Recalled | None:
    """Put what is compared before "compared to SSRIs?"."""
    if not _THAN.match(question) or len(question.split()) > _FEW_WORDS:
        return None
    return talk.about_both(f"{talk.word} {question}", named)


def _elliptic(question: str, named: Named, talk: Talk) -> Recalled | None:
    """Add what there was to a question that has no subject of its own."""
    if named or introduced(question):
        return None
    own = subjects(question)
    few = len(question.split()) <= _FEW_WORDS
    implied = len(own) < 2 and any(pattern.search(question) for pattern in (_MAY_I, _PASSIVE, _THE))
    if not _has_name(question) and ((not own and _asks(question)) or (few and implied)):
        return talk.about(_added(question, talk.word))
    return None


def _added(question: str, word: str) -> str:
    """Say for what an incomplete question is asked: "side effects of gout?", "what helps for gout?"."""
    asks = ASKS.match(_JOINER.sub("", question))
    between = "with" if _MAY_I.match(question) else "for" if asks else "of"
    return f"{_open(question)} {between} {word}?"


def _has_name(question: str) -> bool:
    """Whether a later word is written as a name; where all words are, it is only a way of writing."""
    later = [word for word in question.split()[1:] if word[0].isalpha() and word not in _I]
    return any(word[0].isupper() for word in later) and any(word[0].islower() for word in later)


def _asks(question: str) -> bool:
    """Whether it can be a question at all; "I feel low" is none."""
    plain = _JOINER.sub("", question)
    return question.rstrip().endswith("?") or bool(ASKS.match(plain)) or len(plain.split()) <= 3


def _open(question: str) -> str:
    return question.rstrip(" ?.!")
