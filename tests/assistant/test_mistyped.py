"""Words of danger with a slip of the keys are read as they were meant, and no other word is."""

from __future__ import annotations

import re
import unicodedata

import pytest

from assistant.evaluation.triaging import CALM, messages
from assistant.mistyped import meant, slips
from assistant.normalise import normalise
from assistant.outcome import Level
from assistant.policy import load_policy
from assistant.raising import SHIPPED
from assistant.triage import triage
from index.exported import TOKENIZER_FILE, open_tokenizer

RULES = load_policy().rules


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("i want to klil mysefl", "i want to kill myself"),
        ("sucidal, agian", "suicidal, agian"),
        ("end my lfie", "end my life"),
        ("i want to be drad, gome for good", "i want to be dead, gone for good"),
        ("se va a mtar esta ncohe", "se va a matar esta noche"),
        ("my dad can live without a visa", "my dad can live without a visa"),
        ("quiero morirmme", "quiero morirme"),
        ("a lie, a dean and a strike", "a lie, a dean and a strike"),
        ("me suicido", "me suicido"),
        ("wat is this? i wat to die", "wat is this? i want to die"),
        ("i want to dei, i went to bed, i want to doe it", "i want to die, i went to bed, i want to doe it"),
        ("the kull of a ship, i will kull myself", "the kull of a ship, i will kill myself"),
        ("dont want to lie anymore, no want to lie down", "dont want to live anymore, no want to lie down"),
        ("death is all i wnt", "death is all i want"),
        ("", ""),
    ],
)
def test_only_words_of_danger_are_mended(typed: str, read: str) -> None:
    assert meant(typed) == read


def test_a_slip_is_one_letter_inside_the_word() -> None:
    found = set(slips("suicide"))
    assert {"siucide", "sucide", "suicidde", "suocide"} <= found
    assert all(slip[0] == "s" and abs(len(slip) - len("suicide")) <= 1 for slip in found)
    assert set(slips("vida")) >= {"vdia", "viida", "vda", "vifa"}


def test_no_english_word_is_mended() -> None:
    """The model's own vocabulary: some 20,000 of the commonest words of English."""
    words = [
        word for word in open_tokenizer(SHIPPED / TOKENIZER_FILE, 8).get_vocab() if re.fullmatch("[a-z]{3,}", word)
    ]
    assert len(words) > 15_000
    assert [word for word in words if meant(word) != word] == []


def test_no_word_of_a_calm_message_is_mended() -> None:
    texts = [one.text for one in messages("train") if one.kind in CALM | {"general", "advice"}]
    plain = [re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text.lower())) for text in texts]
    words = {word for text in plain for word in re.findall("[a-z]{3,}", text)}
    assert len(words) > 5_000
    # Whoever types or quotes a slip shows it.
    slips_meant = {"sucide", "gona", "overdosd", "sucidal", "overdoes", "suicde", "suicied"}
    assert {word for word in words if meant(word) != word} <= slips_meant


@pytest.mark.parametrize(
    "typed", ["I'm going to kill mysefl", "i feel sucidal", "quiero matrame", "kiling myself tomorrow"]
)
def test_a_mistyped_plea_is_a_crisis_by_rules_alone(typed: str) -> None:
    assert triage(typed, RULES).level is Level.crisis
    assert normalise(typed) != typed.lower().replace("'", "")
