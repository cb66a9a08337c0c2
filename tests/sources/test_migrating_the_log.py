"""A log from before the tree was a chain of hashes: it becomes a tree with the same entries, and tells whether it was whole."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

from assistant import log
from assistant.log import Entry, LogError
from assistant.signing import sign
from assistant.verifier import canonical
from sources.database import MIGRATIONS, open_database, reading, upgrade, writing

COUNT = 7


@pytest.fixture
def chained(database_url: str, tmp_path: Path) -> Engine:
    """A database of the schema before, with a chain of seven entries, one of them an answer."""
    engine = open_database(tmp_path, database_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.commit()
    previous, answer = "0" * 64, '{"answer":"x"}'
    with writing(engine) as connection:
        for seq in range(1, COUNT + 1):
            body: dict[str, object] = {"who": "Zoë", "n": seq}
            if seq == 3:
                body |= {"answer": "x", "answer_digest": hashlib.sha256(answer.encode()).hexdigest()}
            row: dict[str, object] = {
                "seq": seq,
                "at": f"2026-01-02T03:04:0{seq}.678+00:00",
                "kind": "answer" if seq == 3 else "note",
            }
            hash_ = hashlib.sha256(canonical({**row, "body": body, "previous": previous})).hexdigest()
            insert = "INSERT INTO log (seq, at, kind, body, previous, hash) VALUES (:seq, :at, :kind, :body, :previous, :hash)"
            values = {**row, "body": canonical(body).decode(), "previous": previous, "hash": hash_}
            connection.execute(sa.text(insert), values)
            previous = hash_
        insert = "INSERT INTO answers VALUES ('x', 'c', 1, 3, 'no_answer', NULL, false, :body)"
        connection.execute(sa.text(insert), {"body": answer})
    return engine


def entries(engine: Engine) -> list[tuple[int, str]]:
    with reading(engine) as connection:
        return [(row.seq, row.body) for row in connection.execute(sa.text("SELECT seq, body FROM log ORDER BY seq"))]


def test_the_entries_stay_and_the_chains_end_is_logged(chained: Engine, tmp_path: Path) -> None:
    with reading(chained) as connection:
        last = connection.scalar(sa.text("SELECT hash FROM log WHERE seq = 7"))
    before = entries(chained)
    upgrade(chained)
    *same, (_, said) = entries(chained)
    assert same == before
    assert json.loads(said) == {"chain_broken_at": None, "chain_entries": COUNT, "chain_head": last}
    with writing(chained) as connection:
        log.append(connection, [Entry("note", {})])
    sign(chained, tmp_path / "log.key")
    with reading(chained) as connection:
        assert log.verify(connection).seq == COUNT + 3
    chained.dispose()


def test_an_empty_log_gets_no_entry(engine: Engine) -> None:
    assert entries(engine) == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("UPDATE log SET body = replace(body, 'Zoë', 'Zoé') WHERE seq = 5", "entry 5 had been changed"),
        ("UPDATE log SET body = 'no JSON' WHERE seq = 5", "entry 5 had been changed"),
        ("UPDATE log SET previous = hash WHERE seq = 1", "entry 1 had been changed"),
        ("DELETE FROM log WHERE seq = 5", "entry 5 is missing"),
        ("UPDATE log SET seq = 70 WHERE seq = 7", "entry 7 is missing"),
    ],
)
def test_what_was_broken_before_stays_found(chained: Engine, damage: str, message: str) -> None:
    with writing(chained) as connection:
        assert connection.execute(sa.text(damage)).rowcount == 1
    upgrade(chained)
    with writing(chained) as connection:
        log.append(connection, [Entry("note", {})])
    with reading(chained) as connection, pytest.raises(LogError, match=message):
        log.verify(connection)
    chained.dispose()
