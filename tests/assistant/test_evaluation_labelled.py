"""Labelled files: every kind of line is understood, and a line that is not says where it is and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.evaluation.labelled import Expected, Labelled, LabelledError, LabelledSet, of_library, read_labelled
from sources import starter_library

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "sources" / "starter"
TRAPS = ROOT / "assistant" / "evaluation" / "traps.jsonl"


def read(tmp_path: Path, *rows: dict[str, Any] | str) -> LabelledSet:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return read_labelled(file)


def one(tmp_path: Path, row: dict[str, Any]) -> Labelled:
    (found,) = read(tmp_path, row).questions
    return found


@pytest.mark.parametrize(
    ("row", "expected", "kind"),
    [
        ({"kind": "answer", "style": "plain", "gold": ["within hours"]}, Expected.answered, "answer"),
        ({"kind": "answer_with_crisis_line", "gold": ["x"]}, Expected.answered, "answer_with_crisis_line"),
        ({"kind": "no_answer", "style": "near", "gold": []}, Expected.no_answer, "near"),
        ({"kind": "no_answer"}, Expected.no_answer, "no_answer"),
        ({"kind": "near"}, Expected.no_answer, "near"),
        ({"label": "off-topic"}, Expected.no_answer, "off-topic"),
        ({"kind": "personal_advice", "style": "advice"}, Expected.personal_advice, "personal_advice"),
        ({"kind": "personal_advice", "style": "urgent"}, Expected.emergency, "emergency"),
        ({"kind": "crisis", "gold": []}, Expected.crisis, "crisis"),
        ({"kind": "not_crisis", "style": "benign"}, Expected.calm, "not_crisis"),
        ({"gold": ["within hours"]}, Expected.answered, "answer"),
    ],
)
def test_each_kind_is_understood(tmp_path: Path, row: dict[str, Any], expected: Expected, kind: str) -> None:
    found = one(tmp_path, {"question": "How fast is it?", **row})
    assert (found.question, found.expected, found.kind) == ("How fast is it?", expected, kind)


def test_a_follow_up_has_its_turns(tmp_path: Path) -> None:
    found = one(tmp_path, {"kind": "follow_up", "question": "b?", "gold": ["g"], "turns": ["a?", "b?"]})
    assert (found.turns, found.question, found.kind) == (("a?", "b?"), "b?", "follow_up")


def test_gold_does_not_mind_white_space(tmp_path: Path) -> None:
    found = one(
        tmp_path, {"question": "q", "gold": ["within  a\nday"], "also": [{"article": "x", "gold": ["by night"]}]}
    )
    assert found.answered_by("It works within a day.")
    assert found.answered_by("It works\nby night.")
    assert not found.answered_by("It works within the day.")


def test_the_starter_files_say_what_the_library_says() -> None:
    rows = [
        *read_labelled(STARTER / "answerable.jsonl").questions,
        *read_labelled(STARTER / "unanswerable.jsonl").questions,
    ]
    library = of_library(starter_library.questions()).questions
    assert [(row.question, row.expected, row.gold, row.half) for row in rows] == [
        (row.question, row.expected, row.gold, row.half) for row in library
    ]
    assert {row.kind for row in rows} == {"answer", "near", "off-topic"}


def test_a_trap_is_two_questions_about_one_passage() -> None:
    found = read_labelled(TRAPS)
    first, second = found.questions[:2]
    assert first.pair == second.pair != ""
    assert (first.expected, second.expected) == (Expected.answered, Expected.not_this)
    assert first.gold == (second.unwanted,)
    assert found.passages[0].text == second.unwanted
    sides = [one for one in found.questions if one.sides]
    assert len(sides) == 30
    assert all(one.own and len(one.sides) == 2 for one in sides)
    assert {side for one in sides for side in one.sides} <= {passage.text for passage in found.passages}


def test_a_half_leaves_the_other_out_and_keeps_what_has_none(tmp_path: Path) -> None:
    rows = [
        {"kind": "near", "question": half or "none", **({"half": half} if half else {})}
        for half in ("tune", "report", "")
    ]
    found = read(tmp_path, *rows)
    assert [one.question for one in found.of_half("report").questions] == ["report", "none"]
    assert [one.question for one in found.of_half("tune").questions] == ["tune", "none"]
    assert len(found.of_half("all").questions) == 3


def test_the_same_questions_have_the_same_digest() -> None:
    questions = starter_library.questions()
    assert of_library(questions).sha256 == of_library(list(questions)).sha256
    assert of_library(questions).sha256 != of_library(questions[:-1]).sha256


GOOD = '{"kind": "near", "question": "q"}'


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ("{not json", "(line)", "one JSON object a line"),
        ("[1]", "(line)", "write a JSON object"),
        ({"kind": "nearly", "question": "q"}, "kind", "use one of answer,"),
        ({"label": "nearly", "question": "q"}, "label", "use one of answer,"),
        ({"question": "q"}, "kind", "say what is right"),
        ({"kind": "near"}, "question", "a text that is not empty"),
        ({"kind": "near", "question": " "}, "question", "a text that is not empty"),
        ({"kind": "near", "question": 7}, "question", "a text that is not empty"),
        ({"kind": "answer", "question": "q", "gold": []}, "gold", "a list of texts, none of them empty"),
        ({"kind": "answer", "question": "q", "gold": "g"}, "gold", "write a list"),
        ({"kind": "answer", "question": "q"}, "gold", "write a list"),
        ({"question": "q", "gold": ["g"], "also": ["h"]}, "also", 'objects with "gold"'),
        ({"kind": "near", "question": "q", "half": "third"}, "half", '"tune" or "report"'),
        ({"kind": "follow_up", "question": "q", "gold": ["g"], "turns": []}, "turns", "a list of texts"),
        ({"kind": "negation", "passage": "p", "answered": "a", "trap": ""}, "trap", "a text that is not empty"),
        ({"kind": "negation", "answered": "a", "trap": "t"}, "passage", "a text that is not empty"),
        ({"question": "q", "sides": [{"passage": "p"}]}, "sides", "two or more sides"),
        ({"question": "q", "sides": [{"passage": "p"}, {"heading": "h"}]}, "sides.passage", "a text that is not empty"),
        ({"question": "q", "sides": ["p", "r"]}, "sides", 'objects with "heading" and "passage"'),
    ],
)
def test_a_line_that_is_not_understood_is_named(
    tmp_path: Path, row: dict[str, Any] | str, field: str, says: str
) -> None:
    with pytest.raises(LabelledError) as raised:
        read(tmp_path, GOOD, "", row)
    assert (raised.value.file, raised.value.line, raised.value.field) == ("questions.jsonl", 3, field)
    assert str(raised.value).startswith(f"questions.jsonl, line 3, field {field!r}, value ")
    assert says in str(raised.value)


def test_an_empty_file_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(LabelledError, match="holds no question"):
        read(tmp_path, "")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_bytes(GOOD.encode() + b'\n{"kind": "near", "question": "na\xefve"}')
    with pytest.raises(LabelledError, match=r"old.jsonl, line 2, .* save the file as UTF-8"):
        read_labelled(file)
