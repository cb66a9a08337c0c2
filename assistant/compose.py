"""Chosen passages become quotations: checked against their revision, attributed, with the answering sentences marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.answer import Quotation, Source
from assistant.gate import Judged
from index.edition import Edition, EditionPassage
from index.search import Candidate
from sources.library import Article, Passage

SAMPLE_WARNING = "Sample article, not reviewed by a clinician."
# A sentence is marked along with the best one when it is about as near to the question.
_NEARLY_BEST = 0.95
_MOST_MARKED = 2
# Two passages say the same when this share of their words is common to both.
_SAME_WORDS = 0.8
# Words that must not be what two passages differ in, if they are to say the same; numbers are such words, too.
_DECISIVE = frozenset(
    re.findall(
        r"\w+",
        "not no never nor cannot without except unless half one two three four five six seven eight nine ten twelve",
    )
)


class VerbatimError(Exception):
    """A passage is not what its revision says; it must not be shown."""


def choose(judged: Sequence[Judged], most: int) -> list[tuple[Judged, list[Passage]]]:
    """Pick the passages to show, best first, each with passages of other articles that say the same.

    Different publishers come before a second passage of one.
    """
    groups: list[tuple[Judged, list[Passage]]] = []
    said: list[tuple[str, frozenset[str], int]] = []
    for one in judged:
        if not one.passed:
            continue
        passage = one.candidate.listed.passage
        article, words = passage.article.id, _words(passage.text)
        # Most pairs differ too much in length to share that many words, and lengths are quick to compare.
        least, largest = _SAME_WORDS * len(words), len(words) / _SAME_WORDS
        for (_, others), (other, its_words, length) in zip(groups, said, strict=True):
            if least <= length <= largest and other != article and _say_the_same(words, its_words):
                others.append(passage)
                break
        else:
            groups.append((one, []))
            said.append((article, words, len(words)))
    return _publishers_in_turn(groups)[:most]


def quote(edition: Edition, candidate: Candidate, also_in: Sequence[Passage]) -> Quotation:
    """Quote a candidate. Raises `VerbatimError` when its words are not its revision's."""
    return quote_passage(edition, candidate.listed, _highlights(candidate), also_in)


def quote_passage(
    edition: Edition,
    listed: EditionPassage,
    highlights: tuple[tuple[int, int], ...] = (),
    also_in: Sequence[Passage] = (),
) -> Quotation:
    """Quote a passage of an edition. Raises `VerbatimError` when its words are not its revision's."""
    passage = listed.passage
    if edition.quoted(passage.id) != passage.text or not passage.text:
        raise VerbatimError(f"passage {passage.id} differs from revision {passage.revision}")
    attributes = passage.article.attributes
    shown = {passage.article.id}
    others = []
    for other in also_in:
        if other.article.id not in shown:
            shown.add(other.article.id)
            others.append(_source(other.article, other.revision))
    return Quotation(
        passage_id=passage.id,
        source=_source(passage.article, passage.revision),
        start=passage.start,
        end=passage.end,
        text=passage.text,
        heading=passage.heading,
        highlights=highlights,
        warnings=(SAMPLE_WARNING,) if attributes.sample else (),
        also_in=tuple(others),
    )


def _source(article: Article, revision: str) -> Source:
    return Source(article.id, revision, article.attributes)


def _highlights(candidate: Candidate) -> tuple[tuple[int, int], ...]:
    """Spans of the sentence nearest to the question, and of a second one that is about as near, in reading order."""
    ranked = sorted(
        zip(candidate.sentence_similarities, candidate.listed.sentences, strict=True), key=lambda pair: -pair[0]
    )[:_MOST_MARKED]
    best = ranked[0][0]
    return tuple(sorted(span for similarity, span in ranked if similarity >= best * _NEARLY_BEST and similarity > 0))


# The same passages stand beside each other in many answers.
@lru_cache(maxsize=4096)
def _say_the_same(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two passages that use these words say the same."""
    common = len(a & b)
    return common >= _SAME_WORDS * (len(a) + len(b) - common) and not any(map(_decisive, a ^ b))


def _decisive(word: str) -> bool:
    return word in _DECISIVE or word.isdigit()


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def _publishers_in_turn(groups: list[tuple[Judged, list[Passage]]]) -> list[tuple[Judged, list[Passage]]]:
    """Stable order by how many passages of the same publisher stand before."""
    before: dict[str, int] = {}
    turns = []
    for group in groups:
        article = group[0].candidate.listed.passage.article
        publisher = article.attributes.publisher or article.id
        turns.append(before.get(publisher, 0))
        before[publisher] = turns[-1] + 1
    return [group for _, group in sorted(zip(turns, groups, strict=True), key=lambda pair: pair[0])]
