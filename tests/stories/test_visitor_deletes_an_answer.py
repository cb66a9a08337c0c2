"""As a visitor I have the words of my question erased, after being asked once whether I am sure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.stories.test_visitor_with_assistive_technology import SCREENS, VIEWS, assert_accessible

QUESTION = "Does Bartholomew get side effects from SSRIs in Zwolle?"
ERASED = "(your words were erased)"


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".answer-id").last).to_be_visible()


@contextmanager
def receipt_beside(page: Page) -> Iterator[Page]:
    """The receipt of the latest answer in a tab of its own."""
    beside = page.context.new_page()
    beside.goto(page.get_by_role("link", name="Keep or print this answer").last.get_attribute("href") or "")
    yield beside
    beside.close()


def erase(page: Page) -> None:
    with receipt_beside(page) as receipt:
        address = receipt.url
        expect(receipt.locator(".asked .words")).to_have_text(QUESTION)
        receipt.get_by_role("button", name="Delete my question").click()
        expect(receipt.get_by_role("heading", name="Delete my question?")).to_be_visible()
        receipt.get_by_role("button", name="Erase my words").click()
        expect(receipt.get_by_role("heading", name="Your words were erased")).to_be_visible()
        gone = receipt.goto(address)
        assert gone is not None
        assert gone.status == 410
        expect(receipt.get_by_role("heading", name="This answer was deleted")).to_be_visible()
        assert QUESTION not in (receipt.locator("body").text_content() or "")


def goes_on_without_the_words(page: Page) -> None:
    erase(page)
    ask(page, "How fast does ketamine work?")
    expect(page.locator(".asked").first).to_contain_text(ERASED)
    assert "Bartholomew" not in (page.locator("main").text_content() or "")
    # What was quoted is still there, and only the answer whose words are there can be kept.
    expect(page.locator("li.turn").first.locator(".answer-id")).to_be_visible()
    expect(page.get_by_role("link", name="Keep or print this answer")).to_have_count(1)


def test_after_a_second_look_the_words_are_gone_everywhere(page: Page) -> None:
    ask(page, QUESTION)
    goes_on_without_the_words(page)


def test_it_is_the_same_without_scripts(page_without_scripts: Page) -> None:
    ask(page_without_scripts, QUESTION)
    goes_on_without_the_words(page_without_scripts)


def test_one_can_think_better_of_it(page: Page) -> None:
    ask(page, QUESTION)
    with receipt_beside(page) as receipt:
        receipt.get_by_role("button", name="Delete my question").click()
        receipt.get_by_role("link", name="Keep them").click()
        expect(receipt.locator(".asked .words")).to_have_text(QUESTION)


@pytest.mark.parametrize(("screen", "light"), VIEWS)
def test_no_step_puts_up_a_barrier(page: Page, screen: str, light: str) -> None:
    width, height = SCREENS[screen]
    ask(page, QUESTION)
    with receipt_beside(page) as receipt:
        receipt.set_viewport_size({"width": width, "height": height})
        receipt.emulate_media(color_scheme="dark" if light == "dark" else "light")
        address = receipt.url
        receipt.get_by_role("button", name="Delete my question").click()
        expect(receipt.get_by_role("heading", name="Delete my question?")).to_be_visible()
        assert_accessible(receipt, "the question whether to delete")
        receipt.get_by_role("button", name="Erase my words").click()
        expect(receipt.get_by_role("heading", name="Your words were erased")).to_be_visible()
        assert_accessible(receipt, "the words are erased")
        receipt.goto(address)
        assert_accessible(receipt, "a deleted answer")
        receipt.goto(address[:-1] + ("0" if address[-1] != "0" else "1"))
        assert_accessible(receipt, "an unknown answer")
