"""Exports of the log up to a checkpoint, which each of them carries: to be checked, counted or taken in elsewhere.

All of it, or what it has of some days. Of a part, the hashes of what stands before and after it are written out too, so
that its entries can still be held against the root that was signed.

`bundle` is a folder that anyone can check with the program in it; `jsonl` is its entries alone. `csv` opens in a
spreadsheet, with nothing in it that one would run as a formula. `fhir` is a FHIR R4 bundle of AuditEvent resources.
The words of questions are in none of them unless asked for, and those that were erased never.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import log, schema, verifier
from assistant.fhir import audit_event, checkpoint_binary
from assistant.proof import Signed, hash_of
from assistant.review.facts import bounds
from assistant.verifier import ANSWERS, ENTRIES, QUESTIONS, blocks, canonical

_COLUMNS = ("seq", "at", "kind", "who", "why", "answer", "outcome", "edition", "article", "passage")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_README = """\
This folder holds the log of a Wellcited installation up to a signed checkpoint, or the part of it from some days.

log.jsonl       the entries as they are in the log, one a line, and the checkpoint at the end
answers.jsonl   the answers as they were given, in the order of the log
verify.py       checks both; it needs Python 3.11 or later and the package `cryptography`

    python verify.py --key KEY --checkpoint kept.txt

KEY is what `wellcited log key` printed, and kept.txt a checkpoint that was kept away from the installation. Take both from
whom you trust, not from whoever handed you this folder; the same holds for verify.py.
"""


class Form(StrEnum):
    """How the log is written out."""

    bundle = "bundle"
    csv = "csv"
    jsonl = "jsonl"
    fhir = "fhir"


NO_ENTRY = "the log has no entry of these days. Take other days, or none for all of it."


class ExportError(log.LogError):
    """The log cannot be written out like that; says why and what to do next."""


class Part(Struct, frozen=True):
    """What of a log is written out: the entries after `start`, up to and with `end`, under a checkpoint."""

    signed: Signed
    start: int
    end: int

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return (self.start, self.end) == (0, self.signed.size)


def part_of(connection: Connection, signed: Signed, since: date | None = None, until: date | None = None) -> Part:
    """Return what a log has of these days (UTC, both included), or all of it. Raises `ExportError` where that is nothing."""
    first, last = bounds(connection, since, until)
    one = Part(signed, first - 1, min(last, signed.size))
    if one.start >= one.end:
        raise ExportError(NO_ENTRY)
    return one


def export(connection: Connection, part: Part, form: Form, out: Path, *, questions: bool = False) -> None:
    """Write a log or a part of it to `out`, a folder for `bundle`, else a file; neither may be there yet.

    `questions` writes the words of questions, too, as far as they were not erased.
    """
    if out.exists():
        raise ExportError(f"{out}: it is there already. Name one that is not.")
    if questions and form is Form.jsonl:
        raise ExportError("jsonl holds the entries of the log alone, and no words. Use bundle, csv or fhir for those.")
    words = dict(_questions(connection, part)) if questions else {}
    if form is Form.bundle:
        _write_bundle(connection, part, out, words, questions=questions)
        return
    pieces = {Form.jsonl: _jsonl, Form.csv: _csv, Form.fhir: _fhir}[form](connection, part, words)
    with out.open("x", encoding="utf-8", newline="") as file:
        file.writelines(pieces)


def cell(value: object) -> str:
    """Return a value as a spreadsheet's cell holds it: an apostrophe before whatever might be taken for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def _write_bundle(
    connection: Connection, part: Part, out: Path, words: Mapping[str, tuple[str, str]], *, questions: bool
) -> None:
    out.mkdir(parents=True)
    (out / "README.txt").write_text(_README, encoding="utf-8")
    (out / "verify.py").write_bytes(Path(verifier.__file__).read_bytes())
    with (out / ENTRIES).open("x", encoding="utf-8", newline="") as file:
        file.writelines(_jsonl(connection, part, {}))
    with (out / ANSWERS).open("x", encoding="utf-8", newline="") as file:
        file.writelines(f"{body}\n" for body in _answers(connection, part))
    if questions:
        rows = ({"answer": id_, "salt": salt, "text": text} for id_, (text, salt) in words.items())
        (out / QUESTIONS).write_bytes(b"".join(canonical(row) + b"\n" for row in rows))


def _rows(connection: Connection, part: Part) -> Iterator[Any]:
    for row in log.rows_after(connection, part.start):
        if row.seq > part.end:
            return
        yield row


def _answers(connection: Connection, part: Part) -> Iterator[str]:
    a = schema.answers.c
    query = sa.select(a.body).where(a.seq > part.start, a.seq <= part.end).order_by(a.seq)
    yield from connection.scalars(query).yield_per(500)


def _questions(connection: Connection, part: Part) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield answer id, words and salt of every question that was not erased, in the order of the log."""
    a, q = schema.answers.c, schema.questions.c
    query = (
        sa.select(a.id, q.text, q.salt)
        .join_from(schema.answers, schema.questions, q.answer_id == a.id)
        .where(a.seq > part.start, a.seq <= part.end)
        .order_by(a.seq)
    )
    for row in connection.execute(query).yield_per(500):
        if schema.kept(row.text) is not None:
            yield row.id, (row.text, row.salt)


def _jsonl(connection: Connection, part: Part, _: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for row in _rows(connection, part):
        yield log.row_bytes(row).decode() + "\n"
    end: dict[str, Any] = {"checkpoint": part.signed.note}
    if not part.whole:
        for name, (start, stop) in {"before": (0, part.start), "after": (part.end, part.signed.size)}.items():
            hashes = hash_of(connection, list(blocks(start, stop)))
            end[name] = [base64.b64encode(one).decode() for one in hashes]
    yield canonical(end).decode() + "\n"


def _csv(connection: Connection, part: Part, words: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    asked = ("question",) if words else ()
    # A byte order mark tells spreadsheets that this is UTF-8.
    yield "\ufeff" + csv_line([*_COLUMNS, *asked, "entry"])
    for row in _rows(connection, part):
        body = json.loads(row.body)
        said = {**body, "article": body.get("article", body.get("article_id")), "passage": body.get("passage_id")}
        found = {**said, "seq": row.seq, "at": row.at, "kind": row.kind}
        text = words.get(said.get("answer", ""), ("", ""))[0] if row.kind == "answer" else ""
        cells = [found.get(name) for name in _COLUMNS] + ([text] if asked else [])
        yield csv_line([*cells, log.row_bytes(row).decode()])
    blank = [""] * (len(_COLUMNS) - 3 + len(asked))
    at = part.signed.at.isoformat(timespec="milliseconds")
    yield csv_line(["", at, "checkpoint", *blank, part.signed.note])


def csv_line(cells: Sequence[object]) -> str:
    """Return one line of a spreadsheet's file, with nothing in it that would be run as a formula."""
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow([cell(one) for one in cells])
    return file.getvalue()


def _fhir(connection: Connection, part: Part, words: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    note = part.signed.note
    origin = verifier.read_checkpoint(note).origin
    yield '{"resourceType":"Bundle","type":"collection","entry":[\n'
    for row in _rows(connection, part):
        body = json.loads(row.body)
        text = words.get(body.get("answer", ""), ("", ""))[0] if row.kind == "answer" else ""
        event = audit_event(origin, row, body, log.row_bytes(row).decode(), text)
        yield json.dumps({"resource": event}, ensure_ascii=False) + ",\n"
    yield json.dumps({"resource": checkpoint_binary(base64.b64encode(note.encode()).decode())}) + "\n]}\n"
