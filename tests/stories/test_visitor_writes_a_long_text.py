"""As a visitor who writes a lot I lose no word, am told what to shorten, and am met with help first when I need it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

SENTENCE = "How fast does ketamine work for most people? "


def long(length: int) -> str:
    return (SENTENCE * (length // len(SENTENCE) + 1))[: length - 1] + "?"


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("length", [501, 4_000, 4_001, 60_000])
def test_no_word_is_lost_and_one_is_told_what_to_shorten(
    page: Page, page_without_scripts: Page, scripts: bool, length: int
) -> None:
    page = page if scripts else page_without_scripts
    field = page.get_by_label("Your question")
    field.fill(long(length))
    page.get_by_role("button", name="Ask", exact=True).click()
    error = page.locator("p.error")
    expect(error).to_contain_text(f"Your question has {length:,} characters; the limit is 500.")
    expect(error).to_contain_text(f"Shorten it by {length - 500:,} character")
    expect(page.get_by_label("Your question")).to_have_value(long(length))
    if scripts:
        expect(error).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("length", [600, 3_900, 20_000])
def test_a_long_plea_is_met_with_help(page: Page, page_without_scripts: Page, scripts: bool, length: int) -> None:
    page = page if scripts else page_without_scripts
    page.get_by_label("Your question").fill(
        "I don't want to be alive anymore. " + "It goes on and on. " * (length // 19)
    )
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".card.crisis-card")).to_be_visible()
    expect(page.locator("p.error")).to_have_count(0)


def test_the_count_shows_from_four_fifths_on(page: Page) -> None:
    field = page.get_by_label("Your question")
    field.fill("a" * 399)
    expect(page.locator("#counter")).to_have_text("")
    field.fill("a" * 400)
    expect(page.locator("#counter")).to_have_text("100 characters left")


def refuse(route: Route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def test_a_question_that_cannot_be_sent_stays_in_the_field(page: Page) -> None:
    page.route("**/", refuse)
    field = page.get_by_label("Your question")
    field.fill(SENTENCE)
    page.keyboard.press("Enter")
    error = page.locator("p.error")
    expect(error).to_contain_text("could not be sent. Nothing you wrote is lost")
    expect(error).to_be_focused()
    expect(field).to_have_value(SENTENCE)
    expect(field).to_have_attribute("aria-invalid", "true")
    page.unroute("**/")
    field.press("Enter")
    expect(page.locator("figure.quote").first).to_be_visible()


def test_a_refusal_of_the_server_leaves_the_words_too(page: Page) -> None:
    field = page.get_by_label("Your question")
    field.fill("a" * 800_000)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("p.error")).to_contain_text("larger than")
    assert len(field.input_value()) == 800_000
