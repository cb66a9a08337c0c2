"""Sentences that a clinician would stop before a visitor reads them.

A flagged passage is not published until someone lets it pass by name and reason. The rules only point; they judge
nothing: "no withdrawal" is flagged whether or not it is true. Grounds: misleading claims found in ketamine
advertising (Crane and colleagues, JAMA Network Open, 2023) and safe-messaging guidance on suicide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ClaimRule:
    """One kind of claim: `pattern` finds it, `reason` tells the clinician why it was stopped."""

    name: str
    pattern: re.Pattern[str]
    reason: str


@dataclass(frozen=True)
class Claim:
    """A rule that fired, with the words that fired it."""

    rule: str
    words: str
    reason: str


def _rule(name: str, pattern: str, reason: str) -> ClaimRule:
    return ClaimRule(name, re.compile(pattern, re.IGNORECASE), reason)


RULES = (
    _rule(
        "no-withdrawal",
        r"\b(?:no|without|not cause|never causes?|free of|lower risk of)\b[^.!?]{0,60}\b(?:withdrawal|dependence|dependency)\b",
        "says or suggests that stopping has no effects",
    ),
    _rule(
        "not-addictive",
        r"\b(?:non-?addictive|(?:not|isn['’]t|never|no risk of)\s+(?:\w+\s+)?addict(?:ive|ion))\b",
        "says that a medicine is not addictive",
    ),
    _rule(
        "safe",
        r"\b(?:(?:very|completely|perfectly|totally|proven|extremely)\s+safe|safe,|safer|safe\s+(?:and|option|treatment|"
        r"alternative|for\s+everyone|administration|way|medication|medicine|choice)|(?:is|are|was)\s+(?:\w+\s+)?safe\b|no\s+risks?\b"
        r"|risk-free)",
        "calls a treatment safe, or safer than another",
    ),
    _rule(
        "fewer-side-effects",
        r"\b(?:fewer|less|minimal|no|without|lower)\s+(?:\w+\s+){0,2}side[\s-]effects?\b|\bmild\s+side\s+effects?\b",
        "compares or plays down side effects",
    ),
    _rule(
        "approved-ketamine",
        r"\bketamine\b[^.!?]{0,80}\bFDA[\s-]+approved\b|\bFDA[\s-]+approv(?:ed|al)\b[^.!?]{0,80}\bketamine\b"
        r"|\bapproved\b[^.!?]{0,40}\bketamine\b",
        "speaks of approval beside ketamine; racemic ketamine is approved as an anaesthetic only",
    ),
    _rule("cure", r"\b(?:cures?|cured|curing|miracle|erases?\s+depression)\b", "promises or names a cure"),
    _rule(
        "guarantee",
        r"\bguarante\w+|\balways\s+works?\b|\b100\s?%|\blasting\s+(?:healing|change|relief|improvements?)\b|\bpermanent(?:ly)?\b",
        "promises a result",
    ),
    _rule(
        "prevents-suicide",
        r"\b(?:prevents?|stops?|reduces?|relief\s+from|eliminates?)\b[^.!?]{0,60}\bsuicid\w+",
        "says that a treatment acts on suicidal thoughts",
    ),
    _rule(
        "superlative",
        r"\b(?:groundbreaking|revolutionary|breakthrough|game[\s-]chang\w+|transformative|life-changing|beacon\s+of\s+hope"
        r"|only\s+treatment|overwhelmingly\s+positive|profound)\b",
        "praises a treatment in the words of advertising",
    ),
    _rule(
        "dose",
        r"\b\d+(?:[.,]\d+)?\s?(?:mg|milligrams?|mcg|µg|micrograms?|ml|mg/kg)\b",
        "names an amount of medicine",
    ),
    _rule(
        "percentage",
        r"\b\d+(?:[.,]\d+)?\s?(?:%|percent|per\s+cent)(?![^.!?]*\([^)]*\b(?:19|20)\d{2}[^)]*\))",
        "gives a percentage without a reference beside it",
    ),
    _rule(
        "method",
        r"\b(?:lethal|fatal)\s+(?:dose|amount)\b|\bhow\s+to\s+(?:overdose|end)\b",
        "may give detail of a method",
    ),
    _rule(
        "suicide-wording",
        r"\b(?:commit(?:s|ted|ting)?|successful|failed)\s+suicide\b|\bsuicide\s+victims?\b",
        "uses words about suicide that guidance asks writers to avoid",
    ),
)


def claims(text: str) -> tuple[Claim, ...]:
    """Every rule that fires on a passage's words, in the order of the rules, with the first words that fired it."""
    return tuple(Claim(rule.name, match[0], rule.reason) for rule in RULES if (match := rule.pattern.search(text)))
