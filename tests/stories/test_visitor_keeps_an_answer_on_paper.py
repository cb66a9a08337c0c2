"""As a visitor I keep an answer: on a page of its own that prints well, with my words or without them."""

from __future__ import annotations

import io
import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from assistant.policy import load_policy
from tests.stories.test_visitor_with_assistive_technology import VIEWS, assert_accessible, look_at

QUESTION = "What are common side effects of SSRIs?"
WORDS = load_policy().wordings
PRINTS = "To print this page, use your browser’s own Print command."


def open_receipt(page: Page, question: str = QUESTION) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("link", name="Keep or print this answer").click()
    expect(page.get_by_role("heading", name="An answer to keep")).to_be_visible()


def printed(page: Page, paper: str) -> tuple[int, str]:
    """How many pages of this paper it prints on, and all words on them, each line break and space as one space."""
    pages = PdfReader(io.BytesIO(page.pdf(format=paper))).pages
    return len(pages), spaced(" ".join(one.extract_text() for one in pages))


def spaced(words: str) -> str:
    return re.sub(r"\s+", " ", words)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints_on_one_or_two_pages_with_all_there_is_to_say(page: Page, paper: str) -> None:
    open_receipt(page)
    count, words = printed(page, paper)
    assert count <= 2
    assert QUESTION in words
    quotes = page.locator("blockquote").all_text_contents()
    assert len(quotes) >= 2
    for said in (*quotes, WORDS.disclaimer, WORDS.crisis_line, "Sample article, not reviewed by a clinician"):
        assert spaced(said) in words
    for address in page.locator(".address a").all():
        whole = f"{page.evaluate('location.origin')}{address.get_attribute('href')}"
        assert address.text_content() == whole
        assert whole in words.replace(" ", "")
    assert page.locator(".facts code").first.inner_text() in words
    assert page.locator(".facts code").last.inner_text() in words
    for control in ("Leave my words out", "Check this quote", "Delete", "Skip to", "In crisis?", "Print"):
        assert control not in words
    assert words.count(spaced(WORDS.disclaimer)) == 1


def test_words_that_are_left_out_are_not_printed(page: Page) -> None:
    open_receipt(page)
    page.get_by_role("button", name="Leave my words out").click()
    expect(page.get_by_role("button", name="Show my words")).to_be_visible()
    _, words = printed(page, "A4")
    assert QUESTION not in words
    assert "You asked" not in words
    assert spaced(page.locator("blockquote").first.text_content() or "-") in words


def test_the_card_of_a_person_in_danger_prints_with_its_numbers(page: Page) -> None:
    open_receipt(page, "I want to die")
    count, words = printed(page, "Letter")
    assert count == 1
    assert spaced(WORDS.crisis_card) in words
    assert page.locator("blockquote").count() == 0


def test_the_print_button_prints(page: Page) -> None:
    open_receipt(page)
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print", exact=True).click()
    assert page.evaluate("window.printed")
    expect(page.get_by_text(PRINTS)).to_have_count(0)


def test_without_scripts_it_is_the_same_and_says_how_to_print(page_without_scripts: Page) -> None:
    page = page_without_scripts
    open_receipt(page)
    expect(page.get_by_text(PRINTS)).to_be_visible()
    expect(page.get_by_role("button", name="Print", exact=True)).to_have_count(0)
    count, words = printed(page, "A4")
    assert count <= 2
    assert QUESTION in words
    assert PRINTS not in words
    page.get_by_role("button", name="Leave my words out").click()
    expect(page.get_by_role("button", name="Show my words")).to_be_visible()  # Chromium prints no page on its way
    assert QUESTION not in printed(page, "A4")[1]
    page.get_by_role("button", name="Show my words").click()
    expect(page.locator(".asked .words")).to_have_text(QUESTION)


@pytest.mark.parametrize(("screen", "light"), VIEWS)
def test_no_receipt_puts_up_a_barrier(page: Page, screen: str, light: Literal["light", "dark"]) -> None:
    look_at(page, screen, light)
    open_receipt(page)
    assert_accessible(page, "a receipt")
    page.get_by_role("button", name="Leave my words out").click()
    expect(page.get_by_role("button", name="Show my words")).to_be_visible()
    assert_accessible(page, "a receipt without words")
    for question in ("I want to die", "Is psilocybin legal in Oregon?"):
        page.goto("/")
        open_receipt(page, question)
        assert_accessible(page, f"the receipt of {question}")
