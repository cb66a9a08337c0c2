"""Asking thousands of made-up questions, and holding every passage that is shown to the approved text it is quoted from."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from assistant.answer import Quotation
from assistant.assistant import Assistant
from sources.database import reading
from sources.library import approved_passages, approved_texts

_BEGINNINGS = (
    "what is", "how long does", "is it safe to", "can", "why do people", "does", "what happens with", "when should",
    "tell me about", "which is better,", "how does", "", "and", "what about",
)  # fmt: skip
_MOST_WORDS = 9
# Above this a question would be turned away for its length.
_MOST_CHARACTERS = 300


@dataclass(frozen=True)
class Held:
    """So many questions, the answers among them that quote, all passages shown, and what is wrong with some of them."""

    questions: int
    answered: int
    shown: int
    wrong: tuple[str, ...]


def made_up(texts: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Make questions without end: words of the texts in their order, behind a beginning that people use or none."""
    words = [text.split() for text in texts]
    while True:
        own = chance.choice(words)
        first = chance.randrange(len(own))
        picked = own[first : first + chance.randint(1, _MOST_WORDS)]
        yield f"{chance.choice(_BEGINNINGS)} {' '.join(picked)}?"[-_MOST_CHARACTERS:]


def hold(engine: Engine, assistant: Assistant, asked: Sequence[str]) -> Held:
    """Ask, and compare every passage shown, letter by letter, with its place in the revision that was approved."""
    with reading(engine) as connection:
        texts = approved_texts(connection)
        places = {(one.revision, one.start, one.end) for one in approved_passages(connection)}
    answered, shown, wrong = 0, 0, list[str]()
    for question in asked:
        passages = assistant.answer(question).passages
        answered += bool(passages)
        for passage in passages:
            shown += 1
            fault = _fault(passage, texts, places)
            if fault:
                wrong.append(f"{question!r}: passage {passage.passage_id} {fault}")
    return Held(len(asked), answered, shown, tuple(wrong))


def _fault(passage: Quotation, texts: Mapping[str, str], places: set[tuple[str, int, int]]) -> str:
    revision = passage.source.revision
    if texts.get(revision, "")[passage.start : passage.end] != passage.text:
        return "is not what stands at its place in an approved revision"
    if (revision, passage.start, passage.end) not in places:
        return "is not among those that may be shown"
    return ""
