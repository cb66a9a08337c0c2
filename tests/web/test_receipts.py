"""One answer after it was given, as a browser without JavaScript gets it: receipt, check, feedback, deletion."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant.curate import withdraw
from assistant.log import verify
from assistant.policy import load_policy
from sources import schema as library
from sources.database import open_database, reading, writing
from tests.conftest import wellcited
from tests.web.test_visitor import QUESTION, asked, assert_always_there, html, post, site, text

WORDS = load_policy().wordings
PLANTED = "Does Bartholomew’s Zoloft make Wilhelmina sick in Zwolle?"
DATABASE = "wellcited.sqlite*"


@pytest.fixture
def client(data: Path) -> Iterator[TestClient]:
    """A site over `data`, which the test may change."""
    yield from site(data)


@pytest.fixture(scope="module")
def visitor(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A site that many tests share."""
    yield from site(Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("receipts") / "data")))


@pytest.fixture
def staff(data: Path) -> Iterator[Engine]:
    """The database as the command line opens it, beside the running site."""
    engine = open_database(data)
    yield engine
    engine.dispose()


def got(client: TestClient, path: str, status: int = 200) -> Any:
    response = client.get(path)
    assert response.status_code == status, response.text
    page = html.document_fromstring(response.text)
    assert_always_there(page)
    return page


def said(client: TestClient, path: str, status: int = 200, **form: str) -> Any:
    response = client.post(path, data=form)
    assert response.status_code == status, response.text
    page = html.document_fromstring(response.text)
    assert_always_there(page)
    return page


def quotes(page: Any) -> list[str]:
    return [text(one) for one in page.xpath("//main//blockquote")]


def test_the_page_of_an_answer_leads_to_its_receipt(visitor: TestClient) -> None:
    page = post(visitor, question=QUESTION)
    (link,) = page.xpath("//a[text()='Keep or print this answer']")
    receipt = got(visitor, link.get("href"))
    assert quotes(receipt) == quotes(page)
    reference = re.search(r"[0-9a-f]{32}", link.get("href"))
    assert reference
    assert reference[0] in text(receipt.find(".//main"))


def test_a_receipt_says_all_there_is_to_say(visitor: TestClient) -> None:
    answer = asked(visitor, QUESTION)
    page = got(visitor, f"/answers/{answer['answer']}")
    main = text(page.find(".//main"))
    assert [passage["text"] for passage in answer["passages"]] == quotes(page)
    for passage in answer["passages"]:
        assert passage["article"]["title"] in main
        assert f"http://testserver{passage['source_page']}" in main
    assert QUESTION in main
    assert answer["edition"] in main
    assert answer["disclaimer"] in main
    assert re.search(r"Asked\s*\d+ \w+ 20\d\d, \d\d:\d\d UTC", main)
    assert not page.xpath("//details")


def test_the_words_can_be_left_out(visitor: TestClient) -> None:
    answer = asked(visitor, QUESTION)
    page = got(visitor, f"/answers/{answer['answer']}")
    (form,) = page.xpath("//form[.//button[text()='Leave my words out']]")
    (button,) = form.xpath(".//button")
    without = got(visitor, f"{form.get('action')}?{button.get('name')}={button.get('value')}")
    assert QUESTION not in text(without)
    assert quotes(without) == quotes(page)
    (back,) = without.xpath("//form[.//button[text()='Show my words']]")
    assert QUESTION in text(got(visitor, back.get("action")))


def test_it_is_kept_from_search_engines_and_caches(visitor: TestClient) -> None:
    answer = asked(visitor, QUESTION)
    for path in ("", "/feedback", f"/quotes/{answer['passages'][0]['source_page'].partition('#')[2]}"):
        response = visitor.get(f"/answers/{answer['answer']}{path}")
        assert response.headers["x-robots-tag"] == "noindex"
        assert response.headers["cache-control"] == "no-store"
        assert '<meta name="robots" content="noindex">' in response.text


@pytest.mark.parametrize("typed", ["I want to die", "I took a whole bottle of pills and cannot breathe"])
def test_the_receipt_of_a_card_has_the_card_and_no_passage(visitor: TestClient, typed: str) -> None:
    answer = asked(visitor, typed)
    page = got(visitor, f"/answers/{answer['answer']}")
    assert answer["notices"][0]["text"] in text(page.find(".//main"))
    assert not quotes(page)


def test_a_refusal_has_a_receipt(visitor: TestClient) -> None:
    answer = asked(visitor, "Is psilocybin legal in Oregon?")
    assert WORDS.no_answer in text(got(visitor, f"/answers/{answer['answer']}").find(".//main"))


