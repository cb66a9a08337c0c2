"""Exports, and the program in them that checks them: whatever was changed is found, and what it cannot see it says."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.binary import Binary
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy.engine import Engine

from assistant import log, schema, verifier
from assistant.checkpoint import Signer, private_key
from assistant.erasing import erase_question
from assistant.exporting import ExportError, Form, Part, cell, export, part_of
from assistant.log import Entry
from assistant.proof import log_keys, newest
from assistant.signing import sign
from assistant.verifier import ANSWERS, ENTRIES, QUESTIONS, PublicKey, VerifyError, read_export, verify_export
from sources.database import open_database, reading, upgrade, writing
from tests.assistant.test_log import fill

WHOLE = bool(os.environ.get("LOG_PROOF"))
TODAY = datetime.now(UTC).date()
QUESTION = "Does Wilhelmina’s =cmd|' /C calc'!A0 help?"


def written(engine: Engine, out: Path, form: Form = Form.bundle, *, questions: bool = False) -> Path:
    signed = sign(engine, out.parent / "log.key")
    with reading(engine) as connection:
        export(connection, part_of(connection, signed), form, out, questions=questions)
    return out


def keys(engine: Engine) -> list[PublicKey]:
    with reading(engine) as connection:
        return log_keys(connection)


def filled(folder: Path, count: int) -> Engine:
    """A log of this many entries, half of them answers, with the last naming the key."""
    engine = open_database(folder)
    upgrade(engine)
    for n in range(0, count - 1, 2):
        fill(engine, [f"question {n}"])
        if n + 2 < count:
            with writing(engine) as connection:
                log.append(connection, [Entry("curation", {"who": "Kim Ng", "why": "=1+1", "article_id": f"a-{n}"})])
    return engine


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of 200 entries."""
    folder = tmp_path_factory.mktemp("bundle")
    engine = filled(folder, 200)
    written(engine, folder / "bundle")
    engine.dispose()
    return folder / "bundle"


def alone(folder: Path, *arguments: str | Path) -> tuple[int, str]:
    """Run the program of a bundle as somebody would who has nothing else of ours."""
    command = [sys.executable, "-I", folder / "verify.py", *arguments]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_bundle_is_checked_without_us(engine: Engine, tmp_path: Path) -> None:
    fill(engine, ["a", "b"])
    folder = written(engine, tmp_path / "bundle")
    assert sorted(path.name for path in folder.iterdir()) == ["README.txt", ANSWERS, ENTRIES, "verify.py"]
    code, said = alone(folder)
    assert code == 0
    assert "pass  3 entries, unchanged and in order" in said
    assert "pass  2 answers, each exactly as it was given" in said
    assert "Not checked: whether that key is the clinic's." in said
    assert "Not checked: whether newer entries were cut off" in said
    kept = tmp_path / "kept.txt"
    with reading(engine) as connection:
        kept.write_text((newest(connection) or pytest.fail("not signed")).note)
    (key,) = keys(engine)
    code, said = alone(folder, "--key", str(key), "--checkpoint", kept)
    assert (code, said.count("Not checked")) == (0, 0)
    assert "over 3 entries, is of this very log" in said
    other = "a/log+" + PublicKey("a/log", bytes(32)).id.hex() + "+" + base64.b64encode(b"\1" + bytes(32)).decode()
    assert alone(folder, "--key", other) == (1, "FAIL  the checkpoint is not signed by the key given.\n")


def test_the_program_imports_nothing_of_ours() -> None:
    found = Path(verifier.__file__).read_text(encoding="utf-8")
    ours = [
        line for line in found.splitlines() if line.startswith(("from assistant", "from sources", "import assistant"))
    ]
    assert ours == []


def checked(entries: bytes, answers: bytes) -> None:
    found = read_export(entries)
    verify_export(found)
    verifier.verify_answers(found, answers)


def test_one_bit_changed_anywhere_is_found(bundle: Path) -> None:
    files = [(bundle / name).read_bytes() for name in (ENTRIES, ANSWERS)]
    checked(*files)
    for number, held in enumerate(files):
        for place in range(0, len(held), 1 if WHOLE else 331):
            damaged = bytearray(held)
            damaged[place] ^= 1 << place % 8
            with pytest.raises(VerifyError):
                checked(*(bytes(damaged) if n == number else one for n, one in enumerate(files)))


