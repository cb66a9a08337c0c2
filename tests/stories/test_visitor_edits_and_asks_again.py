"""As a visitor I put the words of my last question back into the field, change them and ask again."""

from __future__ import annotations

from playwright.sync_api import Page, expect

QUESTION = "What are common side effects of SSRIs?"


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".asked .words").last).to_have_text(question)


def test_the_words_come_back_and_the_caret_stands_at_their_end(page: Page) -> None:
    ask(page, QUESTION)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_role("button", name="Edit and ask again").click()
    field = page.get_by_label("Your question")
    expect(field).to_have_value(QUESTION)
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    assert [url for url in sent if "/questions/" not in url] == []
    page.keyboard.type(" And rare ones?")
    page.keyboard.press("Enter")
    expect(page.locator(".asked .words")).to_have_text([QUESTION, f"{QUESTION} And rare ones?"])
    expect(page.get_by_role("button", name="Edit and ask again")).to_have_count(1)


def test_it_works_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    ask(page, QUESTION)
    page.get_by_role("button", name="Edit and ask again").click()
    field = page.get_by_label("Your question")
    expect(field).to_have_value(QUESTION)
    expect(field).to_be_in_viewport()
    expect(page.locator(".asked .words")).to_have_text([QUESTION])
    ask(page, "How long do they take to work?")
    expect(page.locator(".asked .words")).to_have_text([QUESTION, "How long do they take to work?"])
