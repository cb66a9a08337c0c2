"""Feedback on an answer: one each, changed and taken back at will, and nothing kept that tells who gave it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant import log, schema
from assistant.feedback import MOST_CHARACTERS, Feedback, Reason, all_given, feedback_on, give, take_back
from assistant.transcript import transcript
from sources.database import open_database, reading, upgrade
from tests.assistant.test_erasing import asked, entries, files_of, words_in

NO = Feedback(helpful=False, reason=Reason.outdated, words="The page is from 2009.")


def test_it_is_kept_and_shown_again(engine: Engine) -> None:
    answer = asked(engine, "How fast?")
    assert give(engine, answer, NO)
    with reading(engine) as connection:
        assert feedback_on(connection, [answer, "0" * 32]) == {answer: NO}
        assert [turn.feedback for turn in transcript(connection, "c" * 32)] == [NO]


def test_the_log_keeps_the_fact_and_not_the_words(engine: Engine) -> None:
    answer = asked(engine, "How fast?")
    give(engine, answer, Feedback(helpful=True))
    give(engine, answer, NO)
    give(engine, answer, NO)  # the same again is no news
    take_back(engine, answer)
    take_back(engine, answer)
    facts = [(one["helpful"], one["reason"], one["words"]) for one in entries(engine, "feedback")]
    assert facts == [(True, None, False), (False, "outdated", True), (None, None, False)]
    assert "2009" not in words_in(engine)
    with reading(engine) as connection:
        assert feedback_on(connection, [answer]) == {}
        assert log.verify(connection).seq == 4


def test_a_later_one_takes_the_place_of_the_one_before(engine: Engine) -> None:
    answer = asked(engine, "How fast?")
    for helpful in (True, False, True):
        give(engine, answer, Feedback(helpful))
    with reading(engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.feedback)) == 1


def test_many_at_once_on_one_answer_leave_one(engine: Engine) -> None:
    answer = asked(engine, "How fast?")
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda n: give(engine, answer, Feedback(n % 2 == 0, words=str(n))), range(24)))
    with reading(engine) as connection:
        assert len(feedback_on(connection, [answer])) == 1
        log.verify(connection)


def test_on_an_answer_that_never_was_nothing_is_kept(engine: Engine) -> None:
    assert not give(engine, "0" * 32, NO)
    assert not take_back(engine, "0" * 32)
    assert entries(engine, "feedback") == []


def test_words_over_the_limit_are_refused(engine: Engine) -> None:
    answer = asked(engine, "How fast?")
    with pytest.raises(ValueError, match=r"1001 characters, and the limit is 1000"):
        give(engine, answer, Feedback(helpful=True, words="x" * (MOST_CHARACTERS + 1)))


def test_staff_see_the_newest_first(engine: Engine) -> None:
    first, second = asked(engine, "How fast?"), asked(engine, "How long?", turn=2)
    give(engine, second, Feedback(helpful=True))
    give(engine, first, NO)
    with reading(engine) as connection:
        given = all_given(connection)
    assert [(one.question, one.feedback) for one in given] == [("How fast?", NO), ("How long?", Feedback(helpful=True))]
    assert given[0].public() == {
        "at": given[0].at,
        "answer": first,
        "outcome": "no_answer",
        "helpful": False,
        "reason": "outdated",
        "words": "The page is from 2009.",
        "question": "How fast?",
        "passages": [],
        "edition": "e" * 64,
        "policy": "p" * 64,
    }


def test_nothing_that_identifies_a_visitor_has_a_place() -> None:
    assert set(schema.feedback.c.keys()) == {"answer_id", "helpful", "reason", "words", "at"}


def test_on_sqlite_words_taken_back_are_in_no_file(tmp_path: Path) -> None:
    engine = open_database(tmp_path)
    upgrade(engine)
    answer = asked(engine, "How fast?")
    give(engine, answer, Feedback(helpful=False, words="My name is Wilhelmina"))
    give(engine, answer, Feedback(helpful=False, words="My name is Bartholomew"))
    assert b"Wilhelmina" not in files_of(tmp_path)
    take_back(engine, answer)
    assert b"Bartholomew" not in files_of(tmp_path)
    engine.dispose()
