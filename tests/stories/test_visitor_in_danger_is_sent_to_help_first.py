"""As a visitor in danger I meet help before anything else, with the keyboard alone, from every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('href') ?? ''"))


@pytest.mark.parametrize(
    ("words", "card", "call"),
    [
        ("I don't want to be alive anymore", ".crisis-card", "tel:988"),
        ("I took a whole bottle of pills and cannot breathe", ".emergency-card", "tel:911"),
    ],
)
def test_the_card_comes_first_and_the_next_key_reaches_a_line(page: Page, words: str, card: str, call: str) -> None:
    page.get_by_label("Your question").focus()
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator(card)).to_be_in_viewport()
    expect(page.locator("figure.quote")).to_have_count(0)
    expect(page.get_by_role("heading", name="Answer", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    assert focused(page) == call
    expect(page.locator(f"{card} a").first).to_be_focused()


def test_the_card_says_that_nobody_reads_along(page: Page) -> None:
    page.get_by_label("Your question").fill("I want to die")
    page.keyboard.press("Enter")
    expect(page.locator(".crisis-card")).to_contain_text("Nobody is reading along")
    assert {"tel:988", "sms:988", "tel:911"} <= {
        link.get_attribute("href") for link in page.locator(".crisis-card a").all()
    }


def test_after_the_card_one_can_go_on_asking(page: Page) -> None:
    page.get_by_label("Your question").fill("I want to die")
    page.keyboard.press("Enter")
    expect(page.locator(".crisis-card")).to_be_visible()
    page.get_by_label("Your question").fill("How fast does ketamine work?")
    page.keyboard.press("Enter")
    answer = page.locator("li.turn").last
    expect(answer.locator("blockquote").first).to_be_visible()
    expect(answer.locator(".notice.crisis-line")).to_contain_text("988")
    expect(page.locator(".crisis-card")).to_have_count(1)


def test_the_crisis_page_is_three_keys_away(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Tab")
    assert focused(page) == "/crisis"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Get help now")).to_be_visible()
    expect(page.get_by_role("link", name="Call 988").first).to_be_in_viewport()
