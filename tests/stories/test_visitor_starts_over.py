"""As a visitor at a shared computer I can start over, and nothing of my conversation is left in the tab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.stories.test_visitor_with_assistive_technology import assert_accessible

QUESTION = "What are common side effects of SSRIs?"
STORED = """async () => ({
  local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length, cookie: document.cookie, name: window.name, state: history.state,
  hash: location.hash, typed: document.getElementById("question").value,
})"""
NOTHING = {
    "local": 0,
    "session": 0,
    "databases": 0,
    "caches": 0,
    "cookie": "",
    "name": "",
    "state": None,
    "hash": "",
    "typed": "",
}


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".asked .words").last).to_have_text(question)


def conversation(page: Page) -> str:
    return str(page.locator("form.question [name=conversation]").input_value())


def test_it_asks_first_and_the_conversation_can_be_kept(page: Page) -> None:
    ask(page, QUESTION)
    start = page.get_by_role("button", name="Start over")
    start.click()
    dialog = page.get_by_role("dialog", name="Start over?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep this conversation")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(start).to_be_focused()
    start.press("Enter")
    dialog.get_by_role("button", name="Keep this conversation").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".asked .words")).to_have_text([QUESTION])


def test_afterwards_nothing_is_left_in_the_tab_and_no_way_back_brings_it_back(page: Page) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    ask(page, QUESTION)
    ask(page, "How long do they take to work?")
    known = conversation(page)
    page.get_by_role("link", name="Open the source at this passage").first.click()
    expect(page.locator(".passage.quoted")).to_be_visible()
    page.go_back()
    expect(page.locator(".asked .words")).to_have_count(2)
    # a second address of the same conversation further on in the history
    page.goto("/crisis")
    page.goto(f"/#conversation={known}")
    expect(page.locator(".asked .words")).to_have_count(2)
    page.get_by_label("Your question").fill("half a thought")
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(page.locator("section.starters")).to_be_visible()
    assert page.evaluate(STORED) == NOTHING
    for _ in range(4):
        page.go_back()
        page.wait_for_timeout(400)
        expect(page.locator(".asked")).to_have_count(0)
        assert known not in page.content()
    page.goto(f"/#conversation={known}")
    expect(page.locator("section.starters")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/$"))
    assert page.evaluate(STORED) == NOTHING
    assert [one.url for one in sent if known in one.url or known in str(one.all_headers())] == []


def test_without_scripts_a_page_asks(page_without_scripts: Page) -> None:
    page = page_without_scripts
    ask(page, QUESTION)
    known = conversation(page)
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("heading", name="Start over?", level=1)).to_be_visible()
    page.get_by_role("button", name="Keep this conversation").click()
    expect(page.locator(".asked .words")).to_have_text([QUESTION])
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("section.starters")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("")
    assert known not in page.content()
    shown = page.request.post("/", form={"conversation": known, "show": "1"}).text()
    assert QUESTION not in shown.partition("<section")[0]


def test_when_the_site_is_gone_the_tab_is_cleared_all_the_same(page: Page) -> None:
    ask(page, QUESTION)
    page.route("**/start-over", lambda route: route.fulfill(status=503, body=""))
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(page.locator("section.starters")).to_be_visible()
    assert page.evaluate(STORED) == NOTHING


@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (320, 256)])
@pytest.mark.parametrize("light", ["light", "dark", "forced"])
def test_neither_dialog_nor_page_puts_up_a_barrier(page: Page, size: tuple[int, int], light: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(
        color_scheme="dark" if light == "dark" else "light",
        forced_colors="active" if light == "forced" else "none",
        reduced_motion="reduce",
    )
    ask(page, QUESTION)
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name="Keep this conversation")).to_be_in_viewport()
    assert_accessible(page, "the dialog")
    page.evaluate("document.querySelector('form.restart').submit()")
    expect(page.get_by_role("heading", name="Start over?", level=1)).to_be_visible()
    assert_accessible(page, "the page that asks")
