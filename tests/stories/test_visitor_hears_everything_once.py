"""As a visitor with a screen reader I hear each thing once, and only when there is something to hear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

QUESTION = "What are common side effects of SSRIs?"
LISTEN = """() => {
  const live = "[role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off])";
  window.heard = [];
  new MutationObserver((records) => {
    const regions = new Set();
    for (const { target, addedNodes } of records) {
      const around = (target.nodeType === 1 ? target : target.parentElement)?.closest(live);
      if (around) regions.add(around);
      for (const one of addedNodes) {
        if (one.nodeType === 1 && one.matches(live)) regions.add(one);
        if (one.nodeType === 1) one.querySelectorAll(live).forEach((region) => regions.add(region));
      }
    }
    for (const region of regions) if (region.textContent.trim()) window.heard.push(region.textContent.trim());
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
}"""
SOME_TIME = 2_000  # milliseconds: longer than any pause after which the page speaks


@pytest.fixture
def listening(page: Page) -> Page:
    """The first page, which notes what is heard, and whose clock stands still until a test moves it."""
    page.clock.install(time=datetime.now(UTC))
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    page.evaluate(LISTEN)
    return page


def heard(page: Page) -> list[str]:
    return list(page.evaluate("window.heard"))


def begin(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()


def answered(page: Page, turns: int) -> None:
    expect(page.locator(".asked .words")).to_have_count(turns)
    expect(page.get_by_role("heading", name="Answer", exact=True)).to_be_focused()


def ask(page: Page, question: str, turns: int) -> None:
    begin(page, question)
    answered(page, turns)


def test_a_quick_answer_is_announced_once_and_nothing_else(listening: Page) -> None:
    page = listening
    for turn in (1, 2):
        ask(page, QUESTION, turn)
        page.clock.run_for(SOME_TIME)
        assert heard(page) == ["Answer ready"] * turn


def test_a_slow_one_is_said_to_be_on_its_way_once(listening: Page) -> None:
    page = listening
    held: list[Route] = []
    page.route("**/", lambda route: held.append(route))
    with page.expect_request("**/"):
        begin(page, QUESTION)
    assert heard(page) == []
    page.clock.run_for(SOME_TIME)
    assert heard(page) == ["Searching the approved articles"]
    held[0].continue_()
    answered(page, 1)
    page.clock.run_for(SOME_TIME)
    assert heard(page) == ["Searching the approved articles", "Answer ready"]


def test_a_no_says_so(listening: Page) -> None:
    ask(listening, "Is psilocybin legal in Oregon?", 1)
    assert heard(listening) == ["Answer ready: no approved article answers this question"]


def test_an_error_is_heard_by_going_to_it_and_not_a_second_time(listening: Page) -> None:
    page = listening
    begin(page, "a" * 600)
    expect(page.locator("p.error")).to_be_focused()
    page.clock.run_for(SOME_TIME)
    assert [one for one in heard(page) if not one.startswith("100 characters over")] == []


def test_going_back_to_the_words_or_dropping_the_topic_is_no_answer(listening: Page) -> None:
    page = listening
    ask(page, QUESTION, 1)
    page.get_by_role("button", name="Edit and ask again").click()
    page.get_by_role("button", name="change the topic").click()
    expect(page.locator("form.topic")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_focused()
    page.clock.run_for(SOME_TIME)
    assert heard(page) == ["Answer ready", "The topic is no longer used. Ask your next question."]


def test_the_count_is_heard_only_when_one_pauses(listening: Page) -> None:
    page = listening
    field = page.get_by_label("Your question")
    field.fill("a" * 440)
    field.press_sequentially("bcdefghijk")
    assert heard(page) == []
    page.clock.run_for(SOME_TIME)
    assert heard(page) == ["50 characters left"]


def test_a_list_that_opens_is_said_once_when_one_pauses(listening: Page) -> None:
    page = listening
    page.route("**/questions/*.json", lambda route: route.fulfill(json={"questions": [QUESTION, "How do SSRIs work?"]}))
    field = page.get_by_label("Your question")
    field.press_sequentially("ssris")
    expect(page.get_by_role("option")).to_have_count(2)
    assert heard(page) == []
    page.clock.run_for(SOME_TIME)
    assert heard(page) == ["2 ready-made questions fit. Press the down arrow to choose."]
