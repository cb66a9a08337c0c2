"""Giving an answer again: under its own circumstances, byte for byte the same, and as it would be today.

The question is asked again as it was stored, that is without what told who wrote it, after the same turns. Nothing of
it is recorded. What is different today is said in words of a closed list, so that it can be counted over a period.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine

from assistant import conversation as conversations
from assistant import schema
from assistant.answer import Answer
from assistant.assistant import Assistant, Question
from assistant.circumstances import CircumstancesError, kept, library_of, policy_kept
from assistant.conversation import Conversation
from assistant.masking import Masked, masked_before
from assistant.policy import Policy
from assistant.recorder import Record, Recorder
from assistant.verifier import canonical
from index.desk import Desk, Held, Library
from index.edition import EditionError
from index.encoder import EncoderError
from index.publishing import PublishingError
from index.reader import ReaderError
from sources.database import reading

# Libraries of the past that are held open at a time; each takes some ten megabytes.
_OPEN = 3
_NO_LIBRARY = "there was none"


class Change(StrEnum):
    """How an answer of today differs from the one that was given."""

    refused = "refused"
    found = "found"
    outcome = "outcome"
    first = "first"
    further = "further"
    sentences = "sentences"
    warned = "warned"
    unwarned = "unwarned"
    wordings = "wordings"
    suggestions = "suggestions"


CHANGES: Mapping[Change, str] = {
    Change.refused: "It showed passages, and is refused today.",
    Change.found: "It was refused, and shows passages today.",
    Change.outcome: "It comes out as another kind of answer.",
    Change.first: "Another passage comes first.",
    Change.further: "The same passage comes first, with others after it.",
    Change.sentences: "The same passages, with other sentences marked.",
    Change.warned: "It carries a notice or a warning that it did not.",
    Change.unwarned: "It lacks a notice or a warning that it had.",
    Change.wordings: "A fixed text is worded differently.",
    Change.suggestions: "Other questions are suggested.",
}


class ReplayError(Exception):
    """An answer that cannot be given again; says why."""


class Past(Struct, frozen=True, dict=True):
    """An answer as it was given, `body` byte for byte, and what was asked, as it was stored, after which turns."""

    id: str
    at: str
    body: bytes
    question: str
    talk: Conversation
    forgot_topic: bool
    circumstances: str

    @cached_property
    def answer(self) -> Mapping[str, Any]:
        """The answer as `Answer.stored` wrote it."""
        found: Mapping[str, Any] = json.loads(self.body)
        return found

    def asked(self) -> Question:
        """Return the question, to be asked once more."""
        masked = any(one["kind"] == "masked" for one in self.answer["notices"])
        known = masked_before(self.question) if masked else Masked(self.question, self.question, ())
        return Question(self.question, self.talk.id, self.forgot_topic, masked=known, talk=self.talk)


def past(connection: Connection, answer_id: str) -> Past:
    """Return an answer as it was given. Raises `ReplayError` when there is none, or words that it rests on are gone."""
    a, q, logged = schema.answers.c, schema.questions.c, schema.log.c
    row = connection.execute(
        sa.select(a.conversation, a.turn, a.body, q.text, logged.at, logged.body.label("entry"))
        .join_from(schema.answers, schema.log, logged.seq == a.seq)
        .join(schema.questions, q.answer_id == a.id, isouter=True)
        .where(a.id == answer_id)
    ).one_or_none()
    if row is None:
        raise ReplayError("there is none of this id")
    words, entry = schema.kept(row.text), json.loads(row.entry)
    if words is None:
        raise ReplayError("the words of its question were erased")
    if not entry.get("circumstances"):
        raise ReplayError("it is from before circumstances were kept")
    talk = conversations.before(connection, row.conversation, row.turn)
    if any(turn.asked is None for turn in talk.recent):
        raise ReplayError("the words of an earlier turn were erased")
    forgot = bool(entry.get("forgot_topic"))
    return Past(answer_id, row.at, row.body.encode(), words, talk, forgot, entry["circumstances"])


def answers_between(connection: Connection, since: str, until: str) -> list[str]:
    """Return the ids of answers given from one moment (ISO 8601, UTC) until before another, oldest first."""
    a, logged = schema.answers.c, schema.log.c
    query = sa.select(a.id).join_from(schema.answers, schema.log, logged.seq == a.seq)
    return list(connection.scalars(query.where(logged.at >= since, logged.at < until).order_by(a.seq)))


class _Unrecorded(Recorder):
    """Lets answers be given that nobody is shown: writes nothing."""

    def record(self, records: Sequence[Record], patience: float | None = None) -> None:
        """Do nothing."""


class Replayer:
    """Gives answers again, under their own circumstances and with the library and policy of today."""

    def __init__(self, engine: Engine, data: Path, policy: Policy, desk: Desk) -> None:
        """Use `policy` and the library of `desk` as those of today."""
        self._engine, self._data = engine, data
        self._recorder = _Unrecorded(engine)
        self._today = Assistant(engine, policy, desk, self._recorder)
        self._then: dict[str, Assistant] = {}

    def close(self) -> None:
        """Give up what replaying held."""
        self._recorder.close()

    def then(self, one: Past) -> Answer:
        """Give an answer again under its own circumstances. Raises `ReplayError` when they cannot be brought back."""
        return _again(self._under(one.circumstances), one)

    def today(self, one: Past) -> Answer:
        """Give it as it would be today. Raises `LibraryUnavailableError` when there is nothing to search."""
        return _again(self._today, one)

    def _under(self, digest: str) -> Assistant:
        if digest not in self._then:
            while len(self._then) >= _OPEN:
                del self._then[next(iter(self._then))]
            try:
                self._then[digest] = self._opened(digest)
            except (CircumstancesError, EditionError, EncoderError, PublishingError, ReaderError) as error:
                raise ReplayError(str(error)) from error
        return self._then[digest]

    def _opened(self, digest: str) -> Assistant:
        with reading(self._engine) as connection:
            told = kept(connection, digest)
            policy = policy_kept(connection, told["policy"])
            held: Library | str = _NO_LIBRARY
            if told["library"] is not None:
                held = library_of(connection, self._data, told["library"])
        assistant = Assistant(self._engine, policy, Held(self._engine, self._data, held), self._recorder)
        if assistant.listener != told["listener"]:
            raise CircumstancesError("another model listened to it than the one that is installed")
        return assistant


def _again(assistant: Assistant, one: Past) -> Answer:
    (answer,) = assistant.answer_together([one.asked()])
    if isinstance(answer, Exception):
        raise answer
    return replace(answer, id=one.id, conversation=one.answer["conversation"])


def stored_bytes(answer: Answer) -> bytes:
    """Return an answer as the log's tables hold it."""
    return canonical(dict(answer.stored()))


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Change, ...]:
    """Say how one stored answer differs from another; nothing where a visitor would see the same."""
    return tuple(change for change in Change if _DIFFER[change](then, now))


