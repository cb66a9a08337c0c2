"""Tables that say again what the log says: whatever is changed in one past the log is found, and named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from assistant import curate, gaps, log
from assistant.beside import differing
from assistant.erasing import erase_question
from assistant.feedback import Feedback, Reason, give
from assistant.review import actions, verdicts
from assistant.review.gathering import gather
from assistant.review.sampling import Drawing, Stratum, keep_sample
from assistant.review.schema import answer_facts, answer_traits
from assistant.review.verdicts import Given, Harm, Judgement
from sources.carrying import taken_out, to_json
from sources.database import open_database, reading, upgrade, writing
from tests.assistant.review.test_warnings import GEESE, OTHER, passages, taken_in
from tests.conftest import unguarded
from tests.web.review.conftest import fill
from tests.web.staff.conftest import somebody
from web.access import Role
from web.carrying import take_in
from web.staff import people
from web.staff.held import differing_people

TODAY = datetime.now(UTC).date()
GUARDED = ("answers", "answer_facts", "answer_traits", "samples", "sampled", "verdicts", "actions", "action_checks")
JUDGED, ASKED = 7, 3


def by_hand(connection: Connection, statement: str) -> list[str]:
    """Change something past the log, and return what is said of it."""
    unguarded(connection, GUARDED)
    assert connection.execute(sa.text(statement)).rowcount
    return [*differing(connection), *differing_people(connection)]


def worked(engine: Engine) -> None:
    """A log of everything that tables say again."""
    first = taken_in(engine, GEESE)
    (one,) = passages(engine, first)
    curate.warn(engine, one, "Only in autumn.", who="Ada", why="it misled")
    _, two = passages(engine, taken_in(engine, OTHER, GEESE))  # the first revision gives way to this one
    curate.withdraw(engine, two, who="Ada", why="wrong")
    fill(engine, 24)
    give(engine, f"{ASKED:032x}", Feedback(False, Reason.outdated, "Too old."))
    erase_question(engine, f"{ASKED:032x}")
    sizes = {Stratum.random: 3}
    keep_sample(engine, Drawing("a", TODAY - timedelta(1), TODAY, 0, sizes), who="Ada")
    with writing(engine) as connection:
        verdict = Given(Judgement.misleading, Harm.low, "It leaves out the half that matters.")
        verdicts.give(connection, f"{JUDGED:032x}", verdict, person="1", who="Ada")
        action = actions.act(connection, f"{JUDGED:032x}", "Rewrite it", "Kim", TODAY, who="Ada")
        actions.check(connection, action, "It reads well now.", works=True, who="Bo")
        miss = gaps.misses(connection, 90)[0]
        gaps.out_of_scope(connection, [miss], "no birds", who="Ada")
        person = people.by_name(connection, "spare")
        assert person is not None
        people.set_active(connection, person.id, False, who="Hedda")


CHANGES = {
    "UPDATE verdicts SET judgement = 'appropriate'": "its judgement is not what entry",
    "UPDATE verdicts SET person = '2'": "its person is not what entry",
    "DELETE FROM verdicts": "it is gone, and entry",
    "INSERT INTO verdicts SELECT 'f', at, answer_id, 's', 1, person, who, 'unsafe', harm, words FROM verdicts": "f: no entry",
    "UPDATE samples SET seed = 'b'": "its seed is not",
    "UPDATE sampled SET place = place + 3 WHERE place = 1": "its answers is not",
    "UPDATE actions SET owner = 'Bo'": "its owner is not",
    "UPDATE actions SET due = '2031-01-01'": "its due is not",
    "UPDATE action_checks SET works = false": "no entry of the log says what it says",
    "DELETE FROM action_checks": "no action check says what it says",
    "UPDATE warnings SET words = 'All is well.'": "its words is not",
    "UPDATE warnings SET state = 'lifted'": "its state is not",
    "UPDATE curation SET who = 'Nobody' WHERE action = 'withdraw'": "act of curation",
    "DELETE FROM curation WHERE action = 'withdraw'": "no act of curation says",
    "UPDATE passages SET withdrawn = false": "it is not withdrawn any more",
    "UPDATE revisions SET state = 'approved' WHERE state = 'retired'": "it is approved, and by entry",
    "UPDATE gaps SET why = 'another'": "decision on a gap",
    "UPDATE gaps SET taken_back = true": "whether it holds is not what the log says",
    "UPDATE feedback SET helpful = true": "its helpful is not",
    "DELETE FROM feedback": "it is gone",
    "UPDATE questions SET text = '    ' WHERE answer_id LIKE '%5'": "its words are gone, and no entry",
    "UPDATE answer_facts SET outcome = 'no_answer' WHERE outcome = 'crisis'": "what it is found by is not",
    "DELETE FROM answer_facts WHERE seq % 5 = 0": "it cannot be found any more",
    "DELETE FROM answer_traits WHERE kind = 'passage' AND seq % 5 = 0": "the passages, articles or rules it is found by",
    "UPDATE people SET roles = '[\"admin\"]'": "its name, roles or switch are not",
    "UPDATE people SET active = true": "its name, roles or switch are not",
}


def test_whatever_is_changed_past_the_log_is_named(engine: Engine) -> None:
    somebody(engine, "spare", "A spare person", Role.CLINICIAN)
    somebody(engine, "hedda", "Hedda", Role.ADMIN)
    worked(engine)
    with reading(engine) as connection:
        log.verify(connection)
        assert [*differing(connection), *differing_people(connection)] == []
    for statement, said in CHANGES.items():
        with engine.connect() as connection:
            found = by_hand(connection, statement)
            connection.rollback()
        assert found, statement
        assert any(said in one for one in found), (statement, found)
    with reading(engine) as connection:
        assert [*differing(connection)] == []


def test_a_change_names_the_row(engine: Engine) -> None:
    fill(engine, 8)
    with writing(engine) as connection:
        verdicts.give(connection, f"{0:032x}", Given(Judgement.misleading, Harm.low, "No."), person="1", who="Ada")
        id_ = connection.scalar(sa.text("SELECT id FROM verdicts"))
    with engine.connect() as connection:
        (said,) = by_hand(connection, "UPDATE verdicts SET harm = 'none'")
        connection.rollback()
    assert said == f"verdict {id_}: its harm is not what entry 9 of the log says; it was changed."


def test_what_was_taken_in_with_a_library_is_no_fault(engine: Engine, tmp_path: Path) -> None:
    (passage,) = passages(engine, taken_in(engine, GEESE))
    curate.warn(engine, passage, "Only in autumn.", who="Ada", why="it misled")
    with reading(engine) as connection:
        content = to_json(taken_out(connection))
    other = open_database(tmp_path / "other")
    upgrade(other)
    take_in(other, content, "Kim")
    curate.withdraw(other, passage, who="Ada", why="wrong")
    with reading(other) as connection:
        assert [*differing(connection)] == []
        assert connection.scalar(sa.text("SELECT count(*) FROM curation")) > 3
    other.dispose()


def test_what_has_yet_to_be_written_of_the_newest_answers_is_no_fault(engine: Engine) -> None:
    fill(engine, 8)
    with writing(engine) as connection:
        gather(connection)
    with engine.connect() as connection:
        unguarded(connection, GUARDED)
        connection.execute(answer_traits.delete().where(answer_traits.c.seq == 8))
        connection.execute(answer_facts.delete().where(answer_facts.c.seq == 8))
        assert [*differing(connection)] == []
        connection.rollback()


@pytest.mark.parametrize("statement", ["DELETE FROM answer_facts", "DELETE FROM answer_traits"])
def test_the_database_refuses_what_is_not_held(engine: Engine, statement: str) -> None:
    fill(engine, 8)
    with writing(engine) as connection:
        gather(connection)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), engine.begin() as connection:
        connection.execute(sa.text(statement))
