"""As a visitor with a screen reader, a magnifier, colours of my own or a small screen I can use every state there is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from assistant.policy import load_policy
from tests.stories.test_visitor_with_assistive_technology import HIDDEN, SCREENS, VIEWS, assert_accessible, look_at
from tests.web.test_pages import FRAME
from web.patterns import HERE, pages

# Where every component stands.
WHOLE = (HERE, f"{HERE}/staff", f"{HERE}/review")
STATES = (
    *WHOLE,
    *(f"{HERE}/{name}" for name in pages(FRAME, load_policy())),
    "/crisis",
    "/safety",
    "/api",
)
# A key that does something by itself would also be pressed by whoever speaks to the computer.
KEYS = "abcdefghijklmnopqrstuvwxyz0123456789?/.,"
# Links within a sentence are as high as its line; everything else can be hit with a finger (WCAG 2.2, 2.5.8).
SMALL = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, summary")].filter((one) => {
  const box = one.getBoundingClientRect();
  const shown = box.width && box.height && getComputedStyle(one).visibility !== "hidden" && !one.closest(".skip");
  const line = one.matches("a") && getComputedStyle(one).display === "inline";
  return shown && !line && (box.width < 24 || box.height < 24);
}).map((one) => one.outerHTML.slice(0, 120))"""

# With colours of one's own, what is known by its ground on other screens must have a frame.
BARE = """() => [...document.querySelectorAll(".notice, .card, .tag, .primary, .plain, .quote, textarea, .quoted")]
  .filter((one) => one.offsetWidth && !["Top", "Left"].some((side) => {
    const style = getComputedStyle(one.closest(".together, .more") ?? one);
    return parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== "none";
  })).map((one) => one.className)"""


@pytest.mark.parametrize("state", STATES)
def test_no_state_has_a_barrier(page: Page, state: str) -> None:
    page.goto(state)
    views = [(screen, light) for screen in SCREENS for light in ("light", "dark")]
    for screen, light in views if state in WHOLE else VIEWS:
        look_at(page, screen, light)
        assert_accessible(page, f"{state}, {screen}, {light}")
        assert page.evaluate(SMALL) == []
    page.emulate_media(forced_colors="active", reduced_motion="reduce", contrast="more")
    if state in WHOLE:
        assert_accessible(page, f"{state}, forced colours")
    assert page.evaluate(BARE) == []
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("state", STATES)
def test_at_four_times_the_size_all_is_reached_and_nothing_hidden(page: Page, state: str) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto(state)
    controls: int = page.evaluate(
        "document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, summary, [tabindex=\"0\"]').length"
    )
    hidden: list[Any] = []
    for _ in range(min(controls, 60)):
        page.keyboard.press("Tab")
        hidden.append(page.evaluate(HIDDEN))
    assert [one for one in hidden if one] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_single_key_does_anything(page: Page) -> None:
    for state in STATES:
        page.goto(state)
        page.evaluate("document.activeElement.blur()")
        before = page.content(), page.url
        page.keyboard.type(KEYS)
        assert (page.content(), page.url) == before
