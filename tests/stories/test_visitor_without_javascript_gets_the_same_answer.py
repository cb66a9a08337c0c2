"""As a visitor whose browser runs no scripts I get the same answer, source and help."""

from __future__ import annotations

from playwright.sync_api import Page, expect

QUESTION = "How fast does ketamine work?"


def test_the_same_quotes_as_the_interface_gives(page_without_scripts: Page) -> None:
    page = page_without_scripts
    answer = page.request.post("/api/ask", data={"question": QUESTION}).json()
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".asked .words")).to_have_text(QUESTION)
    assert page.locator("figure.quote blockquote").all_text_contents() == [one["text"] for one in answer["passages"]]
    assert page.locator("main .disclaimer").first.text_content() == answer["disclaimer"]
    assert QUESTION not in page.title()


def test_the_conversation_goes_on(page_without_scripts: Page) -> None:
    page = page_without_scripts
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_label("Your question").fill("How long does it last?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".asked .words")).to_have_text([QUESTION, "How long does it last?"])
    expect(page.locator("form.topic")).to_contain_text("ketamine")


def test_the_source_opens_at_the_quoted_passage(page_without_scripts: Page) -> None:
    page = page_without_scripts
    page.locator("section.starters button").first.click()
    quoted = page.locator("figure.quote blockquote").first.text_content()
    page.get_by_role("link", name="Open the source at this passage").first.click()
    expect(page.locator(".passage.quoted")).to_be_in_viewport()
    assert page.locator(".passage.quoted .text").text_content() == quoted


def test_a_plea_for_help_gets_its_card(page_without_scripts: Page) -> None:
    page = page_without_scripts
    page.get_by_label("Your question").fill("I want to die")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("link", name="Call 988")).to_be_visible()
    expect(page.locator("figure.quote")).to_have_count(0)
