"""What a running server does by itself: it signs every hundred entries and on closing, and erases words after a term."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant import log, schema
from assistant.erasing import erase_question
from assistant.proof import newest
from assistant.recorder import Recorder
from assistant.rounds import Rounds
from sources.database import reading, writing
from tests.assistant.test_erasing import aged, asked, table_file, words_in
from tests.assistant.test_log import record
from tests.conftest import PATIENCE, unguarded

SETTINGS = {"policy": "p" * 64, "settings": {}}


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sizes(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.scalars(sa.select(schema.checkpoints.c.size).order_by(schema.checkpoints.c.id)))


@pytest.fixture
def told() -> list[str]:
    return []


def test_a_checkpoint_is_signed_every_hundred_entries_and_on_closing(
    engine: Engine, tmp_path: Path, told: list[str]
) -> None:
    rounds = Rounds(engine, tmp_path / "log.key", 90, told.append, SETTINGS)
    recorder = Recorder(engine, rounds.written)
    recorder.record([record("first")])
    rounds.start()
    # The settings are the second entry, and the key's own is the third.
    until(lambda: sizes(engine) == [3])
    recorder.record([record(f"question {n}") for n in range(99)])
    assert sizes(engine) == [3]
    recorder.record([record("the hundredth")])
    until(lambda: sizes(engine) == [3, 103])
    recorder.record([record("one more")])
    recorder.close()
    rounds.close()
    assert sizes(engine) == [3, 103, 104]
    with reading(engine) as connection:
        assert log.verify(connection).seq == 104
    assert told == []


def test_words_whose_term_is_over_go_when_the_server_starts(engine: Engine, tmp_path: Path, told: list[str]) -> None:
    asked(engine, "Bartholomew asks")
    aged(engine, 30)
    asked(engine, "Wilhelmina asks")
    kept = Rounds(engine, tmp_path / "log.key", None, told.append, SETTINGS)
    kept.start()
    until(lambda: sizes(engine) != [])
    kept.close()
    assert "Bartholomew" in words_in(engine)
    rounds = Rounds(engine, tmp_path / "log.key", 30, told.append, SETTINGS)
    rounds.start()
    until(lambda: "Bartholomew" not in words_in(engine))
    rounds.close()
    assert "Wilhelmina" in words_in(engine)
    with reading(engine) as connection:
        log.verify(connection)
    assert told == []


def test_a_log_that_was_changed_is_told_of_once_and_not_signed(engine: Engine, tmp_path: Path, told: list[str]) -> None:
    with writing(engine) as connection:
        log.append(connection, [log.Entry("note", {"n": n}) for n in range(3)])
        unguarded(connection)
        connection.execute(sa.text("UPDATE log SET body = '{}' WHERE seq = 2"))
    asked(engine, "Bartholomew asks")
    rounds = Rounds(engine, tmp_path / "log.key", 1, told.append, SETTINGS)
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE log SET at = '2020-01-01T00:00:00.000+00:00' WHERE seq = 4"))
    rounds.start()
    until(lambda: told != [])
    # Words go all the same when their term is over.
    until(lambda: "Bartholomew" not in words_in(engine))
    rounds.written(1000)
    rounds.close()
    assert len(told) == 1
    assert told[0].startswith("entry 2 (note) was changed after it was written")
    with reading(engine) as connection:
        assert newest(connection) is None


def test_a_database_that_is_gone_ends_nothing_and_no_words_are_told(tmp_path: Path, told: list[str]) -> None:
    engine = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    rounds = Rounds(engine, tmp_path / "log.key", 1, told.append, SETTINGS)
    rounds.start()
    until(lambda: len(told) == 6)
    rounds.close()
    steps = (
        "logging the settings",
        "signing the log",
        "erasing old words",
        "sweeping up erased words",
        "gathering what answers are found by",
        "counting what was looked at",
    )
    assert told == [f"{step} failed: OperationalError" for step in steps]


def test_one_that_was_never_started_can_be_closed(engine: Engine, tmp_path: Path, told: list[str]) -> None:
    Rounds(engine, tmp_path / "log.key", 1, told.append, SETTINGS).close()
    assert sizes(engine) == []


def test_what_visitors_erased_is_swept_up(engine: Engine, tmp_path: Path, told: list[str]) -> None:
    marks = [f"Planted{n:04d}Word" for n in range(20)]
    for id_ in [asked(engine, mark, turn=n) for n, mark in enumerate(marks)]:
        erase_question(engine, id_)
    rounds = Rounds(engine, tmp_path / "log.key", None, told.append, SETTINGS)
    rounds.start()
    until(lambda: not any(mark.encode() in table_file(engine, tmp_path) for mark in marks))
    rounds.close()
    assert told == []