@pytest.mark.parametrize("id_", ["0" * 32, "f" * 31, "nonsense", "%00", "A" * 32])
@pytest.mark.parametrize("path", ["", "/feedback", f"/quotes/{'0' * 24}"])
def test_an_unknown_answer_is_a_page_that_says_what_to_do(visitor: TestClient, id_: str, path: str) -> None:
    page = got(visitor, f"/answers/{id_}{path}", 404)
    assert "Open it again from the page where you asked" in text(page)


def test_a_receipt_does_not_lead_to_the_rest_of_the_conversation(visitor: TestClient) -> None:
    first = asked(visitor, QUESTION)
    for path in ("", "/feedback", f"/quotes/{first['passages'][0]['source_page'].partition('#')[2]}"):
        assert first["conversation"] not in visitor.get(f"/answers/{first['answer']}{path}").text


def test_a_withdrawn_passage_is_not_on_a_receipt(client: TestClient, staff: Engine) -> None:
    answer = asked(client, QUESTION)
    passage = answer["passages"][0]
    passage_id = passage["source_page"].partition("#")[2]
    withdraw(staff, passage_id, who="Dr. Ada Ng", why="outdated")
    page = got(client, f"/answers/{answer['answer']}")
    assert passage["text"] not in quotes(page)
    assert quotes(page) == [one["text"] for one in answer["passages"][1:]]
    assert "has been withdrawn since" in text(page)
    checked = got(client, f"/answers/{answer['answer']}/quotes/{passage_id}")
    assert passage["text"] not in text(checked)
    assert "it is not in our library any more" in text(checked)


def test_changed_words_are_not_on_a_receipt(client: TestClient, staff: Engine) -> None:
    answer = asked(client, QUESTION)
    r = library.revisions
    with writing(staff) as connection:
        connection.execute(r.update().values(text=sa.func.replace(r.c.text, "SSRI", "XSRI")))
    assert not quotes(got(client, f"/answers/{answer['answer']}"))


# Checking


def check_of(page: Any) -> Any:
    return page.xpath("//form[contains(@class, 'check')]")[0].get("action")


def test_every_quote_can_be_checked_from_the_answer_and_from_its_receipt(visitor: TestClient) -> None:
    page = post(visitor, question=QUESTION)
    receipt = got(visitor, page.xpath("//a[text()='Keep or print this answer']")[0].get("href"))
    for one in (page, receipt):
        forms = one.xpath("//figure//form[contains(@class, 'check')]")
        assert len(forms) == len(quotes(one)) >= 1
        for form in forms:
            assert form.get("method") == "get"
            assert one.get_element_by_id(form.get("data-part")) is not None
            checked = got(visitor, form.get("action"))
            assert checked.get_element_by_id(form.get("data-part")) is not None
            steps = [text(step) for step in checked.xpath("//ol[@class='found']/li/strong")]
            assert steps == ["Pass"] * 5
            assert "This quote checks out" in text(checked.find(".//main"))
            assert form.getparent().getparent().xpath(".//blockquote")[0].text_content() in quotes(checked)


