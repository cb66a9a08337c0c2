"""The command line, run as a person runs it: an own small library from its files to a withdrawal."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from assistant.policy import load_policy
from sources.database import open_database, reading
from sources.library import approved_passages
from tests.conftest import ROOT, wellcited
from web.command import app

SLEEP = """---
title: "Sleep and low mood"
publisher: "Harbour Clinic"
author: "Mia Lund"
url: "https://harbour.example/sleep"
published: 2026-02-03
sells_treatment: true
---

25 Views

## A regular night

Going to bed and getting up at the same hours each day helps many people with low mood to sleep through the night.

## Light in the morning

Half an hour of daylight soon after waking tells the body's clock when the day begins, and sleep comes earlier at night.
"""
WALKING = """Walking and low mood

A brisk walk of thirty minutes on most days can lift low mood within a few weeks for many people who try it.

Walking is completely safe for everyone and cures depression in every person who walks for long enough.
"""
QUESTION = "Does daylight in the morning help me sleep?"


@dataclass(frozen=True)
class Library:
    """A data folder with two published articles, and what each command said on the way there."""

    data: Path
    imported: str
    approved: str
    published: str

    @property
    def ids(self) -> dict[str, str]:
        """Id of the article of each file."""
        return dict(re.findall(r"^(\S+\.\w+): new: .*? \[([\w-]+)\]", self.imported, re.MULTILINE))


@pytest.fixture(scope="module")
def library(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("command")
    (folder / "sleep.md").write_text(SLEEP, encoding="utf-8")
    (folder / "walking.txt").write_text(WALKING, encoding="utf-8")
    data = folder / "data"
    shutil.copytree(starter_data / "encoders", data / "encoders")  # preparing one is not what is looked at here
    return Library(
        data,
        imported=wellcited(data, "import", str(folder / "sleep.md"), str(folder / "walking.txt"), "--as", "Sam Reed"),
        approved=wellcited(data, "approve", "--all", "--as", "Dr. Ada Ng"),
        published=wellcited(data, "publish", "--as", "Sam Reed"),
    )


@pytest.fixture
def own(library: Library, tmp_path: Path) -> Path:
    """A copy of the library's folder that the test may change."""
    return Path(shutil.copytree(library.data, tmp_path / "own"))


def test_import_says_what_came_in_and_what_did_not(library: Library) -> None:
    assert set(library.ids) == {"sleep.md", "walking.txt"}
    assert "Sleep and low mood" in library.imported
    assert "1 blocks left out" in library.imported
    assert "not found in the text: publisher, url, published (give with --publisher …)" in library.imported
    assert "Next:" in library.imported


def test_a_flagged_claim_stays_out_and_is_listed(library: Library) -> None:
    (line,) = [line for line in library.approved.splitlines() if line.startswith("stays out:")]
    assert "completely safe" in line
    assert "promises or names a cure" in line
    assert "2 revisions approved, 0 flagged passages let pass, 1 stay out." in library.approved
    assert "completely safe" not in wellcited(library.data, "ask", "Is walking safe and does it cure depression?")


def test_a_claim_passes_with_a_reason_and_the_log_keeps_it(own: Path) -> None:
    assert "1 flagged passages let pass, 0 stay out" in wellcited(
        own, "approve", "--all", "--as", "Dr. Ada Ng", "--accept-claims", "for the drill"
    )
    wellcited(own, "publish")
    assert "completely safe" in wellcited(own, "ask", "Is walking completely safe for everyone?")
    assert "The log is whole" in wellcited(own, "log", "verify")


def test_publish_says_what_is_live(library: Library) -> None:
    assert re.search(r"Edition [0-9a-f]{12} is live: 2 passages", library.published)


