"""Cleaning, on articles written for this: every kind of clutter that clinics' blogs wrap around their words."""

from __future__ import annotations

from datetime import date

import pytest

from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.cleaning import Cleaned, clean

LONG = "Rivers carry stones from the mountains to the plain, and every flood moves them a little further than the last."
OTHER = "Bridges are built where the ground is firm on both banks, for a pier in soft mud will lean before long."


def heading(text: str, level: int = 2) -> Block:
    return Block(BlockKind.HEADING, text, level)


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


def item(text: str) -> Block:
    return Block(BlockKind.ITEM, text)


def cleaned(*blocks: Block, given: Attributes = UNKNOWN, restored: frozenset[int] = frozenset()) -> Cleaned:
    return clean(Document(Attributes(), blocks), given, restored)


def reasons(result: Cleaned) -> dict[str, str]:
    return {one.text: one.reason for one in result.dropped}


def test_what_stands_above_the_article_becomes_its_attributes() -> None:
    result = cleaned(
        paragraph("Blog Layout"),
        heading("Stones and Rivers", 1),
        paragraph("Ana Maria Field • Apr 01, 2024"),
        paragraph(LONG),
    )
    assert result.attributes.title == "Stones and Rivers"
    assert result.attributes.author == "Ana Maria Field"
    assert result.attributes.published == date(2024, 4, 1)
    assert result.text == LONG
    assert reasons(result)["Blog Layout"] == "page furniture"
    assert result.missing == ("publisher", "url")


@pytest.mark.parametrize(
    "line", ["Last reviewed: 3 March 2025", "Medically reviewed on Mar 3, 2025", "Reviewed: 2025-03-03"]
)
def test_the_day_of_the_last_review_is_kept_wherever_it_stands_and_is_no_day_of_publishing(line: str) -> None:
    for blocks in ((paragraph(line), paragraph(LONG)), (paragraph(LONG), paragraph(OTHER), paragraph(line))):
        result = cleaned(heading("Stones", 1), *blocks)
        assert (result.attributes.reviewed, result.attributes.published) == (date(2025, 3, 3), None)
        assert reasons(result)[line] == "the day of the last review, kept as the article's"
    stated = cleaned(paragraph(line), paragraph(LONG), given=Attributes(reviewed=date(2026, 1, 2)))
    assert stated.attributes.reviewed == date(2026, 1, 2)


@pytest.mark.parametrize("line", ["Last reviewed: April 2024", "Reviewed on 31 February 2025"])
def test_a_review_without_a_day_that_exists_is_not_kept_as_one(line: str) -> None:
    assert cleaned(paragraph(LONG), paragraph(line)).attributes.reviewed is None


def test_counters_comments_categories_and_share_bars_go() -> None:
    result = cleaned(
        paragraph("Apr 25, 2025"),
        paragraph("25 Views"),
        paragraph("Comments Off on Stones and Rivers"),
        heading("Stones and Rivers", 1),
        paragraph("Written by"),
        paragraph(LONG),
        paragraph("Article Categories:"),
        paragraph("Landscape"),
        paragraph("Share by:"),
    )
    assert result.text == LONG
    assert result.attributes.published == date(2025, 4, 25)
    assert reasons(result)["25 Views"] == "a view or share counter"
    assert reasons(result)["Comments Off on Stones and Rivers"] == "a line about comments"
    assert reasons(result)["Landscape"] == "a category line"
    assert reasons(result)["Share by:"] == "a share bar"


def test_the_teasers_of_other_posts_go_and_the_part_after_them_stays() -> None:
    result = cleaned(
        heading("Stones and Rivers", 1),
        paragraph(LONG),
        paragraph("how to skim a stone"),
        paragraph("By Ana Field 22 Apr, 2024"),
        paragraph("Find out how to skim a flat stone over calm water."),
        paragraph("is sand made of stone"),
        paragraph("05 Feb, 2024"),
        paragraph("Sand is many things. Keep reading to find out more."),
        heading("Bridges"),
        paragraph(OTHER),
    )
    assert result.text == f"{LONG}\n\n## Bridges\n\n{OTHER}"
    assert set(reasons(result).values()) == {"the title, kept as the article's title", "a link to another post"}


