"""Answers given again: byte for byte as they were, whatever was published, withdrawn, bound or decided since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from assistant import schema
from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.circumstances import CircumstancesError, kept, policy_kept
from assistant.conversation import end
from assistant.curate import withdraw
from assistant.erasing import erase_question
from assistant.log import verify
from assistant.masking import mask, masked_before
from assistant.outcome import Outcome
from assistant.policy import Policy, load_policy, policy_of
from assistant.publish import publish
from assistant.replay import Change, Replayer, answers_between, changes, past, replay, replay_all, stored_bytes
from index.desk import Desk
from index.model import default_model
from sources import schema as library
from sources.database import open_database, reading, writing
from sources.starter_library import questions
from web.installation import installation
from web.settings import read_settings

FAST = "How fast does ketamine work?"
TALK = ("How fast does ketamine work?", "And SSRIs?", "I want to die", "What are the side effects?")


@pytest.fixture
def engine(data: Path) -> Iterator[Engine]:
    engine = open_database(data)
    yield engine
    engine.dispose()


@contextmanager
def assistant(data: Path, engine: Engine, **settings: str) -> Iterator[Assistant]:
    with installation(read_settings({"WELLCITED_DATA": str(data), **settings}), engine) as one:
        yield one


@contextmanager
def replayer(data: Path, engine: Engine, policy: Policy | None = None, *, reads: bool = True) -> Iterator[Replayer]:
    desk = Desk(engine, data, reads)
    desk.look()
    with closing(Replayer(engine, data, policy or load_policy(), desk)) as one:
        yield one


def everything(data: Path, engine: Engine, **settings: str) -> list[Answer]:
    """Answer questions of every kind, and a conversation."""
    asked = [one.question for one in questions()][::60]
    asked += ["Is psilocybin legal in Oregon?", "Should I stop my Zoloft?", "How much ketamine should I take?"]
    asked += ["My number is 415 555 2671. How fast does ketamine work?", "I took the whole bottle of pills"]
    with assistant(data, engine, **settings) as one:
        return [*(one.answer(text) for text in asked), *talk(one)]


def talk(one: Assistant) -> list[Answer]:
    """Have a conversation in which a topic is carried, a cry for help comes, and the topic is dropped."""
    said: list[Answer] = []
    for text in TALK:
        said.append(one.answer(text, said[0].conversation if said else None))
    return [*said, one.answer("And the side effects?", said[0].conversation, forget_topic=True)]


def all_of(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return answers_between(connection, "0", "9")


def republished(data: Path, engine: Engine) -> None:
    publish(engine, data, default_model(), load_policy(), who="Kim", why="test", override="test")


def test_answers_over_three_editions_come_out_byte_for_byte(data: Path, engine: Engine) -> None:
    given = everything(data, engine)
    assert {one.outcome for one in given} == set(Outcome)
    shown = [id_ for one in given for id_ in (p.passage_id for p in one.passages)]
    for passage in shown[:2]:
        withdraw(engine, passage, who="Kim", why="test")
        given += everything(data, engine)
        republished(data, engine)
        given += everything(data, engine, WELLCITED_READER="off")
    assert len({one.edition for one in given}) >= 3
    with replayer(data, engine) as one:
        report = replay_all(engine, one, all_of(engine))
    assert len(report.answers) == len(given)
    assert report.different == ()
    assert report.untold == {}
    assert report.same == len(given)
    # What was withdrawn is not shown today, so whoever was shown it then would see something else.
    changed = report.changed()
    assert set(changed[Change.first] + changed.get(Change.refused, [])) >= {
        one.id for one in given if one.passages and one.passages[0].passage_id in shown[:2]
    }
    with reading(engine) as connection:
        assert verify(connection).seq > len(given)
        assert answers_between(connection, "0", "9") == all_of(engine) == [one.id for one in given]


def test_nothing_is_recorded_or_curated_by_it(data: Path, engine: Engine) -> None:
    everything(data, engine)
    kept = (schema.log, library.curation)
    with reading(engine) as connection:
        before = [connection.execute(sa.select(table)).all() for table in kept]
    with replayer(data, engine) as one:
        replay_all(engine, one, all_of(engine))
    with reading(engine) as connection:
        assert [connection.execute(sa.select(table)).all() for table in kept] == before


def test_a_conversation_that_has_ended_is_replayed_as_it_was(data: Path, engine: Engine) -> None:
    with assistant(data, engine) as one:
        given = talk(one)
    with writing(engine) as connection:
        end(connection, given[0].conversation)
    with reading(engine) as connection, replayer(data, engine) as again:
        assert [replay(connection, again, answer.id).same for answer in given] == [True] * 5
        last = past(connection, given[-1].id)
    assert last.forgot_topic
    assert last.talk.crisis
    assert last.talk.turns == 4


def test_what_another_policy_would_change_is_told(data: Path, engine: Engine) -> None:
    with assistant(data, engine) as one:
        answer = one.answer(FAST)
        refused = one.answer("Is psilocybin legal in Oregon?")
    policy = load_policy()
    words = policy.files.policy.replace(b"threshold = 0.1320", b"threshold = 1.0")
    assert words != policy.files.policy
    strict = policy_of(replace(policy.files, policy=words.replace(b"not medical advice", b"no medical advice")))
    with replayer(data, engine, strict) as one:
        report = replay_all(engine, one, [answer.id, refused.id])
    assert report.same == 2
    assert report.changed()[Change.refused] == [answer.id]
    assert report.changed()[Change.wordings] == [answer.id, refused.id]
    assert report.unchanged == 0


def test_why_it_cannot_be_told_is_told(data: Path, engine: Engine) -> None:
    with assistant(data, engine) as one:
        erased, gone = one.answer(FAST), one.answer("What is an SSRI?")
        first = one.answer(FAST)
        follows = one.answer("And SSRIs?", first.conversation)
    erase_question(engine, erased.id, "Kim")
    erase_question(engine, first.id, "Kim")
    with replayer(data, engine) as one, reading(engine) as connection:
        found = {id_: replay(connection, one, id_) for id_ in (erased.id, follows.id, "f" * 32)}
        assert replay(connection, one, gone.id).same is True
    assert [(row.same, row.changes) for row in found.values()] == [(None, None)] * 3
    assert found[erased.id].why_not == "the words of its question were erased"
    assert found[follows.id].why_not == "the words of an earlier turn were erased"
    assert found["f" * 32].why_not == "there is none of this id"
    withdraw(engine, gone.passages[-1].passage_id, who="Kim", why="test")
    republished(data, engine)
    shutil.rmtree(data / "editions" / gone.edition)
    with replayer(data, engine) as one, reading(engine) as connection:
        lost = replay(connection, one, gone.id)
    assert lost.same is None
    assert "neither the data folder nor the database has it" in lost.why_not
    assert lost.changes


def test_circumstances_that_were_changed_are_found(data: Path, engine: Engine) -> None:
    with assistant(data, engine) as one:
        answer = one.answer(FAST)
    with reading(engine) as connection:
        digest = past(connection, answer.id).circumstances
        assert kept(connection, digest)["library"]["edition"] == answer.edition
        assert policy_kept(connection, answer.policy) == load_policy()
    c, p = schema.circumstances, schema.policies
    with writing(engine) as connection:
        connection.execute(c.update().values(body=c.c.body + " "))
        connection.execute(p.update().values(body=sa.func.replace(p.c.body, "medical", "other")))
    with reading(engine) as connection:
        with pytest.raises(CircumstancesError, match="were changed"):
            kept(connection, digest)
        with pytest.raises(CircumstancesError, match="was changed"):
            policy_kept(connection, answer.policy)
        with replayer(data, engine) as one:
            found = replay(connection, one, answer.id)
    assert found.same is None
    assert "were changed after they were stored" in found.why_not
    assert found.changes == ()


def test_circumstances_are_kept_once(data: Path, engine: Engine) -> None:
    for _ in range(2):
        with assistant(data, engine) as one:
            one.answer(FAST)
            one.answer("Should I stop my Zoloft?")
    with assistant(data, engine) as one:
        withdrawn = one.answer(FAST).passages[0].passage_id
        withdraw(engine, withdrawn, who="Kim", why="test")
        one.desk.look()
        assert one.answer(FAST).passages[0].passage_id != withdrawn
    with reading(engine) as connection:
        bodies = [json.loads(body) for body in connection.scalars(sa.select(schema.circumstances.c.body))]
        policies = connection.scalar(sa.select(sa.func.count()).select_from(schema.policies))
    assert [len(body["library"]["hidden"]) for body in sorted(bodies, key=lambda b: len(b["library"]["hidden"]))] == [
        0,
        1,
    ]
    assert policies == 1


@pytest.mark.parametrize(
    "words",
    [
        "Call me on 415 555 2671. Is ketamine safe?",
        "I am jo@example.org and my number is 415 555 2671",
        "Is it safe?",
        "415 555 2671",
        "Mail  jo@example.org , please.  Is it  safe?",
    ],
)
def test_a_masked_question_is_known_again_from_what_was_kept(words: str) -> None:
    masked = mask(words)
    assert masked_before(masked.text) == masked


def test_each_change_is_told_apart(data: Path, engine: Engine) -> None:
    with assistant(data, engine) as one:
        then = json.loads(stored_bytes(one.answer(FAST)))
    first, *rest = then["passages"]
    none = {**then, "passages": [], "outcome": "no_answer"}
    assert changes(then, then) == ()
    assert changes(then, none) == (Change.refused, Change.outcome)
    assert changes(none, then) == (Change.found, Change.outcome)
    assert changes(then, {**then, "passages": [*rest, first]}) == (Change.first,)
    assert changes(then, {**then, "passages": [first]}) == (Change.further,)
    assert changes(then, {**then, "passages": [{**first, "highlights": []}, *rest]}) == (Change.sentences,)
    warned = {**then, "passages": [{**first, "warnings": [*first["warnings"], "Mind."]}, *rest]}
    assert changes(then, warned) == (Change.warned,)
    assert changes(warned, then) == (Change.unwarned,)
    assert changes(then, {**then, "disclaimer": "Another."}) == (Change.wordings,)
    assert changes(then, {**then, "suggestions": ["One?"]}) == (Change.suggestions,)
