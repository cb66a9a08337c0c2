"""What a conversation page keeps to itself: masked words, ended conversations, offered questions, long texts, weight."""

from __future__ import annotations

import gzip
import importlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from assistant import log, schema
from assistant.conversation import end, has_ended, load, new_id
from assistant.curate import withdraw
from assistant.policy import load_policy
from assistant.recorder import write
from assistant.transcript import transcript
from index.desk import well_put
from sources.database import open_database, reading, writing
from sources.starter_library import questions as starter_questions
from tests.assistant.test_log import record
from tests.web.test_visitor import fields, post, text, within
from web.app import create_app
from web.pages import HERE
from web.settings import read_settings

html: Any = importlib.import_module("lxml.html")  # lxml ships no types

WORDS = load_policy().wordings
QUESTION = "What are common side effects of SSRIs?"
PERSONAL = {"wilhelmina.k@example.org": "e-mail", "512-555-0143": "phone number", "4111 1111 1111 1111": "card number",
            "219-09-9999": "social security number", "MRN 77182034": "record number"}  # fmt: skip
# The first page: everything a browser loads for it, as it is and as it travels.
MOST_BYTES, FIRST_FLIGHT = 60_000, 14_600


@pytest.fixture(scope="module")
def folder(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("conversation") / "data"))


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    app = create_app(read_settings({"WELLCITED_DATA": str(folder)}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def asked(page: Any) -> list[str]:
    return [text(one) for one in page.xpath("//span[@class='words']")]


def conversation_of(page: Any) -> str:
    return fields(page.xpath("//form[@class='question']")[0])["conversation"]


@pytest.mark.parametrize(("personal", "kind"), PERSONAL.items())
def test_what_tells_who_one_is_is_shown_as_taken_out_and_answered_without(
    client: TestClient, personal: str, kind: str
) -> None:
    page = post(client, question=f"{personal} {QUESTION}")
    number = personal.removeprefix("MRN ")
    assert number not in html.tostring(page).decode()
    assert f"[{kind} removed]" in asked(page)[0]
    assert WORDS.masked in [text(one) for one in page.xpath("//div[contains(@class, 'masked')]/div")]
    plain = client.post("/api/ask", json={"question": QUESTION}).json()
    answer = client.post("/api/ask", json={"question": f"{personal} {QUESTION}"}).json()
    assert {"kind": "masked", "text": WORDS.masked} in answer["notices"]
    assert number not in str(answer)
    assert answer["passages"][0]["text"] in [one["text"] for one in plain["passages"]]


def test_an_ordinary_question_has_no_such_notice(client: TestClient) -> None:
    answer = client.post("/api/ask", json={"question": "Is 20 mg of fluoxetine or 988 the 5-HT2A number?"}).json()
    assert "masked" not in [one["kind"] for one in answer["notices"]]


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("I want to die. Call my sister on 512-555-0143", "crisis"),
        ("I took all of my pills and cannot breathe, my address is ann@example.org", "emergency"),
        ("i want to k1ll mys3lf 5125550143", "crisis"),
    ],
)
def test_danger_is_heard_in_the_words_as_written_and_the_card_comes_first(
    client: TestClient, words: str, outcome: str
) -> None:
    answer = client.post("/api/ask", json={"question": words}).json()
    assert answer["outcome"] == outcome
    assert [one["kind"] for one in answer["notices"]] == [f"{outcome}_card", "masked"]
    page = post(client, question=words)
    [shown] = page.xpath("//div[@class='answer']")
    assert shown[0].get("class") == f"card {outcome}-card"
    assert "removed]" in asked(page)[0]


def test_no_masked_word_is_anywhere_in_the_files_and_the_log_commits_to_the_masked_words(
    client: TestClient, folder: Path
) -> None:
    for words in (
        QUESTION,
        "I want to die.",
        "I took all my pills and cannot breathe.",
        "Should I stop Zoloft?",
        "zqx",
    ):
        for personal in PERSONAL:
            assert client.post("/api/ask", json={"question": f"{words} {personal}"}).status_code == 200
            assert client.post("/", data={"question": f"{personal} {words}"}).status_code == 200
    # A text over the limit is not stored at all, and one of a person in danger is stored masked.
    client.post("/", data={"question": f"wilhelmina.k@example.org {QUESTION * 40}"})
    client.post("/", data={"question": f"wilhelmina.k@example.org I want to die. {QUESTION * 40}"})
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and "encoders" not in path.parts)
    for personal in ("wilhelmina", "555-0143", "1111 1111", "09-9999", "77182034"):
        assert personal.encode() not in kept, personal
    assert b"[e-mail removed]" in kept
    engine = open_database(folder)
    with reading(engine) as connection:
        log.verify(connection)
        q = schema.questions.c
        rows = connection.execute(sa.select(q.text, q.searched).where(q.text.contains("removed]"))).all()
    engine.dispose()
    assert len(rows) >= 50
    assert not [row for row in rows if "removed" in row.searched and row.searched != row.text]


