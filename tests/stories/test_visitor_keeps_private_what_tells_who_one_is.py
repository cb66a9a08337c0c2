"""As a visitor who gives away too much I see that it was taken out, and help still comes first when I am in danger."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from assistant.policy import load_policy
from tests.stories.test_visitor_with_assistive_technology import assert_accessible

TYPED = "I am jo@example.org, call 512-555-0143. What are common side effects of SSRIs?"
SHOWN = "I am [e-mail removed], call [phone number removed]. What are common side effects of SSRIs?"
WORDS = load_policy().wordings


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".asked")).to_have_count(1)


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_shown_as_taken_out_and_the_question_is_answered(
    page: Page, page_without_scripts: Page, scripts: bool
) -> None:
    page = page if scripts else page_without_scripts
    ask(page, TYPED)
    expect(page.locator(".asked .words")).to_have_text(SHOWN)
    expect(page.locator(".notice.masked")).to_contain_text(WORDS.masked)
    expect(page.locator("figure.quote blockquote").first).to_be_visible()
    assert "0143" not in page.content()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_plea_with_a_number_gets_its_card_first_and_is_told_that_nobody_calls(
    page: Page, page_without_scripts: Page, scripts: bool
) -> None:
    page = page if scripts else page_without_scripts
    ask(page, "I want to die. My number is 512-555-0143")
    expect(page.locator(".answer > *").first).to_have_class("card crisis-card")
    expect(page.locator(".answer > *").nth(1)).to_contain_text("Nobody can call or write to you")
    assert "0143" not in page.content()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (320, 256)])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_the_notice_puts_up_no_barrier(page: Page, size: tuple[int, int], light: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if light == "dark" else "light")
    ask(page, TYPED)
    assert_accessible(page, "a masked question")
