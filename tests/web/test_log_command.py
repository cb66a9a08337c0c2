"""`wellcited log` and `wellcited erase` as a person uses them, and that no command changes anything past the log."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient
from typer.main import get_command
from typer.testing import CliRunner

from assistant import log, schema
from assistant.log import Entry
from assistant.proof import log_keys
from assistant.signing import sign
from assistant.verifier import read_checkpoint, verify_proof
from sources import schema as library
from sources.database import open_database, reading, upgrade, writing
from tests.assistant.test_log import fill
from tests.conftest import unguarded, wellcited
from tests.web.test_command import SLEEP
from tests.web.test_pairs_command import LAKE, POND
from tests.web.test_visitor import asked, site
from web.app import create_app
from web.command import app
from web.settings import SettingError, read_settings

# Commands that change nothing an auditor asks about. Signing adds to the log by itself, once for each key.
READING = {
    "articles", "caveat list", "cleaning", "demo-site", "differences", "evaluate", "export-library",
    "feedback", "log checkpoint",
    "log export", "log key", "log prove", "log verify", "passages", "replay", "serve", "status", "verify-answer",
}  # fmt: skip


class Shell:
    """The command line over a data folder, in this process, and what it has added to the log."""

    def __init__(self, data: Path) -> None:
        self.data, self.used = data, set[str]()
        self.engine = open_database(data)
        upgrade(self.engine)

    def run(self, *arguments: str) -> tuple[str, list[str]]:
        """Return what a command printed and the kinds of entries it left."""
        self.used.add(" ".join(arguments[: 2 if arguments[0] in ("caveat", "differences") else 1]))
        before = self.size()
        done = CliRunner().invoke(app, arguments, env={"WELLCITED_DATA": str(self.data), "COLUMNS": "200"})
        assert done.exit_code == 0, done.output
        with reading(self.engine) as connection:
            return done.output, [row.kind for row in log.rows_after(connection, before)]

    def size(self) -> int:
        with reading(self.engine) as connection:
            return log.head(connection).seq

    def ids(self, title: str) -> list[str]:
        p, a = library.passages.c, library.articles.c
        query = sa.select(p.id).join(library.articles, a.id == p.article_id).where(a.title == title)
        with reading(self.engine) as connection:
            return list(connection.scalars(query.order_by(p.ordinal)))


def commands() -> set[str]:
    found = set()
    for name, command in getattr(get_command(app), "commands", {}).items():
        inner = getattr(command, "commands", {})
        found |= {f"{name} {one}" for one in inner}
        if not inner or name == "differences":
            found.add(name)
    return found


@pytest.fixture
def shell(starter_data: Path, tmp_path: Path) -> Shell:
    data = tmp_path / "data"
    shutil.copytree(starter_data / "encoders", data / "encoders")
    for name, text in (("lake", LAKE), ("pond", POND), ("sleep", SLEEP)):
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    return Shell(data)


def test_every_command_that_changes_something_leaves_an_entry(shell: Shell, tmp_path: Path) -> None:
    who = ("--as", "Noor", "--why", "read twice")
    said, kinds = shell.run("import", *(str(tmp_path / f"{name}.md") for name in ("lake", "pond", "sleep")))
    assert kinds == ["import"] * 3
    sleep = re.search(r"\[(sleep-[\w-]+)\]", said)
    assert sleep
    with reading(shell.engine) as connection:
        dropped = connection.scalar(
            sa.select(library.dropped.c.ordinal).where(library.dropped.c.article_id == sleep[1])
        )
    assert shell.run("restore", sleep[1], str(dropped))[1] == ["import"]
    assert set(shell.run("approve", "--all", *who, "--accept-claims", "read")[1]) == {"curation"}
    assert shell.run("publish", "--override", "small")[1] == ["publish"]
    (lake, however), (pond,) = shell.ids("The lake"), shell.ids("The pond")
    assert shell.run("caveat", "bind", lake, pond, *who)[1] == ["curation"]
    assert shell.run("caveat", "release", lake, however, *who)[1] == ["curation"]
    listed = CliRunner().invoke(app, ["differences"], env={"WELLCITED_DATA": str(shell.data)}).output
    difference = re.search(r"^([0-9a-f]{12})  proposed", listed, re.MULTILINE)
    assert difference
    assert shell.run("differences", "confirm", difference[1], *who)[1] == ["curation"]
    assert shell.run("differences", "dismiss", difference[1], *who)[1] == ["curation"]
    assert shell.run("withdraw", pond, *who)[1] == ["curation"]
    assert shell.run("publish", "--override", "small")[1] == ["publish"]
    assert shell.run("rollback")[1] == ["rollback"]
    assert shell.run("link")[1] == ["people"]
    said, kinds = shell.run("ask", "How warm is the lake?")
    assert kinds == ["answer"]
    answer = re.search(r"answer ([0-9a-f]{32})", said)
    assert answer
    assert shell.run("erase", answer[1])[1] == ["erasure"]
    moved = Shell(tmp_path / "moved")
    shell.run("export-library", str(tmp_path / "library.json"))
    assert moved.run("import-library", str(tmp_path / "library.json"))[1] == ["library"]
    shell.used = (shell.used | moved.used) - {"export-library"}
    _, kinds = shell.run("starter")
    assert set(kinds) == {"import", "curated questions", "curation"}
    assert shell.used == commands() - READING
    with reading(shell.engine) as connection:
        log.verify(connection)
        # Whatever stands in the library's own history stands in the log, too.
        c, logged = library.curation.c, schema.log.c
        moves = connection.scalar(sa.select(sa.func.count()).where(c.action != "import"))
        entries = connection.scalar(sa.select(sa.func.count()).where(logged.kind == "curation"))
    assert moves == entries


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A data folder with four entries, one of them the key's, and a checkpoint."""
    engine = open_database(tmp_path / "data")
    upgrade(engine)
    fill(engine, ["Does Wilhelmina sleep?", "b"])
    sign(engine, tmp_path / "data" / "log.key")
    with writing(engine) as connection:
        log.append(connection, [Entry("note", {})])
    engine.dispose()
    return tmp_path / "data"


