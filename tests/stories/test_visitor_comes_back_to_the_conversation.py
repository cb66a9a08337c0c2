"""As a visitor I find my conversation again after a reload or on the way back, and its id is never sent in an address."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Request, expect

QUESTION = "What are common side effects of SSRIs?"
FRAGMENT = re.compile(r"/#conversation=[0-9a-f]{32}$")


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".asked .words").last).to_have_text(question)


def test_a_reload_and_the_way_back_from_a_source_bring_it_back(page: Page) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    ask(page, QUESTION)
    ask(page, "How long do they take to work?")
    expect(page).to_have_url(FRAGMENT)
    known = page.url.rpartition("=")[2]
    page.reload()
    expect(page.locator(".asked .words")).to_have_text([QUESTION, "How long do they take to work?"])
    expect(page.locator("#status")).to_have_text("")
    expect(page).to_have_url(FRAGMENT)
    link = page.get_by_role("link", name="Open the source at this passage").last
    page.locator("details.more").last.evaluate("(one) => (one.open = true)")
    link.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    link.click()
    expect(page.locator(".passage.quoted")).to_be_visible()
    page.go_back()
    expect(page.locator(".asked .words")).to_have_count(2)
    expect(page).to_have_url(FRAGMENT)
    assert abs(page.evaluate("scrollY") - before) <= 400  # what was unfolded is folded again
    ask(page, "What about weight?")
    expect(page.locator(".asked .words")).to_have_count(3)
    assert page.url.rpartition("=")[2] == known
    assert [one.url for one in sent if known in one.url or known in str(one.all_headers())] == []
    assert all(
        known in (one.post_data or "") for one in sent if one.method == "POST" and "show=" in (one.post_data or "")
    )


def test_links_within_the_page_leave_its_address_alone(page: Page) -> None:
    ask(page, QUESTION)
    address = page.url
    page.get_by_role("link", name="Talk to a person").click()
    person = page.locator("#talk-to-a-person")
    expect(person).to_be_focused()
    expect(person).to_be_in_viewport()
    page.get_by_role("link", name="Skip to the main content").evaluate("(link) => link.click()")
    expect(page.locator("main")).to_be_focused()
    assert page.url == address


def test_a_conversation_of_somebody_else_is_nothing(page: Page) -> None:
    page.goto("/crisis")
    page.goto(f"/#conversation={'0' * 32}")
    expect(page.locator("section.starters")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_site_that_is_gone_says_so_and_the_next_try_brings_it_back(page: Page) -> None:
    ask(page, QUESTION)
    page.route("**/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.reload()
    expect(page.locator("#status")).to_contain_text("cannot be shown right now")
    page.unroute("**/")
    page.reload()
    expect(page.locator(".asked .words")).to_have_text([QUESTION])


def test_without_scripts_the_page_that_answers_is_the_conversation(page_without_scripts: Page) -> None:
    page = page_without_scripts
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".asked .words")).to_have_text([QUESTION])
    assert "conversation=" not in page.url
    page.get_by_role("link", name="Talk to a person").click()
    expect(page.locator("#talk-to-a-person")).to_be_in_viewport()
