"""`wellcited evaluate`, as staff run it before they publish and as a script runs it as a gate."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import wellcited

ROWS = [
    {"kind": "answer", "question": "What does SSRI stand for?", "gold": ["selective serotonin reuptake inhibitors"]},
    {"kind": "near", "question": "How do I change the oil of a lawn mower?"},
    {"kind": "crisis", "question": "I want to die", "half": "tune"},
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def test_figures_a_report_and_what_to_do_next(data: Path, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = wellcited(data, "evaluate", str(questions), "--out", str(out), "--at-least", "right_in_3=1")
    assert re.search(r"right_in_3 +│ 1 of 1 +│ 21% to 100% +│ 1 ", said)
    assert "recognised.crisis" not in said  # the half that sets things is left out
    assert f"Next: read the worst misses in {out / 'report.html'}" in said
    assert "<h1>" in (out / "report.html").read_text(encoding="utf-8")
    configuration = json.loads((out / "results.json").read_text(encoding="utf-8"))["configuration"]
    assert configuration["file"]["name"] == "mine.jsonl"
    assert (configuration["file"]["asked"], configuration["file"]["left_out"]) == (2, 1)
    assert "The log is whole" in wellcited(data, "log", "verify")
    assert "lawn mower" not in "".join(map(str, (data / "wellcited.sqlite").read_bytes().split(b"\0")))

    said = wellcited(data, "evaluate", str(questions), "--half", "all", "--compare", str(out / "results.json"))
    assert "The earlier run asked another set of questions" in said
    assert "0 questions went wrong since then." in said
    assert "recognised.crisis" in said
    found = re.search(r"worst misses in (\S+report\.html)", said)
    assert found
    assert Path(found[1]).parent.parent == data / "evaluations"
    assert "Since the earlier run" in Path(found[1]).read_text(encoding="utf-8")


def test_a_bound_that_is_missed_makes_it_fail(data: Path, questions: Path, tmp_path: Path) -> None:
    run = ("evaluate", str(questions), "--out", str(tmp_path / "out"))
    said = wellcited(data, *run, "--at-least", "refused=0.5", "--at-most", "refused=0.5", succeeds=False)
    assert "refused is 1.000, and must be at most 0.5. Next: read the worst misses" in said
    assert (tmp_path / "out" / "report.html").exists()


def test_without_a_file_the_curated_questions_are_asked(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLCITED_READER", "off")  # fifty questions take it a minute
    said = wellcited(data, "evaluate")
    assert "area_under_curve" in said
    assert re.search(r"right_in_3 +│ \d+ of 5\d ", said)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.jsonl"], "missing.jsonl: No such file"),
        (["bad.jsonl"], "bad.jsonl, line 2, field 'kind', value 'nearly': use one of"),
        (["--at-least", "right_in_3"], "right_in_3: it is not of the form NAME=NUMBER"),
        (["--compare", "bad.jsonl"], "bad.jsonl: it is not JSON"),
        (["--half", "third"], "'third' is not one of"),
    ],
)
def test_a_failure_is_a_sentence_that_helps(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    (tmp_path / "bad.jsonl").write_text(f'{json.dumps(ROWS[0])}\n{{"kind": "nearly", "question": "q"}}\n')
    placed = [str(tmp_path / one) if one.endswith(".jsonl") else one for one in arguments]
    said = wellcited(data, "evaluate", *placed, succeeds=False)
    assert says in said.replace(f"{tmp_path}/", "")
    assert "Traceback" not in said


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    assert "no curated questions" in wellcited(tmp_path / "data", "evaluate", succeeds=False)
