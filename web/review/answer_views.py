"""From what the log keeps of an answer to what a clinician reads. Pure functions, but for the titles of articles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from assistant.feedback import Feedback
from assistant.outcome import Outcome
from assistant.policy import Policy
from assistant.raising import RULE
from assistant.review.facts import BANDS, NEAR_BAND, FoundAnswer
from assistant.review.gathering import MILLION, best_probability
from assistant.review.looking import Looked, why_not
from assistant.transcript import PastTurn, answer_companions
from sources import schema
from web.pages import REASONS, Frame, Turn
from web.review.pages import AnswerPage, AnswerRow, CandidateRow, ShownPassage, Step
from web.settings import Settings
from web.staff.article_views import moment
from web.staff.pages import StaffFrame
from web.views import frame, notice, turn

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.answered: "answered",
    Outcome.no_answer: "refused, nothing answers it",
    Outcome.personal_advice: "personal advice",
    Outcome.crisis: "crisis card",
    Outcome.emergency: "emergency card",
}
_LEVELS = {
    "ordinary": "an ordinary question",
    "personal_advice": "a question about the person’s own care",
    "crisis": "somebody may be in danger: the crisis card, and nothing else",
    "emergency": "somebody may need an ambulance: the emergency card, and nothing else",
}
_COMPANY = {
    "caveat": "as a caveat of the passage before it",
    "difference": "because it differs from the passage before it",
}
NOT_KEPT = "not kept"
"""Of what the log does not say of an older answer."""
Known = Mapping[str, tuple[str, str]]
"""Title of the article and words of each passage, by the passage's id."""


def percent(millionths: int | None) -> str:
    """Write a probability in millionths out."""
    return "" if millionths is None else f"{millionths / MILLION:.0%}"


def row(one: FoundAnswer) -> AnswerRow:
    """Return an answer's row in the list."""
    return AnswerRow(
        one.id, moment(one.at), OUTCOMES[Outcome(one.outcome)], percent(one.probability), one.question, one.helpful
    )


