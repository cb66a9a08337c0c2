"""The words of a question are erased for good, and the log still verifies."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant import log, schema
from assistant.conversation import load
from assistant.erasing import Older, blanks, erase_older, erase_question, newest_erasure, sweep
from assistant.feedback import Feedback, Reason, feedback_on, give
from assistant.recall import Turn
from assistant.recorder import Record, Recorder
from assistant.transcript import past_answer, transcript
from sources.database import open_database, reading, upgrade, writing
from tests.assistant.test_log import record
from tests.assistant.test_signing import rewrite

PLANTED = "Did Wilhelmina’s naïve grandson Bartholomew take it at Zwolle station? 抑うつ"


def asked(
    engine: Engine, question: str, *, searched: str | None = None, conversation: str = "c" * 32, turn: int = 1
) -> str:
    one = record(question, conversation, turn)
    recorder = Recorder(engine)
    recorder.record([Record(one.answer, question, searched or question, turn, crisis=False, evidence=one.evidence)])
    recorder.close()
    return one.answer.id


def entries(engine: Engine, kind: str) -> list[dict[str, object]]:
    with reading(engine) as connection:
        bodies = connection.scalars(sa.select(schema.log.c.body).where(schema.log.c.kind == kind))
        return [json.loads(body) for body in bodies]


def words_in(engine: Engine) -> str:
    """Every text of every table, as one."""
    with reading(engine) as connection:
        tables = (schema.log, schema.answers, schema.questions, schema.feedback)
        return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(sa.select(table)))


def test_the_words_go_and_the_answer_stays(engine: Engine) -> None:
    answer = asked(engine, PLANTED)
    assert erase_question(engine, answer).found
    assert "Wilhelmina" not in words_in(engine)
    with reading(engine) as connection:
        # Overwritten where they stood: a row that is deleted or grows shorter makes SQLite move others.
        row = connection.execute(sa.select(schema.questions)).one()
        assert (row.text, row.searched) == (" " * len(PLANTED.encode()),) * 2
        past = past_answer(connection, answer)
        assert past is not None
        assert past.turn.question is None
        assert past.turn.answer["notices"] == [{"kind": "no_answer", "text": "Nothing answers that."}]
        assert [turn.question for turn in transcript(connection, "c" * 32)] == [None]
        assert log.verify(connection).seq == 2
    assert entries(engine, "erasure") == [{"answer": answer, "by": "visitor", "carried": [], "feedback": False}]


def test_the_salt_goes_too_so_that_nobody_can_try_words(engine: Engine) -> None:
    answer = asked(engine, PLANTED)
    (said,) = entries(engine, "answer")
    erase_question(engine, answer)
    with reading(engine) as connection:
        salt = connection.scalar(sa.select(schema.questions.c.salt))
    assert log.digest_of(PLANTED, str(salt)) != said["question_digest"]


def test_erasing_twice_says_so_and_logs_once(engine: Engine) -> None:
    answer = asked(engine, PLANTED)
    assert [erase_question(engine, answer).found for _ in range(3)] == [True, False, False]
    assert not erase_question(engine, "0" * 32).found
    assert len(entries(engine, "erasure")) == 1


def test_what_was_carried_into_later_questions_goes_too(engine: Engine) -> None:
    first = asked(engine, PLANTED, turn=1)
    carrying = asked(engine, "Is it safe?", searched="Is it safe? Bartholomew Zwolle", turn=2)
    asked(engine, "How do SSRIs work?", turn=3)
    elsewhere = asked(engine, "Is it safe?", searched="Is it safe? Bartholomew", conversation="d" * 32, turn=2)
    erase_question(engine, first)
    (entry,) = entries(engine, "erasure")
    assert entry["carried"] == [carrying]
    with reading(engine) as connection:
        recent = load(connection, "c" * 32).recent
        assert recent == (
            Turn("How do SSRIs work?", "ketamine", "How do SSRIs work?"),
            Turn("Is it safe?", "ketamine", "Is it safe?"),
            Turn("", "ketamine", None),
        )
        assert log.verify(connection).seq == 5
    assert "Zwolle" not in words_in(engine)
    # Another visitor's conversation is not touched.
    with reading(engine) as connection:
        q = schema.questions.c
        assert connection.scalar(sa.select(q.searched).where(q.answer_id == elsewhere)) == "Is it safe? Bartholomew"


def test_a_card_that_was_erased_still_counts_as_one(engine: Engine) -> None:
    asked(engine, "How do SSRIs work?", turn=1)
    one = record("I want to die", turn=2)
    recorder = Recorder(engine)
    recorder.record([Record(one.answer, "I want to die", "", 2, crisis=True, evidence={})])
    recorder.close()
    erase_question(engine, one.answer.id)
    with reading(engine) as connection:
        talk = load(connection, "c" * 32)
    assert talk.crisis
    assert [turn.searched for turn in talk.recent] == ["How do SSRIs work?"]


def test_words_about_the_answer_go_too_and_what_was_said_stays(engine: Engine) -> None:
    answer = asked(engine, PLANTED)
    give(engine, answer, Feedback(helpful=False, reason=Reason.unclear, words="Bartholomew is ill"))
    erase_question(engine, answer)
    assert "Bartholomew" not in words_in(engine)
    with reading(engine) as connection:
        assert feedback_on(connection, [answer]) == {answer: Feedback(helpful=False, reason=Reason.unclear)}
    assert entries(engine, "erasure")[0]["feedback"] is True


def test_as_many_blanks_as_bytes() -> None:
    assert len(blanks(PLANTED)) == len(PLANTED.encode()) > len(PLANTED)


def aged(engine: Engine, days: int) -> None:
    """Let everything so far have been asked and said this many days ago, with the log's hashes made anew for it."""
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    with writing(engine) as connection:
        rewrite(connection, f"UPDATE log SET at = '{at}' WHERE at > '{at}'")
        connection.execute(schema.feedback.update().where(schema.feedback.c.at > at).values(at=at))


