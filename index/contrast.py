"""What a question asks for and a passage does not speak of, though it speaks of the very opposite: a trap.

"How do I start it?" and a passage on stopping, "is it safe for teens?" and one on adults, "after the session" and one
on what to do before: nearly every word is found, and the passage still does not answer. The pairs below are data. They
are looked for as whole words; a passage that holds the asked word as well is no trap.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Each line: words that mean one thing, against words that mean its opposite or its other case.
_OPPOSITES = """
start starts starting started begin begins beginning | stop stops stopping stopped quit quitting wean weaning taper
build built up | taper tapered tapering down
kick kicks | wear wears
give given gives | refuse refused refuses withhold withheld
before beforehand prior | after afterwards afterward following
cause causes caused causing trigger triggers bring brings | prevent prevents preventing protect protects prevention rid
raise raises raised increase increases increased | lower lowers lowered reduce reduces reduced decrease decreases
higher high up rise rises | low down fall falls drop drops
gain gains gained gaining | lose loses lost loss losing
worse worsen worsens worsened back return returns | better ease eases relieve relieves improve improves lift lifts lifting
awake insomnia sleepless | sleepy drowsy drowsiness tired
constipated constipation | diarrhoea diarrhea loose
weaker weaken weakens | stronger strengthen strengthens
with | without
have | no
faster quicker sooner fast quick quickly | slower slow slowly
early | late
morning | night evening bedtime
first | last
short-term | long-term
infusion infusions drip iv intravenous | nasal spray nostril
tablet tablets pill pills | injection injections shot liquid patch
men man male father dad | women woman female mother mum mom
"""
# A question about one of these people is not answered by a passage that names none of their words.
_PEOPLE = {
    "children": "child children kid kids baby babies infant infants toddler toddlers newborn paediatric pediatric",
    "teenagers": "teen teens teenager teenagers adolescent adolescents youth young under-18",
    "pregnancy": "pregnant pregnancy pregnancies trimester unborn",
    "breastfeeding": "breastfeeding breastfeed breastfed breast-feeding nursing milk",
    "older people": "older elderly senior seniors pensioner pensioners aged over-65 grandmother grandfather gran grandma",
}
_WORD = re.compile(r"[a-z0-9]+(?:[-'][a-z0-9]+)*")
_AGE = re.compile(
    r"\b(\d{1,2})[ -]?(?:years?[ -]?olds?|yrs?[ -]?olds?|y/?o)\b|\b(?:aged?|over|under|i'm|when you're)[ -](\d{1,2})\b"
)


def _lines(text: str) -> list[str]:
    return [line for line in text.strip().splitlines() if line]


_PAIRS = tuple(
    (frozenset(left.split()), frozenset(right.split()))
    for left, right in (line.split(" | ") for line in _lines(_OPPOSITES))
)
_WORDS_OF_PEOPLE = {name: frozenset(words.split()) for name, words in _PEOPLE.items()}


def contrast(question: str, passage: str) -> int:
    """Count what a question asks for of which the passage holds only the opposite, or, of people, nothing at all."""
    asked, said = _words(question), _words(passage)
    pairs = sum(_opposed(asked, said, one, other) or _opposed(asked, said, other, one) for one, other in _PAIRS)
    return pairs + len(_people(question, asked) - _people(passage, said))


def _people(text: str, words: frozenset[str]) -> frozenset[str]:
    """Return the groups of people that a text speaks of, by their words or by an age."""
    named = {name for name, own in _WORDS_OF_PEOPLE.items() if own & words}
    ages = [int(one or other) for one, other in _AGE.findall(text.casefold().replace("’", "'"))]
    return frozenset(named | {_at_age(age) for age in ages if not 18 <= age < 65})


def _at_age(age: int) -> str:
    return "children" if age < 12 else "teenagers" if age < 18 else "older people"


def _opposed(asked: frozenset[str], said: frozenset[str], wanted: frozenset[str], other: frozenset[str]) -> bool:
    return bool(asked & wanted) and not asked & other and not said & wanted and bool(said & other)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold().replace("’", "'")))
