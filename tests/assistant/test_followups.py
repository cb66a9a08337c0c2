"""The labelled follow-ups are what they say, recall does well on the half that is only reported, and figures add up."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from assistant.evaluation import compare_followups, followups
from assistant.evaluation.compare_followups import AUTOMATIC, JOINED, MANUAL, OURS, RAW, Turn
from assistant.evaluation.followups import FollowUp, judge, read, walk
from assistant.policy import load_policy
from assistant.recall import Recalled

TOPICS = load_policy().topics
ROWS = read()
REPORT = [one for one in ROWS if one.half == "report"]


def test_there_are_enough_of_every_shape_in_both_halves() -> None:
    assert len(ROWS) >= 120
    assert {one.half for one in ROWS} == {"tune", "report"}
    assert min(Counter((one.half, one.shape) for one in ROWS).values()) >= 6
    asked = [(one.before, one.question) for one in ROWS]
    assert len(set(asked)) == len(asked)
    assert all(one.standalone or one.must for one in ROWS)


def test_the_half_that_is_reported_stays_as_good_as_it_was() -> None:
    judged = [(one, judge(one, walk([*one.before, one.question], TOPICS)[-1])) for one in REPORT]
    assert all(two.searched for one, two in judged if one.standalone)
    made_whole = [two.searched for one, two in judged if not one.standalone]
    assert sum(made_whole) / len(made_whole) >= 0.95
    topics = [two.topic for _, two in judged if two.topic is not None]
    assert sum(topics) / len(topics) >= 0.95


def test_a_label_is_held_against_what_was_searched_and_shown() -> None:
    one = FollowUp("tune", "x", ("What is gout?",), "is it bad?", False, "gout", ("gout|arthritis",), ("ketamine",))
    assert judge(one, Recalled("gout", "is gout bad?")) == followups.Judged(True, True)
    assert judge(one, Recalled(None, "is arthritis bad?")) == followups.Judged(True, False)
    assert judge(one, Recalled("gout of kings and queens", "gout or ketamine")) == followups.Judged(False, False)
    assert judge(one, Recalled("gout", "ragout")).searched is False


def test_the_figures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert followups.main(["--half", "tune"]) == 0
    assert "standalone, left alone" in capsys.readouterr().out


def turn(raw: str, history: tuple[str, ...], manual: str, automatic: str | None = None) -> Turn:
    return Turn("2019-1", 2019, raw, history, manual, automatic)


TURNS = [
    turn("What is gout?", (), "What is gout?"),
    turn("Is it painful?", ("What is gout?",), "Is gout painful?", "Is gout sore?"),
    turn("Who gets it?", ("What is gout?", "Is it painful?"), "Who gets gout?", "Who gets it?"),
]


def by_letters(text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return a unit vector that counts letters, so that like texts are near and no model is needed."""
    counts = np.zeros(128, dtype=np.float32)
    for letter in text.casefold():
        counts[ord(letter) % 128] += 1
    found: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = counts / np.linalg.norm(counts)
    return found


def test_each_way_of_rewriting_has_its_text() -> None:
    assert compare_followups.texts_of(TURNS[1], TOPICS) == {
        RAW: "Is it painful?",
        JOINED: "What is gout? Is it painful?",
        OURS: "Is gout painful?",
        AUTOMATIC: "Is gout sore?",
        MANUAL: "Is gout painful?",
    }


def test_the_persons_own_rewrite_is_the_most_there_is_to_reach() -> None:
    pool = [one.manual for one in TURNS]
    vectors = {text: by_letters(text) for text in [*pool, *(one.raw for one in TURNS)]}
    most = compare_followups.compare(pool, TURNS, vectors, pool)
    assert all(np.allclose(values, 1) for values in most.values())
    raw = compare_followups.compare([one.raw for one in TURNS], TURNS, vectors, pool)
    assert raw["cosine"][1] < 1
    assert raw["recall"].tolist() == [1.0, 0.5, 0.5]
    assert raw["precision"].tolist() == [1.0, 1.0, 1.0]


def test_a_word_share_of_nothing_is_right() -> None:
    assert compare_followups.word_shares("", "") == (1.0, 1.0)
    assert compare_followups.word_shares("gout pain", "gout") == (1.0, 0.5)


def test_the_report_says_how_many_and_how_sure() -> None:
    lines = compare_followups.report(TURNS, TURNS, TOPICS, by_letters)
    assert "turns that a person rewrote (n = 2)" in lines
    assert lines[-1].startswith("turns that a person left as they were (n = 1), left alone by us 1.000 [1.000, 1.000]")


def test_a_file_is_read_and_halved_by_conversation(tmp_path: Path) -> None:
    rows = [
        {"year": 2020, "topic": n, "turn": 2, "raw": "Why?", "history": [{"user": "What is it?"}], "rewrite": "Why so?"}
        for n in range(40)
    ]
    path = tmp_path / "turns.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    turns = compare_followups.read(path)
    assert turns[0] == Turn("2020-0", 2020, "Why?", ("What is it?",), "Why so?", None)
    assert {one.half for one in turns} == {"tune", "report"}
