"""What waits for whom, who looks after what, and articles that nobody has looked at for long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import curate
from sources.database import reading, writing
from sources.library import State, months_from, withdrawn_passages
from sources.schema import articles
from tests.web.staff.conftest import somebody, text
from tests.web.staff.test_articles import CURE, as_, logged, put_in
from web.access import Role


@pytest.fixture
def people(engine: Engine) -> dict[str, str]:
    """Ids of two curators, a clinician and an admin."""
    given = (
        ("kim", "Kim Bo", Role.CURATOR), ("noor", "Noor Eden", Role.CURATOR), ("ada", "Dr. Ada Ng", Role.CLINICIAN),
        ("hedda", "Hedda Head", Role.ADMIN),
    )  # fmt: skip
    return {short: somebody(engine, short, name, role) for short, name, role in given}


def queue(client: TestClient, name: str) -> dict[str, str]:
    """The parts of somebody's queue, each in words."""
    page: Any = as_(client, name).get("/staff/review-queue")
    return {section.get("aria-labelledby"): text(section) for section in page.xpath("//main//section")}


def test_each_role_sees_what_waits_for_it(client: TestClient, engine: Engine, people: dict[str, str]) -> None:
    one = put_in(engine, "Kim Bo", people["kim"], f"{CURE}")
    assert "draft by Kim Bo" in queue(client, "noor")["unowned"]
    as_(client, "noor").post(f"/staff/articles/{one.article_id}/owner/take")
    assert "Nothing waits here." in queue(client, "noor")["unowned"]
    curate.move(engine, one.article_id, one.revision, State.IN_REVIEW, who="Kim Bo", why="", person=people["kim"])
    assert "revision 1, by Kim Bo · Noor Eden" in queue(client, "noor")["approve"]
    kims = queue(client, "kim")
    assert "Nothing waits here." in kims["approve"]
    assert "revision 1, by Kim Bo" in kims["yours"]
    assert "claims" not in kims
    assert "1 passage with flagged claims" in queue(client, "ada")["claims"]
    assert set(queue(client, "hedda")) == {"yours"}


def test_an_article_is_handed_over_commented_and_looked_at_again(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine, "Kim Bo", people["kim"])
    curate.approve(engine, None, who="Noor Eden", why="read", accept=None, person=people["noor"])
    path = f"/staff/articles/{one.article_id}"
    kim = as_(client, "kim")
    kim.post(f"{path}/owner", owner=people["ada"])
    kim.post(f"{path}/owner", 404, owner="nobody of this id")
    assert "Who looks after it Dr. Ada Ng" in text(kim.get(path))
    as_(client, "hedda").post(f"{path}/comments", words="Is the second paragraph still right?")
    kim = as_(client, "kim")
    kim.post(f"{path}/comments", 422, words=" ")
    assert "Hedda Head: Is the second paragraph still right?" in text(kim.get(path))
    assert "due" not in queue(client, "ada")["again"]
    curate.set_review_by(engine, one.article_id, date.today() + timedelta(days=20), who="Kim Bo")
    assert "due" in queue(client, "ada")["again"]
    with writing(engine) as connection:
        old = months_from(date.today(), -37)
        connection.execute(articles.update().values(last_review=old, review_by=months_from(old, 12)))
    with reading(engine) as connection:
        assert len(withdrawn_passages(connection)) == one.passages
    assert "visitors are no longer shown it since" in queue(client, "ada")["again"]
    ada = as_(client, "ada")
    assert "Visitors are no longer shown it" in text(ada.get(path))
    assert "Say what you checked" in ada.post(f"{path}/reviewed", 422).text
    ada.post(f"{path}/reviewed", why="against the guideline of 2026")
    assert "Nothing waits here." in queue(client, "ada")["again"]
    with reading(engine) as connection:
        assert withdrawn_passages(connection) == frozenset()
    actions = [entry["action"] for entry in logged(engine, "curation")]
    assert actions[-5:] == ["move", "owner", "comment", "review by", "review"]
