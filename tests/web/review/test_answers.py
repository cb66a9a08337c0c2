"""Finding answers by each of what they can be found by, a page at a time, and one answer with its seven steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from assistant import recorder, schema
from assistant.erasing import erase_question
from assistant.feedback import Feedback, Reason, give
from assistant.outcome import Outcome
from assistant.review.facts import Wanted, find
from assistant.review.gathering import gather
from sources.database import reading, writing
from tests.web.review.conftest import OUTCOMES, fill, record_of
from tests.web.staff.conftest import Browsing, text

TODAY = datetime.now(UTC).date()


def numbers(engine: Engine, wanted: Wanted, most: int = 100) -> list[int]:
    with reading(engine) as connection:
        return [int(row.id, 16) for row in find(connection, wanted, most).rows]


def expected(count: int, keeps: Any) -> list[int]:
    return [n for n in reversed(range(count)) if keeps(n)]


def test_each_kind_of_search_finds_what_it_names_and_nothing_else(engine: Engine) -> None:
    fill(engine, 60)
    shows = {n for n in range(60) if OUTCOMES[n % 8] in (Outcome.answered, Outcome.personal_advice)}
    searched = {n for n in range(60) if OUTCOMES[n % 8] not in (Outcome.crisis, Outcome.emergency)}
    assert numbers(engine, Wanted()) == expected(60, lambda n: True)
    assert numbers(engine, Wanted(outcome="crisis")) == expected(60, lambda n: OUTCOMES[n % 8] is Outcome.crisis)
    assert numbers(engine, Wanted(passage=f"{7:024x}")) == expected(60, lambda n: n == 7 and n in shows)
    assert numbers(engine, Wanted(article="article-5")) == expected(60, lambda n: n % 10 == 5 and n in shows)
    assert numbers(engine, Wanted(rule="self-harm")) == expected(60, lambda n: n not in searched)
    assert numbers(engine, Wanted(band="25-50")) == expected(60, lambda n: 25 <= n < 50 and n in searched)
    # The gate's threshold is 13.2 %, and near is within five points.
    assert numbers(engine, Wanted(band="near")) == expected(60, lambda n: 9 <= n <= 18 and n in searched)
    assert numbers(engine, Wanted(edition="e1")) == expected(60, lambda n: n % 3 == 1 and n in searched)
    assert numbers(engine, Wanted(words="GEESE question 12")) == [12]
    assert numbers(engine, Wanted(words="100%_")) == []
    assert numbers(engine, Wanted(since=TODAY, until=TODAY, outcome="crisis", rule="self-harm"))
    assert numbers(engine, Wanted(since=TODAY + timedelta(1))) == []
    assert numbers(engine, Wanted(until=TODAY - timedelta(1))) == []


def test_it_finds_by_feedback_and_not_by_words_that_were_erased(engine: Engine) -> None:
    fill(engine, 12)
    give(engine, f"{3:032x}", Feedback(False, Reason.unsafe))
    give(engine, f"{4:032x}", Feedback(True))
    assert numbers(engine, Wanted(feedback="no")) == numbers(engine, Wanted(feedback="unsafe")) == [3]
    assert numbers(engine, Wanted(feedback="yes")) == [4]
    assert numbers(engine, Wanted(feedback="any")) == [4, 3]
    assert numbers(engine, Wanted(feedback="outdated")) == []
    erase_question(engine, f"{3:032x}")
    assert numbers(engine, Wanted(words="question 3")) == []
    assert numbers(engine, Wanted(feedback="no")) == [3]


def test_every_page_of_a_list_is_reached_forwards_and_back(engine: Engine) -> None:
    fill(engine, 60)
    seen: list[int] = []
    with reading(engine) as connection:
        page = find(connection, Wanted(), 25)
        pages = [page]
        while page.older:
            page = find(connection, Wanted(), 25, before=page.rows[-1].seq)
            pages.append(page)
        back = find(connection, Wanted(), 25, after=page.rows[0].seq)
    seen = [int(row.id, 16) for page in pages for row in page.rows]
    assert seen == expected(60, lambda n: True)
    assert [len(page.rows) for page in pages] == [25, 25, 10]
    assert back.rows == pages[1].rows
    assert back.newer


def test_the_database_holds_the_facts_to_being_added_to_only(engine: Engine) -> None:
    fill(engine, 2)
    with reading(engine) as connection:
        gather(connection)
    for change in ("UPDATE answer_facts SET outcome = 'answered'", "DELETE FROM answer_traits"):
        with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), engine.begin() as connection:
            connection.execute(sa.text(change))


def test_words_looked_for_stand_in_no_address(ada: Browsing) -> None:
    found = ada.post("/review", 303, outcome="crisis", since=TODAY.isoformat())
    assert found.headers["location"] == f"/review?since={TODAY}&outcome=crisis"
    page = ada.posted("/review", words="geese")
    assert "Question 59 about geese?" in text(page)
    assert [link for link in page.xpath("//a/@href") if "geese" in link] == []
    older = {one.get("name"): one.get("value") for one in page.xpath("//nav[@aria-label='More answers']//input")}
    assert older["words"] == "geese"
    page = ada.posted("/review", words="geese", before=older["before"])
    assert "Question 34 about geese?" in text(page)
    # In an address words are not looked at.
    assert "Question 59" in text(ada.get("/review?words=nothing"))


def test_a_day_that_is_none_is_named_and_nothing_else_breaks(ada: Browsing) -> None:
    page = ada.get("/review?since=soon&before=x", 422)
    assert "soon is no date" in text(page.xpath("//p[@role='alert']")[0])


def test_an_answer_shows_its_steps_and_leads_through_its_conversation(ada: Browsing, engine: Engine) -> None:
    page = ada.get(f"/review/answers/{16:032x}")
    steps = [text(one) for one in page.xpath("//ol[@class='seven']/li/h3")]
    assert steps == ["Triage", "Topic", "Search", "Read", "Gate", "Compose", "Record"]
    assert "Passage 16 says that geese fly south in autumn." in text(page.xpath("//blockquote")[0])
    assert "The threshold was 13.2%" in text(page)
    (onward,) = page.xpath("//a[@rel='next']/@href")
    assert onward == f"/review/answers/{17:032x}"
    before = ada.get(onward)
    assert before.xpath("//a[@rel='prev']/@href") == [f"/review/answers/{16:032x}"]
    assert "The words of this question were erased" not in text(page)
    erase_question(engine, f"{16:032x}")
    assert "The words of this question were erased" in text(ada.get(f"/review/answers/{16:032x}"))
    ada.get("/review/answers/none", 404)
    ada.get(f"/review/answers/{99:032x}", 404)


def test_a_refused_candidate_says_why(ada: Browsing, engine: Engine) -> None:
    with reading(engine) as connection:
        a = schema.answers.c
        refused = connection.scalars(sa.select(a.id).where(a.outcome == "no_answer").order_by(a.seq)).first()
    page = ada.get(f"/review/answers/{refused}")
    assert "below the threshold of 13.2%" in text(page.xpath("//ol[@class='candidates']/li")[0])


def test_what_was_not_kept_of_an_older_answer_is_said(ada: Browsing, engine: Engine) -> None:
    """Its policy, its threshold and some measurements: all that an answer may lack that came before they were kept."""
    one = record_of(99)
    candidates = [
        {"passage": f"{99 % 97:024x}", "passed": True, "probability": 400_000},
        {"passage": "a" * 24, "passed": False},
    ]
    answer = replace(one.answer, id="f" * 32, policy="e" * 64)
    evidence = {"triage": {}, "candidates": candidates}
    with writing(engine) as connection:
        recorder.write(connection, [replace(one, answer=answer, evidence=evidence, circumstances=None)])
        gather(connection)
        assert (
            connection.scalar(sa.text("SELECT threshold FROM answer_facts WHERE answer_id = :id"), {"id": answer.id})
            is None
        )
    page = ada.get(f"/review/answers/{answer.id}")
    assert "answers with 40.0%. The threshold was not kept." in text(page.xpath("//ol[@class='seven']/li[5]")[0])
    out = text(page.xpath("//ol[@class='candidates']/li[2]")[0])
    assert "did not pass the gate; the threshold was not kept" in out
    assert out.startswith("A passage that is no longer stored probability not kept")
    measured = page.xpath("//ol[@class='candidates']/li[2]//dd")
    assert [text(one) for one in measured] == ["not kept"] * 6 + ["not read"]
    near = text(ada.get("/review?band=near"))
    assert "Not looked at: 1 older answer, of which the threshold was not kept." in near
    assert "Not looked at" not in text(ada.get("/review"))
    assert "1 older answer, of which the threshold was not kept." in text(ada.get("/review/queue"))
    ada.post("/review/queue", seed="a", since=str(TODAY), until=str(TODAY), near="200")
    with reading(engine) as connection:
        drawn = list(connection.scalars(sa.text("SELECT answer_id FROM sampled")))
    assert drawn
    assert answer.id not in drawn


def test_an_empty_list_says_what_to_do_next(ada: Browsing) -> None:
    page = ada.get("/review?outcome=crisis&rule=x")
    assert "No answer matches." in text(page)
    assert page.xpath("//a[@href='/review' and contains(., 'Show all answers')]")
