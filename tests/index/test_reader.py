"""The reader that ships: does it tell what answers from what nearly does, and always in the same way?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.exported import TOKENIZER_FILE
from index.reader import (
    MANIFEST_FILE,
    MODEL_FILE,
    MOST_HEADING_WORDS,
    SHIPPED,
    Reader,
    ReaderError,
    window,
)
from sources.sentences import sentence_spans

LARGEST_MODEL = 30_000_000

# Question, window that answers it, window about the same thing that does not.
CASES = (
    (
        "when will bupropion help my mood",
        "Bupropion, The first weeks: Sleep and appetite may improve within two weeks. The full effect on mood is "
        "usually felt after six to eight weeks.",
        "Bupropion, Sleep: Bupropion can make it hard to fall asleep. Taking the last tablet before four in the afternoon "
        "helps.",
    ),
    (
        "can i have a beer while taking naltrexone",
        "Naltrexone, Alcohol: You may drink alcohol while taking naltrexone, but you will enjoy it less than before.",
        "Naltrexone, Opioids: Naltrexone blocks the effect of opioids. Tell every doctor that you take it.",
    ),
    (
        "is gum disease something you can prevent",
        "Gum disease, Prevention: Brushing twice a day and cleaning between the teeth keeps most people from getting "
        "gum disease.",
        "Gum disease, Symptoms: Gums that bleed when you brush are often the first sign of gum disease.",
    ),
    (
        "what are the side effects of the shingles vaccine",
        "Shingles vaccine, Afterwards: A sore arm, tiredness and a mild fever for a day or two are common after the "
        "vaccine.",
        "Shingles vaccine, Who should have it: Two doses are advised for adults of 50 years and older.",
    ),
    (
        "who should not take ibuprofen",
        "Ibuprofen, Take care: People who have had a stomach ulcer should not take ibuprofen.",
        "Ibuprofen, How to take it: Take one tablet with food, up to three times a day.",
    ),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.open()


def damaged(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "reader"))


@pytest.mark.parametrize(("question", "answering", "near"), CASES)
def test_what_answers_is_above_what_nearly_does(reader: Reader, question: str, answering: str, near: str) -> None:
    answers, does_not = reader.read(question, [answering, near])

    assert answers > does_not + 1


def test_a_passage_of_another_subject_is_far_below(reader: Reader) -> None:
    texts = [answering for _, answering, _ in CASES]

    for n, (question, _, _) in enumerate(CASES):
        logits = reader.read(question, texts)
        assert max(range(len(texts)), key=logits.__getitem__) == n


def test_a_logit_does_not_depend_on_what_else_is_read(reader: Reader) -> None:
    question = CASES[0][0]
    texts = [text for _, answering, near in CASES for text in (answering, near)]
    alone = [reader.read(question, [text])[0] for text in texts]

    assert reader.read(question, texts) == alone
    assert reader.read(question, texts[::-1]) == alone[::-1]
    assert Reader.open(threads=1).read(question, texts) == alone


def test_nothing_to_read_has_no_logits(reader: Reader) -> None:
    assert reader.read("how long does it take", []) == []


def test_a_very_long_question_and_passage_are_cut_and_read(reader: Reader) -> None:
    (logit,) = reader.read("please tell me " * 200, ["word " * 2000])

    assert -50 < logit < 50


@pytest.mark.parametrize("text", ["", "?", "\N{PILL}\N{PILL}", "\x00", "ketamina y depresión"])
def test_any_text_can_be_read(reader: Reader, text: str) -> None:
    assert len(reader.read(text, [text, "A text."])) == 2


def test_a_changed_file_is_named(tmp_path: Path) -> None:
    folder = damaged(tmp_path)
    with (folder / MODEL_FILE).open("r+b") as file:
        file.seek(1000)
        file.write(b"changed")

    with pytest.raises(ReaderError, match=rf"{MODEL_FILE}: its SHA-256 is .* manifest.json says"):
        Reader.open(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = damaged(tmp_path)
    (folder / TOKENIZER_FILE).unlink()

    with pytest.raises(ReaderError, match=f"{TOKENIZER_FILE}: cannot be read"):
        Reader.open(folder)


@pytest.mark.parametrize("content", ["{", "[]", '{"max_tokens": 96}', '{"max_tokens": 96, "files": {"a": "b"}}'])
def test_a_manifest_that_is_not_one_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST_FILE).write_text(content)

    with pytest.raises(ReaderError, match=MANIFEST_FILE):
        Reader.open(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="nowhere"):
        Reader.open(tmp_path / "nowhere")


def test_the_export_is_the_trained_model_and_small() -> None:
    manifest = json.loads((SHIPPED / MANIFEST_FILE).read_text())

    assert manifest["agreement"]["pairs"] == 200
    assert manifest["agreement"]["largest_difference"] < 0.25
    assert (SHIPPED / MODEL_FILE).stat().st_size < LARGEST_MODEL
    assert (SHIPPED / "CARD.md").exists()


def test_a_short_passage_is_read_whole_under_its_heading() -> None:
    text = "One is here.\nTwo  is there."

    assert window(text, "Numbers", sentence_spans(text), [0.1, 0.9]) == "Numbers: One is here. Two is there."
    assert window(text, "", sentence_spans(text), [0.1, 0.9]) == "One is here. Two is there."


def test_a_window_grows_to_the_more_similar_side() -> None:
    text = "Aa aa aa. Bb bb bb. Cc cc cc. Dd dd dd. Ee ee ee."

    assert window(text, "", sentence_spans(text), [0.0, 0.4, 0.9, 0.5, 0.6], 9) == "Cc cc cc. Dd dd dd. Ee ee ee."
    assert window(text, "", sentence_spans(text), [0.0, 0.6, 0.9, 0.5, 0.6], 6) == "Bb bb bb. Cc cc cc."


def test_the_first_of_equally_similar_sentences_is_read() -> None:
    text = "Aa aa aa. Bb bb bb. Cc cc cc."

    assert window(text, "", sentence_spans(text), [0.5, 0.5, 0.5], 3) == "Aa aa aa."


def test_a_long_heading_is_cut() -> None:
    assert window("Text.", "word " * 30, [(0, 5)], [0.0]) == "word " * (MOST_HEADING_WORDS - 1) + "word: Text."


@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=12),
    data=st.data(),
    most=st.integers(1, 80),
)
def test_a_window_is_a_run_of_sentences_with_the_nearest(lengths: list[int], data: st.DataObject, most: int) -> None:
    similarities = data.draw(st.lists(st.floats(-1, 1), min_size=len(lengths), max_size=len(lengths)))
    sentences = [" ".join(f"w{n}x{k}" for k in range(length)) for n, length in enumerate(lengths)]
    text = "\n".join(sentences)
    spans, at = [], 0
    for one in sentences:
        spans.append((at, at + len(one)))
        at += len(one) + 1

    found = window(text, "", spans, similarities, most)

    assert found in " ".join(sentences)
    assert sentences[similarities.index(max(similarities))] in found
    assert len(found.split()) <= max(most, max(lengths))
    assert found == window(text, "", spans, similarities, most)