def _quoted(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["article"]["id"], one["text"]) for one in answer["passages"]]


def _first(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    return _quoted(answer)[:1]


def _marked(answer: Mapping[str, Any]) -> list[Any]:
    return [one["highlights"] for one in answer["passages"]]


def _more_warnings(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether an answer has a notice that the other lacks, or a warning on a passage that the other shows without it."""
    kinds = {notice["kind"] for notice in one["notices"]} - {notice["kind"] for notice in other["notices"]}
    there = {passage["text"]: Counter(passage["warnings"]) for passage in other["passages"]}
    return bool(kinds - {"no_answer"}) or any(
        Counter(passage["warnings"]) - there[passage["text"]] for passage in one["passages"] if passage["text"] in there
    )


def _texts(answer: Mapping[str, Any]) -> dict[str, str]:
    return {"": answer["disclaimer"], **{one["kind"]: one["text"] for one in answer["notices"]}}


def _reworded(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    before, after = _texts(then), _texts(now)
    return any(before[kind] != after[kind] for kind in before.keys() & after.keys())


def _both_shown(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return bool(then["passages"] and now["passages"])


_DIFFER: Mapping[Change, Callable[[Mapping[str, Any], Mapping[str, Any]], bool]] = {
    Change.refused: lambda then, now: bool(then["passages"]) and not now["passages"],
    Change.found: lambda then, now: bool(now["passages"]) and not then["passages"],
    Change.outcome: lambda then, now: then["outcome"] != now["outcome"],
    Change.first: lambda then, now: _both_shown(then, now) and _first(then) != _first(now),
    Change.further: lambda then, now: _first(then) == _first(now) and _quoted(then) != _quoted(now),
    Change.sentences: lambda then, now: _quoted(then) == _quoted(now) and _marked(then) != _marked(now),
    Change.warned: lambda then, now: _more_warnings(now, then),
    Change.unwarned: lambda then, now: _more_warnings(then, now),
    Change.wordings: _reworded,
    Change.suggestions: lambda then, now: then["suggestions"] != now["suggestions"],
}


class Replayed(Struct, frozen=True):
    """What came of giving an answer again.

    `same` says whether it was byte for byte the same under its own circumstances; None where that cannot be told, and
    `why_not` says why. `changes` say what is different today; None where it cannot be asked again.
    """

    id: str
    at: str
    same: bool | None
    why_not: str
    changes: tuple[Change, ...] | None


def replay(connection: Connection, replayer: Replayer, answer_id: str) -> Replayed:
    """Give an answer again, both ways."""
    try:
        one = past(connection, answer_id)
    except ReplayError as error:
        return Replayed(answer_id, "", None, str(error), None)
    today = changes(one.answer, json.loads(stored_bytes(replayer.today(one))))
    try:
        same = stored_bytes(replayer.then(one)) == one.body
    except ReplayError as error:
        return Replayed(answer_id, one.at, None, str(error), today)
    return Replayed(answer_id, one.at, same, "", today)


class Report(Struct, frozen=True):
    """What came of many: in their order."""

    answers: tuple[Replayed, ...]

    @property
    def same(self) -> int:
        """How many were byte for byte the same under their own circumstances."""
        return sum(one.same is True for one in self.answers)

    @property
    def different(self) -> tuple[str, ...]:
        """Those that were not, though their circumstances were brought back: something is wrong."""
        return tuple(one.id for one in self.answers if one.same is False)

    @property
    def untold(self) -> Counter[str]:
        """Why it could not be told of the others, and of how many."""
        return Counter(one.why_not for one in self.answers if one.same is None)

    @property
    def unchanged(self) -> int:
        """How many would be the same to a visitor today."""
        return sum(one.changes == () for one in self.answers)

    def changed(self) -> dict[Change, list[str]]:
        """Ids of the answers that would differ today, by how; one may differ in several ways."""
        return {
            change: found
            for change in Change
            if (found := [one.id for one in self.answers if one.changes and change in one.changes])
        }


def replay_all(
    engine: Engine,
    replayer: Replayer,
    answer_ids: Iterable[str],
    on_progress: Callable[[], None] = lambda: None,
) -> Report:
    """Give answers again, one after the other; `on_progress` is told of each."""
    found = []
    for answer_id in answer_ids:
        with reading(engine) as connection:
            found.append(replay(connection, replayer, answer_id))
        on_progress()
    return Report(tuple(found))
