"""Deciding about what visitors could not find, as the forms send it."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant.gaps import decisions, misses
from sources.database import reading
from tests.assistant.test_gaps import asked
from tests.web.staff.conftest import Browsing, somebody, text
from tests.web.staff.test_articles import as_
from web.access import Role


@pytest.fixture
def kim(client: TestClient, engine: Engine) -> Browsing:
    somebody(engine, "kim", "Kim Bo", Role.CURATOR)
    somebody(engine, "ada", "Dr. Ada Ng", Role.CLINICIAN)
    return as_(client, "kim")


def test_what_is_missing_in_a_form_is_said_beside_it(kim: Browsing, engine: Engine) -> None:
    answer = asked(engine, "Where do geese sleep?")
    for form, said in (
        ("cover", "Choose the passage that answers, or type words of it."),
        ("needs-source", "Choose who looks for a source."),
        ("out-of-scope", "This needs a reason, which the log keeps."),
    ):
        page = kim.post(f"/staff/misses/{form}", 422, answer=answer)
        assert said in page.text
        assert "Search is not available" in page.text
    said = kim.post("/staff/misses/cover", 422, answer=answer, passage="other", other="geese", phrasing="a").text
    assert "No passage that visitors may be shown holds all these words." in said
    for number in ("", "7", "9" * 30, "-1", "x"):
        assert "This decision was taken back already." in kim.post("/staff/misses/take-back", 422, decision=number).text
    with reading(engine) as connection:
        assert decisions(connection) == []


def test_decisions_are_listed_and_taken_back(kim: Browsing, client: TestClient, engine: Engine) -> None:
    first, second = asked(engine, "Where do geese sleep?"), asked(engine, "What does it cost?")
    with reading(engine) as connection:
        assert len(misses(connection, 30)) == 2
    owner = somebody(engine, "noor", "Noor Eden", Role.CURATOR)
    kim.post("/staff/misses/needs-source", answer=first, owner=owner, wanted="a page on nests", days="7")
    led = kim.post("/staff/misses/out-of-scope", answer=second, why="no question of health", days="7").headers[
        "location"
    ]
    assert led == "/staff/misses?days=7&said=gap_refused"
    page = text(kim.get(led))
    assert "1 question needs a source, looked for by Noor Eden: “a page on nests”" in page
    assert "1 question out of scope on purpose: “no question of health”" in page
    with reading(engine) as connection:
        newest = decisions(connection)[0]
    assert newest.answers == (second,)
    assert "wait again" in text(kim.get(kim.post("/staff/misses/take-back", decision=newest.id).headers["location"]))
    # Clinicians look, curators decide.
    ada = as_(client, "ada")
    assert "Decide again" not in text(ada.get("/staff/misses"))
    ada.post("/staff/misses/out-of-scope", 403, answer=second, why="a")


def test_words_that_were_erased_meanwhile_are_not_decided_about(kim: Browsing, engine: Engine) -> None:
    page = kim.post("/staff/misses/out-of-scope", 422, answer="0" * 32, why="gone")
    assert "The words of these questions were erased meanwhile." in page.text
    with reading(engine) as connection:
        assert decisions(connection) == []