def test_after_a_term_all_words_go_and_the_log_still_verifies(engine: Engine) -> None:
    old = [asked(engine, f"Bartholomew {n}", conversation=f"{n:032}") for n in range(120)]
    carrying = asked(engine, "Is it safe?", searched="Is it safe? Bartholomew 3", conversation=f"{3:032}", turn=2)
    give(engine, old[7], Feedback(helpful=True, words="Bartholomew is well"))
    visitor = asked(engine, "Bartholomew himself")
    erase_question(engine, visitor)
    aged(engine, 90)
    new = asked(engine, "Wilhelmina asks")
    give(engine, new, Feedback(helpful=True, words="Wilhelmina is well"))
    assert erase_older(engine, 91) == Older(0, 0, journal_too=True)
    assert erase_older(engine, 90) == Older(121, 0, journal_too=True)
    assert "Bartholomew" not in words_in(engine)
    assert words_in(engine).count("Wilhelmina") == 3
    erasures = entries(engine, "erasure")
    assert {one["answer"]: one["by"] for one in erasures} == {
        **dict.fromkeys([*old, carrying], "term"),
        visitor: "visitor",
    }
    assert [one["answer"] for one in erasures if one["feedback"]] == [old[7]]
    assert [one["carried"] for one in erasures if one["answer"] == old[3]] == [[carrying]]
    assert erase_older(engine, 90) == Older(0, 0, journal_too=True)
    with reading(engine) as connection:
        log.verify(connection)


def test_after_a_term_words_about_an_answer_go_where_the_question_is_gone_already(engine: Engine) -> None:
    answer = asked(engine, PLANTED)
    erase_question(engine, answer)
    give(engine, answer, Feedback(helpful=False, reason=Reason.unsafe, words="Bartholomew is ill"))
    aged(engine, 5)
    assert erase_older(engine, 5) == Older(0, 1, journal_too=True)
    assert "Bartholomew" not in words_in(engine)
    assert entries(engine, "erasure")[-1] == {"answer": answer, "by": "term", "carried": [], "feedback": True}


