"""The log: every entry carries the hash of the one before, so an edit, a removal or a reordering shows.

An entry's hash is the SHA-256 of its canonical JSON (RFC 8785): seq, at, kind, body and the previous hash. A question
enters only as a salted digest, so its words can be erased and the log still verifies. What this cannot show without
a copy of a hash kept elsewhere: that the newest entries were cut off, or that all of it was written anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant import schema
from sources.database import lock

BEGINNING = "0" * 64
_APPENDING = 7002
# Put together once: every answer needs them, and putting a statement together takes as long as running it.
_NEWEST = sa.select(schema.log.c.seq, schema.log.c.hash).order_by(schema.log.c.seq.desc()).limit(1)
_ADDED = schema.log.insert()


@dataclass(frozen=True)
class Entry:
    """What happened, before it has a place in the log; `body` is plain JSON."""

    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Head:
    """The newest entry: how many there are, and its hash, which stands for all of them."""

    seq: int
    hash: str


class LogError(Exception):
    """The log does not verify; names the entry and what is wrong with it."""


def digest_of(text: str, salt: str) -> str:
    """Commit to a question's words without holding them: SHA-256 of the salt (hex) and the words."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def canonical(value: Any) -> bytes:
    """Write JSON so that equal values are equal bytes: RFC 8785, for what the log holds.

    That is text, whole numbers, true, false and null in lists and in objects with ASCII names, for which Python's own
    writer already gives that form (a test holds the two together). Fractions are logged as millionths.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def entry_hash(seq: int, at: str, kind: str, body: bytes, previous: str) -> str:
    """Hash one entry; `body` is canonical JSON already, so the entry is put together around it in RFC 8785's order."""
    head = canonical({"at": at})[:-1] + b',"body":' + body + b","
    rest = canonical({"kind": kind, "previous": previous, "seq": seq})[1:]
    return hashlib.sha256(head + rest).hexdigest()


def head(connection: Connection) -> Head:
    """Return the newest entry's place and hash."""
    row = connection.execute(_NEWEST).one_or_none()
    return Head(row.seq, row.hash) if row else Head(0, BEGINNING)


def append(connection: Connection, entries: Sequence[Entry]) -> list[int]:
    """Add entries in order within the caller's transaction; returns the place of each, counted from 1."""
    lock(connection, _APPENDING)
    last = head(connection)
    seq, previous = last.seq, last.hash
    rows = []
    for entry in entries:
        seq += 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = canonical(entry.body)
        digest = entry_hash(seq, at, entry.kind, body, previous)
        rows.append(
            {"seq": seq, "at": at, "kind": entry.kind, "body": body.decode(), "previous": previous, "hash": digest}
        )
        previous = digest
    if rows:
        connection.execute(_ADDED, rows)
    return [int(row["seq"]) for row in rows if isinstance(row["seq"], int)]


def verify(connection: Connection) -> Head:
    """Go through the whole log and every answer it speaks of; returns the head.

    Raises `LogError` at the first entry that was edited, removed or moved, and at the first answer or question whose
    words are not those the log commits to. A question that was erased is no fault.
    """
    seq, previous = 0, BEGINNING
    table = schema.log.c
    for row in connection.execute(sa.select(schema.log).order_by(table.seq)).yield_per(500):
        seq += 1
        if row.seq != seq:
            raise LogError(f"entry {seq} is missing: the next one there is is {row.seq}.")
        if row.previous != previous:
            raise LogError(f"entry {seq} does not follow the one before it: something was removed, moved or replaced.")
        if entry_hash(row.seq, row.at, row.kind, row.body.encode(), row.previous) != row.hash:
            raise LogError(f"entry {seq} ({row.kind}) was changed after it was written on {row.at}.")
        previous = row.hash
    _verify_answers(connection)
    return Head(seq, previous)


def _verify_answers(connection: Connection) -> None:
    logged, answers, questions = schema.log.c, schema.answers.c, schema.questions.c
    query = (
        sa.select(logged.seq, logged.body, answers.body.label("answer"), questions.text, questions.salt)
        .join_from(schema.log, schema.answers, answers.seq == logged.seq, isouter=True)
        .join(schema.questions, questions.answer_id == answers.id, isouter=True)
        .where(logged.kind == "answer")
        .order_by(logged.seq)
    )
    for row in connection.execute(query).yield_per(500):
        said = json.loads(row.body)
        if row.answer is None:
            raise LogError(f"entry {row.seq}: its answer {said['answer']} is gone.")
        if hashlib.sha256(row.answer.encode()).hexdigest() != said["answer_digest"]:
            raise LogError(f"entry {row.seq}: its answer {said['answer']} was changed after it was given.")
        words = schema.kept(row.text)
        if words is not None and digest_of(words, row.salt) != said["question_digest"]:
            raise LogError(f"entry {row.seq}: the question of answer {said['answer']} was changed after it was asked.")
