"""The gate: what is read, what passes, and that a decision belongs to the models it was set for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from assistant.calibrate import Asked as Calibrated
from assistant.calibrate import as_probability, fit, threshold_of
from assistant.gate import READ, READ_AT_MOST, decide, judge, nearest, to_read
from assistant.policy import load_policy
from assistant.publish import PublishError, publish
from index.desk import Desk, Library
from index.model import default_model
from sources.database import open_database
from sources.questions import CuratedQuestion

POLICY = load_policy()
QUESTION = "How fast does ketamine work?"


@pytest.fixture
def library(data: Path) -> Iterator[Library]:
    engine = open_database(data)
    desk = Desk(engine, data)
    desk.look()
    yield desk.library()
    engine.dispose()


def test_the_nearest_are_read_and_only_those_can_pass(library: Library) -> None:
    judged = judge(library, library.search(QUESTION), POLICY)
    read = [one for one in judged if one.logit is not None]
    assert READ <= len(read) <= READ_AT_MOST
    assert judged[: len(read)] == tuple(read)
    assert judged[0].passed
    assert not any(one.passed for one in judged[len(read) :])
    assert [one.passed for one in read] == sorted((one.passed for one in read), reverse=True)


def test_a_passage_to_which_staff_attached_the_question_answers_it(library: Library) -> None:
    result = library.search("What is the capital of France?")
    before = judge(library, result, POLICY)
    assert not any(one.passed for one in before)
    last = result.candidates[-1]
    passage = replace(last.listed.passage, phrasings=("Another one?", "what is the Capital of  France"))
    theirs = replace(last, listed=replace(last.listed, passage=passage))
    after = judge(library, replace(result, candidates=(*result.candidates[:-1], theirs)), POLICY)
    assert [(one.candidate.listed.id, one.by_hand) for one in after if one.passed] == [(last.listed.id, True)]
    assert after[0].passed
    assert {one.candidate.listed.id for one in after} == {one.candidate.listed.id for one in before}
    other = replace(passage, phrasings=("What is the capital of Greece?",))
    near = replace(last, listed=replace(last.listed, passage=other))
    found = judge(library, replace(result, candidates=(*result.candidates[:-1], near)), POLICY)
    assert not any(one.passed for one in found)


def test_more_are_read_where_more_are_likely_to_answer_and_never_too_many(library: Library) -> None:
    near = nearest(library.search(QUESTION), POLICY.nearness)

    def read(*probabilities: float) -> int:
        chosen = [replace(one, probability=p) for one, p in zip(near, probabilities, strict=False)]
        assert len(chosen) == len(probabilities)
        found = to_read(tuple(chosen))
        assert list(found) == chosen[: len(found)]
        return len(found)

    assert read(*[0.9] * 3) == 3
    assert read(*[0.2] * 10) == READ
    assert read(*[0.9] * 8, *[0.4] * 10) == 8
    assert read(*[0.9] * 25) == READ_AT_MOST


def test_what_passes_is_in_order_of_both_probabilities(library: Library) -> None:
    judged = judge(library, library.search(QUESTION), POLICY)
    alone = decide(judged, replace(POLICY.gate, threshold=0.0, beside=0.0, nearness=0.0))
    read = [one for one in alone if one.logit is not None]
    assert [one.probability for one in read] == sorted((one.probability for one in read), reverse=True)
    nearest_first = decide(judged, replace(POLICY.gate, threshold=0.0, beside=0.0, nearness=1e6))
    read = [one for one in nearest_first if one.logit is not None]
    assert [one.nearness for one in read] == sorted((one.nearness for one in read), reverse=True)
    assert {one.probability for one in nearest_first} == {one.probability for one in judged}


def test_nothing_is_read_when_nothing_is_near(library: Library) -> None:
    judged = judge(library, library.search("What is the capital of France?"), POLICY)
    assert judged
    assert all(one.logit is None and not one.passed for one in judged)


def test_without_a_reader_nearness_decides(library: Library) -> None:
    result = library.search(QUESTION)
    judged = judge(replace(library, reader=None), result, POLICY)
    assert judged == nearest(result, POLICY.nearness)
    assert judged[0].passed


def test_the_threshold_is_what_the_policy_says(library: Library) -> None:
    judged = judge(library, library.search(QUESTION), POLICY)
    strict = decide(judged, replace(POLICY.gate, threshold=1.01))
    assert not any(one.passed for one in strict)
    assert {one.candidate.listed.id: one.probability for one in strict} == {
        one.candidate.listed.id: one.probability for one in judged
    }


@pytest.mark.parametrize("changed", ["nearness", "gate"])
def test_a_decision_set_for_other_models_stops_a_publish(data: Path, changed: str) -> None:
    engine = open_database(data)
    void = replace(POLICY, **{changed: replace(getattr(POLICY, changed), encoder="0" * 64)})

    def go(override: str | None) -> None:
        publish(engine, data, default_model(), void, who="Kim", why="test", override=override)

    with pytest.raises(PublishError, match=f"{changed} was set for another encoder or reader"):
        go(None)
    go("tried on our own questions")
    engine.dispose()


def asked(*rows: tuple[float, bool], must_answer: bool = True) -> Calibrated:
    measured = np.array([[value] for value, _ in rows])
    return Calibrated(
        CuratedQuestion("q", must_answer, ("g",), "tune"), measured, np.array([right for _, right in rows])
    )


def test_calibration_finds_what_separates() -> None:
    values = np.linspace(0, 1, 41)
    questions = [asked((value, value > 0.3), (value - 1, False), must_answer=value > 0.3) for value in values]
    fitted = as_probability(fit(questions, ("similarity",)), questions)
    assert fitted.weights[0] > 0
    threshold = threshold_of(fitted, questions, 0.9)
    shown = [fitted.probabilities(one.measured).max() >= threshold for one in questions if one.question.must_answer]
    assert sum(shown) / len(shown) >= 0.89
    assert threshold_of(fitted, questions, 0.5) > threshold