def test_an_answer_is_asked_for_and_checked(library: Library) -> None:
    said = wellcited(library.data, "ask", QUESTION)
    assert "“Half an hour of daylight soon after waking" in said
    assert "Sleep and low mood, Harbour Clinic, 2026-02-03 (published by a clinic that offers this treatment)" in said
    assert "https://harbour.example/sleep" in said
    assert load_policy().wordings.disclaimer in said
    found = re.search(r"Outcome answered, answer ([0-9a-f]{32})", said)
    assert found
    checked = wellcited(library.data, "verify-answer", found[1])
    assert checked.count("pass  ") >= 3
    assert "FAIL" not in checked


def test_an_answer_that_never_was_cannot_be_checked(library: Library) -> None:
    assert "there is none of this id" in wellcited(library.data, "verify-answer", "0" * 32, succeeds=False)


def test_a_plea_on_the_command_line_gets_the_card(library: Library) -> None:
    said = wellcited(library.data, "ask", "I want to die")
    assert said.startswith("[crisis_card]")
    assert "call 988 or text 988" in said


def test_an_edited_log_is_found_out(own: Path) -> None:
    wellcited(own, "ask", QUESTION)
    connection = sqlite3.connect(own / "wellcited.sqlite")
    connection.execute("DROP TRIGGER log_no_update")
    connection.execute("UPDATE log SET body = replace(body, 'Dr. Ada Ng', 'Dr. Eve Ng') WHERE seq = 3")
    connection.commit()
    connection.close()
    said = wellcited(own, "log", "verify", succeeds=False)
    assert "entry 3 (curation) was changed after it was written" in said


def test_the_list_of_articles(library: Library) -> None:
    said = wellcited(library.data, "articles")
    for article in library.ids.values():
        assert article in said
    assert said.count("approved") == 2


def test_what_was_left_out_can_be_seen_and_brought_back(library: Library, own: Path) -> None:
    article = library.ids["sleep.md"]
    said = wellcited(own, "cleaning", article)
    found = re.search(r"(\d+)\s+\S\s+a view or share counter\s+\S\s+25 Views", said)
    assert found, said
    restored = wellcited(own, "restore", article, found[1], "--as", "Sam Reed")
    assert re.search(r"Revision [0-9a-f]{12} is a draft with 3 passages", restored)
    assert "draft" in wellcited(own, "articles")
    assert "25 Views" not in wellcited(own, "cleaning", article)


def test_a_rollback_goes_to_the_edition_before(own: Path, tmp_path: Path) -> None:
    assert "no edition before this one" in wellcited(own, "rollback", succeeds=False)
    before = live(own)
    file = tmp_path / "tea.txt"
    file.write_text("Tea and sleep\n\nA cup of black tea late in the evening keeps many people awake for hours.\n")
    wellcited(own, "import", str(file))
    wellcited(own, "approve", "--all", "--as", "Dr. Ada Ng")
    wellcited(own, "publish")
    assert live(own) != before
    assert f"One can go back to: {before}" in wellcited(own, "status")
    assert f"Edition {before} is live again" in wellcited(own, "rollback", "--why", "too early")
    assert live(own) == before


def live(data: Path) -> str:
    found = re.search(r"Live since .*: edition ([0-9a-f]{12}), \d+ passages", wellcited(data, "status"))
    assert found
    return found[1]


def test_a_withdrawal_names_the_answers_that_had_shown_the_passage(own: Path) -> None:
    answer = re.search(r"answer ([0-9a-f]{32})", wellcited(own, "ask", QUESTION))
    assert answer
    passage = passage_of(own, "daylight")
    assert "Missing option" in wellcited(own, "withdraw", passage, succeeds=False)
    said = wellcited(own, "withdraw", passage, "--why", "outdated", "--as", "Dr. Ada Ng")
    assert re.search(rf"Passage {passage} is withdrawn\. \d+ past answers had shown it\.", said)
    assert answer[1] in said
    assert "daylight soon after" not in wellcited(own, "ask", QUESTION)


