"""Answers are written to the log before they are shown, many to a transaction when many are asked at once.

Whoever records an answer returns when the transaction that holds it is on the disk, so nobody is shown an answer that a
power cut could take from the log.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection, Engine

from assistant import log, schema
from assistant.answer import Answer
from assistant.canonical import canonical
from assistant.circumstances import Circumstances, keep
from sources.database import writing
from sources.library import newest_change

_MOST_PATIENT = 64
_ANSWERS = schema.answers.insert()
_QUESTIONS = schema.questions.insert()


class RecordError(Exception):
    """An answer could not be written to the log, and so must not be shown."""


class OutdatedError(Exception):
    """The library was curated while an answer came about, so what it quotes may have been withdrawn; look again."""


class Record(Struct, frozen=True):
    """An answer with what the log keeps about how it came to be.

    `turn` counts from 1 within the conversation; `evidence` is the part of the log entry that explains the answer:
    triage, candidates, gate. `curated` is the newest act of curation that the library it quotes from knew of; None where
    it quotes nothing.
    """

    answer: Answer
    question: str
    searched: str
    turn: int
    crisis: bool
    evidence: Mapping[str, Any]
    circumstances: Circumstances | None = None
    curated: int | None = None


class Recorder:
    """The one writer of answers of a process."""

    def __init__(self, engine: Engine, written: Callable[[int], None] = lambda seq: None) -> None:
        """Write to `engine`; `written` is told the place of the newest entry whenever some are on the disk."""
        self._engine, self._written = engine, written
        # One transaction at a time: they would wait for each other in the database in any case.
        self._writing = threading.Lock()
        # Digests of circumstances that are on the disk.
        self._kept: set[str] = set()
        # Only for those who will not wait to the end; its threads are made when first needed.
        self._patient = ThreadPoolExecutor(_MOST_PATIENT, "recorder")

    def record(self, records: Sequence[Record], patience: float | None = None) -> None:
        """Return when the answers are durable, all in one transaction.

        Raises `RecordError` when they could not be written, or not within `patience` seconds; then they may still be. Raises
        `OutdatedError`, and writes none, when one comes from a library that was curated since.
        """
        try:
            if patience is None:
                self._write(records)
            else:
                self._patient.submit(self._write, records).result(patience)
        except OutdatedError:
            raise
        except Exception as error:
            raise RecordError("the answer could not be written to the log, so it is not shown") from error

    def close(self) -> None:
        """Write what is waiting, then stop."""
        self._patient.shutdown()

    def _write(self, records: Sequence[Record]) -> None:
        with self._writing:
            new = {one.digest: one for record in records if (one := record.circumstances)}
            with writing(self._engine) as connection:
                _check_current(connection, records)
                keep(connection, [one for digest, one in new.items() if digest not in self._kept])
                places = write(connection, records)
            self._kept |= new.keys()
        self._written(places[-1])


def _check_current(connection: Connection, records: Sequence[Record]) -> None:
    """Raise `OutdatedError` for an answer from a library that was curated since.

    Whoever curates writes to the log in the same transaction, and from here on nobody else can: what was withdrawn before
    this answer is on record is not in it, in whichever process it came about.
    """
    curated = {record.curated for record in records if record.curated is not None}
    if curated:
        log.hold(connection)
        if curated != {newest_change(connection)}:
            raise OutdatedError


def write(connection: Connection, records: Sequence[Record]) -> list[int]:
    """Write log entries, answers and questions in the caller's transaction; returns the places in the log."""
    salts = [secrets.token_hex(16) for _ in records]
    bodies = [canonical(dict(record.answer.stored())) for record in records]
    entries = [
        log.Entry("answer", _entry(record, body, salt))
        for record, body, salt in zip(records, bodies, salts, strict=True)
    ]
    places = log.append(connection, entries)
    connection.execute(
        _ANSWERS,
        [
            {
                "id": record.answer.id,
                "conversation": record.answer.conversation,
                "turn": record.turn,
                "seq": seq,
                "outcome": record.answer.outcome.value,
                "topic": record.answer.topic,
                "crisis": record.crisis,
                "body": body.decode(),
            }
            for record, body, seq in zip(records, bodies, places, strict=True)
        ],
    )
    connection.execute(
        _QUESTIONS,
        [
            {"answer_id": record.answer.id, "text": record.question, "searched": record.searched, "salt": salt}
            for record, salt in zip(records, salts, strict=True)
        ],
    )
    return places


def _entry(record: Record, body: bytes, salt: str) -> dict[str, Any]:
    answer = record.answer
    return {
        "answer": answer.id,
        "conversation": answer.conversation,
        "turn": record.turn,
        "outcome": answer.outcome.value,
        "edition": answer.edition,
        "policy": answer.policy,
        "question_digest": log.digest_of(record.question, salt),
        "answer_digest": hashlib.sha256(body).hexdigest(),
        "circumstances": record.circumstances and record.circumstances.digest,
        **record.evidence,
    }
