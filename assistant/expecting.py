"""The questions that staff keep, asked of an edition that is to go live: each by itself must come out as expected.

They are asked just as a visitor would ask them, from triage to the quotes, and nothing of it is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from sqlalchemy.engine import Engine

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.outcome import Outcome
from assistant.policy import Policy
from assistant.recorder import Record, Recorder
from index.desk import Held, Library
from sources.questions import CuratedQuestion, Kind, plain_text

_CARDS = (Outcome.crisis, Outcome.emergency)
_SHORT = 160
EXPECTED = {
    Kind.MUST_ANSWER: "a passage with the right words",
    Kind.MUST_REFUSE: "no passage",
    Kind.CRISIS: "a crisis or emergency card",
    Kind.PERSONAL_ADVICE: "the notice on personal advice",
    Kind.TRAP: "not the passage that only seems to answer",
}


class Failure(Struct, frozen=True):
    """A question that came out otherwise than expected: in words, what was expected, what was so, and what would be.

    `kept` says that staff keep it; otherwise it came with the library.
    """

    question: str
    kind: Kind
    expected: str
    before: str
    now: str
    kept: bool = True


class Unrecorded(Recorder):
    """Lets answers be given that nobody is shown: writes nothing, and keeps the last record to be looked at."""

    last: Record | None = None

    def record(self, records: Sequence[Record], patience: float | None = None) -> None:
        """Keep the last one."""
        self.last = records[-1]


@contextmanager
def asking(engine: Engine, data: Path, policy: Policy, library: Library) -> Iterator[tuple[Assistant, Unrecorded]]:
    """Yield an assistant over a library that is not live; what it answers is not recorded."""
    recorder = Unrecorded(engine)
    try:
        yield Assistant(engine, policy, Held(engine, data, library), recorder), recorder
    finally:
        recorder.close()


def meets(question: CuratedQuestion, answer: Answer) -> bool:
    """Whether an answer is what staff expect of a question that they keep."""
    texts = [plain_text(one.text) for one in answer.passages]
    match question.kind:
        case Kind.MUST_ANSWER:
            return any(question.in_plain(text) for text in texts)
        case Kind.MUST_REFUSE:
            return answer.outcome not in _CARDS and not texts
        case Kind.CRISIS:
            return answer.outcome in _CARDS
        case Kind.PERSONAL_ADVICE:
            return answer.outcome is Outcome.personal_advice
        case Kind.TRAP:
            return not any(question.in_plain(text) for text in texts) if question.gold else not texts
        case None:
            return True


def failures(
    engine: Engine,
    data: Path,
    policy: Policy,
    new: Library,
    before: Callable[[], Library | None],
    questions: Sequence[CuratedQuestion],
) -> tuple[Failure, ...]:
    """Ask a new edition the questions that staff keep; of those that fail, say what the live edition answers."""
    kept = [one for one in questions if one.kind is not None]
    if not kept:
        return ()
    with asking(engine, data, policy, new) as (assistant, _):
        now = [(one, assistant.answer(one.question)) for one in kept]
    wrong = [(one, answer) for one, answer in now if not meets(one, answer)]
    so_far = dict.fromkeys((one.question for one, _ in wrong), "nothing was live")
    live = before() if wrong else None
    if live is not None:
        with asking(engine, data, policy, live) as (assistant, _):
            so_far = {one.question: told(assistant.answer(one.question)) for one, _ in wrong}
    return tuple(
        Failure(one.question, one.kind, expected(one, one.kind), so_far[one.question], told(answer))
        for one, answer in wrong
        if one.kind is not None
    )


def expected(question: CuratedQuestion, kind: Kind) -> str:
    """Say in words what is expected of a question."""
    words = "; or ".join(f"“{shortened(gold)}”" for gold in question.gold)
    if kind is Kind.TRAP and not words:
        return "no passage"
    return f"{EXPECTED[kind]}{f': {words}' if words else ''}"


def told(answer: Answer) -> str:
    """Say in words what a visitor would see."""
    if answer.passages:
        first = answer.passages[0]
        lead = "with the notice on personal advice, " if answer.outcome is Outcome.personal_advice else ""
        more = f" and {len(answer.passages) - 1} more" if len(answer.passages) > 1 else ""
        return f"{lead}“{shortened(first.text)}” ({first.source.attributes.title}){more}"
    return {
        Outcome.crisis: "the crisis card",
        Outcome.emergency: "the emergency card",
        Outcome.personal_advice: "the notice on personal advice, no passage",
    }.get(answer.outcome, "no passage")


def shortened(text: str) -> str:
    """Return the beginning of a text on one line."""
    plain = plain_text(text)
    return plain if len(plain) <= _SHORT else f"{plain[:_SHORT].rsplit(' ', 1)[0]} …"
