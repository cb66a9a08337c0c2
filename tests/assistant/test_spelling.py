"""A word that is known nowhere is read as the one it is a slip of; a known word never is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assistant.evaluation.disguises import disguised
from assistant.evaluation.triaging import messages
from assistant.raising import SHIPPED, Words, is_word
from assistant.spelling import OFTEN, OFTEN_FILE, Spelling, slipped_from
from index.exported import TOKENIZER_FILE, open_tokenizer

WORDS = Words.open(SHIPPED, open_tokenizer(SHIPPED / TOKENIZER_FILE, 8))
MENDED = WORDS.spelling.mended


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("medicin and sertralin make me dizy", "medicine and sertraline make me dizzy"),
        ("¿Por qué me sinto así?", "¿Por qué me siento así?"),
        ("overkill, heartbroken", "overkill, heartbroken"),
        ("Is Zoloft the same as sertraline?", "Is Zoloft the same as sertraline?"),
        ("Estaré mañana en la clínica", "Estaré mañana en la clínica"),
        ("xqzvkw wkvqzx", "xqzvkw wkvqzx"),
        ("", ""),
    ],
)
def test_slips_are_mended_and_nothing_else(typed: str, read: str) -> None:
    assert MENDED(typed) == read


def test_a_slip_is_undone_wherever_it_is_but_for_a_wrong_first_letter() -> None:
    assert "clinic" in set(slipped_from("clinc"))  # left out
    assert "clinic" in set(slipped_from("clini"))  # at the end
    assert "clinic" in set(slipped_from("cllinic"))  # doubled
    assert "clinic" in set(slipped_from("clinuc"))  # the key beside it
    assert "clinic" in set(slipped_from("cilnic"))  # swapped
    assert "clinic" not in set(slipped_from("vlinic"))


def test_a_table_is_of_words_and_how_often_they_are_used(tmp_path: Path) -> None:
    (tmp_path / OFTEN_FILE).write_text(f"river\t{OFTEN}\nridge\t{OFTEN - 1}\nrived\t{OFTEN + 1}\n", encoding="utf-8")
    spelling = Spelling.open(tmp_path, {"geese"}.__contains__)
    assert (
        spelling.mended("geese on the rivr and the rivedd, rige, ridge")
        == "geese on the river and the rived, rige, ridge"
    )
    (tmp_path / OFTEN_FILE).write_text("river\n", encoding="utf-8")
    with pytest.raises(ValueError, match="invalid literal"):
        Spelling.open(tmp_path, {"geese"}.__contains__)


def test_the_shipped_table_lists_no_word_twice() -> None:
    lines = [line.split("\t") for line in (SHIPPED / OFTEN_FILE).read_text(encoding="utf-8").splitlines()]
    assert len({word for word, _ in lines}) == len(lines) > 3_000
    assert all(int(count) >= 3 for _, count in lines)


def test_most_words_with_a_slip_are_read_as_they_were_meant() -> None:
    asked = [one.text for one in messages("tune") if one.language == "en"]
    meant = mended = 0
    for text in asked:
        typed = disguised(text, "typos")
        words = zip(text.split(" "), typed.split(" "), MENDED(typed).split(" "), strict=False)
        slips = [(before, after) for before, with_slip, after in words if before != with_slip]
        meant += len(slips)
        mended += sum(before.casefold() == after.casefold() for before, after in slips)
    assert meant > 2_000
    assert mended / meant > 0.7


def test_hardly_a_word_is_changed_that_was_typed_without_a_slip() -> None:
    asked = [one.text for one in messages("tune")]
    changed = [text for text in asked if MENDED(text) != text]
    assert sum(len(text.split()) for text in asked) > 25_000
    assert len(changed) < 10


class Counted(dict[str, int]):
    """A table that counts how often it is asked."""

    asked = 0

    def get(self, word: str, default: int = 0) -> int:  # type: ignore[override]
        """Count, and answer."""
        self.asked += 1
        return super().get(word, default)


def test_the_work_on_a_text_of_unknown_words_is_bounded() -> None:
    chance = random.Random(4)
    often = Counted(WORDS.spelling.often)
    spelling = Spelling(often, WORDS.spelling.is_word)
    few, many = (" ".join("".join(chance.choices("qwxzvkj", k=12)) for _ in range(count)) for count in (30, 4_000))
    assert spelling.mended(few) == few
    for_few = often.asked
    assert for_few > 1_000
    assert spelling.mended(many) == many
    assert spelling.mended("q" * 4_000) == "q" * 4_000
    assert often.asked - for_few < 1.1 * for_few


def test_what_the_model_knows_whole_is_a_word() -> None:
    tokenizer = open_tokenizer(SHIPPED / TOKENIZER_FILE, 8)
    assert is_word("medicine", WORDS.glosses, tokenizer)
    assert is_word("sertralina", WORDS.glosses, tokenizer)
    assert not is_word("medicin", WORDS.glosses, tokenizer)
