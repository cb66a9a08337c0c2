"""The log: a Merkle tree (RFC 6962) over its entries, so that an edit, a removal or a reordering shows.

A leaf is an entry's canonical JSON (RFC 8785): at, body, kind and seq. Every row keeps the hash of its leaf and that of
the largest perfect subtree it ends, so that adding an entry reads a handful of rows whatever the log's size. A question
enters only as a salted digest, so its words can be erased and the log still verifies. That the newest entries were cut
off, or that all of it was written anew, shows only against a checkpoint kept elsewhere (`assistant.signing`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection, Engine

from assistant import schema
from assistant.canonical import canonical
from assistant.verifier import (
    KEY_ENTRY,
    PublicKey,
    VerifyError,
    edge_root,
    grown,
    leaf_hash,
    read_checkpoint,
    read_key,
    signer_of,
)
from sources.database import lock, writing

CHECKPOINT_EVERY = 100
"""After how many entries a checkpoint is signed at the latest (`assistant.signing`)."""
_APPENDING = 7002
# Put together once: every answer needs them, and putting a statement together takes as long as running it.
# From the newest place down, a place without its lowest bit is the next of the tree's right edge.
_EDGE = sa.text(
    "WITH RECURSIVE edge(seq) AS ("
    "SELECT max(seq) FROM log UNION ALL SELECT seq - (seq & -seq) FROM edge WHERE seq - (seq & -seq) > 0"
    ") SELECT log.seq, log.subtree FROM edge JOIN log ON log.seq = edge.seq ORDER BY log.seq"
).columns(schema.log.c.seq, schema.log.c.subtree)
_ADDED = schema.log.insert()


class Entry(Struct, frozen=True):
    """What happened, before it has a place in the log; `body` is plain JSON."""

    kind: str
    body: Mapping[str, Any]


class Head(Struct, frozen=True):
    """The log as it stands: how many entries there are, and the root over them in hex, which stands for all."""

    seq: int
    root: str


class LogError(Exception):
    """The log does not verify; names the entry and what is wrong with it."""


def digest_of(text: str, salt: str) -> str:
    """Commit to a question's words without holding them: SHA-256 of the salt (hex) and the words."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def entry_bytes(seq: int, at: str, kind: str, body: bytes) -> bytes:
    """Return one entry as the tree holds it; `body` is canonical JSON already, the rest goes around it in that order."""
    return b'{"at":' + canonical(at) + b',"body":' + body + b',"kind":' + canonical(kind) + b',"seq":%d}' % seq


def row_bytes(row: Any) -> bytes:
    """Return the entry of a row of the log."""
    return entry_bytes(row.seq, row.at, row.kind, row.body.encode())


def of_kind(kind: str) -> sa.ColumnElement[bool]:
    """Pick entries of a kind among those of a stretch of the log.

    A sum keeps SQLite from taking the index of kinds, in which it would go through every entry of the kind there ever was.
    """
    return schema.log.c.kind + "" == kind


def head(connection: Connection) -> Head:
    """Return the log's size and root, from what the newest rows hold."""
    size, edge = _edge(connection)
    return Head(size, edge_root(edge).hex())


def hold(connection: Connection) -> None:
    """Let nobody else append until the transaction ends, so that what is read of the log stays its newest."""
    lock(connection, _APPENDING)


def append(connection: Connection, entries: Sequence[Entry]) -> list[int]:
    """Add entries in order within the caller's transaction; returns the place of each, counted from 1."""
    if not entries:
        return []
    hold(connection)
    size, edge = _edge(connection)
    rows = []
    for seq, entry in enumerate(entries, size + 1):
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = canonical(entry.body)
        leaf = leaf_hash(entry_bytes(seq, at, entry.kind, body))
        edge = grown(edge, seq - 1, leaf)
        hashes = {"leaf": leaf.hex(), "subtree": edge[-1].hex()}
        rows.append({"seq": seq, "at": at, "kind": entry.kind, "body": body.decode(), **hashes})
    connection.execute(_ADDED, rows)
    return list(range(size + 1, size + 1 + len(rows)))


def append_if_new(engine: Engine, entry: Entry) -> None:
    """Add an entry unless the newest of its kind says the same: for what stays so until somebody changes it."""
    newest = sa.select(schema.log.c.body).where(schema.log.c.kind == entry.kind).order_by(schema.log.c.seq.desc())
    with writing(engine) as connection:
        hold(connection)
        if connection.scalar(newest.limit(1)) != canonical(entry.body).decode():
            append(connection, [entry])


def rows_after(connection: Connection, place: int) -> Iterator[Any]:
    """Yield the rows after a place, in order."""
    query = sa.select(schema.log).where(schema.log.c.seq > place).order_by(schema.log.c.seq)
    yield from connection.execute(query).yield_per(500)


