"""Where a question points back to what was said before: "it", "these drugs", "the side effects".

Not every such word does. "Is it true that" points at what follows, "people who smoke ... when they" at what the same
question said, and "this week" at nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from assistant.recall.subject import subjects
from assistant.recall.words import CLASSES

_CLASS = "|".join(sorted(CLASSES, key=lambda word: (-len(word), word)))
_PARTS = (
    r"(?:(?:side|adverse|early|late|long-term|short-term|first|main|most\s+common|common|key|possible)\s+)?"
    r"(?:effects?|symptoms?|risks?|signs?|benefits?|"
    r"costs?|price|causes?|dose|dosage|sessions?|results?|complications?|evidence|downsides?|advantages?|disadvantages?|"
    r"dangers?|outcomes?|purpose|process)"
)
_KINDS = "bacteria|city|company|device|event|experiment|machine|plan|product|substance|system|team|virus"
# "it" that stands for what follows, or for nothing at all.
_EMPTY = re.compile(
    r"\b(?:"
    r"(?:is|was|be|isn't|isnt|wasn't|would)\s+it\s+(?:be\s+)?(?:\w+ly\s+|very\s+|so\s+|still\s+|ever\s+|not\s+)?"
    r"(?!(?:able|allowed|approved|close|closest|compared|connected|designed|due|given|going|harmful|"
    r"licensed|likely|linked|made|meant|prescribed|related|said|similar|sold|supposed|taken|used)\b)"
    r"\w+\s+(?:that|to|for\s+\w+(?:\s+\w+)?\s+to|if|when|its)\b"
    r"|it(?:\s+is|\s+was|'s|’s)\s+(?:\w+ly\s+)?(?:true|normal|possible|common|safe|ok|better|best|said|known|thought|important|raining|"
    r"snowing|cold|hot|late|early|hard|easy|difficult)\b"
    r"|(?:how\s+(?:long|much|many)\s+(?:\w+\s+)?)(?:does|did|will|would|can|could|might)\s+it\s+"
    r"(?:\w+ly\s+)?take\s+"
    r"(?:for|until|before|(?:[\w-]+\s+){0,3}to)\b"
    r"|(?:does|did|would|will)\s+it\s+(?:hurt|help|feel|matter|cost|mean|make\s+sense)\s+(?:to|if|when|whether|that|like)\b"
    r"|(?:is|was)\s+it\s+(?:about|that)\b"
    r"|(?:does\s+)?that\s+means?\b"
    r"|it\s+(?:turns\s+out|seems|appears|depends)\b"
    r"|make[s]?\s+it\s+(?:\w+er|easy|hard|difficult|possible)\s+(?:to|for)\b"
    r")",
    re.I,
)
_POINTS = re.compile(
    rf"""\b(?:
      (?P<possessive>its|their|theirs)\b
    | (?P<group>(?:this|that|these|those|such)\s+(?:kinds?\s+of\s+|types?\s+of\s+)?(?:{_CLASS}))\b
    | (?P<the>the)\s+(?=(?:{_PARTS}|{_CLASS}|{_KINDS})\b)
    | (?P<these>these|those|this)\s+(?=\w)
    | (?P<demonstrative>this|that|these|those)\b
    | (?P<pronoun>it|they|them)\b
    )""",
    re.I | re.X,
)
_THE_OF = re.compile(rf"the\s+(?:{_PARTS}|\w+)\s+(?:of|for|from|between|that|who|which|to|on|with|when|if)\b", re.I)
_TIME = re.compile(
    r"(?:this|these|those|that)\s+(?:\w+\s+)?(?:weeks?|weekend|years?|months?|morning|evening|afternoon|days?|time|summer|"
    r"winter|spring|autumn|century|point)\b",
    re.I,
)
_RELATIVE = re.compile(r"(?:those|these)\s+(?:with|who|that|whose|having|taking|in|under|over)\b", re.I)
_BEFORE_THAT = re.compile(
    r"(?:^|\b(?:is|was|are|were|does|did|do|will|would|can|could|should|has|about|like|of|for|with|than|after|before|from|by|on|in|to|"
    r"at|mean|cause|causes|doing|do|stop|prevent|treat|why|how|and|but|so|isn't|doesn't|know|explain))\s*$",
    re.I,
)
_AFTER_THAT = re.compile(r"\s+(?:i|you|he|she|we|they|it|the|a|an|my|your|people|some|most|many|all|if)\b", re.I)
_CLAUSE = re.compile(
    r"[,;:.?!]|\b(?:if|when|because|while|after|before|until|since|although|and|but|or|so|that|which|who)\b", re.I
)
_JOINS = re.compile(r"(?:and|or|but|that|which|who)\b", re.I)
_PEOPLE = re.compile(
    r"\b(?:people|doctors|patients|women|men|children|kids|parents|adults|teens|teenagers|scientists|experts|researchers|nurses|"
    r"everyone|someone|anyone|person|those|babies|families|students)\b",
    re.I,
)


_NAMING = ("group", "the", "these")
# A clause begins with a few words of grammar: "and how does it".
_FEW = 4
# Later than this, and after something a question is about, a word points at that.
_EARLY = 8
# So long a text speaks for itself.
_LONG = 30
_LONGEST = 300


class Pointer(Struct, frozen=True):
    """A part of a question that points back, and how to say it with the word it stands for.

    `names` is whether it is more than a pronoun: "this medicine", "the side effects".
    """

    start: int
    end: int
    form: str
    names: bool


def pointer(question: str) -> Pointer | None:
    """Return the first part of a question that points back, if any does."""
    if len(question) > _LONGEST or len(question.split()) > _LONG:
        return None
    return next(_pointers(question), None)


def _pointers(question: str) -> Iterator[Pointer]:
    empty = [match.span() for match in _EMPTY.finditer(question)]
    for match in _POINTS.finditer(question):
        if not any(start <= match.start() < end for start, end in empty) and _points_back(question, match):
            yield Pointer(match.start(), match.end(), _form(match), match.lastgroup in _NAMING)


def _points_back(question: str, match: re.Match[str]) -> bool:
    before, at = question[: match.start()], question[match.start() :]
    kind = match.lastgroup
    if _TIME.match(at) or _RELATIVE.match(at):
        return False
    if len(before.split()) > _EARLY and subjects(before):
        return False
    if kind == "the":
        return not _THE_OF.match(at)
    word = match[0].strip().casefold()
    if word == "that":
        return bool(_BEFORE_THAT.search(before)) and not _AFTER_THAT.match(question[match.end() :])
    if kind in ("pronoun", "possessive"):
        return not _meant_within(before, word)
    return True


def _meant_within(before: str, word: str) -> bool:
    """Whether the same question said what a pronoun stands for: a name in a clause before, or the people doing it."""
    if word in ("their", "theirs"):
        return _names_several(before)
    clauses = list(_CLAUSE.finditer(before))
    if not clauses:
        return False
    earlier, since = before[: clauses[-1].start()], before[clauses[-1].start() :]
    # "And" may join two words as well as two clauses.
    if _JOINS.match(since) and (subjects(since) or len(since.split()) > _FEW):
        return False
    if word in ("they", "them"):
        return _names_several(earlier)
    return bool(subjects(earlier))


def _names_several(text: str) -> bool:
    return bool(_PEOPLE.search(text)) or any(run.endswith("s") for run in subjects(text))


def _form(match: re.Match[str]) -> str:
    if match.lastgroup == "possessive":
        return "{}" if match[0].casefold() == "theirs" else "{}'s"
    return {"the": "the {} ", "these": "{} "}.get(match.lastgroup or "", "{}")
