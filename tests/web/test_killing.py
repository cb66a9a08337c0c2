"""A server that is killed has lost no answer that arrived; `make kill` does this two hundred times."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assistant import log
from sources.database import open_database, writing
from sources.starter_library import questions
from tests.conftest import unguarded
from tests.killing import kill_while_asking, lost


def test_no_answer_that_arrived_is_lost(data: Path) -> None:
    chance, seen = random.Random(1), list[str]()
    for _ in range(2):
        seen += kill_while_asking(data, [one.question for one in questions()], chance).seen
        assert lost(data, seen) == []
    assert len(seen) > 2


def test_an_answer_that_is_not_on_record_would_be_noticed(data: Path) -> None:
    assert lost(data, ["0" * 32]) == ["0" * 32]
    engine = open_database(data)
    with writing(engine) as connection:
        log.append(connection, [log.Entry("settings", {"a": 1})])
        unguarded(connection)
        connection.exec_driver_sql("UPDATE log SET body = '{}' WHERE seq = (SELECT max(seq) FROM log)")
    engine.dispose()
    with pytest.raises(log.LogError):
        lost(data, [])
