"""The queue in the browser: two who do not see each other, a third, and what an unsafe answer leads to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant.review import verdicts
from sources.database import reading
from tests.web.review.conftest import signed_in
from tests.web.staff.conftest import Browsing, text

TODAY = datetime.now(UTC).date().isoformat()
BAD: dict[str, Any] = {"judgement": "misleading", "harm": "moderate", "words": "It leaves out the half that matters."}


def drawn(ada: Browsing, **sizes: str) -> None:
    asked: dict[str, Any] = {"since": TODAY, "until": TODAY, "seed": "s", **sizes}
    assert ada.post("/review/queue", **asked).headers["location"] == "/review/queue?said=drawn"


def test_two_differ_without_seeing_each_other_and_a_third_decides(client: TestClient, ada: Browsing) -> None:
    drawn(ada, random="1")
    bo, cy = signed_in(client, "bo"), signed_in(client, "cy")
    path = ada.client.get("/review/queue/next", follow_redirects=False).headers["location"]
    ada.posted(path, 422, judgement="misleading")
    assert ada.post(path, **BAD).headers["location"] == "/review/queue/next?said=judged"
    assert "Nothing waits for you" in text(ada.get("/review/queue"))
    for page in (bo.get(path), bo.get(re.sub("queue/[0-9a-f]+", "answers", path)), cy.get(path)):
        assert "half that matters" not in text(page)
        names = [one for one in page.xpath("//main//*[not(self::option)]/text()") if "Ada" in one]
        assert names == []
        assert not page.xpath("//ul[@class='verdicts']")
    bo.post(path, judgement="appropriate", harm="none", words="")
    page = cy.get(path)
    assert "Two reviewers differ" in text(page)
    assert "half that matters" in text(page)
    assert "Ada" not in text(page)
    assert "Bo" not in text(page.xpath("//main")[0])
    assert "half that matters" not in text(ada.get(path))
    of_all = path.rsplit("/", 1)[0]
    assert "open" in text(ada.get(of_all).xpath("//ul[@class='found-answers']/li")[0])
    cy.post(path, **BAD)
    assert "Misleading, harm: moderate · drawn as: any answer" in text(ada.get(of_all))
    page = ada.get(path)
    assert "Dr. Ada" in text(page)
    assert "Dr. Bo" in text(page)
    assert "decided" in text(page)
    assert cy.post(path, **BAD).headers["location"] == "/review/queue/next?said=late"
    queue = text(ada.get("/review/queue"))
    assert "1 of 1 settled" in queue
    assert "two reviewers differed on 1" in queue


def test_a_sample_that_cannot_be_drawn_says_why_and_keeps_what_was_typed(ada: Browsing) -> None:
    page = ada.posted("/review/queue", 422, since="x", until=TODAY, seed="", random="many", near="3")
    assert len(page.xpath("//p[@role='alert']")) == 3
    assert page.xpath("//input[@name='near']/@value") == ["3"]
    page = ada.posted("/review/queue", 422, since=TODAY, until=TODAY, seed="s", random="500")
    assert "these are 500" in text(page)
    future = (datetime.now(UTC).date() + timedelta(9)).isoformat()
    page = ada.posted("/review/queue", 422, since=future, until=future, seed="s", random="5")
    assert "No answer of these days" in text(page)


def test_a_verdict_and_an_action_from_the_answer_in_front_of_one(ada: Browsing, engine: Engine) -> None:
    path = f"/review/answers/{8:032x}"
    question = "Question 8 about geese?"
    page = ada.posted(f"{path}/verdict", 422, judgement="misleading", harm="low", words=f"They asked {question}")
    assert "repeats the visitor’s words" in text(page)
    ada.post(f"{path}/verdict", **BAD)
    page = ada.get(path)
    assert "half that matters" in text(page)
    assert "Give your verdict" not in text(page)
    ada.posted(f"{path}/verdict", 422, **BAD)
    page = ada.posted(f"{path}/actions", 422, what="", owner="Nobody", due="soon")
    assert len(page.xpath("//p[@role='alert']")) == 3
    ada.post(f"{path}/actions", what="Bring in the newer guideline", owner="Dr. Bo", due="2026-01-31")
    page = ada.get("/review/actions")
    assert "was due 31 January 2026" in text(page)
    (check,) = page.xpath("//form[contains(@action, '/check')]/@action")
    ada.posted(check, 422, found="Read it.")
    ada.post(check, found="Not yet there.", works="no")
    ada.post(check, found="It is quoted now.", works="yes")
    page = ada.get("/review/actions")
    assert not page.xpath("//form[contains(@action, '/check')]")
    assert "Did not work: Not yet there." in text(page)
    with reading(engine) as connection:
        assert [one.judgement for one in verdicts.direct_verdicts(connection)] == ["misleading"]
