"""The public API, asked as other programs ask it: what it answers, what it refuses, and what every response carries."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant.log import verify
from assistant.policy import load_policy
from sources.database import open_database, reading
from sources.library import revision_text
from tests.conftest import wellcited
from web.app import create_app
from web.settings import read_settings

WORDS = load_policy().wordings
PROBLEM = "application/problem+json"

QUESTIONS = {
    "answered": "What are common side effects of SSRIs?",
    "no_answer": "What is the capital of France?",
    "personal_advice": "Should I stop taking my Zoloft?",
    "crisis": "I want to die",
    "emergency": "I took a whole bottle of pills and cannot breathe",
}
KEYS = {
    "answer", "conversation", "outcome", "topic", "notices", "passages", "suggestions", "disclaimer", "edition",
}  # fmt: skip
PASSAGE_KEYS = {"text", "start", "end", "highlights", "heading", "warnings", "source_page", "article"}
ARTICLE_KEYS = {
    "id", "revision", "title", "publisher", "author", "url", "published", "reviewed", "sells_treatment",
}  # fmt: skip
PLEA = (
    "I cannot go on like this any more. " + "Every day is the same and nobody would miss me. " * 60 + "I want to die."
)

MALFORMED: dict[str, tuple[bytes, str]] = {
    "no JSON": (b'{"question": ', "body"),
    "no text at all": (b"\xff\xfe\x00", "body"),
    "no object": (b'"How fast does ketamine work?"', "body"),
    "nothing asked": (b"{}", "question"),
    "empty": (b'{"question": " \\n "}', "question"),
    "NUL": (b'{"question": "How fast\\u0000?"}', "question"),
    "half a character": (b'{"question": "How fast \\ud800"}', "question"),
    "a number": (b'{"question": 5}', "question"),
    "unknown field": (b'{"question": "How fast does it work?", "mode": "brief"}', "mode"),
    "unknown conversation": (b'{"question": "How fast does it work?", "conversation": "mine"}', "conversation"),
}


@pytest.fixture(scope="module")
def data(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("api") / "data"))


@pytest.fixture(scope="module")
def client(data: Path) -> Iterator[TestClient]:
    app = create_app(read_settings({"WELLCITED_DATA": str(data)}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def library(data: Path, client: TestClient) -> Iterator[Engine]:
    engine = open_database(data)
    yield engine
    engine.dispose()


def ask(client: TestClient, question: str, conversation: str | None = None) -> dict[str, Any]:
    response = client.post("/api/ask", json={"question": question, "conversation": conversation})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def kinds(answer: dict[str, Any]) -> list[str]:
    return [notice["kind"] for notice in answer["notices"]]


@pytest.mark.parametrize("outcome", QUESTIONS)
def test_an_answer_has_exactly_the_promised_fields(client: TestClient, outcome: str) -> None:
    answer = ask(client, QUESTIONS[outcome])
    assert answer["outcome"] == outcome
    assert set(answer) == KEYS
    assert answer["disclaimer"].encode() == WORDS.disclaimer.encode()
    assert re.fullmatch(r"[0-9a-f]{32}", answer["answer"])
    assert re.fullmatch(r"[0-9a-f]{32}", answer["conversation"])
    assert re.fullmatch(r"[0-9a-f]{64}", answer["edition"])
    assert all(set(notice) == {"kind", "text"} for notice in answer["notices"])
    assert all(set(passage) == PASSAGE_KEYS for passage in answer["passages"])
    assert all(set(passage["article"]) == ARTICLE_KEYS for passage in answer["passages"])


@pytest.mark.parametrize(
    "question", ["How fast does ketamine work?", "How long do SSRIs take?", "Should I stop taking my Zoloft?"]
)
def test_every_passage_is_word_for_word_its_revision(client: TestClient, library: Engine, question: str) -> None:
    passages = ask(client, question)["passages"]
    assert passages
    with reading(library) as connection:
        for passage in passages:
            article = passage["article"]
            text = revision_text(connection, article["id"], article["revision"])
            assert text is not None
            assert text[passage["start"] : passage["end"]] == passage["text"]


def test_highlights_lie_inside_the_passage_in_order(client: TestClient) -> None:
    for passage in ask(client, QUESTIONS["answered"])["passages"]:
        edges = [edge for span in passage["highlights"] for edge in span]
        assert edges
        assert edges == sorted(edges)
        assert edges[0] >= 0
        assert edges[-1] <= len(passage["text"])
        assert all(start < end for start, end in passage["highlights"])


def test_a_source_page_opens_with_the_passage(client: TestClient) -> None:
    passage = ask(client, QUESTIONS["answered"])["passages"][0]
    path, _, anchor = passage["source_page"].partition("#")
    assert path.startswith(f"/sources/{passage['article']['id']}?passage=")
    assert f'id="{anchor}"' in client.get(path).text


@pytest.mark.parametrize(("outcome", "card"), [("crisis", "crisis_card"), ("emergency", "emergency_card")])
def test_danger_gets_a_card_and_no_passages(client: TestClient, outcome: str, card: str) -> None:
    answer = ask(client, QUESTIONS[outcome])
    assert kinds(answer) == [card]
    assert (answer["passages"], answer["suggestions"]) == ([], [])


def test_a_friend_in_danger_gets_the_card_for_someone_else(client: TestClient) -> None:
    answer = ask(client, "My friend says she wants to kill herself tonight")
    assert answer["outcome"] == "crisis"
    assert answer["notices"][0]["text"] == WORDS.crisis_card_someone_else


def test_no_answer_says_so(client: TestClient) -> None:
    answer = ask(client, QUESTIONS["no_answer"])
    assert answer["passages"] == []
    assert answer["notices"] == [{"kind": "no_answer", "text": WORDS.no_answer}]


def test_no_answer_offers_questions_that_are_answered(client: TestClient) -> None:
    suggestions = ask(client, "Is psilocybin legal in Oregon?")["suggestions"]
    assert suggestions
    assert ask(client, suggestions[0])["outcome"] in ("answered", "personal_advice")


def test_personal_advice_comes_with_its_notice_first(client: TestClient) -> None:
    assert kinds(ask(client, QUESTIONS["personal_advice"]))[0] == "personal_advice"


@pytest.mark.parametrize(
    "question", ["How many mg of sertraline should I take?", "What dose of ketamine is right for me?"]
)
def test_no_passage_is_shown_for_a_dose(client: TestClient, question: str) -> None:
    answer = ask(client, question)
    assert answer["outcome"] == "personal_advice"
    assert answer["passages"] == []
    assert "withheld_dose" in kinds(answer)


def test_suicide_as_a_subject_is_answered_below_the_crisis_line(client: TestClient) -> None:
    answer = ask(client, "Does ketamine help with suicidal thoughts?")
    assert answer["outcome"] in ("answered", "no_answer")
    assert kinds(answer)[0] == "crisis_line"
    assert answer["notices"][0]["text"] == WORDS.crisis_line


def test_a_follow_up_keeps_conversation_and_topic(client: TestClient) -> None:
    first = ask(client, "What are common side effects of SSRIs?")
    second = ask(client, "How long do they take to work?", first["conversation"])
    assert second["conversation"] == first["conversation"]
    assert (first["topic"], second["topic"]) == ("SSRIs", "SSRIs")
    assert second["answer"] != first["answer"]


def test_after_a_crisis_the_conversation_keeps_the_crisis_line(client: TestClient) -> None:
    first = ask(client, QUESTIONS["crisis"])
    second = ask(client, QUESTIONS["answered"], first["conversation"])
    assert second["outcome"] == "answered"
    assert kinds(second)[0] == "crisis_line"


def test_a_question_over_the_limit_is_told_field_and_limit(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "why " * 150})
    assert response.status_code == 422
    assert_problem(response.headers["content-type"], response.json(), "question")
    assert response.json()["limit"] == 500


def test_500_characters_are_not_too_many(client: TestClient) -> None:
    assert ask(client, "How fast does ketamine work?".ljust(499, ".") + "?")["disclaimer"] == WORDS.disclaimer


def test_a_long_plea_gets_its_card_first(client: TestClient) -> None:
    assert 2_500 < len(PLEA) < 4_000
    assert ask(client, PLEA)["outcome"] == "crisis"


def test_a_body_without_measure_is_refused(client: TestClient) -> None:
    response = client.post("/api/ask", content=b'{"question": "' + b"a" * 2_000_000 + b'"}')
    assert response.status_code == 413
    assert_problem(response.headers["content-type"], response.json(), "body")
    assert response.json()["limit"] == load_policy().limits.body_bytes


def test_a_body_that_hides_its_length_is_refused(client: TestClient) -> None:
    response = client.post("/api/ask", content=(b"a" * 10_000 for _ in range(20)))
    assert response.status_code == 413
    assert_problem(response.headers["content-type"], response.json(), "body")


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_request_is_told_its_field(client: TestClient, case: str) -> None:
    content, field = MALFORMED[case]
    response = client.post("/api/ask", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert_problem(response.headers["content-type"], response.json(), field)


def test_a_wrong_method_is_a_problem_too(client: TestClient) -> None:
    response = client.get("/api/ask")
    assert response.status_code == 405
    assert_problem(response.headers["content-type"], response.json(), None)


def assert_problem(media_type: str, problem: dict[str, Any], field: str | None) -> None:
    assert media_type == PROBLEM
    assert problem["type"].startswith("/api#problem-")
    assert problem["title"]
    assert problem["detail"]
    assert problem["next_step"]
    assert problem.get("field") == field
    assert problem["disclaimer"] == WORDS.disclaimer
    assert problem["crisis_line"] == WORDS.crisis_line


def test_a_refusal_is_no_fault_of_the_server(client: TestClient) -> None:
    # Raised past the application, an error would be written to the server's log with all its circumstances.
    strict = TestClient(client.app)
    for question in ("why " * 150, " "):
        assert strict.post("/api/ask", json={"question": question}).status_code == 422


RESPONSES: dict[str, tuple[str, str, bytes | None]] = {
    "page": ("GET", "/", None),
    "answer": ("POST", "/api/ask", b'{"question": "How fast does ketamine work?"}'),
    "nowhere": ("GET", "/nowhere", None),
    "malformed": ("POST", "/api/ask", b"{"),
    "empty question": ("POST", "/api/ask", b'{"question": " "}'),
    "too long": ("POST", "/api/ask", b'{"question": "' + b"why " * 150 + b'"}'),
    "too large": ("POST", "/api/ask", b"a" * 100_000),
    "too large for the form": ("POST", "/", b"a" * 100_000),
    "health": ("GET", "/readyz", None),
}


@pytest.mark.parametrize("case", RESPONSES)
def test_every_response_carries_the_security_headers(client: TestClient, case: str) -> None:
    method, path, content = RESPONSES[case]
    headers = {"Content-Type": "application/json"} if content else {}
    first, second = (client.request(method, path, content=content, headers=headers) for _ in range(2))
    policy, again = (one.headers["content-security-policy"] for one in (first, second))
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert nonce_of(policy) != nonce_of(again)
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in first.headers
    if first.headers["content-type"].startswith("text/html"):
        assert set(re.findall(r'nonce="([^"]+)"', first.text)) == {nonce_of(policy)}


def nonce_of(policy: str) -> str:
    found = re.search(r"script-src 'nonce-([\w-]{20,})'", policy)
    assert found
    return found[1]


def test_what_may_be_kept_for_a_year_is_named_by_its_content(client: TestClient) -> None:
    for address in re.findall(r'"(/static/[^"]+)"', client.get("/").text):
        response = client.get(address)
        assert response.status_code == 200
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        assert "immutable" in response.headers["cache-control"]


def test_the_interface_describes_itself(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    operation = described["paths"]["/api/ask"]["post"]
    assert {"200", "413", "422", "503"} <= set(operation["responses"])
    assert set(described["components"]["schemas"]["Answer"]["properties"]) == KEYS
    page = client.get("/api")
    assert page.status_code == 200
    assert "/api/ask" in page.text
    assert WORDS.crisis_line.split(",")[0] in page.text


def test_whoever_watches_is_told_that_all_is_well(client: TestClient) -> None:
    assert client.get("/livez").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "checks": {"database": "ok", "library": "ok", "disk": "ok"}}


@pytest.mark.parametrize("outcome", QUESTIONS)
def test_an_answer_is_in_the_log_when_it_arrives(client: TestClient, library: Engine, outcome: str) -> None:
    with reading(library) as connection:
        before = verify(connection).seq
    answer = ask(client, QUESTIONS[outcome])
    with reading(library) as connection:
        assert verify(connection).seq == before + 1
        row = connection.exec_driver_sql("SELECT seq, body FROM answers WHERE id = ?", (answer["answer"],)).one()
    assert row.seq == before + 1
    assert answer.items() <= json.loads(row.body).items()


def test_a_refused_question_is_not_in_the_log(client: TestClient, library: Engine) -> None:
    with reading(library) as connection:
        before = verify(connection).seq
    client.post("/api/ask", json={"question": "why " * 150})
    with reading(library) as connection:
        assert verify(connection).seq == before


def test_the_command_line_finds_the_log_whole_while_the_server_runs(client: TestClient, data: Path) -> None:
    answer = ask(client, QUESTIONS["answered"])
    assert "The log is whole" in wellcited(data, "log", "verify")
    assert "FAIL" not in wellcited(data, "verify-answer", answer["answer"])