def renumbered(lines: list[bytes]) -> list[bytes]:
    """Number entries anew in their order, as somebody would who took one away and hides it."""
    entries = [json.loads(line) for line in lines[:-1]]
    return [verifier.canonical({**one, "seq": n}) for n, one in enumerate(entries, 1)] + [lines[-1]]


def swapped(lines: list[bytes], n: int) -> list[bytes]:
    """Let an entry and the one after it change places; the last entry changes with the one before."""
    n = min(n, len(lines) - 3)
    return [*lines[:n], lines[n + 1], lines[n], *lines[n + 2 :]]


CHANGES: dict[str, Callable[[list[bytes], int], list[bytes]]] = {
    "deleted": lambda lines, n: lines[:n] + lines[n + 1 :],
    "deleted and renumbered": lambda lines, n: renumbered(lines[:n] + lines[n + 1 :]),
    "swapped": swapped,
    "duplicated": lambda lines, n: [*lines[: n + 1], *lines[n:]],
    "duplicated and renumbered": lambda lines, n: renumbered([*lines[: n + 1], *lines[n:]]),
    "cut off from here": lambda lines, n: lines[:n],
    "cut off from here, end kept": lambda lines, n: [*lines[:n], lines[-1]],
    "cut off in the middle": lambda lines, n: [*lines[:n], lines[n][: len(lines[n]) // 2]],
    "inserted": lambda lines, n: renumbered([*lines[:n], lines[n // 2], *lines[n:]]),
    "number changed": lambda lines, n: [*lines[:n], lines[n].replace(b'"seq":', b'"seq":1'), *lines[n + 1 :]],
    "written in another way": lambda lines, n: [*lines[:n], lines[n].replace(b":", b": ", 1), *lines[n + 1 :]],
    "an empty line": lambda lines, n: [*lines[:n], b"", *lines[n:]],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_every_entry_changed_is_found(bundle: Path, change: Callable[[list[bytes], int], list[bytes]]) -> None:
    content = (bundle / ENTRIES).read_bytes()
    lines = content.split(b"\n")[:-1]
    assert len(lines) == 201
    for n in range(0, 200, 1 if WHOLE else 13):
        damaged = b"\n".join(change(lines, n)) + b"\n"
        assert damaged != content
        with pytest.raises(VerifyError):
            verify_export(read_export(damaged))


@pytest.mark.parametrize("change", ["deleted", "duplicated", "cut off from here", "an empty line"])
def test_every_answer_changed_is_found(bundle: Path, change: str) -> None:
    entries = read_export((bundle / ENTRIES).read_bytes())
    lines = (bundle / ANSWERS).read_bytes().split(b"\n")[:-1]
    for n in range(0, len(lines), 1 if WHOLE else 7):
        with pytest.raises(VerifyError):
            verifier.verify_answers(entries, b"\n".join(CHANGES[change](lines, n)) + b"\n")


def test_rollback_and_rewrite_are_found_from_outside_and_not_without(tmp_path: Path) -> None:
    engine = filled(tmp_path / "true", 6)
    early = written(engine, tmp_path / "true" / "early")
    fill(engine, ["another"])
    late = written(engine, tmp_path / "true" / "late")
    notes = {name: tmp_path / f"{name}.txt" for name in ("early", "late")}
    for name, folder in (("early", early), ("late", late)):
        notes[name].write_text(read_export((folder / ENTRIES).read_bytes()).note)
    assert alone(late, "--checkpoint", notes["early"])[0] == 0
    code, said = alone(early, "--checkpoint", notes["late"])
    assert (code, said[:15]) == (1, "FAIL  ROLLBACK:")
    assert "newer entries were cut off" in alone(early)[1]
    # Somebody with the key and the database writes the log anew, under the same name.
    engine.dispose()
    anew = filled(tmp_path / "anew", 6)
    shutil.copy(tmp_path / "true" / "log.key", tmp_path / "anew" / "log.key")
    (name,) = {key.name for key in keys(open_database(tmp_path / "true"))}
    with writing(anew) as connection:
        key = Signer(name, private_key(tmp_path / "anew" / "log.key")).key
        log.append(connection, [Entry(verifier.KEY_ENTRY, {"key": str(key)})])
    forged = written(anew, tmp_path / "anew" / "forged")
    code, said = alone(forged, "--checkpoint", notes["early"], "--key", str(key))
    assert (code, said[:14]) == (1, "FAIL  REWRITE:")
    code, said = alone(forged, "--key", str(key))
    assert code == 0
    assert "all of it was written anew" in said
    anew.dispose()


def test_words_of_questions_are_in_no_export_unless_asked_for(engine: Engine, tmp_path: Path) -> None:
    fill(engine, [QUESTION, "Something about Bartholomew"])
    with reading(engine) as connection:
        q = schema.questions.c
        erased = connection.scalar(sa.select(q.answer_id).where(q.text.contains("Bartholomew"))) or ""
    erase_question(engine, erased)
    for form in Form:
        out = written(engine, tmp_path / f"plain-{form}", form)
        assert "Wilhelmina" not in everything(out)
    for form in (Form.bundle, Form.csv, Form.fhir):
        out = written(engine, tmp_path / f"words-{form}", form, questions=True)
        text = everything(out) + "".join(map(decoded, everything(out).split('"')))
        assert "Wilhelmina" in text
        assert "Bartholomew" not in text
    with pytest.raises(ExportError, match="no words"):
        written(engine, tmp_path / "words", Form.jsonl, questions=True)


@pytest.mark.parametrize("size", range(2, 25) if WHOLE else [2, 7, 8, 13])
def test_every_part_of_a_log_is_held_against_the_root(tmp_path: Path, size: int) -> None:
    engine = filled(tmp_path, size)
    signed, out = sign(engine, tmp_path / "log.key"), tmp_path / "part.jsonl"
    assert signed.size == size
    for start, end in [(a, b) for a in range(size) for b in range(a + 1, size + 1)]:
        with reading(engine) as connection:
            export(connection, Part(signed, start, end), Form.jsonl, out)
        content = out.read_bytes()
        out.unlink()
        assert f"ntries {start + 1} to {end} of {size}" in " ".join(
            verify_export(read_export(content), keys(engine))
        ) or (start, end) == (0, size)
        lines = content.split(b"\n")[:-1]
        for damaged in (lines[1:], lines[:-2] + lines[-1:], renumbered(lines[1:]), lines[:1] + lines, lines[::-1]):
            with pytest.raises(VerifyError):
                verify_export(read_export(b"\n".join(damaged) + b"\n"), keys(engine))
        for place in range(0, len(content), 11 if WHOLE else 97):
            flipped = content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]
            with pytest.raises(VerifyError):
                verify_export(read_export(flipped), keys(engine))
    engine.dispose()


def test_a_part_of_some_days_needs_the_key_and_says_what_it_cannot_compare(engine: Engine, tmp_path: Path) -> None:
    fill(engine, ["a", "b", "c"])
    early = sign(engine, tmp_path / "log.key")
    fill(engine, ["d", "e"])
    signed, folder, kept = sign(engine, tmp_path / "log.key"), tmp_path / "part", tmp_path / "kept.txt"
    with reading(engine) as connection:
        export(connection, Part(signed, 4, 5), Form.bundle, folder)
        assert part_of(connection, signed, TODAY - timedelta(1), TODAY).whole
        with pytest.raises(ExportError, match="no entry of these days"):
            part_of(connection, signed, until=TODAY - timedelta(9))
    (key,) = keys(engine)
    assert alone(folder)[1].startswith("FAIL  this part of a log does not name the key")
    code, said = alone(folder, "--key", str(key))
    assert code == 0
    assert "pass  Entries 5 to 5 of 6, unchanged" in said
    assert "pass  1 answers, each exactly as it was given" in said
    for note, found in ((signed, "pass  The checkpoint from outside"), (early, "pass  The checkpoint from outside")):
        kept.write_text(note.note)
        assert found in alone(folder, "--key", str(key), "--checkpoint", kept)[1]
    with reading(engine) as connection:
        export(connection, Part(signed, 5, 6), Form.jsonl, tmp_path / "last.jsonl")
    kept.write_text(early.note)
    code, said = alone(folder, tmp_path / "last.jsonl", "--key", str(key), "--checkpoint", kept)
    assert (code, "the two cannot be compared" in said) == (1, True)


def everything(out: Path) -> str:
    files = [out] if out.is_file() else [path for path in out.iterdir() if path.name != "verify.py"]
    return "".join(path.read_text(encoding="utf-8") for path in files)


def decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""


def test_exported_questions_are_checked_to_the_last_bit(engine: Engine, tmp_path: Path) -> None:
    fill(engine, [QUESTION, "b"])
    folder = written(engine, tmp_path / "bundle", questions=True)
    assert "pass  2 questions, each as it was asked" in alone(folder)[1]
    entries, held = read_export((folder / ENTRIES).read_bytes()), (folder / QUESTIONS).read_bytes()
    for place in range(len(held)):
        damaged = held[:place] + bytes([held[place] ^ 1 << place % 8]) + held[place + 1 :]
        with pytest.raises(VerifyError):
            verifier.verify_questions(entries, damaged)
    with pytest.raises(VerifyError):
        verifier.verify_questions(entries, held + held.split(b"\n")[0] + b"\n")


def test_jsonl_is_the_entries_themselves_and_the_checkpoint(engine: Engine, tmp_path: Path) -> None:
    fill(engine, ["a"])
    out = written(engine, tmp_path / "some.jsonl", Form.jsonl)
    code, said = alone(written(engine, tmp_path / "bundle"), out)
    assert code == 0
    assert "pass  2 entries" in said
    assert "Not checked: the answers' own text" in said
    found = read_export(out.read_bytes())
    verify_export(found, keys(engine))
    with reading(engine) as connection:
        assert list(found.lines) == [log.row_bytes(row) for row in log.rows_after(connection, 0)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "\u00a0@", "\t="])
def test_no_cell_is_a_formula(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"
    assert cell("a" + start) == "a" + start
    assert (cell(None), cell(7), cell("")) == ("", "7", "")


def test_a_spreadsheet_gets_every_entry_and_runs_none(engine: Engine, tmp_path: Path) -> None:
    fill(engine, [QUESTION.removeprefix("Does Wilhelmina’s "), "b"])
    with writing(engine) as connection:
        log.append(
            connection, [Entry("curation", {"who": "@SUM(A1)", "why": "+1", "article_id": "-a", "passage_id": "=b"})]
        )
    out = written(engine, tmp_path / "log.csv", Form.csv, questions=True)
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["kind"] for row in rows] == ["answer", "answer", "curation", "log key", "checkpoint"]
    assert [row["seq"] for row in rows] == ["1", "2", "3", "4", ""]
    assert {row["question"] for row in rows[:2]} == {"'=cmd|' /C calc'!A0 help?", "b"}
    assert [rows[2][name] for name in ("who", "why", "article", "passage")] == ["'@SUM(A1)", "'+1", "'-a", "'=b"]
    assert not any(held.lstrip()[:1] in set("=+-@") for row in rows for held in row.values() if held)
    with reading(engine) as connection:
        last = newest(connection)
        entries = [log.row_bytes(row).decode() for row in log.rows_after(connection, 0)]
    assert last
    assert [row["entry"] for row in rows] == [*entries, last.note]


def test_fhir_is_fhir(engine: Engine, tmp_path: Path) -> None:
    fill(engine, [QUESTION])
    with writing(engine) as connection:
        kinds = (
            "import",
            "curation",
            "publish",
            "rollback",
            "erasure",
            "feedback",
            "settings",
            "sign_in",
            "people",
            "verdict",
        )
        log.append(connection, [Entry(kind, {"who": "Kim", "article": "a-1"}) for kind in kinds])
    held = json.loads(written(engine, tmp_path / "log.json", Form.fhir, questions=True).read_text(encoding="utf-8"))
    Bundle.model_validate(held)
    events = [one["resource"] for one in held["entry"][:-1]]
    assert [AuditEvent.model_validate(one).type.code for one in events][:2] == ["110112", "110107"]
    assert base64.b64decode(events[0]["entity"][0]["query"]).decode() == QUESTION
    with reading(engine) as connection:
        rows = list(log.rows_after(connection, 0))
        last = newest(connection)
    assert [one["recorded"] for one in events] == [row.at for row in rows]
    details = [
        detail["valueString"] for one in events for detail in one["entity"][0]["detail"] if detail["type"] == "entry"
    ]
    assert details == [log.row_bytes(row).decode() for row in rows]
    binary = Binary.model_validate(held["entry"][-1]["resource"])
    assert last
    assert bytes(binary.data or b"").decode() == last.note


def test_nothing_is_written_over(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(ExportError, match="it is there already"):
        written(engine, tmp_path / "there")