def test_tampering_is_shown_to_the_visitor_and_reported_to_staff(
    client: TestClient, staff: Engine, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page = post(client, question=QUESTION)
    r = library.revisions
    with writing(staff) as connection:
        connection.execute(r.update().values(text=sa.func.replace(r.c.text, "nausea", "nothing")))
    checked = got(client, check_of(page))
    assert "This quote does not check out. Please do not rely on it." in text(checked)
    assert "The article’s text was changed" in text(checked)
    assert "Fail" in text(checked)
    assert QUESTION not in caplog.text
    reference = re.search(r"of answer ([0-9a-f]{32}) does not check out", caplog.text)
    assert reference
    printed = wellcited(data, "verify-answer", reference[1], succeeds=False)
    assert "FAIL  The article’s text was changed" in printed
    assert "pass  The answer is exactly the one" in printed


def test_tampering_with_the_edition_is_found_while_the_site_runs(client: TestClient, data: Path) -> None:
    page = post(client, question=QUESTION)
    (file,) = data.glob("editions/*/revisions.json")
    file.write_bytes(file.read_bytes().replace(b"nausea", b"nobody"))
    checked = got(client, check_of(page))
    assert "This quote does not check out" in text(checked)
    assert "edition of the library that was quoted from is damaged" in text(checked)
    assert str(data) not in text(checked)
    assert "rollback" not in text(checked)


def test_the_command_prints_the_steps_that_the_page_shows(client: TestClient, data: Path) -> None:
    answer = asked(client, "How fast does ketamine work?")
    passage = answer["passages"][0]["source_page"].partition("#")[2]
    page = got(client, f"/answers/{answer['answer']}/quotes/{passage}")
    printed = wellcited(data, "verify-answer", answer["answer"])
    for step in page.xpath("//ol[@class='found']/li"):
        for detail in step.xpath("./span"):
            detail.drop_tree()
        assert text(step).removeprefix("Pass ").strip() in printed


# Feedback


def feedback_form(page: Any) -> tuple[str, Any]:
    (box,) = page.xpath("//div[starts-with(@class, 'feedback')]")
    return box.xpath(".//form")[0].get("action"), box


@pytest.mark.parametrize(
    "typed",
    [QUESTION, "Is psilocybin legal in Oregon?", "Should I stop my SSRI?", "I want to die", "I cannot breathe at all"],
)
def test_every_outcome_can_be_commented_on(visitor: TestClient, typed: str) -> None:
    path, box = feedback_form(post(visitor, question=typed))
    assert "Did this help?" in text(box)
    page = said(visitor, path, helpful="no")
    assert "You said that this did not help" in text(page)
    assert len(page.xpath("//input[@name='reason']")) == 5
    page = said(visitor, path, helpful="no", complete="1", reason="unclear", words="Too many\r\nlong words")
    assert "You said that this did not help: it is unclear." in text(page)
    (field,) = got(visitor, path).xpath("//textarea")
    assert field.value.strip() == "Too many\nlong words"


def test_it_can_be_changed_and_taken_back(visitor: TestClient) -> None:
    conversation = post(visitor, question=QUESTION)
    path, _ = feedback_form(conversation)
    said(visitor, path, helpful="no", complete="1", reason="outdated", words="Old")
    # The same click again loses nothing of what was said.
    assert "Old" in text(said(visitor, path, helpful="no"))
    page = said(visitor, path, helpful="yes")
    assert "You said that this helped" in text(page)
    assert "Old" not in text(page)
    page = said(visitor, path, back="1")
    assert "Your feedback was taken back" in text(page)
    assert "Did this help?" in text(page)
    assert not got(visitor, path).xpath("//textarea")


def test_an_earlier_turn_shows_what_was_said(visitor: TestClient) -> None:
    first = post(visitor, question=QUESTION)
    path, _ = feedback_form(first)
    said(visitor, path, helpful="yes")
    conversation = first.xpath("//input[@name='conversation']/@value")[0]
    second = post(visitor, question="How long do they take to work?", conversation=conversation)
    boxes = second.xpath("//div[starts-with(@class, 'feedback')]")
    assert ["You said that this helped" in text(box) for box in boxes] == [True, False]


@pytest.mark.parametrize(
    ("form", "what"),
    [
        ({"helpful": "maybe"}, "helpful"),
        ({}, "helpful"),
        ({"helpful": "no", "complete": "1", "reason": "boring"}, "reason"),
        ({"helpful": "no", "complete": "1", "words": "a\0b"}, "words"),
    ],
)
def test_what_cannot_be_used_is_said(visitor: TestClient, form: dict[str, str], what: str) -> None:
    path, _ = feedback_form(post(visitor, question=QUESTION))
    assert f"{what}: " in text(said(visitor, path, 422, **form))
    assert "Did this help?" in text(got(visitor, path))


def test_too_many_words_stay_in_the_field_beside_the_error(visitor: TestClient) -> None:
    path, _ = feedback_form(post(visitor, question=QUESTION))
    page = said(visitor, path, 422, helpful="no", complete="1", words="é" * 1001)
    (error,) = page.xpath("//p[@role='alert']")
    assert "1,001 characters; the limit is 1,000" in text(error)
    (field,) = page.xpath("//textarea")
    assert error.get("id") in field.get("aria-describedby").split()
    assert field.value.strip() == "é" * 1001
    said(visitor, path, helpful="no", complete="1", words="é" * 1000)


def test_who_wrote_the_words_is_not_kept_but_a_help_line_is(visitor: TestClient) -> None:
    path = f"/answers/{asked(visitor, QUESTION)['answer']}/feedback"
    said(visitor, path, helpful="no", complete="1", words="Call me on 415 555 2671, not on 1-800-222-1222.")
    (field,) = got(visitor, path).xpath("//textarea")
    assert field.value.strip() == "Call me on [phone number removed], not on 1-800-222-1222."


def test_a_plea_in_the_words_is_met_with_help_first(visitor: TestClient) -> None:
    path, _ = feedback_form(post(visitor, question=QUESTION))
    page = said(visitor, path, helpful="no", complete="1", words="I want to die")
    (box,) = page.xpath("//div[starts-with(@class, 'feedback')]")
    assert box[0].get("class") == "card crisis-card"
    assert WORDS.crisis_card in text(box[0])


def test_a_card_that_could_not_be_recorded_offers_nothing_to_come_back_to(data: Path) -> None:
    engine = open_database(data)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_more BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    engine.dispose()
    for client in site(data):
        page = post(client, question="I want to die")
        assert page.xpath("//div[starts-with(@class, 'card')]")
        assert not page.xpath("//a[starts-with(@href, '/answers/')] | //div[starts-with(@class, 'feedback')]")


def test_feedback_that_cannot_be_kept_is_not_said_to_be(client: TestClient, staff: Engine) -> None:
    path, _ = feedback_form(post(client, question=QUESTION))
    with staff.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_more BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    page = said(client, path, 503, helpful="no")
    assert "Nothing was changed" in text(page)
    assert "Did this help?" in text(got(client, path))


def test_staff_list_it_with_question_passages_edition_and_reason(client: TestClient, data: Path) -> None:
    page = post(client, question=QUESTION)
    path, _ = feedback_form(page)
    said(client, path, helpful="no", complete="1", reason="seems_wrong", words="Not\x1b[31m so")
    printed = wellcited(data, "feedback")
    assert "did not help, seems wrong" in printed
    assert f"asked: {QUESTION}" in printed
    assert "in their words: Not [31m so" in printed
    assert "\x1b" not in printed
    import json

    (one,) = json.loads(wellcited(data, "feedback", "--json"))
    assert (one["helpful"], one["reason"], one["question"]) == (False, "seems_wrong", QUESTION)
    assert [passage["text"] for passage in one["passages"]] == quotes(page)
    assert one["passages"][0]["id"] in printed
    assert one["edition"][:12] in printed


# Deletion


def erase(client: TestClient, answer_id: str) -> Any:
    page = got(client, f"/answers/{answer_id}")
    (form,) = page.xpath("//section[@class='delete']//form")
    assert form.get("method") == "post"
    sure = said(client, form.get("action"))
    assert "Delete my question?" in text(sure)
    assert got(client, f"/answers/{answer_id}") is not None  # nothing has happened yet
    (form,) = sure.xpath("//main//form")
    (button,) = form.xpath(".//button")
    return said(client, form.get("action"), **{button.get("name"): button.get("value")})


def test_the_words_are_erased_at_the_visitors_will(client: TestClient, staff: Engine, data: Path) -> None:
    first = post(client, question=PLANTED)
    conversation = first.xpath("//input[@name='conversation']/@value")[0]
    answer_id = first.xpath("//a[text()='Keep or print this answer']")[0].get("href").rpartition("/")[2]
    path, _ = feedback_form(first)
    said(client, path, helpful="no", complete="1", words="Bartholomew again")
    post(client, question="And how long does it last?", conversation=conversation)
    assert b"Bartholomew" in b"".join(file.read_bytes() for file in data.glob(DATABASE))

    assert "Your words were erased" in text(erase(client, answer_id))
    gone = got(client, f"/answers/{answer_id}", 410)
    assert "This answer was deleted" in text(gone)
    said(client, f"/answers/{answer_id}/delete", 410, sure="yes")
    past = post(client, question="Is it safe?", conversation=conversation)
    assert "(your words were erased)" in text(past)
    assert "Bartholomew" not in text(past)
    assert f"/answers/{answer_id}" not in past.xpath("//a/@href")

    files = b"".join(file.read_bytes() for file in data.glob(DATABASE)).lower()
    # Nor any word of it that the library does not have: the log names none.
    for word in (PLANTED, "Bartholomew", "Wilhelmina", "Zwoll"):
        assert word.lower().encode() not in files
    with reading(staff) as connection:
        assert verify(connection).seq > 0
    assert "The log is whole" in wellcited(data, "log", "verify")
    assert "asked: (erased)" in wellcited(data, "feedback")


def test_erasing_can_be_thought_better_of(visitor: TestClient) -> None:
    answer_id = asked(visitor, QUESTION)["answer"]
    sure = said(visitor, f"/answers/{answer_id}/delete")
    (keep,) = sure.xpath("//main//a[text()='Keep them']")
    assert QUESTION in text(got(visitor, keep.get("href")))


def test_following_a_link_erases_nothing(visitor: TestClient) -> None:
    answer_id = asked(visitor, QUESTION)["answer"]
    assert visitor.get(f"/answers/{answer_id}/delete", params={"sure": "yes"}).status_code == 405
    assert QUESTION in text(got(visitor, f"/answers/{answer_id}"))


def test_without_a_database_every_one_of_these_pages_says_so(data: Path) -> None:
    for client in site(data):
        answer = asked(client, QUESTION)
        passage = answer["passages"][0]["source_page"].partition("#")[2]
        for file in data.glob(DATABASE):
            file.write_bytes(b"\x07" * 40_000)
        for path in ("", "/feedback", f"/quotes/{passage}"):
            page = got(client, f"/answers/{answer['answer']}{path}", 503)
            assert "cannot be looked up right now" in text(page)
        said(client, f"/answers/{answer['answer']}/delete", 503, sure="yes")
