"""The test bench: a question asked of the draft by the very steps that answer visitors, and nothing of it recorded."""

from __future__ import annotations

import threading

from msgspec import Struct
from sqlalchemy.engine import Connection, Engine

from assistant.answer import Answer
from assistant.comparison import look_up
from assistant.drafts import Opened, library_of, open_draft
from assistant.expecting import asking
from assistant.gate import Judged
from assistant.outcome import Outcome
from assistant.policy import Policy
from assistant.recorder import Record
from sources.database import reading
from web.settings import Settings


class Tried(Struct, frozen=True):
    """What came of a question: the answer, what the log would keep of it, and every candidate, best first."""

    question: str
    answer: Answer
    record: Record
    judged: tuple[Judged, ...]


class Bench:
    """Keeps the draft that was asked last open, for opening one takes longer than asking it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._opened: Opened | None = None

    def ask(self, engine: Engine, settings: Settings, policy: Policy, digest: str, question: str) -> Tried:
        """Ask a draft a question.

        Raises `EditionError`, `EncoderError` or `PublishingError` when it cannot be opened, and `QuestionTooLongError`.
        """
        with self._lock, reading(engine) as connection:
            opened = self._open(connection, settings, digest)
            library = library_of(connection, opened, settings.reads)
        with asking(engine, settings.data, policy, library) as (assistant, recorder):
            answer = assistant.answer(question)
            record = recorder.last
        assert record is not None
        carded = answer.outcome in (Outcome.crisis, Outcome.emergency)
        judged = () if carded else look_up(library, record.searched, policy)
        return Tried(question, answer, record, judged)

    def _open(self, connection: Connection, settings: Settings, digest: str) -> Opened:
        if self._opened is None or self._opened.edition.digest != digest:
            self._opened = None
            self._opened = open_draft(connection, settings.data, digest)
        return self._opened
