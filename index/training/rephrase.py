"""MedQuAD's questions come from templates; people ask otherwise. Rules that turn the one into the other."""

from __future__ import annotations

import re

_KINDS: dict[str, tuple[str, ...]] = {
    "information": (
        "what is {x}",
        "What exactly is {x}?",
        "{x} meaning",
        "can you explain {x}",
        "tell me about {x}",
        "what does {x} mean",
        "Someone mentioned {x}, what is that?",
    ),
    "symptoms": (
        "{x} symptoms",
        "what are the signs of {x}",
        "How do I know if I have {x}?",
        "what does {x} feel like",
        "What happens to someone with {x}?",
        "how can you tell it is {x}",
        "Does {x} show in any way?",
    ),
    "treatment": (
        "how do you treat {x}",
        "{x} treatment?",
        "what helps with {x}",
        "Is there a cure for {x}?",
        "what can be done about {x}",
        "How is {x} treated?",
        "how do doctors manage {x}",
        "what do they give you for {x}",
    ),
    "inheritance": (
        "is {x} genetic",
        "Does {x} run in families?",
        "Can I pass {x} on to my kids?",
        "is {x} hereditary?",
        "how do you get {x} from your parents",
        "My mother has {x}, will I get it too?",
    ),
    "frequency": (
        "how common is {x}",
        "How rare is {x}?",
        "how many people have {x}",
        "Do a lot of people have {x}?",
        "what are the odds of having {x}",
    ),
    "genetic changes": (
        "what gene causes {x}",
        "which genes are involved in {x}",
        "What mutation leads to {x}?",
        "{x} gene",
        "which gene is changed in {x}?",
    ),
    "causes": (
        "why do people get {x}",
        "what causes {x}",
        "{x} causes",
        "Where does {x} come from?",
        "how does someone get {x}",
        "what brings on {x}",
    ),
    "exams and tests": (
        "how is {x} diagnosed",
        "test for {x}",
        "How do doctors find out if it's {x}?",
        "what tests show {x}",
        "is there a blood test for {x}",
        "how do they check for {x}?",
    ),
    "research": (
        "any new research on {x}?",
        "{x} clinical trials",
        "What are scientists studying about {x}?",
        "are there trials for {x}",
    ),
    "outlook": (
        "{x} prognosis",
        "how long do people with {x} live",
        "does {x} go away",
        "What can I expect if I have {x}?",
        "Will {x} get worse over time?",
        "is {x} deadly",
    ),
    "susceptibility": (
        "who gets {x}",
        "Am I at risk of {x}?",
        "risk factors for {x}",
        "What makes {x} more likely?",
        "who is most likely to have {x}",
    ),
    "prevention": (
        "how to avoid {x}",
        "can you prevent {x}",
        "How do I keep from getting {x}?",
        "preventing {x}",
        "what lowers the chance of {x}",
    ),
    "complications": ("what can {x} lead to", "{x} complications", "What problems can {x} cause?"),
    "stages": ("{x} stages", "how far along is {x}", "What are the phases of {x}?"),
    "considerations": (
        "living with {x}",
        "what should I eat with {x}",
        "what to do if you have {x}",
        "How do I take care of myself with {x}?",
    ),
}
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_SHORT = re.compile(r"\(([A-Z][A-Za-z0-9-]{1,7})\)")


def rephrased(kind: str, subject: str) -> tuple[str, ...]:
    """Return ways people ask for this kind of thing about a subject; none for an unknown kind.

    A subject is named in lower case in every second one, without what its brackets hold, and by its short form last.
    """
    plain = _BRACKETS.sub("", subject).strip()
    found = [
        pattern.format(x=_lowered(plain) if n % 2 == 0 else plain) for n, pattern in enumerate(_KINDS.get(kind, ()))
    ]
    short = _SHORT.search(subject)
    if short and found:
        found.append(_KINDS[kind][0].format(x=short[1]))
    return tuple(found)


def kinds() -> tuple[str, ...]:
    """Return the kinds of question there are rules for."""
    return tuple(_KINDS)


def _lowered(words: str) -> str:
    """In lower case, but for abbreviations."""
    return " ".join(word if sum(map(str.isupper, word)) > 1 else word.lower() for word in words.split())
