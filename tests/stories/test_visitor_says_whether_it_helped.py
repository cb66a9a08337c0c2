"""As a visitor I say whether an answer helped and why not, also of a refusal and of a card, and can think better of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.stories.test_visitor_with_assistive_technology import VIEWS, assert_accessible, look_at

REFUSED = "Is psilocybin legal in Oregon?"


def ask(page: Page, question: str = REFUSED) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".feedback")).to_be_visible()


def test_of_a_refusal_with_a_reason_and_words_without_leaving_the_page(page: Page) -> None:
    ask(page)
    address = page.url
    box = page.locator(".feedback")
    box.get_by_role("button", name="No").focus()
    page.keyboard.press("Enter")
    expect(box).to_contain_text("You said that this did not help")
    expect(box).to_be_focused()
    expect(page.locator("#status")).to_have_text("Thank you. Your feedback is kept.")
    box.get_by_label("It does not answer my question").check()
    box.get_by_label("Anything you want to add?").fill("I meant the state, not the drug")
    box.get_by_role("button", name="Send").click()
    expect(box).to_contain_text("You said that this did not help: it does not answer my question.")
    assert page.url == address
    # It is still there when the conversation goes on.
    page.get_by_label("Your question").fill("How fast does ketamine work?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".feedback")).to_have_count(2)
    expect(page.locator(".feedback").first).to_contain_text("it does not answer my question")
    expect(page.locator(".feedback").last).to_contain_text("Did this help?")


def test_it_can_be_changed_and_taken_back(page: Page) -> None:
    ask(page)
    box = page.locator(".feedback")
    box.get_by_role("button", name="No").click()
    box.get_by_label("It is unclear").check()
    box.get_by_role("button", name="Send").click()
    box.get_by_role("button", name="Change what you said").click()
    expect(box.get_by_label("It is unclear")).to_be_checked()
    box.get_by_label("It is outdated").check()
    box.get_by_role("button", name="Send").click()
    expect(box).to_contain_text("it is outdated")
    box.get_by_role("button", name="It helped after all").click()
    expect(box).to_contain_text("You said that this helped.")
    box.get_by_role("button", name="Take it back").click()
    expect(box).to_contain_text("Did this help?")
    expect(page.locator("#status")).to_have_text("Your feedback was taken back.")


def test_too_many_words_are_kept_in_the_field_with_the_reason(page: Page) -> None:
    # In a tab of its own: the browser writes the answer's status into its console, which is no fault of the page.
    beside = page.context.new_page()
    beside.goto("/")
    ask(beside)
    box = beside.locator(".feedback")
    box.get_by_role("button", name="No").click()
    box.get_by_label("It is unclear").check()
    box.get_by_label("Anything you want to add?").fill("x" * 1001)
    box.get_by_role("button", name="Send").click()
    expect(box.get_by_role("alert")).to_contain_text("1,001 characters; the limit is 1,000")
    expect(box.get_by_label("It is unclear")).to_be_checked()
    expect(box.get_by_label("Anything you want to add?")).to_have_value("x" * 1001)
    assert_accessible(beside, "feedback with an error")
    beside.close()


def test_below_a_card_it_is_one_quiet_line_after_all_help(page: Page) -> None:
    ask(page, "I want to die")
    card, line = page.locator(".crisis-card").bounding_box(), page.locator(".feedback").bounding_box()
    assert card is not None
    assert line is not None
    assert line["y"] >= card["y"] + card["height"]
    assert line["height"] <= 60
    page.get_by_role("heading", name="Answer", exact=True).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "tel:988"
    page.locator(".feedback").get_by_role("button", name="Yes").click()
    expect(page.locator(".feedback")).to_contain_text("You said that this helped.")
    expect(page.locator(".crisis-card")).to_be_visible()


def test_a_plea_written_there_is_met_with_help(page: Page) -> None:
    ask(page)
    box = page.locator(".feedback")
    box.get_by_role("button", name="No").click()
    box.get_by_label("Anything you want to add?").fill("It does not matter, I want to die")
    box.get_by_role("button", name="Send").click()
    expect(box.locator(".crisis-card")).to_be_visible()
    expect(box.get_by_role("link", name="Call 988")).to_be_visible()


def test_without_scripts_it_is_a_page_of_its_own_after_the_first_click(page_without_scripts: Page) -> None:
    page = page_without_scripts
    ask(page)
    page.locator(".feedback").get_by_role("button", name="No").click()
    expect(page.get_by_role("heading", name="Your feedback")).to_be_visible()
    page.get_by_label("It seems unsafe").check()
    page.get_by_label("Anything you want to add?").fill("Line one\nline two")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".feedback")).to_contain_text("You said that this did not help: it seems unsafe.")
    page.get_by_role("button", name="Change what you said").click()
    expect(page.get_by_label("Anything you want to add?")).to_have_value("Line one\nline two")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("main")).to_contain_text("Your feedback was taken back.")


@pytest.mark.parametrize(("screen", "light"), VIEWS)
def test_no_state_of_it_puts_up_a_barrier(page: Page, screen: str, light: str) -> None:
    look_at(page, screen, light)
    ask(page)
    box = page.locator(".feedback")
    path = box.locator("form").get_attribute("action") or ""
    assert_accessible(page, "a refusal")
    box.get_by_role("button", name="No").click()
    expect(box.get_by_role("button", name="Send")).to_be_visible()
    assert_accessible(page, "feedback, open")
    box.get_by_label("It seems wrong").check()
    box.get_by_role("button", name="Send").click()
    expect(box).to_contain_text("it seems wrong")
    assert_accessible(page, "feedback, kept")
    page.goto(path)
    assert_accessible(page, "feedback on a page of its own")
    page.goto("/")
    ask(page, "I want to die")
    assert_accessible(page, "a card with its line")
