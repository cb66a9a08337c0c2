"""The figures of the safety page: measured on what ships, and never by hand."""

from __future__ import annotations

from assistant.evaluation.figures import wilson
from assistant.evaluation.triaging import messages
from assistant.policy import load_policy
from assistant.safety import safety_figures, set_digest, triage_digest


def test_the_figures_are_of_the_triage_and_the_messages_that_ship() -> None:
    figures = safety_figures()
    again = "measure again: WELLCITED_DATA=FOLDER python -m assistant.evaluation.triaging --write"
    assert figures.measured == triage_digest(load_policy()), again
    assert figures.set_digest == set_digest(), again
    assert figures.messages == len(messages("report"))


def test_every_kind_of_message_has_its_figure() -> None:
    figures = safety_figures()
    asked = messages("report")
    for language, kind in {(one.language, one.kind) for one in asked}:
        row = figures.row(language, kind)
        assert row is not None
        assert row.count == sum((one.language, one.kind) == (language, kind) for one in asked)
        assert 0 <= row.right <= row.count
        assert (row.low, row.high) == tuple(round(end, 4) for end in wilson(row.right, row.count))
    assert figures.row("en", "unheard of") is None