def test_a_question_that_cannot_be_masked_leaves_no_word_and_a_card_all_the_same(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("of a test")

    monkeypatch.setattr("assistant.assistant.mask", broken)
    page = post(client, question="I want to die, Wilhelmina")
    assert page.xpath("//div[@class='card crisis-card']")
    assert asked(page) == ["[words removed]"]
    assert asked(post(client, question="Wilhelmina asks about SSRIs")) == ["[words removed]"]


def test_the_last_question_goes_back_into_the_field(client: TestClient) -> None:
    first = post(client, question="How long do\nSSRIs <b>take</b> to work?")
    [form] = first.xpath("//form[@class='edit']")
    again = post(client, 200, **fields(form))
    [field] = again.xpath("//textarea[@id='question']")
    assert field.value.removeprefix("\n") == "How long do\nSSRIs <b>take</b> to work?"
    assert asked(again) == asked(first)
    assert conversation_of(again) == conversation_of(first)
    assert text(again.get_element_by_id("status")) == ""


def test_a_conversation_is_shown_again_by_its_id(client: TestClient) -> None:
    known = conversation_of(post(client, question=QUESTION))
    again = post(client, conversation=known, show="1")
    assert asked(again) == [QUESTION]
    assert again.xpath("//figure//blockquote")
    assert text(again.get_element_by_id("status")) == ""


@pytest.mark.parametrize("known", ["", "x", "0" * 32, "../../etc/passwd"])
def test_no_other_id_shows_anything(client: TestClient, known: str) -> None:
    page = post(client, conversation=known, show="1")
    assert asked(page) == []
    assert page.xpath("//section[@class='starters']")
    assert not page.xpath("//input[@name='conversation']")


def test_starting_over_asks_first_and_then_nothing_brings_it_back(client: TestClient) -> None:
    page = post(client, question=QUESTION)
    known = conversation_of(page)
    [form] = page.xpath("//form[@class='restart']")
    asking = html.fromstring(client.post(form.get("action"), data=fields(form)).text)
    assert text(asking.find(".//h1")) == "Start over?"
    keep, sure = asking.xpath("//main//form")
    assert asked(post(client, 200, **fields(keep), show="1")) == [QUESTION]
    done = client.post(sure.get("action"), data={**fields(sure), "sure": "1"}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert asked(post(client, conversation=known, show="1")) == []
    # What a browser sends again begins anew, and knows nothing of before.
    anew = post(client, conversation=known, question="How long do they take to work?")
    assert asked(anew) == ["How long do they take to work?"]
    assert conversation_of(anew) != known
    assert client.post("/api/ask", json={"question": QUESTION, "conversation": known}).json()["conversation"] != known
    danger = client.post("/api/ask", json={"question": "I want to die", "conversation": known}).json()
    assert (danger["outcome"], danger["conversation"] == known) == ("crisis", False)
    assert client.post("/start-over", data={**fields(sure), "sure": "1"}, follow_redirects=False).status_code == 303


def test_starting_over_without_a_conversation_leads_to_the_first_page(client: TestClient) -> None:
    for answer in (client.get("/start-over", follow_redirects=False),
                   client.post("/start-over", data={"conversation": "x", "sure": "1"}, follow_redirects=False)):  # fmt: skip
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_an_ended_conversation_is_ended_on_every_database(engine: sa.Engine) -> None:
    known, nobodys = new_id(), new_id()
    with writing(engine) as connection:
        write(connection, [record("first", known)])
        assert len(transcript(connection, known)) == load(connection, known).turns == 1
        end(connection, known)
        end(connection, known)
        end(connection, nobodys)
    with reading(engine) as connection:
        assert has_ended(connection, known)
        assert not has_ended(connection, nobodys)
        assert transcript(connection, known) == []
        after = load(connection, known)
        assert (after.turns, after.id == known) == (0, False)


def offers(client: TestClient) -> str:
    page = html.fromstring(client.get("/").text)
    return str(page.xpath("//form[@class='question']/@data-offers")[0])


def test_the_offered_questions_all_have_an_answer_and_may_be_kept_once_they_are_all_known(client: TestClient) -> None:
    address = offers(client)
    assert re.fullmatch(r"/questions/[0-9a-f]{16}\.json", address)
    assert within(120, lambda: "immutable" in client.get(address).headers["cache-control"])
    response = client.get(address)
    questions = response.json()["questions"]
    assert 30 <= len(questions) == len(set(questions))
    assert len(response.content) <= 40_000
    assert "public" in response.headers["cache-control"]
    # Curated questions put hastily, or with a typing error, are there to be tried, and not to be shown.
    assert [one for one in questions if not well_put(one)] == []
    assert {"What does SSRI stand for?", "Is ketamine an anesthetic?"} <= set(questions)
    curated = {one.question for one in starter_questions() if one.must_answer}
    assert {"what are brain zaps", "How many weeks do withdrawl symptoms go on for?"} <= curated - set(questions)
    for question in questions[::9]:
        assert client.post("/api/ask", json={"question": question}).json()["outcome"] == "answered", question


def test_another_edition_or_a_withdrawal_has_another_address(data: Path) -> None:
    app = create_app(read_settings({"WELLCITED_DATA": str(data)}))
    engine = open_database(data)
    with TestClient(app) as client:
        before = offers(client)
        answer = client.post("/api/ask", json={"question": QUESTION}).json()
        passage = answer["passages"][0]["source_page"].partition("#")[2]
        withdraw(engine, passage, who="Dr. Ada Ng", why="outdated")
        assert within(5, lambda: offers(client) != before)
        assert client.get(before).status_code == 404
        assert client.get(offers(client)).status_code == 200
        assert client.get("/questions/0.json").status_code == 404
    engine.dispose()


@pytest.mark.parametrize("length", [501, 3_999, 4_001, 30_000, 60_000])
@pytest.mark.parametrize("letter", ["a", "é", "语", "💊", "\n"])
def test_a_text_that_is_too_long_stays_in_the_field_whole(client: TestClient, length: int, letter: str) -> None:
    words = (f"How fast does ketamine work?{letter} " * (length // 20))[: length - 1] + "?"
    page = post(client, 422, question=words.replace("\n", "\r\n"))
    [field] = page.xpath("//textarea[@id='question']")
    assert field.value.removeprefix("\n") == words
    [error] = page.xpath("//p[@role='alert']")
    assert f"{length:,} characters; the limit is 500" in text(error)
    assert f"Shorten it by {length - 500:,} character" in text(error)


@pytest.mark.parametrize("length", [400, 1_000, 3_900, 60_000])
def test_a_long_plea_has_its_card(client: TestClient, length: int) -> None:
    page = post(client, question="I want to die. " + "It goes on and on. " * (length // 19))
    assert page.xpath("//div[@class='card crisis-card']")


def test_what_is_sent_beyond_every_limit_is_refused_with_help(client: TestClient) -> None:
    page = post(client, 413, question="a" * 800_000)
    assert WORDS.crisis_line in text(page)
    assert client.post("/api/ask", json={"question": "a" * 70_000}).status_code == 413


def test_the_first_page_is_light_and_readable_with_the_first_packets(client: TestClient) -> None:
    page = client.get("/", headers={"Accept-Encoding": "identity"})
    tree = html.document_fromstring(page.text)
    loaded = set(tree.xpath("//script/@src | //link/@href | //img/@src"))
    weights = {"/": len(page.content)} | {one: len((HERE / one[1:].partition("?")[0]).read_bytes()) for one in loaded}
    packed = len(gzip.compress(page.content, 6))
    print(f"first page: {sum(weights.values()):,} bytes in all, {packed:,} packed until it is readable; {weights}")  # noqa: T201
    assert sum(weights.values()) <= MOST_BYTES
    # It holds its own style, its scripts wait, and so the first flight of packets is all that it needs to be read.
    assert packed <= FIRST_FLIGHT
    assert not tree.xpath("//link[@rel='stylesheet']")
    assert all(script.get("defer") is not None for script in tree.xpath("//script"))


def test_what_holds_no_visitors_words_is_compressed_and_what_does_is_not(client: TestClient) -> None:
    address = html.document_fromstring(client.get("/crisis").text).xpath("//script/@src")[0]
    for path in ("/", "/crisis", "/safety", address):
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert response.headers.get("content-encoding") == "gzip", path
        assert "Accept-Encoding" in response.headers["vary"]
    answer = client.post("/", data={"question": QUESTION}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_dropping_the_topic_is_not_announced_as_an_answer(client: TestClient) -> None:
    known = conversation_of(post(client, question=QUESTION))
    page = post(client, conversation=known, forget_topic="1")
    assert "Answer ready" not in text(page.get_element_by_id("status"))
