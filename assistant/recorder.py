"""Answers are written to the log before they are shown, many to a transaction when many are asked at once.

One thread writes. Whoever records an answer waits until the transaction that holds it is on the disk, so nobody is
shown an answer that a power cut could take from the log. While other answers are on their way the writer gives them a
moment to share the transaction (group commit): in a busy hour few transactions hold many answers, and a question that
comes alone waits for nobody.
"""

from __future__ import annotations

import hashlib
import queue
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection, Engine

from assistant import log, schema
from assistant.answer import Answer
from sources.database import writing

_MOST_AT_ONCE = 64
_MOMENT_SECONDS = 0.006


class RecordError(Exception):
    """An answer could not be written to the log, and so must not be shown."""


@dataclass(frozen=True)
class Record:
    """An answer with what the log keeps about how it came to be.

    `turn` counts from 1 within the conversation; `evidence` is the part of the log entry that explains the answer:
    triage, candidates, gate.
    """

    answer: Answer
    question: str
    searched: str
    turn: int
    crisis: bool
    evidence: Mapping[str, Any]


class Recorder:
    """The one writer of answers of a process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._expected = 0
        self._counting = threading.Lock()
        self._waiting: queue.SimpleQueue[tuple[Record, Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Say that an answer is on its way, for as long as it is."""
        with self._counting:
            self._expected += 1
        try:
            yield
        finally:
            with self._counting:
                self._expected -= 1

    def record(self, record: Record, patience: float | None = None) -> None:
        """Return when the answer is durable.

        Raises `RecordError` when it could not be written, or not within `patience` seconds.
        """
        written: Future[None] = Future()
        self._waiting.put((record, written))
        try:
            written.result(patience)
        except Exception as error:
            raise RecordError("the answer could not be written to the log, so it is not shown") from error

    def close(self) -> None:
        """Write what is waiting, then stop."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch = self._batch()
            entries = [item for item in batch if item is not None]
            if entries:
                self._write(entries)
            if len(entries) < len(batch):
                return

    def _batch(self) -> list[tuple[Record, Future[None]] | None]:
        """Wait for an answer, then for those on their way, a moment at most."""
        batch = [self._waiting.get()]
        until = time.monotonic() + _MOMENT_SECONDS
        while len(batch) < _MOST_AT_ONCE and batch[-1] is not None:
            left = until - time.monotonic() if len(batch) < self._expected else 0.0
            try:
                batch.append(self._waiting.get(timeout=left) if left > 0 else self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch

    def _write(self, entries: Sequence[tuple[Record, Future[None]]]) -> None:
        try:
            with writing(self._engine) as connection:
                write(connection, [record for record, _ in entries])
        except Exception as error:  # whatever it was, everyone who waits must hear of it, and the thread must live on
            for _, written in entries:
                written.set_exception(error)
            return
        for _, written in entries:
            written.set_result(None)


def write(connection: Connection, records: Sequence[Record]) -> None:
    """Write log entries, answers and questions in the caller's transaction."""
    salts = [secrets.token_hex(16) for _ in records]
    bodies = [log.canonical(dict(record.answer.stored())) for record in records]
    entries = [
        log.Entry("answer", _entry(record, body, salt))
        for record, body, salt in zip(records, bodies, salts, strict=True)
    ]
    places = log.append(connection, entries)
    connection.execute(
        schema.answers.insert(),
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
        schema.questions.insert(),
        [
            {"answer_id": record.answer.id, "text": record.question, "searched": record.searched, "salt": salt}
            for record, salt in zip(records, salts, strict=True)
        ],
    )


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
        **record.evidence,
    }
