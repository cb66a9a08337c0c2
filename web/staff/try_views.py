"""From what came of a question to what the test bench shows of it. Pure functions."""

from __future__ import annotations

import json

from msgspec.structs import replace

from assistant.gate import Judged
from assistant.policy import Policy
from assistant.transcript import PastTurn
from assistant.verifier import canonical
from web import views
from web.pages import Quote, Turn
from web.staff.bench import Tried
from web.staff.try_pages import CandidateRow, TriedView


def tried_view(tried: Tried, policy: Policy, reads: bool) -> TriedView:
    """Return what came of a question for the page."""
    shown = [one.passage_id for one in tried.answer.passages]
    return TriedView(
        question=tried.question,
        turn=_turn(tried, policy),
        facts=_facts(tried, policy, reads),
        candidates=tuple(_candidate(place, one, shown, policy, reads) for place, one in enumerate(tried.judged, 1)),
        suggestions=tried.answer.suggestions,
    )


def _turn(tried: Tried, policy: Policy) -> Turn:
    """Return the answer as a visitor would see it; its links lead to the passages as staff see them."""
    stored = json.loads(canonical(dict(tried.answer.stored())))
    turn = views.turn(PastTurn(tried.question, stored, 0, recorded=False), policy)
    pages = {one.source_page: f"/staff/passages/{one.passage_id}" for one in tried.answer.passages}
    quotes = tuple(_for_staff(one, pages) for one in turn.quotes)
    return replace(turn, quotes=quotes, suggestions=(), answer_id=None)


def _for_staff(quote: Quote, pages: dict[str, str]) -> Quote:
    source = replace(quote.source, source_page=pages.get(quote.source.source_page, quote.source.source_page))
    others = tuple(_for_staff(one, pages) for one in quote.others)
    return replace(quote, source=source, caveats=tuple(_for_staff(one, pages) for one in quote.caveats), others=others)


def _facts(tried: Tried, policy: Policy, reads: bool) -> tuple[tuple[str, str], ...]:
    evidence = tried.record.evidence
    triage, heard = evidence["triage"], evidence["heard"]
    threshold = policy.gate.threshold if reads else policy.nearness.threshold
    facts = [
        ("Outcome", tried.answer.outcome.value),
        ("Triage", f"{triage['level']}{', speaks of suicide as a subject' if triage['mention'] else ''}"),
        ("Rules that heard something", ", ".join(triage["rules"]) or "none"),
        ("The model that listens", _heard(heard)),
        ("Topic", tried.answer.topic or "none"),
        ("Searched for", tried.record.searched or "nothing"),
        ("Words the library does not have", str(evidence["missing_words"])),
        ("Notices", ", ".join(one.kind for one in tried.answer.notices) or "none"),
        ("Gate", f"a passage answers from a probability of {threshold:.3f}" if tried.judged else "was not asked"),
    ]
    return tuple(facts)


def _heard(heard: dict[str, object] | None) -> str:
    if not heard:
        return "was not asked"
    return ", ".join(f"{name.replace('_', ' ')} {_share(value)}" for name, value in heard.items())


def _share(value: object) -> str:
    return f"{value / 1_000_000:.3f}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _candidate(place: int, one: Judged, shown: list[str], policy: Policy, reads: bool) -> CandidateRow:
    candidate, passage = one.candidate, one.candidate.listed.passage
    figures = (
        ("probability", f"{one.probability:.3f}"),
        ("reader’s logit", "not read" if one.logit is None else f"{one.logit:.2f}"),
        ("nearness", f"{one.nearness:.3f}"),
        ("opposites", str(one.contrast)),
        ("similarity", f"{candidate.similarity:.3f}"),
        ("best sentence", f"{candidate.sentence_similarity:.3f}"),
        ("word by word", f"{candidate.word_similarity:.3f}"),
        ("coverage", f"{candidate.coverage:.3f}"),
        ("rank by meaning", _rank(candidate.dense_rank)),
        ("rank by words", _rank(candidate.lexical_rank)),
        ("both ranks fused", f"{candidate.fused:.4f}"),
    )
    return CandidateRow(
        place=place,
        passage_id=passage.id,
        title=passage.article.attributes.title or passage.article.id,
        heading=passage.heading,
        text=passage.text,
        shown=passage.id in shown,
        unread=reads and one.logit is None and passage.id not in shown,
        fate=_fate(one, shown, policy, reads),
        figures=figures,
    )


def _rank(rank: int | None) -> str:
    return "not listed" if rank is None else str(rank)


def _fate(one: Judged, shown: list[str], policy: Policy, reads: bool) -> str:
    """Say what became of a candidate, and why."""
    id_ = one.candidate.listed.id
    if id_ in shown:
        return f"shown, number {shown.index(id_) + 1}" + (
            ", because staff attached this question to it" if one.by_hand else ""
        )
    if one.passed:
        return "answers, but is not shown: others come first, another says the same, or doses are withheld"
    if reads and one.logit is None:
        return "not read: others are nearer, or none is near enough"
    threshold = policy.gate.threshold if reads else policy.nearness.threshold
    if one.probability < threshold:
        return f"rejected: {one.probability:.3f} is below {threshold:.3f}"
    return "rejected: far less likely than the best"