def test_titles_of_other_posts_after_the_last_sentence_go() -> None:
    result = cleaned(heading("Stones", 1), paragraph(LONG), paragraph("Stones: Part II"), paragraph("What is sand?"))
    assert result.text == LONG
    assert reasons(result)["What is sand?"] == "a short line after the last sentence"


def test_a_repeated_section_is_kept_once_and_its_empty_heading_goes() -> None:
    result = cleaned(heading("Rivers"), paragraph(LONG), heading("Rivers again"), paragraph(LONG), paragraph(OTHER))
    assert result.text == f"{LONG}\n\n## Rivers again\n\n{OTHER}" or result.text.count(LONG) == 1
    twice = cleaned(paragraph(OTHER), heading("One"), paragraph(LONG), heading("Two"), paragraph(LONG))
    assert twice.text == f"{OTHER}\n\n## One\n\n{LONG}"
    assert reasons(twice) == {
        "Two": "the heading of a part that was dropped",
        LONG: "repeats an earlier paragraph word for word",
    }


def test_a_caption_that_only_repeats_the_title_goes() -> None:
    result = cleaned(heading("Stones and Rivers", 1), paragraph(LONG), paragraph("stones and rivers"), paragraph(OTHER))
    assert result.text == f"{LONG}\n\n{OTHER}"


def test_the_clinic_an_article_sends_its_readers_to_is_its_publisher_and_sells() -> None:
    result = cleaned(
        heading("Stones", 1), paragraph(LONG), paragraph("Contact Quiet Water Clinic today to ask us more.")
    )
    assert result.attributes.publisher == "Quiet Water Clinic"
    assert result.attributes.sells_treatment is True
    assert "Quiet Water Clinic" in result.text


def test_what_a_curator_gives_wins_over_what_is_found() -> None:
    given = Attributes(title="Rivers", published=date(2020, 1, 2))
    result = cleaned(heading("Stones", 1), paragraph("Apr 01, 2024"), paragraph(LONG), given=given)
    assert (result.attributes.title, result.attributes.published) == ("Rivers", date(2020, 1, 2))


def test_a_missing_title_is_said_and_the_first_words_stand_in() -> None:
    result = cleaned(paragraph(LONG))
    assert "title" in result.missing
    assert result.attributes.title == "Rivers carry stones from the mountains to the plain, and every flood …"


def test_a_dropped_block_can_be_restored() -> None:
    blocks = (paragraph("25 Views"), paragraph(LONG))
    assert cleaned(*blocks).text == LONG
    assert cleaned(*blocks, restored=frozenset({0})).text == f"25 Views\n\n{LONG}"


def test_lost_spaces_are_remarked_on_and_nothing_is_changed() -> None:
    glued = "Stones moveslowly with the water.See also theriver and the banks, which holdstones, and stones. The river moves."
    result = cleaned(paragraph(glued), paragraph("A slowly moving river holds the stones with care."))
    assert glued in result.text
    assert len(result.remarks) == 1
    assert "theriver" in result.remarks[0]
    assert cleaned(paragraph(LONG), paragraph("It is inability itself, and an inability of yourself.")).remarks == ()


def test_a_list_follows_its_lead_in_without_a_blank_line() -> None:
    result = cleaned(paragraph(LONG), paragraph("Rivers carry:"), item("stones"), item("sand"))
    assert result.text == f"{LONG}\n\nRivers carry:\n• stones\n• sand"


def test_a_label_whose_list_was_dropped_goes_too() -> None:
    result = cleaned(paragraph(LONG), paragraph("Sources:"), paragraph("rivers.example/stones-and-sand/"))
    assert result.text == LONG
    assert reasons(result)["Sources:"] == "a label with nothing under it"
