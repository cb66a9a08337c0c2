from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import rfc8785
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from assistant import log, schema
from assistant.answer import Answer, Notice
from assistant.conversation import load, new_id
from assistant.log import BEGINNING, Entry, LogError
from assistant.outcome import Outcome
from assistant.recorder import Record, Recorder, RecordError
from sources.database import reading, writing


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
        assert log.verify(connection) == log.Head(0, BEGINNING)


def test_entries_made_at_once_by_many_are_all_there_in_one_chain(engine: Engine) -> None:
    fill(engine, [f"question {n}" for n in range(60)])
    with reading(engine) as connection:
        assert log.verify(connection).seq == 60
        asked = set(connection.scalars(sa.select(schema.questions.c.text)))
    assert asked == {f"question {n}" for n in range(60)}


def test_the_hash_of_an_entry_is_that_of_its_canonical_json() -> None:
    body = rfc8785.dumps({"b": 1, "a": "é"})
    entry = {
        "seq": 7,
        "at": "2026-01-02T03:04:05.678+00:00",
        "kind": "publish",
        "body": json.loads(body),
        "previous": BEGINNING,
    }
    expected = hashlib.sha256(rfc8785.dumps(entry)).hexdigest()
    assert log.entry_hash(7, "2026-01-02T03:04:05.678+00:00", "publish", body, BEGINNING) == expected


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("UPDATE log SET body = replace(body, 'no_answer', 'answered') WHERE seq = 2", "entry 2 .* was changed"),
        ("UPDATE log SET at = '2020-01-01T00:00:00.000+00:00' WHERE seq = 2", "entry 2 .* was changed"),
        ("UPDATE log SET seq = 99 WHERE seq = 4", "entry 4 is missing"),
        ("UPDATE log SET hash = (SELECT l.hash FROM log l WHERE l.seq = 1) WHERE seq = 2", "entry 2 .* was changed"),
        ("UPDATE answers SET body = replace(body, 'Nothing', 'Something') WHERE seq = 3", "its answer .* was changed"),
        ("UPDATE questions SET text = 'other' WHERE text = 'c'", "the question of answer .* was changed"),
    ],
)
def test_damage_is_found_and_named(engine: Engine, damage: str, message: str) -> None:
    for text in ("a", "b", "c"):
        fill(engine, [text])
    with writing(engine) as connection:
        log.append(connection, [Entry("note", {"who": "Kim"})])
    with writing(engine) as connection:
        assert connection.execute(sa.text(damage)).rowcount == 1
    with reading(engine) as connection, pytest.raises(LogError, match=message):
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
    assert log.canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]
