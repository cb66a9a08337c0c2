"""How pages write counts, sentences and days."""

from __future__ import annotations

from datetime import date

import pytest

from web.wording import counted, days_of, sentence


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0 answers"), (1, "1 answer"), (2, "2 answers"), (1200, "1,200 answers")]
)
def test_a_count_takes_its_noun(count: int, written: str) -> None:
    assert counted(count, "answer") == written


def test_a_sentence_begins_with_a_capital_and_keeps_the_others() -> None:
    assert sentence(ValueError("the FDA said no.")) == "The FDA said no."
    assert sentence("") == ""


def test_days_are_read_left_out_or_named() -> None:
    days, errors = days_of({"since": " 2027-05-31 ", "until": ""})
    assert (days, errors) == ({"since": date(2027, 5, 31)}, {})
    days, errors = days_of({"since": "tomorrow", "until": "2027-06-01"})
    assert days == {"until": date(2027, 6, 1)}
    assert errors == {"since": "tomorrow is no date. Write it as 2027-05-31."}
