"""As a visitor who types I am offered questions that have an answer, and what I type stays in my browser."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.stories.test_visitor_with_assistive_technology import assert_accessible

WANTED = "Can you get hooked on antidepressants?"


@pytest.fixture
def field_is_ready(page: Page) -> Page:
    """The first page, once the site knows enough of its questions to offer the one wanted here."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        page.goto("/")
        address = page.locator("form.question").get_attribute("data-offers")
        if address and WANTED in page.request.get(address).json()["questions"]:
            return page
        page.wait_for_timeout(1000)
    raise AssertionError("the question is never offered")


def test_arrow_keys_choose_one_and_enter_asks_it_at_once(field_is_ready: Page) -> None:
    page = field_is_ready
    field = page.get_by_label("Your question")
    field.press_sequentially("antidep hook")
    options = page.get_by_role("option")
    expect(options.first).to_have_text(WANTED)
    expect(page.get_by_role("listbox", name="Ready-made questions")).to_be_visible()
    expect(field).not_to_have_attribute("aria-activedescendant", "offer-0")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "offer-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_be_focused()
    expect(field).to_have_value("antidep hook")
    page.keyboard.press("Enter")
    expect(page.locator(".asked .words")).to_have_text(WANTED)
    expect(page.locator("figure.quote blockquote").first).to_be_visible()


def test_the_arrows_go_round_through_the_field_and_escape_closes_without_taking_a_word(field_is_ready: Page) -> None:
    page = field_is_ready
    field = page.get_by_label("Your question")
    field.press_sequentially("can")
    expect(page.get_by_role("option").first).to_be_visible()
    count = page.get_by_role("option").count()
    assert 2 <= count <= 6
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    for _ in range(count):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#offers")).to_be_hidden()
    expect(field).to_have_value("can")
    expect(field).to_be_focused()
    field.press_sequentially(" ")
    expect(page.locator("#offers")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#offers")).to_be_hidden()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()


def test_many_of_a_thing_are_found_by_one(field_is_ready: Page) -> None:
    page = field_is_ready
    page.get_by_label("Your question").press_sequentially("stand ssris")
    expect(page.get_by_role("option")).to_have_text(["What does SSRI stand for?"])


def test_enter_sends_what_was_typed_when_nothing_was_chosen(field_is_ready: Page) -> None:
    page = field_is_ready
    page.get_by_label("Your question").press_sequentially("hooked on")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".asked .words")).to_have_text("hooked on")
    expect(page.locator("#offers")).to_have_count(0)


def test_a_tap_asks_it(field_is_ready: Page) -> None:
    page = field_is_ready
    page.get_by_label("Your question").press_sequentially("hooked")
    option = page.get_by_role("option", name=WANTED)
    box = option.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    option.click()
    expect(page.locator(".asked .words")).to_have_text(WANTED)


def test_a_finger_asks_it(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 500})
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Your question").tap()
    page.get_by_label("Your question").press_sequentially("hooked")
    option = page.get_by_role("option", name=WANTED)
    expect(option).to_be_in_viewport()
    option.tap()
    expect(page.locator(".asked .words")).to_have_text(WANTED)
    context.close()


def test_the_list_is_fetched_once_on_the_first_focus_and_nothing_typed_leaves_the_browser(field_is_ready: Page) -> None:
    page = field_is_ready
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    field = page.get_by_label("Your question")
    page.wait_for_timeout(300)
    assert [one.url for one in sent if "/questions/" in one.url] == []
    with page.expect_response("**/questions/*"):
        field.focus()
    field.press_sequentially("my secret worry")
    field.blur()
    field.focus()
    field.press_sequentially(" and more")
    assert len([one for one in sent if "/questions/" in one.url]) == 1
    assert [one.url for one in sent if one.method != "GET" or "secret" in one.url or one.post_data] == []


def test_neither_a_long_text_nor_one_of_two_lines_is_searched_for_offers(field_is_ready: Page) -> None:
    page = field_is_ready
    field = page.get_by_label("Your question")
    field.press_sequentially("can")
    expect(page.locator("#offers")).to_be_visible()
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#offers")).to_be_hidden()
    field.fill("can " * 40)
    expect(page.locator("#offers")).to_be_hidden()
    field.fill("qqq")
    expect(page.locator("#offers")).to_be_hidden()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (320, 256)])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_the_open_list_puts_up_no_barrier(field_is_ready: Page, size: tuple[int, int], light: str) -> None:
    page = field_is_ready
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if light == "dark" else "light")
    page.get_by_label("Your question").press_sequentially("can")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_be_in_viewport()
    assert_accessible(page, "the open list")


def test_the_marked_one_can_be_told_in_forced_colours(field_is_ready: Page) -> None:
    page = field_is_ready
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.get_by_label("Your question").press_sequentially("can")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    marked = page.get_by_role("option", selected=True)
    assert marked.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
    assert_accessible(page, "the open list in forced colours")


def test_without_scripts_the_starters_remain(page_without_scripts: Page) -> None:
    expect(page_without_scripts.locator("#offers")).to_have_count(0)
    expect(page_without_scripts.get_by_label("Your question")).not_to_have_attribute("aria-controls", "offers")
    assert page_without_scripts.locator("section.starters button").count() >= 4
