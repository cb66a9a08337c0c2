"""As a visitor I ask in my own words, get quotes with their source, and open that source where the quote stands."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from assistant.policy import load_policy

QUESTION = "What are common side effects of SSRIs?"


def test_a_typed_question_is_answered_without_leaving_the_page(page: Page) -> None:
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    quote = page.locator("figure.quote").first
    expect(quote.locator("blockquote")).to_be_visible()
    expect(quote.locator("cite")).not_to_be_empty()
    expect(quote).to_contain_text("Wellcited starter library · 21 November 2026")
    expect(quote).to_contain_text("Sample article, not reviewed by a clinician")
    disclaimer = page.locator("main .disclaimer").first
    assert disclaimer.text_content() == load_policy().wordings.disclaimer
    expect(page.get_by_role("heading", name="Answer", exact=True)).to_be_focused()
    expect(page.locator("#status")).to_have_text("Answer ready")
    assert QUESTION.split()[1] not in page.url


def test_a_starter_is_one_click_to_an_answer(page: Page) -> None:
    starter = page.locator("section.starters button").first
    question = starter.inner_text()
    starter.click()
    expect(page.locator(".asked .words")).to_have_text(question)
    expect(page.locator("figure.quote blockquote").first).to_be_visible()


def test_the_source_opens_at_the_quoted_passage(page: Page) -> None:
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    quoted = page.locator("figure.quote blockquote").first.text_content()
    page.get_by_role("link", name="Open the source at this passage").first.click()
    passage = page.locator(".passage.quoted")
    expect(passage).to_be_in_viewport()
    assert passage.locator(".text").text_content() == quoted
    assert page.url.endswith(f"#{passage.get_attribute('id')}")
    page.go_back()
    expect(page.get_by_label("Your question")).to_be_visible()


def test_a_second_source_is_closed_until_asked_for_and_then_whole(page: Page) -> None:
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    more = page.locator("details.more").first
    expect(more.locator("summary")).to_contain_text("Wellcited starter library")
    expect(more.locator("blockquote")).to_be_hidden()
    more.locator("summary").click()
    expect(more.locator("blockquote")).to_be_visible()
    expect(more.locator("figcaption")).to_contain_text("Sample article")


def test_a_follow_up_stays_on_the_topic_until_the_visitor_changes_it(page: Page) -> None:
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("form.topic")).to_contain_text("About: SSRIs")
    page.get_by_label("Your question").fill("How long do they take to work?")
    page.keyboard.press("Enter")
    expect(page.locator(".asked .words")).to_have_text([QUESTION, "How long do they take to work?"])
    expect(page.locator("form.topic")).to_contain_text("About: SSRIs")
    page.get_by_role("button", name="change the topic").click()
    expect(page.locator("form.topic")).to_have_count(0)
    expect(page.locator(".asked")).to_have_count(2)
