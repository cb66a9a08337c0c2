"""A text in another language than English and Spanish gets the one-line notice: nobody here can read what it may hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assistant.evaluation.triaging import messages
from assistant.language import SHIPPED, Languages, open_languages
from assistant.policy import load_policy
from assistant.triage import in_another_language, triage

RULES = load_policy().rules
HERE = Path(__file__).parent


def foreign(half: str) -> list[str]:
    return [json.loads(row)["text"] for row in (HERE / f"foreign_{half}.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def languages() -> Languages:
    assert RULES.languages is not None
    return RULES.languages


@pytest.mark.parametrize(("half", "least"), [("tune", 0.9), ("report", 0.9)])
def test_other_languages_get_the_notice(half: str, least: float) -> None:
    texts = foreign(half)
    found = [triage(text, RULES).mention for text in texts]
    assert sum(found) / len(texts) >= least, [text for text, one in zip(texts, found, strict=True) if not one]


@pytest.mark.parametrize("half", ["tune", "report"])
def test_english_and_spanish_do_not(half: str) -> None:
    texts = [one.text for one in messages(half)]
    assert sum(in_another_language(text, RULES) for text in texts) / len(texts) <= 0.01


@pytest.mark.parametrize(
    "text",
    [
        "spravato",
        "TRD",
        "ketamine vs zoloft",
        "trintellix cost",
        "Hello",
        "my moms waching me tkae prozzac",
        "",
        "?",
        "988",
    ],
)
def test_names_of_medicines_greetings_and_slips_are_no_other_language(text: str) -> None:
    assert not in_another_language(text, RULES)


def test_without_the_table_small_words_decide(tmp_path: Path) -> None:
    alone = replace(RULES, languages=None)
    assert in_another_language("Was ist das und wie ist es mit der Depression", alone)
    assert not in_another_language("toi muon chet", alone)
    assert in_another_language("toi muon chet", RULES)
    assert open_languages("0" * 64) is None
    assert open_languages("0" * 64, tmp_path / "missing") is None


@given(st.text(max_size=200))
def test_a_chance_is_a_chance_for_any_text(text: str) -> None:
    assert RULES.languages is not None
    assert 0 <= RULES.languages.chance(text) <= 1


def test_capitals_and_marks_in_two_forms_change_nothing(languages: Languages) -> None:
    text = "How long does a session take?"
    assert languages.chance(text.upper()) == languages.chance(text.lower())
    assert languages.chance("dépression") == languages.chance("de\u0301pression")
    assert SHIPPED.stat().st_size < 2_000_000
