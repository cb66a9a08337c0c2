"""The glosses by which the listener reads Spanish, slang and names of medicines."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assistant.evaluation.triaging import messages
from assistant.glosses import SPANISH_FILE, WORD_FILES, Glosses
from assistant.raising import SHIPPED
from index.exported import TOKENIZER_FILE, open_tokenizer

GLOSSES = Glosses.open(SHIPPED)
WORD = re.compile(r"[^\W\d_]+")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("No quiero seguir viviendo", "No i want continue living"),
        ("La sertralina no sale en la lista", "the depression medicine no comes out in the list"),
        ("It is on sale once a year, no?", "It is on sale once a year, no?"),
        ("cant sleep on Zoloft", "can not sleep on depression medicine"),
        ("SÉ que se murió", "i know that self died"),
        ("¿2 pastillas?", "¿2 pills?"),
        ("", ""),
    ],
)
def test_words_are_told_in_english_one_by_one(written: str, read: str) -> None:
    assert GLOSSES.told(written) == read


def test_an_accent_is_read_where_it_stands_and_not_missed_where_it_does_not() -> None:
    assert GLOSSES.told("sé") != GLOSSES.told("se")
    assert GLOSSES.told("depresión") == GLOSSES.told("depresion") == "depression"


@given(st.text())
def test_what_stands_between_words_stays(text: str) -> None:
    assert WORD.sub("", GLOSSES.told(text)).replace(" ", "") == WORD.sub("", text).replace(" ", "")


def test_no_english_message_is_taken_for_spanish() -> None:
    marked = replace(GLOSSES, shared=dict.fromkeys(GLOSSES.shared, "#"))
    taken = [
        one.text
        for half in ("train", "tune")
        for one in messages(half)
        if one.language == "en" and "#" in marked.told(one.text) and "#" not in one.text
    ]
    assert len(taken) <= 3, taken


def test_of_spanish_messages_few_words_are_left_that_the_word_pieces_do_not_hold_whole() -> None:
    """Held against the tuning half, from which no form was taken."""
    whole = set(open_tokenizer(SHIPPED / TOKENIZER_FILE, 8).get_vocab())
    words = [
        word
        for one in messages("tune")
        if one.language == "es"
        for word in WORD.findall(GLOSSES.told(one.text.lower()))
    ]
    strange = [word for word in words if word not in whole]
    assert len(words) > 2_000
    assert len(strange) <= 0.06 * len(words), strange


@pytest.mark.parametrize("name", WORD_FILES)
def test_a_table_is_in_order_and_in_plain_small_letters(name: str) -> None:
    lines = (SHIPPED / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    assert [row for row in rows if len(row) != 2] == []
    forms = [form for form, _ in rows]
    assert forms == sorted(set(forms))
    assert [form for form in forms if not re.fullmatch("[a-záéíóúüñ]+", form)] == []
    assert [row for row in rows if not re.fullmatch(r"[a-z' -]+", row[1]) or row[0] == row[1]] == []


def test_no_form_stands_in_two_tables() -> None:
    forms = [*GLOSSES.spanish, *GLOSSES.shared, *GLOSSES.english]
    assert len(forms) == len(set(forms)) > 15_000


def test_a_table_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    for name in WORD_FILES:
        shutil.copyfile(SHIPPED / name, tmp_path / name)
    (tmp_path / SPANISH_FILE).write_text("hola\thello\nadios goodbye\n")
    with pytest.raises(ValueError, match=r"words_spanish.tsv, line 2: 'adios goodbye' is no form, tab and gloss"):
        Glosses.open(tmp_path)
