"""What a site still does with its vectors, its encoder, its library or its database gone: safety needs none of them."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.log import head, verify
from assistant.policy import load_policy
from sources.database import open_database, reading
from tests.conftest import ROOT
from web.app import create_app
from web.settings import read_settings

WORDS = load_policy().wordings
ORDINARY = {"question": "How fast does ketamine work?"}
NOISE = random.Random(7).randbytes(40_000)
# This byte of a SQLite file says which version may write it; a higher one than this SQLite knows makes the file one that
# can only be read, even by an administrator (https://sqlite.org/fileformat2.html, 1.3.3).
WRITE_VERSION = 18


@dataclass(frozen=True)
class Fault:
    """How a data folder is broken, what `/readyz` says of it, and whether the database is left whole."""

    breaks: Callable[[Path], None]
    not_ready: str
    whole: bool = True
    searches: bool = False


def corrupt_vectors(data: Path) -> None:
    vectors = next(data.glob("editions/*/parts/*"))
    content = bytearray(vectors.read_bytes())
    content[-200:-100] = bytes(100)
    vectors.write_bytes(content)


def lose_encoder(data: Path) -> None:
    shutil.rmtree(data / "encoders")


def lose_everything(data: Path) -> None:
    shutil.rmtree(data)
    data.mkdir()


def forbid_writing(data: Path) -> None:
    with (data / "wellcited.sqlite").open("r+b") as file:
        file.seek(WRITE_VERSION)
        file.write(bytes([3]))


def lose_database(data: Path) -> None:
    (data / "wellcited.sqlite").unlink()
    (data / "wellcited.sqlite").mkdir()


def scramble_database(data: Path) -> None:
    (data / "wellcited.sqlite").write_bytes(NOISE)


FAULTS = {
    "corrupt vectors": Fault(corrupt_vectors, "library"),
    "no encoder": Fault(lose_encoder, "library"),
    "empty data folder": Fault(lose_everything, "library"),
    "read-only database": Fault(forbid_writing, "database", searches=True),
    "no database": Fault(lose_database, "database", whole=False),
    "noise for a database": Fault(scramble_database, "database", whole=False),
}


@dataclass(frozen=True)
class Site:
    """A running site with a fault, and how many entries its log had before."""

    client: TestClient
    fault: Fault
    data: Path
    entries: int


@pytest.fixture(scope="module", params=FAULTS)
def site(
    request: pytest.FixtureRequest, starter_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    fault = FAULTS[request.param]
    data = Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("broken") / "data"))
    fault.breaks(data)
    entries = 0 if fault.breaks is lose_everything or not fault.whole else log_of(data)
    with running(data) as client:
        yield Site(client, fault, data, entries)


def running(data: Path) -> TestClient:
    return TestClient(create_app(read_settings({"WELLCITED_DATA": str(data)})), raise_server_exceptions=False)


def log_of(data: Path) -> int:
    """Check the log; returns how many entries it has."""
    engine = open_database(data)
    try:
        with reading(engine) as connection:
            return verify(connection).seq
    finally:
        engine.dispose()


def test_the_first_page_opens_with_help(site: Site) -> None:
    page = site.client.get("/")
    assert page.status_code == 200
    assert "988" in page.text
    assert 'name="question"' in page.text
    assert_disclaimer(page.text)
    assert ("Search is not available" in page.text) is not site.fault.searches


def assert_disclaimer(page: str) -> None:
    assert WORDS.disclaimer.partition(".")[0] in page


def test_the_crisis_page_opens(site: Site) -> None:
    page = site.client.get("/crisis")
    assert page.status_code == 200
    assert 'href="tel:988"' in page.text
    assert_disclaimer(page.text)


@pytest.mark.parametrize("conversation", [None, "0" * 32])
def test_an_ordinary_question_is_told_that_it_cannot_be_answered(site: Site, conversation: str | None) -> None:
    response = site.client.post("/api/ask", json={**ORDINARY, "conversation": conversation})
    problem = response.json()
    assert (response.status_code, problem["status"]) == (503, 503)
    assert response.headers["content-type"] == "application/problem+json"
    assert (problem["disclaimer"], problem["crisis_line"]) == (WORDS.disclaimer, WORDS.crisis_line)
    assert problem["detail"]
    assert problem["next_step"]
    assert "passages" not in problem
    assert str(site.data) not in response.text


def test_an_ordinary_question_on_the_page_is_kept_in_the_field(site: Site) -> None:
    page = site.client.post("/", data=ORDINARY)
    assert page.status_code == 503
    assert f"{ORDINARY['question']}</textarea>" in page.text
    assert "<blockquote" not in page.text
    assert_disclaimer(page.text)


@pytest.mark.parametrize("conversation", [None, "0" * 32])
def test_a_person_in_danger_still_gets_the_card(site: Site, conversation: str | None) -> None:
    response = site.client.post("/api/ask", json={"question": "I want to die", "conversation": conversation})
    answer = response.json()
    assert (response.status_code, answer["outcome"]) == (200, "crisis")
    assert answer["notices"] == [{"kind": "crisis_card", "text": WORDS.crisis_card}]
    assert answer["disclaimer"] == WORDS.disclaimer


def test_a_person_in_danger_sees_the_card_on_the_page(site: Site) -> None:
    page = site.client.post("/", data={"question": "I want to die"})
    assert page.status_code == 200
    assert "crisis-card" in page.text
    assert 'href="tel:988"' in page.text


def test_a_source_page_shows_text_or_says_why_not(site: Site) -> None:
    page = site.client.get("/sources/what-ssris-are")
    assert page.status_code == (404 if site.fault.searches else 503)
    assert "988" in page.text


def test_whoever_watches_is_told_what_is_not_ready(site: Site) -> None:
    ready = site.client.get("/readyz")
    checks = ready.json()["checks"]
    assert ready.status_code == 503
    assert checks[site.fault.not_ready] != "ok"
    assert str(site.data) not in ready.text


def test_the_process_counts_as_alive(site: Site) -> None:
    assert site.client.get("/livez").status_code == 200


def test_nothing_in_the_log_was_lost(site: Site) -> None:
    if not site.fault.whole:
        pytest.skip("there is no database left to look at")
    assert log_of(site.data) >= site.entries


def test_a_database_that_breaks_while_the_site_runs(data: Path) -> None:
    with running(data) as client:
        conversation = client.post("/api/ask", json=ORDINARY).json()["conversation"]
        for file in data.glob("wellcited.sqlite*"):
            file.write_bytes(NOISE)
        question = {**ORDINARY, "conversation": conversation}
        response = client.post("/api/ask", json=question)
        assert response.status_code == 503
        assert response.json()["crisis_line"] == WORDS.crisis_line
        assert client.post("/", data=question).status_code == 503
        danger = client.post("/api/ask", json={"question": "I want to die", "conversation": conversation})
        assert danger.json()["outcome"] == "crisis"
        assert client.get("/").status_code == 200
        assert client.get("/readyz").json()["checks"]["database"] != "ok"


def test_an_edition_mended_on_the_disk_is_taken_up_again(data: Path) -> None:
    vectors = next(data.glob("editions/*/parts/*"))
    sound = vectors.read_bytes()
    corrupt_vectors(data)
    app = create_app(read_settings({"WELLCITED_DATA": str(data)}))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/api/ask", json=ORDINARY).status_code == 503
        vectors.write_bytes(sound)
        app.state.assistant.desk.look()
        assert client.post("/api/ask", json=ORDINARY).status_code == 200


def test_an_answer_that_cannot_be_recorded_is_not_shown(data: Path) -> None:
    engine = open_database(data)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_more BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    with running(data) as client:
        response = client.post("/api/ask", json=ORDINARY)
        assert response.status_code == 503
        assert response.json()["type"].endswith("not-recorded")
        assert client.post("/api/ask", json={"question": "I want to die"}).json()["outcome"] == "crisis"
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM answers").scalar() == 0
        assert verify(connection) == head(connection)
    engine.dispose()


def test_no_word_of_a_visitor_reaches_the_log_of_the_server(data: Path, tmp_path: Path) -> None:
    engine = open_database(data)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_more BEFORE INSERT ON questions BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    engine.dispose()
    private = "Zoloft gives Wilhelmina nausea"
    written = served(
        data, tmp_path / "log", [f"Is it common that {private}?", f"I want to die, {private}", private * 20]
    )
    assert "Wilhelmina" not in written
    assert "Traceback" not in written


def served(data: Path, log: Path, questions: list[str]) -> str:
    """Ask a server process of its own these questions; returns what it wrote to its log."""
    environment = {**os.environ, "WELLCITED_DATA": str(data), "WELLCITED_DATABASE_URL": ""}
    command = [sys.executable, "-m", "web", "serve", "--port", "0"]
    with (
        log.open("w") as file,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=file, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address
            statuses = [status_of(f"{address[0]}/api/ask", question) for question in questions]
        finally:
            process.terminate()
    assert statuses == [503, 200, 422]
    return log.read_text()


def status_of(address: str, question: str) -> int:
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
