"""`wellcited replay` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant import schema
from assistant.curate import withdraw
from assistant.policy import load_policy
from sources.database import open_database, writing
from tests.conftest import unguarded, wellcited
from tests.web.test_visitor import asked, site

FAST, MEAN = "How fast does ketamine work?", "What is an SSRI?"


@pytest.fixture
def answers(data: Path) -> list[dict[str, Any]]:
    """What a site answered before it was closed."""
    visitors = site(data)
    client = next(visitors)
    given = [asked(client, FAST), asked(client, MEAN)]
    visitors.close()  # type: ignore[attr-defined]
    return given


def test_a_period_is_replayed_with_what_is_different_today(data: Path, answers: list[dict[str, Any]]) -> None:
    printed = wellcited(data, "replay", "--since", "2000-01-01")
    assert "2 of 2 answers come out as they were given, byte for byte." in printed
    assert "2 would be the same to a visitor today." in printed
    engine = open_database(data)
    lines = wellcited(data, "replay", answers[0]["answer"], "--json").splitlines()
    (shown,) = [json.loads(line) for line in lines if line.startswith("{")]
    assert shown | {"at": ""} == {"id": answers[0]["answer"], "at": "", "same": True, "why_not": "", "changes": []}
    withdraw(engine, _first_passage(data, answers[0]["answer"]), who="Kim", why="test")
    engine.dispose()
    printed = wellcited(data, "replay", "--since", "2000-01-01", "--until", "2999-12-31")
    assert "2 of 2 answers come out as they were given, byte for byte." in printed
    assert "1 would be the same to a visitor today." in printed
    assert f"1: Another passage comes first. {answers[0]['answer']}" in printed
    assert "0 of 0 answers" in wellcited(data, "replay", "--since", "2000-01-01", "--until", "2000-01-02")


def _first_passage(data: Path, answer_id: object) -> str:
    engine = open_database(data)
    with engine.connect() as connection:
        body = connection.scalar(sa.select(schema.answers.c.body).where(schema.answers.c.id == answer_id))
    engine.dispose()
    found: str = json.loads(body or "")["passage_ids"][0]
    return found


def test_another_policy_shows_what_it_would_change(data: Path, answers: list[dict[str, Any]], tmp_path: Path) -> None:
    strict = tmp_path / "policy.toml"
    strict.write_bytes(load_policy().files.policy.replace(b"threshold = 0.1320", b"threshold = 1.0"))
    printed = wellcited(data, "replay", *(one["answer"] for one in answers), "--policy", str(strict))
    assert "0 would be the same to a visitor today." in printed
    assert "2: It showed passages, and is refused today." in printed


def test_an_answer_that_was_changed_is_found(data: Path, answers: list[dict[str, Any]]) -> None:
    engine = open_database(data)
    with writing(engine) as connection:
        unguarded(connection)
        a = schema.answers
        changed = sa.func.replace(a.c.body, "ketamine", "aspirin")
        connection.execute(a.update().where(a.c.id == answers[0]["answer"]).values(body=changed))
    engine.dispose()
    printed = wellcited(data, "replay", "--since", "2000-01-01", succeeds=False)
    assert "1 of 2 answers come out as they were given, byte for byte." in printed
    assert f"do not come out as they were given: {answers[0]['answer']}" in printed
    assert "wellcited log verify" in printed


def test_what_cannot_be_used_is_said(data: Path, answers: list[dict[str, Any]]) -> None:
    assert "Name answers, or give --since DAY." in wellcited(data, "replay", succeeds=False)
    both = wellcited(data, "replay", answers[0]["answer"], "--since", "2000-01-01", succeeds=False)
    assert "Name answers, or give --since DAY." in both
    assert "Of 1 it cannot be told: there is none of this id." in wellcited(data, "replay", "f" * 32)
