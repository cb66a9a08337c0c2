"""What is nearly the same as a passage of the library, and what a text of an article no longer holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sources.near import Known, near_duplicates

GEESE = (
    "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields "
    "around them before they go on."
)


def known(text: str, id_: str = "p") -> Known:
    return Known(id_, "a", "Geese", (), text)


def test_a_few_exchanged_words_do_not_hide_a_copy() -> None:
    [found] = near_duplicates([GEESE.replace("fields", "meadows")], [known("Herons fish. " * 9), known(GEESE)])
    assert found.known.text == GEESE
    assert 0.6 <= found.shared < 1


def test_the_same_subject_in_other_words_is_no_copy() -> None:
    other = (
        "In autumn geese leave the north. Large groups rest at lakes, where farmers see them eat what the harvest left, "
        "and then travel on."
    )
    assert near_duplicates([other], [known(GEESE)]) == []


def test_a_copy_within_a_longer_passage_is_found_and_the_likest_named() -> None:
    longer = f"{GEESE} In spring they return to the far north and raise their young there, year after year."
    [found] = near_duplicates([GEESE], [known(longer, "longer"), known(GEESE.upper(), "same"), known(longer, "again")])
    assert (found.shared, found.known.id) == (1.0, "longer")


@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=80))
def test_what_is_said_of_a_pair_holds_the_other_way_round(texts: list[str], other: str) -> None:
    there = {one.text for one in near_duplicates(texts, [known(other)])}
    back = {text for text in texts if near_duplicates([other], [known(text)])}
    assert there == back
