from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import rfc8785
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from assistant import canonical, log, schema, verifier
from assistant.answer import Answer, Notice
from assistant.conversation import load, new_id
from assistant.log import Entry, LogError
from assistant.outcome import Outcome
from assistant.recorder import Record, Recorder, RecordError
from assistant.signing import sign
from assistant.verifier import EMPTY
from sources.database import reading, writing
from tests.conftest import ROOT, unguarded


def record(question: str, conversation: str = "c" * 32, turn: int = 1) -> Record:
    answer = Answer(
        id=new_id(),
        conversation=conversation,
        outcome=Outcome.no_answer,
        topic="ketamine",
        notices=(Notice("no_answer", "Nothing answers that."),),
        passages=(),
        suggestions=("What is a river?",),
        disclaimer="General information.",
        edition="e" * 64,
        policy="p" * 64,
    )
    return Record(answer, question, question, turn, crisis=False, evidence={"candidates": [{"similarity": 250_000}]})


def fill(engine: Engine, questions: list[str]) -> None:
    recorder = Recorder(engine)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: recorder.record([record(text)]), questions))
    recorder.close()


def test_an_empty_log_verifies(engine: Engine) -> None:
    with reading(engine) as connection:
        assert log.verify(connection) == log.Head(0, EMPTY.hex())


def test_entries_made_at_once_by_many_are_all_there_in_one_tree(engine: Engine) -> None:
    fill(engine, [f"question {n}" for n in range(60)])
    with reading(engine) as connection:
        assert log.verify(connection) == log.head(connection)
        assert log.head(connection).seq == 60
        asked = set(connection.scalars(sa.select(schema.questions.c.text)))
    assert asked == {f"question {n}" for n in range(60)}


def test_a_leaf_is_an_entrys_canonical_json() -> None:
    at = "2026-01-02T03:04:05.678+00:00"
    expected = rfc8785.dumps({"seq": 7, "at": at, "kind": "log key", "body": {"b": 1, "a": "é"}})
    assert log.entry_bytes(7, at, "log key", rfc8785.dumps({"b": 1, "a": "é"})) == expected


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("UPDATE log SET body = replace(body, 'no_answer', 'answered') WHERE seq = 2", "entry 2 .* was changed"),
        ("UPDATE log SET at = '2020-01-01T00:00:00.000+00:00' WHERE seq = 2", "entry 2 .* was changed"),
        ("UPDATE log SET seq = 99 WHERE seq = 4", "entry 4 is missing"),
        ("DELETE FROM log WHERE seq = 5", "over 5: the newest were cut off"),
        ("UPDATE log SET leaf = (SELECT l.leaf FROM log l WHERE l.seq = 1) WHERE seq = 2", "entry 2 .* was changed"),
        ("UPDATE log SET subtree = leaf WHERE seq = 2", "entry 2 does not follow"),
        ("UPDATE log SET kind = 'note' WHERE seq = 2", "entry 2 .* was changed"),
        ("UPDATE answers SET body = replace(body, 'Nothing', 'Something') WHERE seq = 3", "its answer .* was changed"),
        ("UPDATE questions SET text = 'other' WHERE text = 'c'", "the question of answer .* was changed"),
    ],
)
def test_damage_is_found_and_named(engine: Engine, tmp_path: Path, damage: str, message: str) -> None:
    for text in ("a", "b", "c"):
        fill(engine, [text])
    with writing(engine) as connection:
        log.append(connection, [Entry("note", {"who": "Kim"})])
    sign(engine, tmp_path / "log.key")
    with writing(engine) as connection:
        unguarded(connection)
        assert connection.execute(sa.text(damage)).rowcount == 1
    with reading(engine) as connection, pytest.raises(LogError, match=message):
        log.verify(connection)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log SET body = '{}' WHERE seq = 1",
        "UPDATE log SET seq = seq",
        "DELETE FROM log",
        "DELETE FROM answers",
        "UPDATE answers SET body = '{}'",
        "UPDATE checkpoints SET note = ''",
        "DELETE FROM checkpoints",
        "REPLACE INTO log (seq, at, kind, body, leaf, subtree) VALUES (1, '', '', '', '', '')",
        "REPLACE INTO answers SELECT * FROM answers",
        "TRUNCATE log CASCADE",
        "TRUNCATE answers CASCADE",
        "TRUNCATE checkpoints",
        "INSERT INTO log VALUES (1, '', '', '', '', '') ON CONFLICT (seq) DO UPDATE SET body = ''",
    ],
)
def test_the_database_refuses_to_change_or_remove_what_is_logged(engine: Engine, tmp_path: Path, change: str) -> None:
    if not change.startswith({"sqlite": "TRUNCATE", "postgresql": "REPLACE"}[engine.dialect.name]):
        fill(engine, ["a", "b"])
        sign(engine, tmp_path / "log.key")
        with pytest.raises(DBAPIError, match="only ever added to"), writing(engine) as connection:
            connection.execute(sa.text(change))
        with reading(engine) as connection:
            assert log.verify(connection).seq == 3


