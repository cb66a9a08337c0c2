"""Which passage qualifies the one before it: a short list of rules over how a passage begins, or how one ends.

A rule reads the first sentence of the next passage under the same heading, or the last sentence of the passage itself.
What it finds is a proposal that holds until a curator rejects it: to show a passage without its "However, …" misleads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from msgspec import Struct

from sources.canonical import BULLET


class Rule(Struct, frozen=True, dict=True):
    """A pattern for a first or a last sentence, and what it finds in the words of whoever reads the list."""

    name: str
    finds: str
    written: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when first searched for, which is when passages are curated and not when they are served."""
        return re.compile(self.written, re.IGNORECASE)


class Placed(Struct, frozen=True):
    """A content passage where it stands: `heading` is its path, `text` its words, in the order of the article."""

    id: str
    heading: tuple[str, ...]
    text: str


class Found(Struct, frozen=True):
    """A passage, the one that qualifies it, and the name of the rule that says so."""

    passage_id: str
    caveat_id: str
    rule: str


_POINTING = r"(?:this|that|these|those|it|they|the above)"
_NOT = r"(?:is|are|was|were|does|do|did|may|might|will|would|should|can|could|must)(?: not\b|n['’]t\b)|cannot\b"
_CONDITION = r"\b(?:if|unless|when|while|until|without|before)\b"

BEGINNINGS = (
    # "However you take it" is no contrast; the comma tells them apart.
    Rule("however", "begins with However, or says it after a few words", r"^(?:(?:[\w’'-]+ ){0,4}[\w’'-]+, )?however,"),
    Rule("but", "begins with But", r"^but\b"),
    Rule(
        "even so", "begins with Even so, That said, Nevertheless", r"^(?:even so|that said|nevertheless|nonetheless)\b"
    ),
    Rule(
        "not this",
        "says what this does not do or is not for",
        rf"^{_POINTING} (?:also )?(?:{_NOT})(?: \w+){{0,3}}? (?:apply|applies|hold|suitable|safe|right|true|recommended|"
        r"advised|enough|mean|for (?:everyone|everybody|people|those|anyone)|be (?:taken|used|given|combined))\b",
    ),
    Rule(
        "not everyone",
        "says for whom it is not",
        r"^not (?:everyone|everybody|all (?:people|patients)) (?:can|should|may|will|is|are)\b",
    ),
    Rule(
        "exceptions",
        "names exceptions",
        r"^(?:(?:the |some |an? |one |another |important |only |main )*exceptions?\b"
        r"|there (?:is|are) (?:\w+ ){0,2}exceptions?\b|(?:except|unless)\b)",
    ),
    Rule("caution", "is a caution", r"^(?:caution|warning|contraindications?)\b *[:.!]"),
    Rule(
        "do not if",
        "says when not to",
        rf"^(?:please )?(?:do not|don['’]t|never|avoid|you should not|you must not|nobody should|no one should)\b.*{_CONDITION}",
    ),
)

ENDINGS = (
    Rule(
        "announces exceptions",
        "the passage ends by announcing exceptions",
        r"(?:\b(?:with|there (?:is|are)|but|has|have)\b[^.]{0,30}\bexceptions?(?: \w+){0,2}|\bexcept\b[^.]{0,40})[.:]$",
    ),
)

RULES = {rule.name: rule for rule in (*BEGINNINGS, *ENDINGS)}

_FIRST_SENTENCE = re.compile(r"[^.!?\n]*[.!?]?")
_LAST_SENTENCE = re.compile(r"[^.!?\n]*[.!?:]?$")


def found_caveats(passages: Sequence[Placed]) -> Iterator[Found]:
    """Find the pairs among the content passages of one revision, given in their order."""
    for before, after in pairwise(passages):
        if before.heading == after.heading and (rule := qualifies(before.text, after.text)):
            yield Found(before.id, after.id, rule.name)


def qualifies(before: str, after: str) -> Rule | None:
    """Return the first rule by which the text after qualifies the text before it, if there is one."""
    first = _FIRST_SENTENCE.match(after.removeprefix(BULLET).lstrip())
    begins = first[0] if first else ""
    # "But how does it work?" leads on to something else.
    if not begins.endswith("?"):
        for rule in BEGINNINGS:
            if rule.pattern.search(begins):
                return rule
    ends = _LAST_SENTENCE.search(before.rstrip())
    return next((rule for rule in ENDINGS if ends and rule.pattern.search(ends[0].strip())), None)
