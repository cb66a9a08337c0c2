"""Amounts as people write them, and when two of them cannot both be the whole truth."""

from __future__ import annotations

from math import inf

import pytest

from sources.quantities import amounts, differ

WRITTEN = [
    ("It takes four to six weeks.", "days", 28, 42),
    ("It takes 4-6 wks.", "days", 28, 42),
    ("It takes 4–6 weeks.", "days", 28, 42),
    ("It takes between 4 and 6 weeks.", "days", 28, 42),
    ("It takes 4 weeks to 6 weeks.", "days", 28, 42),
    ("It takes about ten days.", "days", 10, 10),
    ("It takes a fortnight and a day or two.", "days", 1, 2),
    ("It takes an hour and a half.", "minutes", 90, 90),
    ("It takes half an hour.", "minutes", 30, 30),
    ("It takes at least two hours.", "minutes", 120, inf),
    ("It takes up to 40 minutes.", "minutes", 0, 40),
    ("It is over within 24-48 hours.", "minutes", 1440, 2880),
    ("It lasts two years.", "months", 24, 24),
    ("About 30 % of the trees fell.", "percent", 30, 30),
    ("Between 61 and 84 percent of the trees fell.", "percent", 61, 84),
    ("Two or three days are enough.", "days", 2, 3),
]
NO_AMOUNTS = [
    "Take 50 to 100 mg.",
    "Go there every two weeks.",
    "The first four weeks are the hardest.",
    "It was built ten years ago.",
    "He is 40 years old.",
    "A second bridge was built.",
    "The bridge opened in 2019.",
    "In one four-week trial the piles held.",
]
DIFFERENT = [
    ("4 to 8 weeks", "4 to 6 weeks"),
    ("two days", "three weeks"),
    ("10 days", "4 to 6 weeks"),
    ("at least four weeks", "up to ten days"),
]
THE_SAME = [
    ("four to six weeks", "4-6 wks"),
    ("14 days", "two weeks"),
    ("five weeks", "4 to 6 weeks"),
    ("at least four weeks", "4 to 8 weeks"),
    ("two weeks", "two months"),
    ("up to ten days", "three days"),
]


@pytest.mark.parametrize(("sentence", "kind", "low", "high"), WRITTEN)
def test_an_amount_is_read_as_it_is_written(sentence: str, kind: str, low: float, high: float) -> None:
    assert [(one.kind, one.low, one.high) for one in amounts(sentence)] == [(kind, low, high)]


@pytest.mark.parametrize("sentence", NO_AMOUNTS)
def test_doses_ages_and_rhythms_are_no_amounts(sentence: str) -> None:
    assert list(amounts(sentence)) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"), [(*p, True) for p in DIFFERENT] + [(*p, False) for p in THE_SAME]
)
def test_amounts_differ(one: str, other: str, expected: bool) -> None:
    (a,), (b,) = amounts(f"It takes {one}."), amounts(f"It takes {other}.")
    assert differ(a, b) == differ(b, a) == expected