def test_verify_says_what_it_saw_and_what_it_cannot_see(filled: Path) -> None:
    said = wellcited(filled, "log", "verify")
    assert "4 entries, each as it was written" in said
    assert "2 answers, each as it was given" in said
    assert "1 signed checkpoints, each of this log" in said
    assert "a rollback" in said
    assert "a rewrite" in said
    assert "wellcited log checkpoint --out FILE" in said


def test_a_checkpoint_from_outside_shows_a_rollback(filled: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    shutil.copytree(filled, tmp_path / "copy")
    assert "over 4 entries is in" in wellcited(filled, "log", "checkpoint", "--out", str(kept))
    said = wellcited(filled, "log", "verify", "--checkpoint", str(kept))
    assert "over 4 entries, is of this very log" in said
    assert "cannot see" not in said
    engine = open_database(tmp_path / "copy")
    with writing(engine) as connection:
        unguarded(connection)
        connection.execute(schema.log.delete().where(schema.log.c.seq == 4))
    engine.dispose()
    said = wellcited(tmp_path / "copy", "log", "verify", "--checkpoint", str(kept), succeeds=False)
    assert "The log is whole: 3 entries" in said
    assert "ROLLBACK" in said
    kept.write_text(kept.read_text().replace("wellcited/", "wellcated/"))
    assert "REWRITE" in wellcited(filled, "log", "verify", "--checkpoint", str(kept), succeeds=False)


def test_a_checkpoint_goes_through_a_pipe_to_wherever_it_is_kept(filled: Path) -> None:
    note = wellcited(filled, "log", "checkpoint")
    assert read_checkpoint(note).size == 4
    assert note.startswith(wellcited(filled, "log", "key").split("+")[0])


def test_another_file_can_hold_the_key(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = wellcited(filled, "log", "key")
    monkeypatch.setenv("WELLCITED_LOG_KEY", str(tmp_path / "secrets" / "other.key"))
    after = wellcited(filled, "log", "key")
    assert after != before
    assert after.split("+")[0] == before.split("+")[0]
    assert (tmp_path / "secrets" / "other.key").stat().st_mode & 0o777 == 0o600


def test_an_export_and_a_proof_are_checked_by_the_program_that_comes_with_them(filled: Path, tmp_path: Path) -> None:
    bundle, proof = tmp_path / "bundle", tmp_path / "one.tlog-proof"
    assert "4 entries are in" in wellcited(filled, "log", "export", "--out", str(bundle))
    engine = open_database(filled)
    with reading(engine) as connection:
        answer = connection.scalar(sa.select(schema.answers.c.id).limit(1)) or ""
    engine.dispose()
    wellcited(filled, "log", "prove", answer, "--out", str(proof))
    key = wellcited(filled, "log", "key").strip()
    for arguments in ([], ["--proof", str(proof)]):
        command = [sys.executable, "-I", str(bundle / "verify.py"), "--key", key, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
        assert done.stdout.startswith("pass  ")
    assert "there is none of this id" in wellcited(filled, "log", "prove", "0" * 32, succeeds=False)
    for form in ("csv", "jsonl", "fhir"):
        out = tmp_path / f"log.{form}"
        wellcited(filled, "log", "export", "--format", form, "--out", str(out))
        assert "Wilhelmina" not in out.read_text(encoding="utf-8")
    again = wellcited(filled, "log", "export", "--out", str(bundle), succeeds=False)
    assert "it is there already" in again
    assert "none of bundle, csv" in wellcited(filled, "log", "export", "--format", "xml", "--out", "x", succeeds=False)


def test_words_are_erased_on_the_command_line(filled: Path) -> None:
    assert "The words of 0 questions are erased" in wellcited(filled, "erase", "--older-than", "1")
    engine = open_database(filled)
    with reading(engine) as connection:
        q = schema.questions.c
        answer = connection.scalar(sa.select(q.answer_id).where(q.text.contains("Wilhelmina"))) or ""
    assert "The words of 1 questions are erased" in wellcited(filled, "erase", answer, "--as", "Noor")
    assert "was erased before" in wellcited(filled, "erase", answer, succeeds=False)
    with reading(engine) as connection:
        assert list(connection.scalars(sa.select(q.text).where(q.text.contains("Wilhelmina")))) == []
        (*_, last) = log.rows_after(connection, 0)
    assert '"by":"Noor"' in last.body
    engine.dispose()
    assert "Name answers, or give" in wellcited(filled, "erase", succeeds=False)


@pytest.mark.parametrize("value", ["0", "-1", "many", "36501", "٩٠", "1.5"])
def test_a_term_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingError, match="WELLCITED_KEEP_DAYS"):
        read_settings({"WELLCITED_KEEP_DAYS": value})


@pytest.mark.parametrize(
    ("given", "days"), [({}, 90), ({"WELLCITED_KEEP_DAYS": "30"}, 30), ({"WELLCITED_KEEP_DAYS": "off"}, None)]
)
def test_the_term_is_ninety_days_unless_told_otherwise(given: dict[str, str], days: int | None) -> None:
    assert read_settings(given).keep_days == days


def settings_logged(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [row.body for row in log.rows_after(connection, 0) if row.kind == "settings"]


def test_a_server_logs_its_settings_when_they_changed_and_no_password(database_url: str, tmp_path: Path) -> None:
    given = {"WELLCITED_DATA": str(tmp_path / "data"), "WELLCITED_DATABASE_URL": database_url}
    for more in ({}, {}, {"WELLCITED_KEEP_DAYS": "30"}, {}):
        with TestClient(create_app(read_settings({**given, **more}))):
            pass
    engine = open_database(tmp_path, database_url)
    bodies = settings_logged(engine)
    assert ["WELLCITED_KEEP_DAYS" in body for body in bodies] == [False, True, False]
    assert not any(database_url in body for body in bodies)
    assert all('"policy":"' in body for body in bodies)
    with reading(engine) as connection:
        log.verify(connection)
        # What was logged on the way is signed when the server stops.
        assert connection.scalar(sa.select(sa.func.max(schema.checkpoints.c.size))) == log.head(connection).seq
    engine.dispose()


def test_a_receipt_gives_a_proof_once_the_log_is_signed(data: Path) -> None:
    for client in site(data):
        answer = asked(client, "How fast does ketamine work?")["answer"]
        page = client.get(f"/answers/{answer}")
        assert f'href="/answers/{answer}/proof"' in page.text
        assert "That happens by itself 90 days after you asked." in page.text
        engine = open_database(data)
        sign(engine, data / "log.key")
        proof = client.get(f"/answers/{answer}/proof")
        assert proof.status_code == 200
        assert proof.headers["content-disposition"] == f'attachment; filename="{answer}.tlog-proof"'
        with reading(engine) as connection:
            assert "(answer) is in the log" in verify_proof(proof.text, log_keys(connection))
        later = asked(client, "How fast does ketamine work?")["answer"]
        early = client.get(f"/answers/{later}/proof")
        assert early.status_code == 404
        assert "There is no proof yet" in early.text
        assert client.get(f"/answers/{'0' * 32}/proof").status_code == 404
        client.post(f"/answers/{answer}/delete", data={"sure": "yes"})
        assert client.get(f"/answers/{answer}/proof").status_code == 410
        engine.dispose()