def choices(policy: Policy) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return what can be chosen in each list of the search, as (value, words)."""
    bands = {band: f"{band.replace('-', ' to ')} %" for band in BANDS}
    return {
        "outcome": (("", "any"), *((one.value, words) for one, words in OUTCOMES.items())),
        "band": (("", "any"), *bands.items(), (NEAR_BAND, "near the threshold")),
        "feedback": (
            ("", "with or without"), ("no", "did not help"), ("yes", "helped"), ("any", "any feedback"),
            *((value, f"did not help: {words.lower()}") for value, words in REASONS.items()),
        ),
        "rule": (("", "any"), (RULE, RULE), *((one.id, one.id) for one in policy.rules.rules)),
    }  # fmt: skip


def titles(connection: Connection, article_ids: Collection[str] | None = None) -> dict[str, str]:
    """Return the titles of these articles by id; without any named, of all."""
    a = schema.articles.c
    query = sa.select(a.id, a.title)
    if article_ids is not None:
        query = query.where(a.id.in_(article_ids))
    return {row.id: row.title for row in connection.execute(query)}


def answer_page(
    page_frame: StaffFrame, one: Looked, known: Known, states: Mapping[str, str], today: Policy, settings: Settings
) -> AnswerPage:
    """Put together the page of an answer. `states` says of passages whether visitors see them now."""
    shown, outer = as_given(one, today, settings, page_frame.nonce)
    return AnswerPage(
        frame=page_frame,
        id=one.id,
        facts=_facts(one),
        outer=outer,
        turn=shown,
        previous=one.previous,
        next=one.next,
        steps=tuple(_steps(one)),
        candidates=tuple(_candidates(one, known)),
        passages=tuple(_shown(one, states)),
        feedback=_feedback(one.feedback),
        feedback_words=one.feedback.words if one.feedback else "",
        feedback_given="did not help" if one.feedback and not one.feedback.helpful else "",
    )


def as_given(one: Looked, today: Policy, settings: Settings, nonce: str) -> tuple[Turn, Frame]:
    """Return an answer as the visitor saw it, and what stood around it: with the disclaimer that was shown."""
    policy = one.policy or today
    outer = frame(policy, settings.site_name, settings.contact, nonce)
    outer = replace(outer, disclaimer=notice("disclaimer", one.answer["disclaimer"], policy))
    return turn(PastTurn(one.question, one.answer, 0, recorded=False), policy), outer


def _facts(one: Looked) -> tuple[tuple[str, str], ...]:
    return (
        ("Asked", moment(one.at)),
        ("Came out as", OUTCOMES[Outcome(one.answer["outcome"])]),
        ("Turn of its conversation", str(one.turn)),
        ("Entry of the log", str(one.seq)),
        ("Edition", one.answer["edition"][:12] or "none was live"),
        ("Policy", one.answer["policy"][:12]),
    )


def _feedback(given: Feedback | None) -> str:
    if given is None:
        return "The visitor said nothing of it."
    why = f": {REASONS[given.reason].lower()}" if given.reason else ""
    return f"The visitor said that it {'helped' if given.helpful else 'did not help'}{why}."


def _steps(one: Looked) -> Iterator[Step]:
    entry, answer = one.entry, one.answer
    yield Step("Triage", tuple(_triage(one)))
    topic = entry.get("topic")
    about = f"The conversation is about {topic}." if topic else "The conversation has no topic."
    yield Step("Topic", (about, *(("The visitor had dropped the topic.",) if entry.get("forgot_topic") else ())))
    candidates = entry.get("candidates", ())
    read = [row for row in candidates if row.get("logit") is not None]
    missing = entry.get("missing_words", 0)
    lacking = (f"{missing} of its words occur nowhere in the library.",) if missing else ()
    yield Step("Search", (f"{len(candidates)} passages were kept as candidates; they stand below.", *lacking))
    yield Step("Read", (f"{len(read)} of them were read." if read else "None was read.",))
    yield Step("Gate", tuple(_gate(one)))
    yield Step("Compose", tuple(_composed(one)))
    yield Step("Record", (f"Entry {one.seq} of the log, before it was shown. Answer {answer['answer']}.",))


def _triage(one: Looked) -> Iterator[str]:
    triage = one.entry.get("triage", {})
    yield f"Taken as {_LEVELS.get(triage.get('level', ''), 'a question')}."
    if triage.get("mention"):
        yield "It speaks of suicide or self-harm: the line with the help numbers was shown."
    reasons = {rule.id: rule.reason for rule in one.policy.rules.rules} if one.policy else {}
    for rule in triage.get("rules", ()):
        yield f"Rule {rule}: {reasons[rule]}" if rule in reasons else f"Rule {rule}."
    if not triage.get("rules"):
        yield "No rule spoke."
    if heard := one.entry.get("heard"):
        listed = ", ".join(f"{name.replace('_', ' ')} {percent(value)}" for name, value in heard.items())
        yield f"The model that listens heard: {listed}."


def _gate(one: Looked) -> Iterator[str]:
    best = best_probability(one.entry.get("candidates", ()))
    if best is None and one.entry.get("candidates"):
        yield f"How probable the passages were was {NOT_KEPT}."
        return
    if best is None:
        yield "Nothing was searched, so there was nothing to decide."
        return
    read = any(row.get("logit") is not None for row in one.entry["candidates"])
    threshold = one.policy and (one.policy.gate.threshold if read else one.policy.nearness.threshold)
    said = "The threshold was not kept." if threshold is None else f"The threshold was {threshold:.1%}."
    yield f"The most probable passage answers with {best / MILLION:.1%}. {said}"
    passed = sum(bool(row.get("passed")) for row in one.entry["candidates"])
    yield f"{passed} {'passes' if passed == 1 else 'pass'}." if passed else "None passes."


def _composed(one: Looked) -> Iterator[str]:
    kinds = [row["kind"].replace("_", " ") for row in one.answer["notices"]]
    yield f"Notices: {', '.join(kinds)}." if kinds else "No notice."
    count = len(one.answer["passages"])
    yield f"{count} {'passage' if count == 1 else 'passages'} shown."
    for id_, company in zip(one.answer["passage_ids"], answer_companions(one.answer), strict=True):
        if company:
            yield f"Passage {id_} was shown {_COMPANY.get(company[0], company[0])}."
    notes = dict.fromkeys(note for passage in one.answer["passages"] for note in passage["warnings"])
    yield from (f"Warning shown: {note}" for note in notes)


def _candidates(one: Looked, known: Known) -> Iterator[CandidateRow]:
    candidates, there = one.entry.get("candidates", ()), set(one.answer["passage_ids"])
    for row in candidates:
        title, text = known.get(row["passage"], ("A passage that is no longer stored", ""))
        shown = row["passage"] in there
        yield CandidateRow(
            passage_id=row["passage"],
            title=title,
            text=text,
            shown=shown,
            came_of_it=_came_of(row) if shown else _not_shown(one, row),
            probability=_probability(row),
            measured=tuple(_measured(row)),
        )


def _probability(row: Mapping[str, Any]) -> str:
    if row.get("probability") is None:
        return f"probability {NOT_KEPT}"
    return percent(row["probability"]) + ("" if row.get("logit") is not None else " by nearness")


def _came_of(row: Mapping[str, Any]) -> str:
    return "shown, because staff attached this question to it" if row.get("by_hand") else "shown"


def _not_shown(one: Looked, row: Mapping[str, Any]) -> str:
    if not row.get("passed"):
        return why_not(row, one.entry["candidates"], one.policy)
    if any(notice["kind"] == "withheld_dose" for notice in one.answer["notices"]):
        return "passed, but amounts are never answered"
    return "passed, but another says the same, or there was no room"


def _measured(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    def share(name: str) -> str:
        return f"{row[name] / MILLION:.2f}" if row.get(name) is not None else NOT_KEPT

    def rank(name: str) -> str:
        return str(row[name] or "none") if name in row else NOT_KEPT

    yield "Similarity", share("similarity")
    yield "Nearest sentence", share("sentence_similarity")
    yield "Word by word", share("word_similarity")
    yield "Words in common", share("coverage")
    yield "Rank by meaning", rank("dense_rank")
    yield "Rank by words", rank("lexical_rank")
    yield "Reader", "not read" if row.get("logit") is None else share("logit")


def _shown(one: Looked, states: Mapping[str, str]) -> Iterator[ShownPassage]:
    for id_, passage in zip(one.answer["passage_ids"], one.answer["passages"], strict=True):
        state = states.get(id_, "no longer stored")
        yield ShownPassage(id_, passage["article"]["title"] or "", passage["text"], state, state == "withdrawn")
