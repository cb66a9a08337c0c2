"""As a visitor whose question no approved article answers I am told so, and what I can do instead."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_no_article_answers_and_the_page_says_so(page: Page) -> None:
    page.get_by_label("Your question").fill("Is psilocybin legal in Oregon?")
    page.keyboard.press("Enter")
    turn = page.locator("li.turn")
    expect(turn).to_contain_text("We found no approved text that answers this")
    expect(turn.locator("blockquote")).to_have_count(0)
    expect(turn.get_by_role("heading", name="Talk to a person")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("no approved article answers this question")


def test_a_suggested_question_has_an_answer(page: Page) -> None:
    page.get_by_label("Your question").fill("Is psilocybin legal in Oregon?")
    page.keyboard.press("Enter")
    suggestion = page.locator(".suggestions button").first
    words = suggestion.inner_text()
    suggestion.click()
    expect(page.locator(".asked .words").last).to_have_text(words)
    expect(page.locator("li.turn").last.locator("blockquote").first).to_be_visible()


def test_a_question_about_my_own_dose_is_sent_to_a_person(page: Page) -> None:
    page.get_by_label("Your question").fill("How many mg of sertraline should I take?")
    page.keyboard.press("Enter")
    turn = page.locator("li.turn")
    expect(turn.locator(".notice").first).to_contain_text("We cannot say what is right for you")
    expect(turn).to_contain_text("We show no text about amounts here")
    expect(turn.locator("blockquote")).to_have_count(0)


def test_the_counter_says_when_a_question_becomes_too_long(page: Page) -> None:
    field = page.get_by_label("Your question")
    field.fill("a" * 499)
    expect(page.locator("#counter")).to_have_text("1 character left")
    field.fill("a" * 510)
    expect(page.locator("#counter")).to_have_text("10 characters over the limit of 500")
    field.press_sequentially("  ")
    expect(page.locator("#counter")).to_have_text("10 characters over the limit of 500")
