"""As a visitor who does not want to take a quote on trust I have it checked, and read what was found step by step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.stories.test_visitor_with_assistive_technology import VIEWS, assert_accessible, look_at

QUESTION = "How fast does ketamine work?"
GENUINE = "This quote checks out: it is word for word what the approved article says."


def ask(page: Page) -> None:
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("figure.quote").first).to_be_visible()


def test_the_result_appears_at_the_quote_is_said_once_and_the_focus_stays(page: Page) -> None:
    ask(page)
    page.evaluate(
        """() => { window.said = []; new MutationObserver(() => said.push(document.getElementById("status").textContent))
        .observe(document.getElementById("status"), { childList: true }); }"""
    )
    quote = page.locator("figure.quote").first
    button = quote.get_by_role("button", name="Check this quote")
    button.focus()
    address = page.url
    page.keyboard.press("Enter")
    expect(quote.locator(".verdict")).to_have_text(GENUINE)
    expect(quote.locator(".found strong")).to_have_text(["Pass"] * 5)
    expect(button).to_be_focused()
    assert page.evaluate("said") == [GENUINE]
    assert page.url == address
    # Again is as good as the first time, and stands there once.
    page.keyboard.press("Enter")
    expect(quote.locator(".verdict")).to_have_count(1)
    expect(button).to_be_focused()


def test_on_the_receipt_it_works_as_well(page: Page) -> None:
    ask(page)
    page.get_by_role("link", name="Keep or print this answer").click()
    quote = page.locator("figure.quote").last
    quote.get_by_role("button", name="Check this quote").click()
    expect(quote.locator(".verdict")).to_have_text(GENUINE)


def test_without_scripts_it_is_a_page_of_its_own(page_without_scripts: Page) -> None:
    page = page_without_scripts
    ask(page)
    quoted = page.locator("figure.quote blockquote").first.text_content()
    page.get_by_role("button", name="Check this quote").first.click()
    expect(page.get_by_role("heading", name="Check of a quote")).to_be_visible()
    expect(page.locator(".verdict")).to_have_text(GENUINE)
    expect(page.locator(".found strong")).to_have_text(["Pass"] * 5)
    assert page.locator("blockquote").text_content() == quoted
    assert re.fullmatch(r".*/answers/[0-9a-f]{32}/quotes/[0-9a-f]{24}\??", page.url)


@pytest.mark.parametrize(("screen", "light"), VIEWS)
def test_neither_puts_up_a_barrier(page: Page, screen: str, light: str) -> None:
    look_at(page, screen, light)
    ask(page)
    button = page.get_by_role("button", name="Check this quote").first
    path = page.locator("form.check").first.get_attribute("action")
    button.click()
    expect(page.locator(".verdict")).to_be_visible()
    assert_accessible(page, "an answer with a checked quote")
    page.goto(path or "")
    assert_accessible(page, "the page of a check")
