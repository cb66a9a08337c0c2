"""Lexical search: how a text becomes words, weights held against bm25s and against a sum by hand, files, repairs."""

from __future__ import annotations

import math
import random
from concurrent.futures import ThreadPoolExecutor

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import K1, B, LexicalIndex, Repair, stems, words

PASSAGES = [
    "SSRIs usually need four to six weeks before the mood lifts.",
    "Ketamine can lift the mood within hours, but the effect often fades within a week.",
    "Common side-effects of an SSRI are nausea, headaches and poor sleep.",
    "During a ketamine session blood pressure rises; a nurse measures it.",
    "Sertraline is an SSRI. A usual starting dose is 50mg.",
]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex.build(PASSAGES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The SSRIs' side-effects", ["ssri", "side", "effect"]),
        ("SSRIs SSRI ssris SNRIs TCAs MAOIs", ["ssri", "ssri", "ssri", "snri", "tca", "maoi"]),
        ("Ketamine’s working", ["ketamin", "work"]),
        ("It doesn't work, I don't sleep", ["not", "work", "not", "sleep"]),
        ("I'm on 50mg (twice a day)", ["50mg", "twice", "day"]),
        ("How is it?", []),
        ("STRASSE Straße", ["strass", "strass"]),
        ("ﬁve snake_case", ["five", "snake", "case"]),
        ("", []),
        ("... --- !!!", []),
    ],
)
def test_a_text_becomes_stems(text: str, expected: list[str]) -> None:
    assert list(stems(text)) == expected


def test_words_keep_their_writing_apart_from_case() -> None:
    assert words("The Nurse's measurements") == ["nurse", "measurements"]


def test_known_words_find_known_passages(index: LexicalIndex) -> None:
    assert [row for row, _ in index.search("blood pressure", 5)] == [3]
    assert {row for row, _ in index.search("ssri", 5)} == {0, 2, 4}
    assert index.search("How many weeks do SSRIs need?", 5)[0][0] == 0


def test_a_weight_is_the_bm25_sum_worked_out_by_hand(index: LexicalIndex) -> None:
    lengths = [len(stems(passage)) for passage in PASSAGES]
    idf = math.log(1 + (5 - 1 + 0.5) / (1 + 0.5))
    share = 1 / (K1 * (1 - B + B * lengths[3] / (sum(lengths) / 5)) + 1)
    for query, times in (("nurse", 1), ("nurse nurse", 2)):
        [(row, weight)] = index.search(query, 1)
        assert row == 3
        assert weight == pytest.approx(times * idf * share, abs=2e-6)


def made_up(count: int, seed: int = 1) -> list[str]:
    rng = random.Random(seed)
    vocabulary = ["".join(rng.choices("bcdfgklmnoprstu", k=6)) for _ in range(4000)]
    weights = [1 / (place + 1) for place in range(len(vocabulary))]
    return [" ".join(rng.choices(vocabulary, weights, k=60)) for _ in range(count)]


def test_weights_are_those_of_bm25s() -> None:
    passages = made_up(300)
    index = LexicalIndex.build(passages)
    other = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
    other.index([stems(passage) for passage in passages], show_progress=False)
    for query in [*made_up(20, seed=2), passages[0], passages[7][:40]]:
        known = [stem for stem in stems(query) if stem in other.vocab_dict]
        expected = other.get_scores(known) if known else np.zeros(300)
        np.testing.assert_allclose(index.scores(query), expected, rtol=1e-5, atol=1e-5)


def test_equal_weights_come_by_row_also_where_k_cuts_the_tie() -> None:
    index = LexicalIndex.build(["calm sleep"] * 40 + ["calm calm sleep"])
    assert [row for row, _ in index.search("calm", 4)] == [40, 0, 1, 2]


def test_only_passages_with_a_word_of_the_question_are_listed(index: LexicalIndex) -> None:
    assert index.search("lithium", 5) == []
    assert index.search("what is it", 5) == []
    assert index.search("", 5) == []
    assert index.search("ssri", 0) == []


