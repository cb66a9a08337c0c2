"""Samples that the same seed draws again, verdicts of two and a third, and what an unsafe one does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from assistant import log, recorder, schema
from assistant.feedback import Feedback, give
from assistant.review import actions, verdicts
from assistant.review.own_words import WordsError, own, repeats
from assistant.review.sampling import Drawing, Stratum, draw, keep_sample
from assistant.review.verdicts import Given, Harm, Item, Judgement, VerdictError
from sources.database import reading, writing
from sources.library import withdrawn_passages
from tests.assistant.review.test_warnings import GEESE, passages, taken_in
from tests.web.review.conftest import OUTCOMES, fill, record_of

TODAY = datetime.now(UTC).date()
ONE_EACH: dict[str, int] = {one.value: 3 for one in Stratum}
FINE = Given(Judgement.appropriate, Harm.none, "")
BAD = Given(Judgement.misleading, Harm.low, "It leaves out the half that matters.")


def drawing(upto: int, seed: str = "a", sizes: Mapping[str, int] = ONE_EACH) -> Drawing:
    wanted = {Stratum(name): size for name, size in sizes.items()}
    return Drawing(seed, TODAY - timedelta(1), TODAY, upto, wanted)


def sample(engine: Engine, **sizes: int) -> str:
    return keep_sample(engine, drawing(0, sizes=sizes or ONE_EACH), who="Dr. Ada Ng")


def judge(engine: Engine, one: Item, person: str, given: Given) -> tuple[str, ...]:
    with writing(engine) as connection:
        return verdicts.give(connection, one.answer_id, given, person=person, who=person, sample_id=one.sample_id)


def items(engine: Engine) -> list[Item]:
    with reading(engine) as connection:
        return verdicts.items(connection)


def test_the_same_seed_draws_the_same_sample_whatever_came_since(engine: Engine) -> None:
    fill(engine, 60)
    for n in (8, 13, 16):
        give(engine, f"{n:032x}", Feedback(False))
    with reading(engine) as connection:
        upto = log.head(connection).seq
        first = draw(connection, drawing(upto))
        other = draw(connection, drawing(upto, "b"))
    give(engine, f"{8:032x}", Feedback(True))
    give(engine, f"{21:032x}", Feedback(False))
    with writing(engine) as connection:
        recorder.write(connection, [record_of(n) for n in range(60, 90)])
    with reading(engine) as connection:
        assert draw(connection, drawing(upto)) == first
    assert first != other
    assert Counter(one.stratum for one in first) == dict.fromkeys(Stratum, 3)
    assert len({one.answer_id for one in first}) == 18
    kinds = {one.answer_id: OUTCOMES[int(one.answer_id, 16) % 8] for one in first}
    for one in first:
        if one.stratum is Stratum.refused:
            assert kinds[one.answer_id] == "no_answer"
        if one.stratum is Stratum.crisis_advice:
            assert kinds[one.answer_id] in ("crisis", "emergency", "personal_advice")
        if one.stratum is Stratum.negative:
            assert int(one.answer_id, 16) in (8, 13, 16)


def test_an_empty_sample_is_refused_and_a_kept_one_is_in_the_log(engine: Engine) -> None:
    with pytest.raises(ValueError, match="No answer of these days"):
        sample(engine)
    fill(engine, 30)
    kept = sample(engine, random=5)
    with reading(engine) as connection:
        (body,) = connection.scalars(sa.select(schema.log.c.body).where(schema.log.c.kind == "sample"))
        assert log.verify(connection).seq == 31
    said = json.loads(body)
    assert (said["sample"], said["seed"], said["strata"]) == (kept, "a", {"random": 5})
    assert [id_ for id_, _ in said["answers"]] == [one.answer_id for one in items(engine)]


def test_two_who_agree_settle_it_and_nobody_judges_twice(engine: Engine) -> None:
    fill(engine, 20)
    sample(engine, random=1)
    (one,) = items(engine)
    judge(engine, one, "ada", FINE)
    with pytest.raises(VerdictError, match="already"):
        judge(engine, one, "ada", BAD)
    with reading(engine) as connection:
        assert verdicts.known_of(connection, one.answer_id) == ()  # nobody sees it before the second
    assert not items(engine)[0].waits_for("ada")
    assert items(engine)[0].waits_for("bo")
    judge(engine, one, "bo", FINE)
    final = items(engine)[0].final
    assert final is not None
    assert final.judgement is Judgement.appropriate
    with pytest.raises(VerdictError, match="settled"):
        judge(engine, one, "cy", BAD)
    with reading(engine) as connection:
        assert len(verdicts.known_of(connection, one.answer_id)) == 2
        assert len(list(verdicts.settled(verdicts.items(connection)))) == 1


def test_a_third_decides_where_two_differ(engine: Engine) -> None:
    fill(engine, 20)
    sample(engine, random=1)
    (one,) = items(engine)
    judge(engine, one, "ada", FINE)
    judge(engine, one, "bo", Given(Judgement.appropriate, Harm.low, ""))
    (now,) = items(engine)
    assert now.differ
    assert now.final is None
    assert [person for person in ("ada", "bo", "cy") if now.waits_for(person)] == ["cy"]
    judge(engine, one, "cy", BAD)
    final = items(engine)[0].final
    assert final is not None
    assert (final.person, final.judgement) == ("cy", Judgement.misleading)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE verdicts SET judgement = 'appropriate'", "DELETE FROM verdicts", "DELETE FROM sampled",
        "UPDATE samples SET seed = 'b'", "UPDATE actions SET owner = 'Bo'", "DELETE FROM action_checks",
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_or_remove_what_was_judged(engine: Engine, change: str) -> None:
    fill(engine, 8)
    sample(engine, random=1)
    (one,) = items(engine)
    judge(engine, one, "ada", BAD)
    with writing(engine) as connection:
        action = actions.act(connection, one.answer_id, "Rewrite it", "Kim Bo", TODAY, who="Ada")
        actions.check(connection, action, "It reads well now.", works=True, who="Bo")
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), engine.begin() as connection:
        connection.execute(sa.text(change))


def test_unsafe_withdraws_what_was_shown_in_the_same_breath(engine: Engine) -> None:
    (passage,) = passages(engine, taken_in(engine, GEESE))
    record = record_of(0)
    shown = replace(record.answer, passages=(replace(record.answer.passages[0], passage_id=passage),))
    with writing(engine) as connection:
        recorder.write(connection, [replace(record, answer=shown)])
        given = Given(Judgement.unsafe, Harm.severe, "It leads people to stop at once.")
        assert verdicts.give(connection, shown.id, given, person="ada", who="Ada") == (passage,)
        assert withdrawn_passages(connection) == {passage}
        # What is withdrawn already is not withdrawn twice.
        assert verdicts.give(connection, shown.id, given, person="bo", who="Bo") == ()
        kinds = list(connection.scalars(sa.select(schema.log.c.kind).order_by(schema.log.c.seq)))
        assert log.verify(connection).seq == len(kinds)
    assert kinds[-3:] == ["verdict", "curation", "verdict"]


def test_an_action_is_open_until_somebody_finds_that_it_worked(engine: Engine) -> None:
    fill(engine, 1)
    with writing(engine) as connection:
        late = actions.act(connection, f"{0:032x}", "Later", "Kim Bo", date(2030, 1, 1), who="Ada")
        soon = actions.act(connection, f"{0:032x}", "Sooner", "Kim Bo", date(2027, 1, 1), who="Ada")
        actions.check(connection, soon, "Still the old words.", works=False, who="Bo")
        assert [(one.id, one.open) for one in actions.listed(connection)] == [(soon, True), (late, True)]
        actions.check(connection, soon, "The new words.", works=True, who="Bo")
        assert [one.open for one in actions.listed(connection, f"{0:032x}")] == [False, True]
        kinds = connection.scalars(sa.select(schema.log.c.kind).order_by(schema.log.c.seq))
        assert list(kinds) == ["answer", "action", "action", "action check", "action check"]
        assert log.verify(connection).seq == 5


def test_what_is_logged_does_not_repeat_the_visitors_words() -> None:
    question = "How long until my sister Joan can stop taking them?"
    assert repeats("Asked “how long until my sister” and so on", question)
    assert not repeats("How long until it works is answered", question)
    assert repeats("I want to die", "I want to die")
    assert not repeats("ketamine", "ketamine?")
    assert own("  It misleads. ", question) == "It misleads."
    assert own("", question, needed=False) == ""
    for words in ("", "MY SISTER JOAN can stop it", "w" * 2001):
        with pytest.raises(WordsError):
            own(words, question)