def test_on_sqlite_nothing_is_left_in_any_file_after_a_term(tmp_path: Path) -> None:
    engine = open_database(tmp_path)
    upgrade(engine)
    marks = [f"Planted{n:04d}Word" for n in range(70)]
    for n, mark in enumerate(marks):
        give(engine, asked(engine, mark, turn=n), Feedback(helpful=True, words=f"{mark} again"))
    aged(engine, 3)
    assert erase_older(engine, 3).questions == 70
    held = files_of(tmp_path)
    assert [mark for mark in marks if mark.encode() in held] == []
    engine.dispose()


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("wellcited.sqlite*")))


def test_on_sqlite_nothing_of_the_words_is_left_in_any_file(tmp_path: Path) -> None:
    engine = open_database(tmp_path)
    upgrade(engine)
    dice = random.Random(5)
    marks = [f"Planted{n:04d}Word" for n in range(150)]
    ids = [asked(engine, f"{mark} {'x' * dice.randrange(480)}", turn=n) for n, mark in enumerate(marks)]
    present = files_of(tmp_path)
    assert all(mark.encode() in present for mark in marks)
    # In order and at random, while the database stays open as it does under a server.
    order = list(zip(ids, marks, strict=True))
    order[75:] = dice.sample(order[75:], 75)
    for id_, mark in order:
        assert erase_question(engine, id_).journal_too
        assert mark.encode() not in files_of(tmp_path), mark
    with reading(engine) as connection:
        assert log.verify(connection).seq == 300
    engine.dispose()


def test_somebody_who_reads_meanwhile_delays_the_journal_but_not_the_erasure(tmp_path: Path) -> None:
    engine = open_database(tmp_path)
    upgrade(engine)
    first, second = asked(engine, PLANTED), asked(engine, "Wolfgang asks", turn=2)
    with engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM questions").scalar()
        reader.rollback()
        reader = reader.execution_options(isolation_level="AUTOCOMMIT")
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM questions").scalar()
        erased = erase_question(engine, first)
        reader.exec_driver_sql("ROLLBACK")
    assert erased.found
    assert not erased.journal_too
    assert "Wilhelmina" not in words_in(engine)
    assert erase_question(engine, second).journal_too
    assert b"Wilhelmina" not in files_of(tmp_path)
    assert b"Wolfgang" not in files_of(tmp_path)
    engine.dispose()


def test_what_was_overwritten_is_swept_out_of_the_tables_files(engine: Engine, tmp_path: Path) -> None:
    marks = [f"Planted{n:04d}Word" for n in range(60)]
    ids = [asked(engine, mark, turn=n) for n, mark in enumerate(marks)]
    assert newest_erasure(engine) == 0
    for id_ in ids:
        erase_question(engine, id_)
    assert newest_erasure(engine) == 120
    assert sweep(engine)
    assert [mark for mark in marks if mark.encode() in table_file(engine, tmp_path)] == []


def table_file(engine: Engine, folder: Path) -> bytes:
    """The file in which the questions stand."""
    if engine.dialect.name == "sqlite":
        return files_of(folder)
    with reading(engine) as connection:
        connection.exec_driver_sql("CHECKPOINT")
        found = connection.exec_driver_sql(
            "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('questions')"
        )
        content = Path(str(found.scalar_one())).read_bytes()
    assert b"          " in content
    return content


def test_a_table_that_somebody_holds_is_swept_the_next_time(engine: Engine) -> None:
    erase_question(engine, asked(engine, PLANTED))
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite overwrites in place")
    with engine.begin() as holding:
        holding.exec_driver_sql("SELECT count(*) FROM questions")
        assert not sweep(engine)
    assert sweep(engine)
