"""What answers are found by is gathered after they are given: none is missed, none counted twice, by however many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant import log, recorder
from assistant.answers import answers_with
from assistant.log import Entry
from assistant.recorder import Recorder
from assistant.review.facts import Wanted, find
from assistant.review.gathering import gather
from assistant.rounds import Rounds
from sources.database import open_database, reading, writing
from tests.assistant.test_rounds import SETTINGS, until
from tests.web.review.conftest import fill, record_of


def gathered(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(sa.text("SELECT count(*) FROM answer_facts")) or 0


def gather_with(engine: Engine) -> None:
    with reading(engine) as connection:
        gather(connection)


def test_an_answer_is_found_the_moment_it_was_given(engine: Engine) -> None:
    fill(engine, 3)
    assert gathered(engine) == 0
    with reading(engine) as connection:
        assert len(find(connection, Wanted(), 10).rows) == 3
        with writing(engine) as other:
            recorder.write(other, [record_of(103)])
        assert [row.id for row in find(connection, Wanted(passage=f"{6:024x}"), 10).rows] == [f"{103:032x}"]
        assert [id_ for _, id_ in answers_with(connection, f"{6:024x}")] == [f"{103:032x}"]


def test_many_that_gather_at_once_gather_each_answer_once(database_url: str, tmp_path: Path, engine: Engine) -> None:
    fill(engine, 450)
    engines = [open_database(tmp_path, database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(gather_with, engines))
    assert gathered(engine) == 450
    for one in engines:
        one.dispose()


def test_a_page_of_damaged_entries_hides_none_that_follow(engine: Engine) -> None:
    with writing(engine) as connection:
        # More than are gathered at a time: without an answer, and with bodies of another shape.
        log.append(connection, [Entry("answer", {"answer": f"x{n}"}) for n in range(150)])
        log.append(connection, [Entry("answer", {"answer": [n]}) for n in range(150)])
    fill(engine, 2)
    gather_with(engine)
    assert gathered(engine) == 2


def test_a_server_gathers_by_itself(engine: Engine, tmp_path: Path) -> None:
    written = Recorder(engine)
    written.record([record_of(1)])
    written.close()
    told: list[str] = []
    rounds = Rounds(engine, tmp_path / "log.key", None, told.append, SETTINGS)
    rounds.start()
    until(lambda: gathered(engine) == 1)
    rounds.close()
    assert told == []