def passage_of(data: Path, words: str) -> str:
    """Id of the passage that holds these words."""
    engine = open_database(data)
    with reading(engine) as connection:
        (found,) = [one.id for one in approved_passages(connection) if words in one.text]
    engine.dispose()
    return found


def test_status_explains_every_setting(library: Library) -> None:
    said = wellcited(library.data, "status")
    assert str(library.data) in said
    assert "sqlite 3." in said
    for name in ("WELLCITED_DATA", "WELLCITED_DATABASE_URL", "WELLCITED_CONTACT", "WELLCITED_MODEL_SHA256"):
        assert name in said


def test_a_wrong_file_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(SLEEP, encoding="utf-8")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    said = wellcited(
        tmp_path / "data",
        "import", str(tmp_path / "picture.txt"), str(tmp_path / "missing.md"), str(tmp_path / "good.md"),
        succeeds=False,
    )  # fmt: skip
    assert "picture.txt: it ends in .txt but is a picture" in said
    assert "missing.md: " in said
    assert "good.md: new: Sleep and low mood" in said
    assert "2 of 3 files brought nothing in" in said
    assert "Traceback" not in said
    assert "Sleep and low mood" in wellcited(tmp_path / "data", "articles")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "How fast does it work?"], "nothing has been published yet"),
        (["publish"], "there is no approved passage to publish"),
        (["cleaning", "no-such-article"], "no-such-article"),
        (["approve", "--all"], "An approval needs a name"),
        (["approve", "--as", "Sam Reed"], "Name articles, or give --all"),
        (["withdraw", "0" * 24, "--why", "outdated"], "0" * 24),
    ],
)
def test_a_failure_is_a_sentence_that_helps(tmp_path: Path, arguments: list[str], said: str) -> None:
    printed = wellcited(tmp_path / "data", *arguments, succeeds=False)
    assert said in printed
    assert "Traceback" not in printed


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    printed = wellcited(tmp_path / "file" / "data", "articles", succeeds=False)
    assert str(tmp_path / "file") in printed
    assert "Traceback" not in printed


