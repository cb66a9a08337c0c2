"""What words and pairs of words speak for: marks and capitals change nothing, and it is learned from messages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from assistant.evaluation.triaging import Message
from assistant.phrases import PHRASES_FILE, SLOTS, Phrases, slots
from assistant.raising import COLUMNS, MAX_TOKENS, SHIPPED, Raiser, Words, to_hear
from assistant.training import phrases
from index.exported import TOKENIZER_FILE, open_tokenizer

PLEA = "I've got nothing left. I want to be dead, tonight!"


def test_marks_capitals_and_apostrophes_change_nothing() -> None:
    assert slots(PLEA) == slots("ive got nothing left i want to be dead tonight")
    assert slots("I\u2019ve") == slots("ive")


def test_the_order_of_two_words_counts_and_their_number_does_not() -> None:
    assert slots("leave home") != slots("home leave")
    assert slots("home home home") == slots("home home")
    assert slots("?!") == []


@given(st.text())
def test_any_text_has_its_logits(text: str) -> None:
    found = slots(text)
    assert found == sorted(set(found))
    assert all(0 <= slot < SLOTS for slot in found)
    assert np.isfinite(SHIPPED_ONES.logits(text)).all()


SHIPPED_ONES = Phrases.open(SHIPPED)


def test_what_ships_tells_a_plea_from_a_question() -> None:
    crisis = COLUMNS.index("crisis")
    assert SHIPPED_ONES.logits(PLEA)[crisis] > 0
    assert SHIPPED_ONES.logits("what does an infusion cost")[crisis] < 0
    # A text of no words says what messages are in general, which is rather nothing.
    assert SHIPPED_ONES.logits("") == pytest.approx(SHIPPED_ONES.bias)


def test_what_is_heard_is_the_sum_of_both() -> None:
    raiser = Raiser.open()
    told = Words.open(SHIPPED, open_tokenizer(SHIPPED / TOKENIZER_FILE, MAX_TOKENS)).told(PLEA)
    heard = raiser.hear([PLEA])
    assert heard is not None
    both = raiser.transformed(told) + SHIPPED_ONES.logits(told)
    assert [getattr(heard, column) for column in COLUMNS] == pytest.approx(both.tolist(), abs=1e-4)


def test_it_is_learned_from_messages(tmp_path: Path) -> None:
    pleas = [
        "I want the river to have me",
        "let the river have me now",
        "the river will have me tonight",
        "river, have me",
    ]
    calm = ["we walk by the water", "what does a boat cost", "where is the water mill", "boats are not cheap now"]
    taught = [Message(text, "implicit", "crisis", "en", "self", "") for text in pleas]
    taught += [Message(text, "calm", "ordinary", "en", "", "") for text in calm]
    # Each column needs a yes and a no.
    taught += [
        Message("my friend fell and does not breathe", "emergency", "emergency", "en", "", ""),
        Message("my friend wants the river", "implicit", "crisis", "en", "someone_else", ""),
        Message("should I take more", "advice", "personal_advice", "en", "", "dose"),
        Message("should I stop", "advice", "personal_advice", "en", "", "stop"),
        Message("a book that names drowning", "calm", "mention", "en", "", ""),
    ]
    phrases.learn(taught, Words.open(SHIPPED, open_tokenizer(SHIPPED / TOKENIZER_FILE, MAX_TOKENS)), tmp_path)
    learned = Phrases.open(tmp_path)
    crisis = COLUMNS.index("crisis")
    values = {text: float(learned.logits(" ".join(to_hear(text)))[crisis]) for text in (*pleas, *calm)}
    assert min(values[text] for text in pleas) > max(values[text] for text in calm)
    assert learned.logits("the river can have me")[crisis] > learned.logits("what does the mill cost")[crisis]
    assert np.abs(learned.weights).max(axis=0).tolist() == [127] * len(COLUMNS)


def test_a_table_of_another_shape_is_refused(tmp_path: Path) -> None:
    held = load_file(SHIPPED / PHRASES_FILE)
    save_file({**held, "weights": held["weights"][: SLOTS // 2]}, tmp_path / PHRASES_FILE)
    with pytest.raises(ValueError, match=r"holds weights of shape \(131072, 6\)"):
        Phrases.open(tmp_path)
