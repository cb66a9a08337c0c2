"""One decision on the final evidence: which candidates answer, if any does at all.

It takes two steps. Nearness, a logistic function of four measurements of search, says which passages are worth
reading. The reader reads these, and a logistic function of its logit, the similarity word by word and the count of
contrasts is the probability that a passage answers; the other measurements told nothing beside these on articles that
nothing was fitted on. What passes is put in order by that and, with less weight, by nearness once more: it does not
help to tell whether anything answers, but which of several passages does. Without a reader nearness decides alone, with
a threshold of its own. A question that staff attached to a passage is answered by it without any of this. All
coefficients and thresholds stand in the policy with who chose them, why, and for which encoder and reader; they were
fitted on questions kept apart from those reported on.
"""

from __future__ import annotations

import math
import re
import unicodedata

from msgspec import Struct
from msgspec.structs import replace

from assistant.policy import Gate, Nearness, Policy
from index.contrast import contrast
from index.desk import Library
from index.reader import Reads, window
from index.search import Candidate, SearchResult

# Candidates that the reader reads: those beyond rarely answer, and each costs about 7 ms of two cores. But a short
# question may be near to many passages of a library on one subject; those that are more likely than not to answer it are
# read as well, up to so many: nearness alone must not turn them down.
READ, READ_AT_MOST = 6, 12
_LIKELY = 0.5
_DECIMALS = 6
# A probability is kept so far from 0 and 1 before it becomes odds.
_LEAST = 1e-6


class Judged(Struct, frozen=True):
    """A candidate, the probability that it answers, and whether that is enough.

    `nearness` is the probability by nearness alone; `logit` is None if it was not read; `contrast` counts what the
    question asks for of which it holds the opposite. `by_hand` says that staff attached this very question to the passage.
    """

    candidate: Candidate
    probability: float
    passed: bool
    nearness: float = 0.0
    logit: float | None = None
    contrast: int = 0
    by_hand: bool = False


def judge(library: Library, result: SearchResult, policy: Policy) -> tuple[Judged, ...]:
    """Take both steps; the most probable candidate first, those that were not read last, ties in the order of search."""
    judged = nearest(result, policy.nearness)
    if library.reader is not None:
        judged = decide(read(library.reader, judged, policy.nearness), policy.gate)
    return attached(judged, result.asked.text)


def attached(judged: tuple[Judged, ...], question: str) -> tuple[Judged, ...]:
    """Let the passages pass, before all others, to which staff attached this very question, whatever was measured.

    A person has read both and decided; the same words in another case, or with other signs between them, are the same.
    """
    words = _words(question)
    own = tuple(
        replace(one, passed=True, by_hand=True)
        for one in judged
        if any(_words(phrasing) == words for phrasing in one.candidate.listed.passage.phrasings)
    )
    ids = {one.candidate.listed.id for one in own}
    return (*own, *(one for one in judged if one.candidate.listed.id not in ids)) if own else judged


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


def nearest(result: SearchResult, nearness: Nearness) -> tuple[Judged, ...]:
    """Judge every candidate by nearness alone, the most probable first."""
    found = [
        (round(probability_of(measurements(candidate), nearness.weights, nearness.bias), _DECIMALS), candidate)
        for candidate in result.candidates
    ]
    found.sort(key=lambda one: -one[0])
    return tuple(
        Judged(candidate, probability, probability >= nearness.threshold, probability)
        for probability, candidate in found
    )


def read(reader: Reads, near: tuple[Judged, ...], nearness: Nearness) -> tuple[Judged, ...]:
    """Have the reader read the nearest candidates; none when even the first is far from the question."""
    if not near or near[0].probability < nearness.least:
        return near
    chosen = to_read(near)
    logits: dict[str, float] = {}
    for wording in dict.fromkeys(one.candidate.asked_as for one in chosen):
        of_it = [one.candidate for one in chosen if one.candidate.asked_as == wording]
        found = reader.read(wording, [what_is_read(candidate) for candidate in of_it])
        logits |= dict(zip((candidate.listed.id for candidate in of_it), found, strict=True))
    return tuple(_as_read(one, logits.get(one.candidate.listed.id)) for one in near)


def to_read(near: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """Return those of the nearest candidates, best first, that the reader is to read."""
    return tuple(one for n, one in enumerate(near[:READ_AT_MOST]) if n < READ or one.probability >= _LIKELY)


def _as_read(one: Judged, logit: float | None) -> Judged:
    if logit is None:
        return one
    passage = one.candidate.listed.passage
    whole = " ".join((passage.article.attributes.title or "", *passage.heading, passage.text))
    return replace(one, logit=logit, contrast=contrast(one.candidate.asked_as, whole))


def decide(candidates: tuple[Judged, ...], gate: Gate) -> tuple[Judged, ...]:
    """Judge the candidates that were read; the others do not pass, nor do those far less probable than the best.

    Those that pass come first, in the order in which they are to be shown.
    """
    judged = []
    for one in candidates:
        if one.logit is not None:
            measured = (one.candidate.word_similarity, one.logit, float(one.contrast))
            probability = round(probability_of(measured, gate.weights, gate.bias), _DECIMALS)
            judged.append(replace(one, probability=probability, passed=probability >= gate.threshold))
    best = max((one.probability for one in judged), default=0.0)
    judged = [replace(one, passed=one.passed and one.probability >= gate.beside * best) for one in judged]
    unread = [replace(one, passed=False) for one in candidates if one.logit is None]
    return (*sorted(judged, key=lambda one: (not one.passed, -_order(one, gate))), *unread)


def _order(one: Judged, gate: Gate) -> float:
    """Return by what candidates that pass are put in order: their odds, and a share of those by nearness."""
    return _odds(one.probability) + gate.nearness * _odds(one.nearness)


def _odds(probability: float) -> float:
    bounded = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(bounded / (1 - bounded))


def what_is_read(candidate: Candidate) -> str:
    """Return the stretch of a candidate that the reader sees, under the title and the nearest heading."""
    passage = candidate.listed.passage
    names = (passage.article.attributes.title, *passage.heading[-1:])
    heading = ", ".join(name for name in names if name)
    return window(passage.text, heading, candidate.listed.sentences, candidate.sentence_similarities)


def measurements(candidate: Candidate) -> tuple[float, float, float, float]:
    """Return what nearness looks at: similarity, sentence similarity, word similarity and coverage."""
    return candidate.similarity, candidate.sentence_similarity, candidate.word_similarity, candidate.coverage


def probability_of(measured: tuple[float, ...], weights: tuple[float, ...], bias: float) -> float:
    """Probability that a passage answers, from 0 to 1."""
    total = bias + sum([weight * value for weight, value in zip(weights, measured, strict=True)])
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))
