"""Answers from before can be found as new ones are, and one that was damaged stops nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

from assistant import log
from assistant.answers import answers_with
from assistant.log import Entry
from assistant.review.facts import Wanted, find
from sources.database import MIGRATIONS, open_database, reading, upgrade, writing


@pytest.fixture
def before(database_url: str, tmp_path: Path) -> Engine:
    """A database of the schema before, with four answers: one that read, one that did not, a card, and a damaged one."""
    engine = open_database(tmp_path, database_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        connection.commit()
    read = {"passage": "p1", "probability": 300_000, "logit": 1}
    unread = {"passage": "p2", "probability": 900_000, "logit": None}
    shows = {"passage_ids": ["p1", "p1"], "passages": [{"article": {"id": "geese"}}] * 2}
    rows = (
        ("a", "answered", {"candidates": [unread, read], "edition": "e1", "triage": {"rules": []}}, json.dumps(shows)),
        ("b", "answered", {"candidates": [unread], "edition": "e1"}, json.dumps(shows)),
        ("c", "crisis", {"triage": {"rules": ["self-harm"]}, "edition": ""}, "{}"),
        ("d", "answered", {"candidates": [read]}, "[no JSON"),
    )
    with writing(engine) as connection:
        for id_, outcome, entry, body in rows:
            (seq,) = log.append(connection, [Entry("answer", entry)])
            insert = "INSERT INTO answers VALUES (:id, 'c', 1, :seq, :outcome, NULL, false, :body)"
            connection.execute(sa.text(insert), {"id": id_, "seq": seq, "outcome": outcome, "body": body})
    return engine


def test_answers_from_before_are_found(before: Engine) -> None:
    upgrade(before)
    with reading(before) as connection:
        every = find(connection, Wanted(), 10).rows
        assert [(one.id, one.probability) for one in every] == [("c", None), ("b", 900_000), ("a", 300_000)]
        assert [one.id for one in find(connection, Wanted(article="geese", edition="e1"), 10).rows] == ["b", "a"]
        assert [one.id for one in find(connection, Wanted(rule="self-harm"), 10).rows] == ["c"]
        assert [id_ for _, id_ in answers_with(connection, "p1")] == ["a", "b"]
    before.dispose()
