"""Labelled questions asked as visitors ask, through the same seven steps, and never in the visitors' log.

The assistant that answers them has a database of its own in a temporary folder, and with it its own conversations and
its own log; what it wrote there about each answer is read back and thrown away. The library is the live one, or, for
questions about passages that a file brings along, an edition of nothing but those.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from assistant import schema
from assistant.assistant import Assistant, QuestionTooLongError
from assistant.evaluation.labelled import Expected, Labelled, LabelledSet
from assistant.evaluation.own_library import library_over
from assistant.outcome import Outcome
from assistant.policy import Policy
from assistant.recorder import Recorder
from index.desk import Held, Library
from sources.database import open_database, reading, upgrade

TOO_LONG = "too_long"
_FINDING = (Outcome.answered, Outcome.personal_advice)
OnProgress = Callable[[int, int], None]


class Found(Struct, frozen=True):
    """A passage that was shown or considered.

    `probability` is None where the log did not keep it; `companion` says of a passage that was not chosen as an answer
    why it was shown ("caveat" or "difference").
    """

    passage: str
    title: str
    text: str
    probability: float | None
    right: bool
    companion: str = ""


class Given(Struct, frozen=True):
    """What came of a labelled question.

    `outcome` is an `Outcome`, or "too_long"; `shown` are the passages in the order a visitor saw them, `candidates` the
    best ones in the order of the gate, whether shown or not; `in_library` says whether the library holds a right passage at all.
    """

    labelled: Labelled
    outcome: str
    notices: tuple[str, ...]
    disclaimer: str
    shown: tuple[Found, ...]
    candidates: tuple[Found, ...]
    in_library: bool
    seconds: float

    def right_in(self, most: int) -> bool:
        """Whether a right passage is among the first so many that a visitor saw, companions counted."""
        return self.outcome in _FINDING and any(one.right for one in self.shown[:most])

    @property
    def right(self) -> bool:
        """Whether what ought to come of the question did."""
        labelled = self.labelled
        match labelled.expected:
            case Expected.answered if labelled.sides:
                return all(any(_holds(one.text, side) for one in self.shown) for side in labelled.sides)
            case Expected.answered:
                return self.right_in(3)
            case Expected.no_answer:
                return self.outcome in (Outcome.no_answer, Outcome.personal_advice) and not self.shown
            case Expected.not_this:
                return not any(_holds(one.text, labelled.unwanted) for one in self.shown)
            case Expected.calm:
                return self.outcome not in (Outcome.crisis, Outcome.emergency)
            case Expected.crisis | Expected.emergency:
                return self.outcome == labelled.expected and not self.shown
            case _:
                return self.outcome == labelled.expected

    @property
    def probability(self) -> float:
        """The first candidate's probability; 0 when triage ended the matter before any search."""
        return (self.candidates[0].probability or 0.0) if self.candidates else 0.0

    @property
    def best_right(self) -> bool:
        """Whether the first candidate is a right passage."""
        return bool(self.candidates) and self.candidates[0].right


def run(assistant: Assistant, labelled: LabelledSet, on_progress: OnProgress = lambda done, total: None) -> list[Given]:
    """Ask every question of the set; returns what came of each, in their order.

    Nothing is written to the assistant's own database. Raises `LibraryUnavailableError` when nothing is published.
    """
    live = assistant.desk.library()
    with ExitStack() as open_:
        folder = Path(open_.enter_context(TemporaryDirectory(prefix="wellcited-evaluation-")))
        beside: dict[bool, _Beside] = {}
        for own in sorted({one.own for one in labelled.questions}):
            library = library_over(labelled.passages, live, folder / "editions") if own else live
            beside[own] = open_.enter_context(_beside(library, assistant.policy, folder / f"own-{own}"))
        given = []
        for n, one in enumerate(labelled.questions, 1):
            given.append(beside[one.own].ask(one))
            on_progress(n, len(labelled.questions))
        return given


@contextmanager
def _beside(library: Library, policy: Policy, folder: Path) -> Iterator[_Beside]:
    engine = open_database(folder)
    upgrade(engine)
    # In this database nothing was ever curated.
    library = replace(library, curated=0)
    recorder = Recorder(engine)
    try:
        yield _Beside(Assistant(engine, policy, Held(engine, folder, library), recorder), engine, library)
    finally:
        recorder.close()
        engine.dispose()


class _Beside(Struct, frozen=True):
    """An assistant with a database that nobody else reads."""

    assistant: Assistant
    engine: Engine
    library: Library

    def ask(self, labelled: Labelled) -> Given:
        """Ask the turns of a question one after the other; what counts is the last."""
        conversation, answer = None, None
        outcome, began = TOO_LONG, time.perf_counter()
        for turn in labelled.turns:
            began = time.perf_counter()
            try:
                answer = self.assistant.answer(turn, conversation)
                outcome, conversation = answer.outcome.value, answer.conversation
            except QuestionTooLongError:
                outcome, answer = TOO_LONG, None
        seconds = time.perf_counter() - began
        candidates = self._candidates(labelled, answer.id) if answer else ()
        probabilities = {one.passage: one.probability for one in candidates}
        return Given(
            labelled=labelled,
            outcome=outcome,
            notices=tuple(one.kind for one in answer.notices) if answer else (),
            disclaimer=answer.disclaimer if answer else "",
            shown=tuple(
                replace(
                    self._found(labelled, one.passage_id, probabilities.get(one.passage_id)),
                    companion=one.companion.role.value if one.companion else "",
                )
                for one in (answer.passages if answer else ())
            ),
            candidates=candidates,
            in_library=self._in_library(labelled),
            seconds=seconds,
        )

    def _candidates(self, labelled: Labelled, answer: str) -> tuple[Found, ...]:
        """The candidates as the log keeps them: those that passed, in the order shown, then the others."""
        query = (
            sa.select(schema.log.c.body)
            .join_from(schema.answers, schema.log, schema.answers.c.seq == schema.log.c.seq)
            .where(schema.answers.c.id == answer)
        )
        with reading(self.engine) as connection:
            kept = json.loads(connection.execute(query).scalar_one())["candidates"]
        return tuple(self._found(labelled, one["passage"], one["probability"] / 1_000_000) for one in kept)

    def _found(self, labelled: Labelled, passage: str, probability: float | None) -> Found:
        listed = self.library.edition.passages[self.library.edition.rows[passage]].passage
        title = listed.article.attributes.title or " > ".join(listed.heading) or listed.article.id
        return Found(passage, title, listed.text, probability, labelled.answered_by(listed.text))

    def _in_library(self, labelled: Labelled) -> bool:
        if labelled.expected is not Expected.answered:
            return True
        hidden = self.library.hidden
        listed = (one for one in self.library.edition.passages if one.id not in hidden)
        return any(labelled.answered_by(one.passage.text) for one in listed)


def _holds(text: str, part: str) -> bool:
    return " ".join(part.split()) in " ".join(text.split())