def test_no_code_of_ours_changes_or_removes_what_is_logged() -> None:
    ours = [path for folder in ("assistant", "index", "sources", "web") for path in (ROOT / folder).rglob("*.py")]
    changes = r"schema\.(log|answers|checkpoints)\.(update|delete)\(|(UPDATE|DELETE FROM|TRUNCATE) (log|answers|checkpoints)\b"
    found = {str(path.relative_to(ROOT)) for path in ours if re.search(changes, path.read_text(encoding="utf-8"))}
    # It takes an older log over, before the database guards it.
    assert found == {"sources/migrations/versions/0005_log_as_a_tree.py"}


def test_an_answer_put_in_past_the_log_is_found(engine: Engine) -> None:
    fill(engine, ["a"])
    with writing(engine) as connection:
        append = "INSERT INTO answers SELECT 'x', conversation, turn, seq, outcome, topic, crisis, body FROM answers"
        log.append(connection, [Entry("note", {})])
        connection.execute(sa.text(append.replace(" seq,", " 2,")))
    with reading(engine) as connection, pytest.raises(LogError, match="does not speak of"):
        log.verify(connection)


def test_erasing_a_questions_words_leaves_the_log_whole(engine: Engine) -> None:
    fill(engine, ["something private"])
    with writing(engine) as connection:
        connection.execute(schema.questions.delete())
        assert "private" not in "".join(connection.scalars(sa.select(schema.log.c.body)))
        assert log.verify(connection).seq == 1


def test_an_answer_that_cannot_be_written_is_not_given(engine: Engine) -> None:
    recorder = Recorder(engine)
    one = record("a")
    recorder.record([one])
    with pytest.raises(RecordError):
        recorder.record([one])  # the same id a second time
    recorder.record([record("b")])
    recorder.close()
    with reading(engine) as connection:
        assert log.verify(connection).seq == 2


def test_a_conversation_remembers_its_last_turn(engine: Engine) -> None:
    recorder = Recorder(engine)
    recorder.record([record("first", turn=1)])
    recorder.record([record("second", turn=2)])
    recorder.close()
    with reading(engine) as connection:
        talk = load(connection, "c" * 32)
        assert (talk.turns, talk.last and talk.last.searched, talk.last and talk.last.topic) == (
            2,
            "second",
            "ketamine",
        )
        assert load(connection, "d" * 32).turns == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
)


@given(JSON)
def test_the_canonical_form_is_that_of_rfc_8785(value: object) -> None:
    expected = rfc8785.dumps(value)  # type: ignore[arg-type]
    assert verifier.canonical(value) == expected
    assert canonical.canonical(value) == expected


@pytest.mark.parametrize("value", [{1: "a", 10: "b", 2: "c"}, {"n": 2**70}, {"a": (1, None, True)}])
def test_the_quick_writer_writes_what_the_other_one_does(value: object) -> None:
    assert canonical.canonical(value) == verifier.canonical(value)
