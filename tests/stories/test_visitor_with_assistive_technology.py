"""As a visitor with a screen reader, a magnifier or a small screen I can use every page."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

SCREENS = {"telephone": (390, 844), "desk": (1280, 800)}
# A screen changes where things are and the light changes colours: each of both. Components are looked at in all four,
# where every one of them stands (`/patterns`).
VIEWS = (("telephone", "light"), ("desk", "dark"))


def look_at(page: Page, screen: str, light: str) -> None:
    """Look at a page on a screen of this size, by day or in the dark."""
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if light == "dark" else "light")


def assert_accessible(page: Page, place: str) -> None:
    # What is in order is not listed: to write it out takes a quarter of the time.
    found: dict[str, Any] = Axe().run(page, options={"resultTypes": ["violations"]}).response
    faults = [f"{place}: {one['id']}: {[node['html'] for node in one['nodes']]}" for one in found["violations"]]
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{place} scrolls sideways"


@pytest.mark.parametrize(("screen", "light"), VIEWS)
def test_no_page_has_a_barrier(page: Page, screen: str, light: str) -> None:
    look_at(page, screen, light)
    assert_accessible(page, "the first page")
    page.get_by_label("Your question").fill("What are common side effects of SSRIs?")
    page.keyboard.press("Enter")
    expect(page.locator("blockquote").first).to_be_visible()
    assert_accessible(page, "an answer")
    page.get_by_role("link", name="Open the source at this passage").first.click()
    expect(page.locator(".passage.quoted")).to_be_visible()
    assert_accessible(page, "a source")
    page.goto("/")
    page.get_by_label("Your question").fill("I want to die")
    page.keyboard.press("Enter")
    expect(page.locator(".crisis-card")).to_be_visible()
    assert_accessible(page, "a card")
    page.goto("/crisis")
    assert_accessible(page, "the crisis page")


# Whether what stays in view while one scrolls is higher than the window, with six lines of the clinic's own to come.
CUT_OFF = """() => {
  const beside = document.querySelector("footer.site");
  const top = parseFloat(getComputedStyle(beside).top);
  const lines = 6 * parseFloat(getComputedStyle(beside).lineHeight);
  return getComputedStyle(beside).position === "sticky" && top + beside.offsetHeight + lines > innerHeight;
}"""


def test_help_that_stays_beside_the_conversation_is_never_cut_off(page: Page) -> None:
    for height in (720, 844, 1000, 1151, 1152, 1300):
        page.set_viewport_size({"width": 1280, "height": height})
        assert not page.evaluate(CUT_OFF), height
    assert page.locator("footer.site").evaluate("(one) => getComputedStyle(one).position") == "sticky"


def test_the_first_key_skips_to_the_main_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_closed_source_opens_with_the_keyboard(page: Page) -> None:
    page.get_by_label("Your question").fill("What are common side effects of SSRIs?")
    page.keyboard.press("Enter")
    summary = page.locator("details.more summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.more blockquote").first).to_be_visible()


def test_the_page_stays_whole_at_four_times_the_size(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    expect(page.get_by_label("Your question")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


HIDDEN = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width, innerWidth) / 2, Math.max(box.top, 0) + Math.min(box.height, 20) / 2];
  const seen = document.elementFromPoint(x, y);
  const fits = box.left >= -1 && box.right <= innerWidth + 1 && box.bottom > 0 && box.top < innerHeight;
  return fits && seen && (one.contains(seen) || seen.contains(one)) ? "" : one.outerHTML.slice(0, 120);
}"""


@pytest.mark.parametrize("state", ["first", "answer", "dialog"])
def test_at_four_times_the_size_no_focus_is_hidden_and_nothing_scrolls_sideways(page: Page, state: str) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    if state != "first":
        page.get_by_label("Your question").fill("I am jo@example.org. What are common side effects of SSRIs?")
        page.keyboard.press("Enter")
        expect(page.locator(".notice.masked")).to_be_visible()
    if state == "dialog":
        page.get_by_role("button", name="Start over").click()
    hidden = []
    for _ in range(30):
        page.keyboard.press("Tab")
        hidden.append(page.evaluate(HIDDEN))
    assert [one for one in hidden if one] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
