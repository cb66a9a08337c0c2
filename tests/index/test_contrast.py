"""Traps told by their words: what fires, and what must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.contrast import contrast

STOPPING = "Stopping the tablets is done in steps over some weeks."
ADULTS = "Adults usually feel better within a month."
BEFORE = "Do not eat for four hours before the visit."


@pytest.mark.parametrize(
    ("question", "passage", "count"),
    [
        ("How do I start the tablets?", STOPPING, 1),
        ("How do I stop the tablets?", STOPPING, 0),
        ("How do I start and stop the tablets?", STOPPING, 0),
        ("What may I eat after the visit?", BEFORE, 1),
        ("What may I eat before the visit?", BEFORE, 0),
        ("How soon do teens feel better?", ADULTS, 1),
        ("How soon does a 15 year old feel better?", ADULTS, 1),
        ("How soon does an 80-year-old feel better?", ADULTS, 1),
        ("How soon does a 40 year old feel better?", ADULTS, 0),
        ("Can my baby have it?", "Babies may have it; a baby under one needs less.", 0),
        ("is it safe while breastfeeding and pregnant", ADULTS, 2),
        ("Will it raise my blood pressure?", "It may raise or lower blood pressure.", 0),
        ("", "", 0),
    ],
)
def test_only_the_opposite_or_another_person_counts(question: str, passage: str, count: int) -> None:
    assert contrast(question, passage) == count


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_texts_can_be_compared_and_a_text_never_opposes_itself(one: str, other: str) -> None:
    assert contrast(one, other) >= 0
    assert contrast(one, one) == 0
