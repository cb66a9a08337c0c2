"""Comparisons: which questions compare, what each side becomes, and that both sides are shown."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.assistant import Assistant
from assistant.comparison import sides
from sources.database import open_database
from web.installation import installation
from web.settings import read_settings


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which acts faster, honey or sugar?", ("Which acts faster, honey?", "Which acts faster, sugar?")),
        ("Is honey safer than sugar?", ("Is honey safer?", "Is sugar safer?")),
        ("honey vs sugar side effects", ("honey side effects", "sugar side effects")),
        ("does honey work better than a sugar cube", ("does honey work better cube", "does sugar work better cube")),
        (
            "is it worse with the drip or the nasal spray?",
            ("is it worse with the drip spray?", "is it worse with the nasal spray?"),
        ),
        (
            "how long does it take for honey compared to sugar to melt",
            ("how long does it take for honey to melt", "how long does it take for sugar to melt"),
        ),
        (
            "what is the difference between honey and sugar?",
            ("what is the difference between honey?", "what is the difference between sugar?"),
        ),
    ],
)
def test_a_comparison_is_asked_for_each_side(question: str, expected: tuple[str, str]) -> None:
    assert sides(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How fast does ketamine work?",
        "Does it last longer than a week?",
        "Can I drink coffee or tea?",
        "more or less",
        "or",
        "Is it better to take it in the morning or at night?",
        "What are nausea and vomiting a sign of?",
        "",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert sides(question) is None


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    found = sides(text)
    assert found is None or all(isinstance(side, str) for side in found)


def test_a_long_text_takes_no_longer_than_its_length_says() -> None:
    def work(repeats: int) -> float:
        began = time.process_time()
        sides("which is better than or " * repeats)
        return time.process_time() - began

    assert min(work(4000) for _ in range(3)) < 100 * min(
        work(200) for _ in range(5)
    )  # 20 by its length; 400 by its square


def test_both_sides_are_shown(data: Path) -> None:
    engine = open_database(data)
    with installation(read_settings({"WELLCITED_DATA": str(data)}), engine) as assistant:
        titles = titles_of(assistant, "Which works faster, ketamine or an antidepressant?")
    engine.dispose()
    assert any("etamine" in title for title in titles)
    assert any("ntidepressant" in title for title in titles)


def titles_of(assistant: Assistant, question: str) -> list[str]:
    return [passage.source.attributes.title or "" for passage in assistant.answer(question).passages]


@given(
    st.lists(
        st.sampled_from(
            [
                "which",
                "is",
                "better",
                "than",
                "or",
                "vs",
                "vs.",
                "and",
                "between",
                ".",
                "...",
                "a",
                "honey",
                "sugar",
                "?",
                "'",
            ]
        )
    )
)
def test_no_order_of_comparing_words_and_stops_is_too_much(words: list[str]) -> None:
    text = " ".join(words)
    found = sides(text)
    assert found is None or all(side.strip() for side in found)
