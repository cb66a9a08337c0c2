"""Verdicts and corrective actions as pages show them, and verdicts as forms send them. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from assistant.outcome import Outcome
from assistant.review.actions import Action
from assistant.review.looking import Looked
from assistant.review.own_words import WordsError, own
from assistant.review.sampling import STRATA, Stratum
from assistant.review.verdicts import Given, Harm, Item, Judgement, Verdict
from web.review.answer_views import OUTCOMES
from web.review.pages import ActionRow, CheckRow, SampledRow, VerdictForm, VerdictRow
from web.staff.article_views import moment
from web.staff.guard import Visit
from web.views import written

JUDGEMENTS: Mapping[Judgement, str] = {
    Judgement.appropriate: "Appropriate",
    Judgement.incomplete: "Incomplete",
    Judgement.misleading: "Misleading",
    Judgement.wrong_passage: "Wrong passage",
    Judgement.should_have_refused: "Should have been refused",
    Judgement.unsafe: "Unsafe",
}
HARMS: Mapping[Harm, str] = {Harm.none: "None", Harm.low: "Low", Harm.moderate: "Moderate", Harm.severe: "Severe"}


def verdict_row(one: Verdict, *, named: bool = True) -> VerdictRow:
    """Return a verdict in words; without the name where the one who reads it has yet to decide."""
    return VerdictRow(
        one.who if named else "", moment(one.at) if named else "", JUDGEMENTS[one.judgement], HARMS[one.harm],
        one.words, one.place == 3,
    )  # fmt: skip


def sampled_row(one: Item, looked: Looked) -> SampledRow:
    """Return the row of an answer of a sample; while it is open nothing that could sway whoever has yet to judge it."""
    final = one.final
    outcome = OUTCOMES[Outcome(looked.answer["outcome"])]
    stratum = STRATA[Stratum(one.stratum)] if final else ""
    verdict = f"{JUDGEMENTS[final.judgement]}, harm: {HARMS[final.harm].lower()}" if final else ""
    return SampledRow(one.answer_id, looked.question, outcome, stratum, verdict)


def verdict_form(visit: Visit | None = None, errors: Mapping[str, str] | None = None) -> VerdictForm:
    """Return the form of a verdict, with what was sent where something is wrong with it."""
    judgements = tuple((one.value, words) for one, words in JUDGEMENTS.items())
    harms = tuple((one.value, words) for one, words in HARMS.items())
    if visit is None:
        return VerdictForm(judgements, harms)
    typed = (visit.text("judgement"), visit.text("harm"), visit.text("words"))
    return VerdictForm(judgements, harms, *typed, errors=errors or {})


def read_verdict(visit: Visit, question: str | None) -> tuple[Given | None, dict[str, str]]:
    """Return the verdict that a form holds, or by field what is wrong with it."""
    judgement, harm, errors = visit.text("judgement"), visit.text("harm"), {}
    if judgement not in list(Judgement):
        errors["judgement"] = "Choose one."
    if harm not in list(Harm):
        errors["harm"] = "Choose one."
    words = ""
    try:
        words = own(visit.text("words"), question, needed=judgement != Judgement.appropriate)
    except WordsError as error:
        errors["words"] = str(error)
    return (None if errors else Given(Judgement(judgement), Harm(harm), words)), errors


def action_row(one: Action, today: date) -> ActionRow:
    """Return a corrective action's row."""
    checks = tuple(CheckRow(check.who, moment(check.at), check.works, check.found) for check in one.checks)
    return ActionRow(
        one.id, one.answer_id, one.what, one.owner, written(one.due) or "", one.open and one.due < today, one.who,
        moment(one.at), one.open, checks,
    )  # fmt: skip
