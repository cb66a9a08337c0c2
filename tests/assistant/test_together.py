"""Questions answered side by side get the answers that each would get alone, and one's trouble is its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assistant.answer import Answer
from assistant.assistant import Assistant, Question, QuestionTooLongError
from assistant.log import verify
from assistant.outcome import Outcome
from assistant.recorder import RecordError
from sources.database import open_database, reading, writing
from sources.starter_library import questions
from tests.assistant.test_rounds import until
from web.installation import installation
from web.settings import read_settings

TOO_LONG = "How fast does ketamine work? " * 20


@pytest.fixture
def assistant(data: Path) -> Iterator[Assistant]:
    engine = open_database(data)
    with installation(read_settings({"WELLCITED_DATA": str(data)}), engine) as assistant:
        yield assistant
    engine.dispose()


def said(answer: Answer | Exception) -> dict[str, Any]:
    assert isinstance(answer, Answer), answer
    return replace(answer, id="", conversation="").public()


def test_answers_given_together_are_those_given_alone(assistant: Assistant) -> None:
    asked = [one.question for one in questions()][:24]
    together = assistant.answer_together([Question(text) for text in asked])
    assert [said(answer) for answer in together] == [said(assistant.answer(text)) for text in asked]
    assert {answer.outcome for answer in together if isinstance(answer, Answer)} >= {Outcome.answered}


def test_one_question_in_trouble_leaves_the_others_alone(assistant: Assistant, data: Path) -> None:
    mixed = ["How fast does ketamine work?", TOO_LONG, "I want to die", "What is the capital of France?"]
    fast, long, card, capital = assistant.answer_together([Question(text) for text in mixed])
    assert isinstance(long, QuestionTooLongError)
    outcomes = [answer.outcome for answer in (fast, card, capital) if isinstance(answer, Answer)]
    assert outcomes == [Outcome.answered, Outcome.crisis, Outcome.no_answer]
    with reading(open_database(data)) as connection:
        verify(connection)


def test_nobody_is_shown_an_answer_that_was_not_written(assistant: Assistant, data: Path) -> None:
    engine = open_database(data)
    with writing(engine) as connection:
        connection.exec_driver_sql("DROP TABLE questions")
    asked = [Question("How fast does ketamine work?"), Question("I want to die")]
    lost, card = assistant.answer_together(asked)
    assert isinstance(lost, RecordError)
    assert isinstance(card, Answer)
    assert card.outcome is Outcome.crisis
    engine.dispose()


def test_no_questions_give_no_answers(assistant: Assistant) -> None:
    assert assistant.answer_together([]) == []


def test_what_is_tried_in_the_background_gives_way_to_visitors(assistant: Assistant) -> None:
    closing, busy = threading.Event(), time.monotonic() + 3
    trying = threading.Thread(target=assistant.prepare_suggestions, args=(closing,))
    trying.start()
    while time.monotonic() < busy:
        assistant.answer("What is the capital of France?")
    # Without giving way it would be a dozen.
    assert len(assistant.offer().questions) <= 3
    until(lambda: len(assistant.offer().questions) > 3)
    closing.set()
    trying.join()