def commands() -> list[tuple[str, ...]]:
    group = get_command(app)
    names = [(name,) for name in getattr(group, "commands", {}) if name != "log"]
    return [*names, ("log", "verify")]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_explains_itself_with_an_example(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"], prog_name="wellcited")
    assert shown.exit_code == 0
    assert f"Example: wellcited {' '.join(command)}" in shown.output


def run_python(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SERVING = """
import sys
from starlette.testclient import TestClient
from web.app import create_app
from web.settings import read_settings

with TestClient(create_app(read_settings({"WELLCITED_DATA": sys.argv[1]}))) as client:
    answer = client.post("/api/ask", json={"question": "Does daylight in the morning help me sleep?"}).json()
    assert answer["passages"], answer
print(*sys.modules, sep="\\n")
"""


def test_serving_loads_no_library_for_training(library: Library) -> None:
    loaded = {name.partition(".")[0] for name in run_python(SERVING, str(library.data)).split()}
    assert {"onnxruntime", "faiss"} <= loaded
    assert not loaded & {"torch", "sentence_transformers", "transformers", "onnx", "onnxscript"}


# As `wellcited serve` imports it; the last line is what a test adds.
STARTING = """
import sys
sys.argv = ["wellcited", "serve"]
from web.entry import command_line
command_line()
from web.serve import import_interface
import_interface()
"""


def test_a_server_imports_no_other_command_and_no_page_of_staff() -> None:
    loaded = set(run_python(f"{STARTING}print(*sys.modules, sep='\\n')").split())
    assert {"web.serving", "sqlalchemy", "fastapi"} <= loaded
    assert not loaded & {"web.command", "web.log", "rich", "rapidfuzz", "assistant.publish"}
    assert not loaded & {"web.staff.bench", "web.staff.routers", "web.review.routers", "web.patterns"}
    assert not loaded & {"web.pages", "web.visitor", "jinja2", "pydantic.v1.main"}


DESCRIBING = """
from starlette.testclient import TestClient
from web.app import create_app
from web.settings import read_settings

with TestClient(create_app(read_settings({"WELLCITED_DATA": DATA}))) as client:
    print(client.get("/openapi.json").text)
"""


def test_a_server_describes_its_interface_though_it_starts_without_what_that_takes(library: Library) -> None:
    describing = f"DATA = {str(library.data)!r}{DESCRIBING}"
    described = run_python(STARTING + describing)
    assert described == run_python(describing)
    assert "/api/ask" in json.loads(described)["paths"]


TRACED = """
import sys
from opentelemetry import trace
from starlette.testclient import TestClient
from web.app import create_app
from web.settings import read_settings

class Tracers(trace.TracerProvider):
    def get_tracer(self, *given, **named):
        print("a tracer was asked for")
        return trace.NoOpTracer()

trace.set_tracer_provider(Tracers())
app = create_app(read_settings({"WELLCITED_DATA": sys.argv[1]}))
with TestClient(app) as client:
    assert client.post("/api/ask", json={"question": "Does daylight in the morning help me sleep?"}).is_success
    assert client.get("/?q=sleep").is_success
"""


def test_nothing_of_a_request_is_given_to_whatever_traces_the_process(library: Library) -> None:
    assert run_python(TRACED, str(library.data)) == ""


def test_the_installed_command_begins_where_the_module_does() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _, name = scripts["wellcited"].partition(":")
    assert getattr(import_module(module), name) is import_module("web.entry").main


@pytest.mark.parametrize(
    ("arguments", "succeeds", "said"),
    [
        (("serve", "--help"), True, "Example: wellcited serve"),
        (("serve", "--port", "99999"), False, "Invalid value for '--port'"),
        (("serve", "8000"), False, "unexpected extra argument"),
    ],
)
def test_serve_explains_itself_by_itself(arguments: tuple[str, ...], succeeds: bool, said: str, tmp_path: Path) -> None:
    shown = wellcited(tmp_path, *arguments, succeeds=succeeds)
    assert said in shown
    assert "Traceback" not in shown


def test_serve_says_in_one_line_which_setting_is_wrong() -> None:
    environment = {**os.environ, "WELLCITED_SITES": "not a site"}
    done = subprocess.run(
        [sys.executable, "-m", "web", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "WELLCITED_SITES" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


THREADS = f"""
import os
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.pop(name, None)
{STARTING}
import numpy
numpy.ones((3000, 384), dtype="float32") @ numpy.ones((384, 8), dtype="float32")
print(len(os.listdir("/proc/self/task")))
"""


def test_numpy_starts_no_threads_that_take_the_cores_from_the_next_question() -> None:
    assert int(run_python(THREADS)) == 1


TELEMETRY = f"""
import os, sys
os.environ.pop("ORT_DISABLE_TELEMETRY", None)
set_before = []

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            set_before.append(os.environ.get("ORT_DISABLE_TELEMETRY"))

sys.meta_path.insert(0, Watch())
{STARTING}
assert "onnxruntime" in sys.modules
print(*set_before)
"""


def test_the_runtime_is_told_to_report_nothing_before_it_is_loaded() -> None:
    assert run_python(TELEMETRY).split() == ["1"]


def test_what_the_text_does_not_say_is_asked_for() -> None:
    from datetime import date

    from sources.article import Attributes
    from web.command import asked_for

    answers = iter(["River Office", "", "next week", "2026-01-02"])
    asked: list[str] = []

    def ask(what: str) -> str:
        asked.append(what.split()[0])
        return next(answers)

    found = asked_for(Attributes(title="Geese"), ("publisher", "url", "published"), ask)
    assert found == Attributes(title="Geese", publisher="River Office", published=date(2026, 1, 2))
    assert asked == ["publisher", "url", "published", "published"]
