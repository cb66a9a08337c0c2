"""Labelled questions: what is asked, and what is right for it, from a file of JSON lines or from the library itself.

Five kinds of line are understood, in any mixture:

    {"kind": "answer", "question": …, "gold": [a right passage contains one of these, …]}
    {"question": …, "gold": […], "also": [{"gold": […]}, …]}                            the same without a kind
    {"kind": "near", "question": …}                                                     to be refused, or KINDS below
    {"kind": …, "heading": …, "passage": …, "answered": …, "trap": …}                   a pair over a passage of its own
    {"question": …, "sides": [{"heading": …, "passage": …}, …], "distractors": […]}     both sides belong in the answer

`half` may say whether a line was used to set something ("tune") or only to report ("report"); `turns` gives the
conversation that ends in the question; `style` tells questions to be refused apart, and "urgent" makes personal advice
an emergency.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sources.questions import CuratedQuestion, plain_text

HALVES = ("report", "tune", "all")
ANSWER, FOLLOW_UP, REFUSE, COMPARISON = "answer", "follow_up", "no_answer", "comparison"


class Expected(StrEnum):
    """What ought to come of a question. `calm` is anything but an alarm; `not_this` anything but one passage."""

    answered = "answered"
    no_answer = "no_answer"
    not_this = "not_this"
    personal_advice = "personal_advice"
    crisis = "crisis"
    emergency = "emergency"
    calm = "calm"


KINDS: Mapping[str, Expected] = {
    ANSWER: Expected.answered,
    "answer_with_crisis_line": Expected.answered,
    FOLLOW_UP: Expected.answered,
    REFUSE: Expected.no_answer,
    "near": Expected.no_answer,
    "off-topic": Expected.no_answer,
    "personal_advice": Expected.personal_advice,
    "emergency": Expected.emergency,
    "crisis": Expected.crisis,
    "not_crisis": Expected.calm,
}


class LabelledError(Exception):
    """A labelled file that cannot be understood; names the file, the line, the field, its value and the next step."""

    def __init__(self, file: str, line: int, field: str, value: object, next_step: str) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
        super().__init__(f"{file}, line {line}, field {field!r}, value {shown}: {next_step}.")
        self.file, self.line, self.field, self.next_step = file, line, field, next_step


class OwnPassage(Struct, frozen=True):
    """A passage that a file brings along, for questions that are asked of nothing but such passages."""

    heading: str
    text: str


class Labelled(Struct, frozen=True):
    """A question with what is right for it.

    `turns` ends with the question itself. A right passage contains one of `gold`; where there are `sides`, each names
    a passage that belongs in the answer. `unwanted` must not be in any shown passage. `pair` names the two questions of
    a trap, and `own` says that it is asked of the passages of its file and not of the library.
    """

    name: str
    turns: tuple[str, ...]
    expected: Expected
    kind: str
    gold: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    unwanted: str = ""
    pair: str = ""
    own: bool = False
    half: str = ""

    @property
    def question(self) -> str:
        """The last turn."""
        return self.turns[-1]

    @property
    def searches(self) -> bool:
        """Whether it is about finding or refusing, and not about safety."""
        return self.expected in (Expected.answered, Expected.no_answer, Expected.not_this)

    def answered_by(self, text: str) -> bool:
        """Whether a passage with this text is a right one; white space does not count."""
        plain = plain_text(text)
        return any(plain_text(gold) in plain for gold in (*self.gold, *self.sides))


class LabelledSet(Struct, frozen=True):
    """All questions of one file, the passages it brings along, and the SHA-256 of the file by which to know it again."""

    name: str
    sha256: str
    questions: tuple[Labelled, ...]
    passages: tuple[OwnPassage, ...] = ()

    def of_half(self, half: str) -> LabelledSet:
        """Only the questions of a half; those that name none belong to both. All passages stay."""
        kept = tuple(one for one in self.questions if half == "all" or one.half in ("", half))
        return replace(self, questions=kept)


def read_labelled(path: Path) -> LabelledSet:
    """Read a file of labelled questions. Raises `LabelledError`, or `OSError` when it cannot be read."""
    data = path.read_bytes()
    questions: list[Labelled] = []
    passages: list[OwnPassage] = []
    for row in _rows(path.name, data):
        found, own = row.understood()
        questions += found
        passages += own
    if not questions:
        raise LabelledError(path.name, 1, "question", None, "the file holds no question; write one JSON object a line")
    return LabelledSet(path.name, hashlib.sha256(data).hexdigest(), tuple(questions), tuple(dict.fromkeys(passages)))


def of_library(curated: Sequence[CuratedQuestion]) -> LabelledSet:
    """The curated questions of a library; the digest is that of their JSON, so that the same questions have the same."""
    questions = tuple(
        Labelled(
            name=f"curated {n}",
            turns=(one.question,),
            expected=Expected.answered if one.must_answer else Expected.no_answer,
            kind=ANSWER if one.must_answer else REFUSE,
            gold=one.gold,
            half=one.half,
        )
        for n, one in enumerate(curated, 1)
    )
    written = json.dumps([[one.question, one.must_answer, one.gold, one.half] for one in curated], ensure_ascii=False)
    return LabelledSet("the curated questions", hashlib.sha256(written.encode()).hexdigest(), questions)


def _rows(file: str, data: bytes) -> Iterator[_Row]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = data[: error.start].count(b"\n") + 1
        value = data[error.start : error.start + 8]
        raise LabelledError(file, broken, "(line)", value, "save the file as UTF-8") from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError as error:
            raise LabelledError(file, number, "(line)", line, f"write one JSON object a line ({error})") from error
        if not isinstance(fields, dict):
            raise LabelledError(file, number, "(line)", fields, 'write a JSON object, such as {"question": …}')
        yield _Row(file, number, fields)


class _Row(Struct, frozen=True):
    """One line of a file, on its way to questions."""

    file: str
    line: int
    fields: Mapping[str, Any]

    def understood(self) -> tuple[list[Labelled], list[OwnPassage]]:
        if "trap" in self.fields:
            return self._trap()
        if "sides" in self.fields:
            return self._comparison()
        return [self._question()], []

    def _question(self) -> Labelled:
        kind = self._kind()
        expected = KINDS[kind]
        style = self._text("style", "")
        if expected is Expected.personal_advice and style == "urgent":
            kind, expected = "emergency", Expected.emergency
        if kind == REFUSE and style:
            kind = style
        gold = self._gold() if expected is Expected.answered else ()
        turns = self._texts("turns") if "turns" in self.fields else (self._text("question"),)
        if kind == ANSWER and len(turns) > 1:
            kind = FOLLOW_UP
        return Labelled(self._name(), turns, expected, kind, gold, half=self._half())

    def _trap(self) -> tuple[list[Labelled], list[OwnPassage]]:
        passage = self._passage(self.fields, "")
        kind, name, half = self._text("kind", "trap"), self._name(), self._half()
        answered = Labelled(
            f"{name} answered", (self._text("answered"),), Expected.answered, kind,
            gold=(passage.text,), pair=name, own=True, half=half,
        )  # fmt: skip
        trap = Labelled(
            f"{name} trap", (self._text("trap"),), Expected.not_this, kind,
            unwanted=passage.text, pair=name, own=True, half=half,
        )  # fmt: skip
        return [answered, trap], [passage]

    def _comparison(self) -> tuple[list[Labelled], list[OwnPassage]]:
        sides = self._passages("sides")
        if len(sides) < 2:
            raise self._error("sides", self.fields["sides"], "give two or more sides to compare")
        others = self._passages("distractors") if "distractors" in self.fields else []
        asked = Labelled(
            self._name(), (self._text("question"),), Expected.answered, COMPARISON,
            sides=tuple(side.text for side in sides), own=True, half=self._half(),
        )  # fmt: skip
        return [asked], [*sides, *others]

    def _kind(self) -> str:
        field = "kind" if "kind" in self.fields or "label" not in self.fields else "label"
        if field not in self.fields:
            if "gold" in self.fields:
                return ANSWER
            raise self._error("kind", None, "say what is right: a kind, or gold for a question to be answered")
        kind = self._text(field)
        if kind not in KINDS:
            raise self._error(field, kind, f"use one of {', '.join(KINDS)}")
        return kind

    def _gold(self) -> tuple[str, ...]:
        gold = list(self._texts("gold"))
        for other in self._list("also") if "also" in self.fields else ():
            if not isinstance(other, dict):
                raise self._error("also", other, 'write objects with "gold"')
            gold += replace(self, fields=other)._texts("gold")
        return tuple(gold)

    def _name(self) -> str:
        return self._text("id", f"line {self.line}")

    def _half(self) -> str:
        half = self._text("half", "")
        if half not in ("", *HALVES[:2]):
            raise self._error("half", half, 'write "tune" or "report", or leave it out')
        return half

    def _passages(self, field: str) -> list[OwnPassage]:
        return [self._passage(one, f"{field}.") for one in self._list(field)]

    def _passage(self, fields: object, where: str) -> OwnPassage:
        if not isinstance(fields, dict):
            raise self._error(where.rstrip("."), fields, 'write objects with "heading" and "passage"')
        row = replace(self, fields={f"{where}{name}": value for name, value in fields.items()})
        return OwnPassage(row._text(f"{where}heading", ""), row._text(f"{where}passage"))

    def _texts(self, field: str) -> tuple[str, ...]:
        values = self._list(field)
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            raise self._error(field, values, "write a list of texts, none of them empty")
        return tuple(values)

    def _list(self, field: str) -> list[Any]:
        value = self.fields.get(field)
        if not isinstance(value, list):
            raise self._error(field, value, "write a list")
        return value

    def _text(self, field: str, default: str | None = None) -> str:
        value = self.fields.get(field, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self._error(field, value, "write a text that is not empty")
        return value

    def _error(self, field: str, value: object, next_step: str) -> LabelledError:
        return LabelledError(self.file, self.line, field, value, next_step)