def checked(rows: Iterator[Any], size: int, edge: tuple[bytes, ...]) -> Iterator[tuple[Any, tuple[bytes, ...]]]:
    """Work every row out again from what it says; yields it with the right edge of the tree that ends there.

    Raises `LogError` at the first that was edited, removed or moved.
    """
    for row in rows:
        size += 1
        if row.seq != size:
            raise LogError(f"entry {size} is missing: the next one there is is {row.seq}.")
        leaf = leaf_hash(row_bytes(row))
        if leaf.hex() != row.leaf:
            raise LogError(f"entry {size} ({row.kind}) was changed after it was written on {row.at}.")
        edge = grown(edge, size - 1, leaf)
        if edge[-1].hex() != row.subtree:
            raise LogError(f"entry {size} does not follow those before it: something was removed, moved or replaced.")
        yield row, edge


def verify(connection: Connection) -> Head:
    """Go through the whole log, its checkpoints and every answer it speaks of; returns the head.

    Raises `LogError` at the first entry that was edited, removed or moved, at the first checkpoint that is not of this
    log, and at the first answer or question whose words are not those the log commits to. A question that was erased is
    no fault.
    """
    signed = schema.checkpoints.c
    notes = connection.execute(sa.select(signed.size, signed.note).order_by(signed.size, signed.id)).all()
    waiting = [*reversed(notes)]
    size = 0
    edge: tuple[bytes, ...] = ()
    keys: list[PublicKey] = []
    for row, edge in checked(rows_after(connection, 0), 0, ()):
        size = row.seq
        _check_chain(row)
        if row.kind == KEY_ENTRY:
            keys.append(read_key(json.loads(row.body)["key"]))
        while waiting and waiting[-1].size == size:
            _check_signed(waiting.pop(), edge, keys)
    if waiting:
        raise LogError(
            f"the log has {size} entries, and a checkpoint was signed over {waiting[0].size}: the newest were cut off."
        )
    _verify_answers(connection, size)
    return Head(size, edge_root(edge).hex())


def _edge(connection: Connection) -> tuple[int, tuple[bytes, ...]]:
    rows = connection.execute(_EDGE).all()
    return (rows[-1].seq if rows else 0), tuple(bytes.fromhex(row.subtree) for row in rows)


def _check_chain(row: Any) -> None:
    """Raise for the entry that a log from before the tree ends with, where it was damaged by then."""
    if row.kind == "tree" and (broken := json.loads(row.body)["chain_broken_at"]) is not None:
        raise LogError(f"entry {broken} had been changed, moved or replaced before the log became a tree on {row.at}.")


def _check_signed(row: Any, edge: tuple[bytes, ...], keys: Sequence[PublicKey]) -> None:
    """Raise where a checkpoint is not of this tree, or not signed by a key that the log had named by then."""
    try:
        checkpoint, signer = read_checkpoint(row.note), signer_of(row.note, keys)
    except VerifyError as error:
        raise LogError(f"the checkpoint kept over {row.size} entries: {error}") from error
    if (checkpoint.size, checkpoint.root) != (row.size, edge_root(edge)):
        raise LogError(
            f"the first {row.size} entries are not those that a checkpoint was signed over: they were written anew."
        )
    if signer is None:
        raise LogError(f"the checkpoint kept over {row.size} entries is not signed by a key that the log names.")


def _verify_answers(connection: Connection, size: int) -> None:
    logged, answers, questions = schema.log.c, schema.answers.c, schema.questions.c
    query = (
        sa.select(logged.seq, logged.body, answers.body.label("answer"), questions.text, questions.salt)
        .join_from(schema.log, schema.answers, answers.seq == logged.seq, isouter=True)
        .join(schema.questions, questions.answer_id == answers.id, isouter=True)
        .where(logged.kind == "answer", logged.seq <= size)
        .order_by(logged.seq)
    )
    count = 0
    for row in connection.execute(query).yield_per(500):
        count += 1
        said = json.loads(row.body)
        if row.answer is None:
            raise LogError(f"entry {row.seq}: its answer {said['answer']} is gone.")
        if hashlib.sha256(row.answer.encode()).hexdigest() != said["answer_digest"]:
            raise LogError(f"entry {row.seq}: its answer {said['answer']} was changed after it was given.")
        words = schema.kept(row.text)
        if words is not None and digest_of(words, row.salt) != said["question_digest"]:
            raise LogError(f"entry {row.seq}: the question of answer {said['answer']} was changed after it was asked.")
    if connection.scalar(sa.select(sa.func.count()).select_from(schema.answers).where(answers.seq <= size)) != count:
        raise LogError("there are answers that the log does not speak of: they were put in past it.")
