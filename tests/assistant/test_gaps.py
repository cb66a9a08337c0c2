"""Refused questions: which are looked at, which belong together, what is decided, and that no visitor's word gets out."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine

from assistant import curate, gaps, log
from assistant.answer import Quotation, Source
from assistant.considered import caught_up
from assistant.conversation import new_id
from assistant.coverage import Use, coverage, uses, words_of
from assistant.erasing import erase_question
from assistant.feedback import Feedback, give
from assistant.gaps import Decision, Settled, Vectors, decisions, groups, misses, together
from assistant.outcome import Outcome
from assistant.recorder import Record, Recorder
from index.encoder import ExportedEncoder
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import reading, writing
from sources.library import LibraryError, approved_passages
from tests.assistant.test_log import record
from tests.index.encoder_fixture import prepared_encoder

GEESE = (
    "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields "
    "around them. In spring they return to the same nests in the far north, where they raise their young on the shore."
)


def asked(
    engine: Engine,
    question: str,
    outcome: Outcome = Outcome.no_answer,
    *,
    conversation: str | None = None,
    level: str = "ordinary",
    candidates: Sequence[tuple[str, float]] = (),
    shown: Sequence[str] = (),
) -> str:
    """Record an answer to a question as the assistant does; returns its id."""
    one = record(question, conversation or new_id())
    considered = [{"passage": id_, "probability": round(p * 1_000_000), "passed": p > 0.8} for id_, p in candidates]
    evidence = {"triage": {"level": level}, "candidates": considered, "shown": list(shown)}
    source = Source("geese", "a" * 64, Attributes(title="Geese"))
    quoted = tuple(Quotation(id_, source, 0, 5, "Geese", (), (), ()) for id_ in shown)
    answer = replace(one.answer, outcome=outcome, passages=quoted)
    recorder = Recorder(engine)
    recorder.record([Record(answer, question, question, 1, crisis=outcome is Outcome.crisis, evidence=evidence)])
    recorder.close()
    return answer.id


def encode(texts: Sequence[str]) -> Vectors:
    encoder = ExportedEncoder.open(prepared_encoder())
    return np.stack([vector for vector, _, _ in encoder.read_together(list(texts))])


@pytest.fixture
def passage(engine: Engine) -> str:
    """Id of an approved passage."""
    document = Document(Attributes(title="Geese", publisher="River Office"), (Block(BlockKind.PARAGRAPH, GEESE),))
    curate.import_document(engine, document, file_name="a.txt", who="Kim", given=UNKNOWN)
    curate.approve(engine, None, who="Noor", why="read", accept=None)
    with reading(engine) as connection:
        return approved_passages(connection)[0].id


def found(engine: Engine, days: int = 30) -> list[str]:
    with reading(engine) as connection:
        return [one.question for one in misses(connection, days)]


def test_only_refused_questions_with_words_and_without_danger_are_looked_at(engine: Engine) -> None:
    kept = asked(engine, "Where do geese sleep?", candidates=[("a" * 24, 0.25), ("b" * 24, 0.5)])
    asked(engine, "Do geese fly?", Outcome.answered)
    asked(engine, "Should I feed mine?", Outcome.personal_advice, shown=["a" * 24])
    asked(engine, "How much?", Outcome.personal_advice, candidates=[("a" * 24, 0.9)])
    asked(engine, "I want to end it", Outcome.crisis)
    asked(engine, "I cannot breathe", Outcome.emergency)
    asked(engine, "what now", conversation="d" * 32)
    asked(engine, "I will do it tonight", Outcome.crisis, conversation="d" * 32)
    asked(engine, "kept by mistake", level="crisis")
    erase_question(engine, asked(engine, "Erased words"))
    assert found(engine) == ["Where do geese sleep?"]
    with reading(engine) as connection:
        [miss] = misses(connection, 30)
        assert (miss.answer_id, miss.nearest[0]) == (kept, gaps.Nearest("b" * 24, 0.5))
        assert misses(connection, 30, [kept]) == [miss]
        assert misses(connection, 30, ["0" * 32]) == []
        assert misses(connection, 0) == []


QUESTIONS = (
    "Where do geese sleep at night?",
    "How much does a session cost?",
    "Where do wild geese spend the night?",
    "What is the price of a session?",
    "Can I park my car there?",
    "how much does one session cost me",
)


def test_questions_of_one_meaning_stand_together_the_most_asked_first(engine: Engine) -> None:
    ids = {one: asked(engine, one) for one in QUESTIONS}
    with reading(engine) as connection:
        there = misses(connection, 30)
    made = [{one.question for one in group.misses} for group in groups(there, [], encode)]
    price, night = {QUESTIONS[n] for n in (1, 3, 5)}, {QUESTIONS[n] for n in (0, 2)}
    assert made == [price, {QUESTIONS[4]}, night] or made == [price, night, {QUESTIONS[4]}]
    before = Settled(1, datetime.now(UTC), "Kim", Decision.OUT_OF_SCOPE, (ids[QUESTIONS[0]],), "", None, None)
    left = {tuple(one.question for one in group.misses): group.before for group in groups(there, [before], encode)}
    assert left[QUESTIONS[2],] == before
    assert [one for one in left.values() if one] == [before]
    assert groups([], [], encode) == []


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=12))
def test_every_question_is_in_one_group_and_no_two_groups_are_alike(points: list[tuple[float, float]]) -> None:
    raw = np.array([point if any(point) else (1.0, 0.0) for point in points]) + 1e-9
    vectors = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)
    made = together(vectors)
    assert sorted(row for rows in made for row in rows) == list(range(len(points)))
    for place, rows in enumerate(made):
        for others in made[:place]:
            mean = float((vectors[rows].astype(np.float64) @ vectors[others].astype(np.float64).T).mean())
            assert mean < gaps.SAME_MEANING + 1e-4


def decided(connection: Connection) -> list[tuple[str, int]]:
    return [(one.decision.value, len(one.answers)) for one in decisions(connection)]


def test_what_is_decided_is_logged_without_a_visitors_word(engine: Engine, passage: str) -> None:
    for words in QUESTIONS[:3]:
        asked(engine, words)
    with writing(engine) as connection:
        one, two, three = misses(connection, 30)
        with pytest.raises(LibraryError, match="a visitor’s own words"):
            gaps.cover(connection, [one], passage, one.question.upper().rstrip("?"), who="Kim")
        with pytest.raises(LibraryError, match="none of this id"):
            gaps.cover(connection, [one], "0" * 24, "night quarters", who="Kim")
        with pytest.raises(LibraryError, match="needs a reason"):
            gaps.out_of_scope(connection, [two], " ", who="Kim")
        gaps.cover(connection, [one], passage, "Do they have night quarters?", who="Kim")
        gaps.needs_source(connection, [two], "p" * 32, "a page on prices", who="Kim")
        gaps.out_of_scope(connection, [three], "no question of health", who="Kim")
        assert decided(connection) == [("out of scope", 1), ("needs a source", 1), ("covered", 1)]
        gaps.take_back(connection, decisions(connection)[0].id, who="Kim")
        with pytest.raises(LibraryError, match="taken back already"):
            gaps.take_back(connection, 99, who="Kim")
    with reading(engine) as connection:
        bodies = [row.body for row in log.rows_after(connection, 0) if row.kind in ("gap", "curation")]
        assert len([one for one in bodies if '"decision"' in one]) == 4
        assert not [words for words in QUESTIONS for body in bodies if words.rstrip("?") in body]
        log.verify(connection)
        phrased = connection.scalar(sa.text("SELECT words FROM phrasings"))
    assert phrased == "Do they have night quarters?"


def test_use_is_counted_by_passage_and_never_twice(engine: Engine, passage: str) -> None:
    other = "f" * 24
    helped = asked(engine, "a", Outcome.answered, candidates=[(passage, 0.9), (other, 0.1)], shown=[passage])
    asked(engine, "b", candidates=[(passage, 0.2)])
    caught_up(engine)
    not_helped = asked(engine, "c", Outcome.answered, candidates=[(other, 0.7)], shown=[other, passage])
    give(engine, helped, Feedback(helpful=True))
    give(engine, not_helped, Feedback(helpful=False))
    with writing(engine) as connection:
        log.append(connection, [log.Entry("answer", {"candidates": "no list"})])
    for counting in (False, True, True):  # what is not counted yet is read from the log
        if counting:
            caught_up(engine)
        with reading(engine) as connection:
            assert uses(connection, 30)[passage] == Use(3, 2, 1, 1)
    with reading(engine) as connection:
        assert uses(connection, 30) == {passage: Use(3, 2, 1, 1), other: Use(2, 1, 0, 1)}
        [one] = coverage(connection, 30)
        assert (one.use, one.never_shown) == (Use(3, 2, 1, 1), 0)
        assert [found.text for found in words_of(connection, [one]).values()] == [
            found.text for found in approved_passages(connection)
        ]
        assert uses(connection, 0) == {}


def test_several_that_count_at_once_count_everything_once(engine: Engine, passage: str) -> None:
    for _ in range(20):
        asked(engine, "a", candidates=[(passage, 0.9)])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(caught_up, [engine] * 8))
    with reading(engine) as connection:
        assert uses(connection, 1) == {passage: Use(considered=20)}
