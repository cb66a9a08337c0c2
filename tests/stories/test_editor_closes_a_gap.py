"""As an editor I see what visitors could not find, say how else people ask for it, and they find it."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from sources.database import open_database, reading
from sources.library import approved_passages
from tests.conftest import wellcited
from tests.stories.conftest import served
from tests.stories.staff import at_work, let_in, said, switching
from tests.stories.test_visitor_with_assistive_technology import VIEWS, assert_accessible, look_at

MISSED = ("Is an empty stomach needed?", "Must my stomach be empty?")


def ask(visitor: Page, question: str) -> None:
    visitor.goto("/")
    visitor.get_by_label("Your question").fill(question)
    visitor.get_by_role("button", name="Ask", exact=True).click()
    expect(visitor.locator(".turn")).to_have_count(1)


def passage_about_fasting(data: Path) -> str:
    """Return its first 80 letters."""
    engine = open_database(data)
    with reading(engine) as connection:
        [found] = [one.text for one in approved_passages(connection) if one.text.startswith("Before a session with")]
        assert connection.scalar(sa.text("SELECT count(*) FROM phrasings")) == 0
    engine.dispose()
    return found[:80]


def check_views(page: Page, name: str) -> None:
    """Hold a page to axe on a phone and at a desk, light and dark."""
    for screen, light in VIEWS:
        look_at(page, screen, light)
        assert_accessible(page, f"{name} {screen} {light}")


def test_a_miss_becomes_a_phrasing_that_answers(browser: Browser, data: Path) -> None:
    let_in(data)
    passage = passage_about_fasting(data)
    with served(data) as address, at_work(browser, address) as visitor, at_work(browser, address, "kim") as kim:
        for question in MISSED:
            ask(visitor, question)
            expect(visitor.locator("blockquote")).to_have_count(0)

        kim.get_by_role("link", name="Not found").click()
        group = kim.locator("section.miss")
        expect(group).to_have_count(1)
        expect(group).to_contain_text("2 questions, the newest of")
        for one in group.locator("details summary").all():
            one.click()
        check_views(kim, "misses")
        group.get_by_label("Another one").check()
        group.get_by_label("Words of another passage").fill("session")
        group.get_by_label("Phrasing").fill(MISSED[0])
        group.get_by_role("button", name="Add the phrasing").click()
        expect(kim.get_by_role("alert")).to_contain_text("Several passages hold these words.")
        group.get_by_label("Words of another passage").fill(passage)
        group.get_by_role("button", name="Add the phrasing").click()
        expect(kim.get_by_role("alert")).to_contain_text("These are a visitor’s own words")
        check_views(kim, "misses with an error")
        kim.get_by_label("Phrasing").fill("Should my stomach be empty before I come in?")
        kim.get_by_role("button", name="Add the phrasing").click()
        said(kim, "The phrasing is added. Search uses it after the next publish.")
        expect(kim.locator("section.miss")).to_have_count(0)
        expect(kim.locator("main")).to_contain_text("2 questions covered by a phrasing")
        check_views(kim, "misses decided")

        with switching(visitor):
            wellcited(data, "publish", "--why", "a phrasing")
        ask(visitor, MISSED[0])
        expect(visitor.locator("blockquote").first).to_contain_text("Before a session")

        kim.get_by_role("link", name="What is used").click()
        expect(kim.locator("main")).to_contain_text("asked for")
        kim.locator("main details summary").first.click()
        check_views(kim, "coverage")
        kim.get_by_label("Passages").select_option("never shown")
        kim.get_by_role("button", name="Show").click()
        expect(kim.get_by_text("Those never shown").first).to_be_visible()