def test_no_passages_nothing_found() -> None:
    empty = LexicalIndex.build([])
    assert empty.search("ketamine", 3) == []
    assert empty.missing("ketamine") == ("ketamin",)
    assert empty.repaired("ketamine").text == "ketamine"
    assert empty.size == 0
    assert LexicalIndex.build(["...", ""]).search("ketamine", 3) == []


def test_coverage_is_the_share_of_the_question_that_the_passage_has(index: LexicalIndex) -> None:
    assert index.coverage("blood pressure", [3])[0] == 1.0
    assert index.coverage("blood pressure", [0])[0] == 0.0
    assert index.coverage("what is it", [3])[0] == 0.0
    # "nurse" occurs once; a word that occurs nowhere weighs as much.
    assert index.coverage("nurse lithium", [3])[0] == pytest.approx(0.5)
    once, thrice = math.log(1 + 4.5 / 1.5), math.log(1 + 2.5 / 3.5)
    assert index.coverage("ssri nausea nurse ssri", [2])[0] == pytest.approx((thrice + once) / (thrice + 2 * once))


def test_coverage_of_a_passage_that_is_not_there_is_refused(index: LexicalIndex) -> None:
    with pytest.raises(ValueError, match="are not all among the 5 passages"):
        index.coverage("ssri", [5])
    with pytest.raises(ValueError, match="are not all among"):
        index.coverage("ssri", [-1])


def test_words_of_a_question_that_occur_nowhere_are_named(index: LexicalIndex) -> None:
    assert index.missing("Does lithium or quetiapine lift the mood? Lithium!") == ("lithium", "quetiapin")
    assert index.missing("ketamine and SSRIs") == ()


@pytest.mark.parametrize(
    ("written", "repaired", "repairs"),
    [
        ("Is ketamnie safe?", "Is ketamine safe?", (Repair("ketamnie", "ketamine"),)),
        (
            "nausia from sertralinne",
            "nausea from sertraline",
            (Repair("nausia", "nausea"), Repair("sertralinne", "sertraline")),
        ),
        ("Sertrilene?", "sertraline?", (Repair("sertrilene", "sertraline"),)),  # two letters, ten long
        ("nasuae", "nasuae", ()),  # two slips in a short word
        ("moood", "moood", ()),  # "mood" has four letters: too short to stand for anything
    ],
)
def test_a_misspelt_word_is_taken_for_the_one_near_it(
    index: LexicalIndex, written: str, repaired: str, repairs: tuple[Repair, ...]
) -> None:
    if written == "moood":
        index = LexicalIndex.build(["mod"])
    found = index.repaired(written)
    assert (found.text, found.repairs) == (repaired, repairs)


@pytest.mark.parametrize(
    ("passage", "question"),
    [
        ("ketamine", "esketamine"),
        ("fluoxetine", "duloxetine"),
        ("prednisolone", "prednisone"),
        ("citalopram", "escitalopram"),
        ("clonidine", "clozapine"),
        ("dose 50milligrams", "dose 60milligrams"),
        ("session sessile", "sessioe"),  # two different words are equally near
    ],
)
def test_another_medicine_dose_or_an_even_choice_is_left_alone(passage: str, question: str) -> None:
    found = LexicalIndex.build([passage]).repaired(question)
    assert (found.text, found.repairs) == (question, ())


def test_a_known_word_in_another_form_is_left_alone(index: LexicalIndex) -> None:
    assert index.repaired("Measuring headache sessions").repairs == ()


def test_many_threads_find_what_one_finds(index: LexicalIndex) -> None:
    queries = ["ketamine mood", "SSRI weeks", "nausea headaches", "blood pressure nurse"] * 200
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda q: index.search(q, 3), queries)) == [index.search(q, 3) for q in queries]


@given(st.text(max_size=200))
def test_any_text_can_be_asked(text: str) -> None:
    index = LexicalIndex.build(PASSAGES)
    assert len(index.search(text, 3)) <= 3
    assert 0 <= index.coverage(text, [0])[0] <= 1 + 1e-9
    index.repaired(text)
