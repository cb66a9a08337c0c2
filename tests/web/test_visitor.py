"""The visitor's pages as a browser without JavaScript gets them, and how fast they follow a change of the library."""

from __future__ import annotations

import importlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant.curate import approve, import_document, withdraw
from assistant.policy import load_policy
from assistant.publish import publish, roll_back
from assistant.safety import safety_figures
from index.model import default_model
from sources.article import Attributes
from sources.database import open_database
from sources.reading import read
from web.app import create_app
from web.settings import read_settings

html: Any = importlib.import_module("lxml.html")  # lxml ships no types

POLICY = load_policy()
WORDS = POLICY.wordings
QUESTION = "What are common side effects of SSRIs?"
FOLLOWS_WITHIN = 2.0  # seconds, from the change until every page shows it
PARKING = """---
title: "Parking at the clinic"
publisher: "Harbour Clinic"
sells_treatment: true
published: 2026-03-02
---

## Where to park

Visitors to the clinic park in the yard behind the library, where the first two hours cost nothing.
"""


def site(data: Path) -> Iterator[TestClient]:
    app = create_app(read_settings({"WELLCITED_DATA": str(data), "WELLCITED_SITE_NAME": "Harbour <Clinic>"}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def visitor(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A site whose library nobody changes."""
    yield from site(Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("visitor") / "data")))


@pytest.fixture
def curated(data: Path) -> Iterator[TestClient]:
    """A site over `data`, which the test changes while it runs."""
    yield from site(data)


@pytest.fixture
def staff(data: Path) -> Iterator[Engine]:
    """The database as the command line opens it, beside the running site."""
    engine = open_database(data)
    yield engine
    engine.dispose()


def text(element: Any) -> str:
    return str(element.text_content())


def post(client: TestClient, status: int = 200, **form: str) -> Any:
    response = client.post("/", data=form)
    assert response.status_code == status
    return html.fromstring(response.text)


def fields(form: Any) -> dict[str, str]:
    # A browser leaves out the line break with which a text area begins; lxml does not.
    return {one.name: one.value.removeprefix("\n") for one in form.iter("input", "textarea") if one.name}


def assert_always_there(page: Any) -> None:
    words = text(page)
    assert page.xpath("//a[@href='/crisis']")
    assert page.xpath("//a[@href='tel:988']")
    assert WORDS.disclaimer in words
    assert WORDS.crisis_line in words


def test_the_first_page_has_form_starters_and_help(visitor: TestClient) -> None:
    page = html.fromstring(visitor.get("/").text)
    assert_always_there(page)
    (form,) = page.xpath("//form[@class='question']")
    assert (form.get("method"), fields(form)) == ("post", {"question": ""})
    starters = [fields(one)["question"] for one in page.xpath("//section[@class='starters']//form")]
    assert len(starters) >= 4
    assert len(set(starters)) == len(starters)
    assert "Harbour <Clinic>" in text(page.find(".//header"))


def test_every_starter_has_an_answer(visitor: TestClient) -> None:
    page = html.fromstring(visitor.get("/").text)
    for form in page.xpath("//section[@class='starters']//form"):
        outcome = visitor.post("/api/ask", json={"question": fields(form)["question"]}).json()["outcome"]
        assert outcome in ("answered", "personal_advice"), fields(form)["question"]


def test_an_answer_shows_quote_source_and_disclaimer(visitor: TestClient) -> None:
    passages = visitor.post("/api/ask", json={"question": QUESTION}).json()["passages"]
    page = post(visitor, question=QUESTION)
    assert_always_there(page)
    figures = page.xpath("//figure[@class='quote']")
    assert [text(one.find("blockquote")) for one in figures] == [passage["text"] for passage in passages]
    for figure, passage in zip(figures, passages, strict=True):
        words = text(figure.find("figcaption"))
        assert passage["article"]["title"] in words
        assert passage["article"]["publisher"] in words
        assert "21 November 2026" in words
        assert "Sample article, not reviewed by a clinician" in words
        assert figure.xpath(".//a[@href=$place]", place=passage["source_page"])
        assert [text(mark) for mark in figure.xpath(".//mark")]
    assert WORDS.disclaimer in text(page.find(".//main"))


def test_a_conversation_goes_on_by_the_hidden_field(visitor: TestClient) -> None:
    first = post(visitor, question=QUESTION)
    (form,) = first.xpath("//form[@class='question']")
    known = fields(form)["conversation"]
    second = post(visitor, question="How long do they take to work?", conversation=known)
    asked = [text(one) for one in second.xpath("//span[@class='words']")]
    assert asked == [QUESTION, "How long do they take to work?"]
    assert fields(second.xpath("//form[@class='question']")[0])["conversation"] == known
    assert "SSRIs" in text(second.xpath("//form[@class='topic']")[0])


def test_the_topic_can_be_let_go_of(visitor: TestClient) -> None:
    first = post(visitor, question=QUESTION)
    (form,) = first.xpath("//form[@class='topic']")
    second = post(visitor, conversation=fields(form)["conversation"], forget_topic="1")
    assert not second.xpath("//form[@class='topic']")
    assert [text(one) for one in second.xpath("//span[@class='words']")] == [QUESTION]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "empty"), ("  \r\n ", "empty"), ("why <b>& why</b> " * 40, "the limit is 500")],
)
def test_an_error_stands_beside_the_field_and_keeps_what_was_typed(visitor: TestClient, typed: str, said: str) -> None:
    page = post(visitor, status=422, question=typed)
    assert_always_there(page)
    (field,) = page.xpath("//textarea[@id='question']")
    (error,) = page.xpath("//p[@role='alert']")
    assert said in text(error)
    assert error.get("id") in field.get("aria-describedby").split()
    assert field.value.strip() == typed.replace("\r\n", "\n").strip()


def test_line_breaks_of_a_browser_count_once(visitor: TestClient) -> None:
    page = post(visitor, question="How fast does ketamine work?" + "\r\n" * 400 + "?" * 20)
    assert not page.xpath("//p[@role='alert']")


def test_words_of_a_visitor_are_shown_as_words(visitor: TestClient) -> None:
    typed = "<script>alert(1)</script> & how do SSRIs work?"
    page = post(visitor, question=typed)
    assert text(page.xpath("//span[@class='words']")[0]) == typed
    assert not page.xpath("//script[not(@src)]")


@pytest.mark.parametrize("typed", ["I want to die", "I took a whole bottle of pills and cannot breathe"])
def test_in_danger_only_the_card_is_shown(visitor: TestClient, typed: str) -> None:
    page = post(visitor, question=typed)
    assert_always_there(page)
    (card,) = page.xpath("//main//div[starts-with(@class, 'card')]")
    assert card.xpath(".//a[starts-with(@href, 'tel:')]")
    assert not page.xpath("//figure")
    assert page.xpath("//form[@class='question']//textarea")


def test_no_cookie_is_set(visitor: TestClient) -> None:
    post(visitor, question=QUESTION)
    assert not visitor.cookies


def test_the_source_page_marks_the_passage(visitor: TestClient) -> None:
    passage = visitor.post("/api/ask", json={"question": QUESTION}).json()["passages"][0]
    path, _, anchor = passage["source_page"].partition("#")
    page = html.fromstring(visitor.get(path).text)
    assert_always_there(page)
    (marked,) = page.xpath("//div[contains(@class, 'quoted')]")
    assert marked.get("id") == anchor
    assert text(marked.xpath("./p[@class='text']")[0]) == passage["text"]
    assert passage["article"]["title"] in text(page.find(".//h1"))


def test_an_unknown_passage_marks_nothing(visitor: TestClient) -> None:
    passage = visitor.post("/api/ask", json={"question": QUESTION}).json()["passages"][0]
    page = html.fromstring(visitor.get(f"/sources/{passage['article']['id']}?passage=0").text)
    assert page.xpath("//div[@class='passage']")
    assert not page.xpath("//mark")


@pytest.mark.parametrize("path", ["/sources/no-such-article", "/sources/%00", "/nowhere", "/sources/../../etc/passwd"])
def test_an_unknown_address_is_a_page_with_help(visitor: TestClient, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 404
    assert_always_there(html.fromstring(response.text))


def test_the_crisis_page_has_every_line(visitor: TestClient) -> None:
    page = html.fromstring(visitor.get("/crisis").text)
    assert_always_there(page)
    main = page.find(".//main")
    for card in (WORDS.crisis_card, WORDS.crisis_card_someone_else, WORDS.emergency_card):
        assert card in text(main)
    assert {"tel:988", "sms:988", "tel:911", "tel:18002221222"} <= set(main.xpath(".//a/@href"))


def within(seconds: float, reached: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not (done := reached()) and time.monotonic() < end:
        time.sleep(0.05)
    return done


def asked(client: TestClient, question: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/api/ask", json={"question": question}).json()
    return answer


def texts(answer: dict[str, Any]) -> list[str]:
    return [passage["text"] for passage in answer["passages"]]


def test_a_withdrawn_passage_disappears_everywhere_at_once(curated: TestClient, staff: Engine) -> None:
    answer = asked(curated, QUESTION)
    passage = answer["passages"][0]
    path, _, passage_id = passage["source_page"].partition("#")
    withdraw(staff, passage_id, who="Dr. Ada Ng", why="outdated")

    assert within(FOLLOWS_WITHIN, lambda: passage["text"] not in texts(asked(curated, QUESTION)))
    source = html.fromstring(curated.get(path).text)
    assert passage_id not in source.xpath("//@id")
    assert passage["text"] not in text(source)
    past = post(curated, question="Is psilocybin legal in Oregon?", conversation=answer["conversation"])
    assert passage["text"] not in [text(one) for one in past.iter("blockquote")]
    assert "has been withdrawn since" in text(past)
    assert texts(answer)[1] in [text(one) for one in past.iter("blockquote")]


def test_a_publish_and_a_rollback_are_followed_at_once(
    curated: TestClient, staff: Engine, data: Path, tmp_path: Path
) -> None:
    before = asked(curated, "Where can I park at the clinic?")
    assert "Parking at the clinic" not in titles(before)
    file = tmp_path / "parking.md"
    file.write_text(PARKING, encoding="utf-8")
    for document in read(file):
        import_document(staff, document, file_name=file.name, who="Sam Reed", given=Attributes())
    approve(staff, None, who="Sam Reed", why="checked on the spot", accept=None)
    done = publish(staff, data, default_model(), POLICY, who="Sam Reed", why="parking")

    assert within(FOLLOWS_WITHIN, lambda: edition(curated) == done.edition)
    answer = asked(curated, "Where can I park at the clinic?")
    assert titles(answer)[0] == "Parking at the clinic"
    source = answer["passages"][0]["source_page"].partition("#")[0]
    shown = post(curated, question="Where can I park at the clinic?")
    assert "Published by a clinic that offers this treatment" in text(shown.find(".//figure"))
    assert curated.get(source).status_code == 200

    assert roll_back(staff, None, who="Sam Reed", why="too early") == before["edition"]
    assert within(FOLLOWS_WITHIN, lambda: edition(curated) == before["edition"])
    assert "Parking at the clinic" not in titles(asked(curated, "Where can I park at the clinic?"))
    assert curated.get(source).status_code == 404


def edition(client: TestClient) -> str:
    return str(asked(client, QUESTION)["edition"])


def titles(answer: dict[str, Any]) -> list[str]:
    return [passage["article"]["title"] for passage in answer["passages"]]


def test_no_address_ever_holds_a_question(visitor: TestClient) -> None:
    page = post(visitor, question="Is psilocybin legal in Oregon?")
    addresses = page.xpath("//@href | //@action | //@src")
    assert not [one for one in addresses if re.search("psilocybin|oregon", one, re.IGNORECASE)]
    assert visitor.get("/", params={"question": QUESTION}).text.count("<figure") == 0


def test_the_safety_page_says_figures_lines_and_days(visitor: TestClient) -> None:
    page = html.document_fromstring(visitor.get("/safety").text)
    assert_always_there(page)
    said = text(page)
    figures = safety_figures()
    for row in figures.rows:
        # Calm messages are shown as everyday ones and those with alarming words, not once more together.
        assert row.kind == "calm, all" or f"{row.right} of {row.count} (" in said
    assert figures.set_digest in said
    assert POLICY.digest in said
    assert POLICY.reviewed_by in said
    for line in POLICY.helplines:
        assert line.name in said
        assert page.xpath(f"//a[@href='{line.source_url}']")
    links = {link.get("href") for link in page.xpath("//table//a")}
    assert {"tel:988", "sms:988", "tel:911", "tel:18002221222"} <= links


def test_every_page_leads_to_the_safety_page(visitor: TestClient) -> None:
    for path in ("/", "/crisis", "/api", "/safety"):
        page = html.document_fromstring(visitor.get(path).text)
        assert page.xpath("//footer//a[@href='/safety']"), path
