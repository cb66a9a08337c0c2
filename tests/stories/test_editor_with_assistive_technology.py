"""As an editor with a screen reader, a magnifier or a small screen I can use every page of staff."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from assistant import curate
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import open_database, reading, writing
from sources.library import State
from tests.stories.conftest import served
from tests.stories.staff import GEESE, at_work, let_in
from tests.stories.test_visitor_with_assistive_technology import VIEWS, assert_accessible, look_at
from web.staff import builds, people

# One worker makes the site once.
pytestmark = pytest.mark.xdist_group("staff_pages")

CURE = "Ketamine cures depression in every patient. It has no side effects at all, and it works forever."


def fill(data: Path) -> None:
    """Put in what the pages are to show: a draft with a flagged claim, two revisions, and a publish that went wrong."""
    engine = open_database(data)
    with reading(engine) as connection:
        kim, noor = people.by_name(connection, "kim"), people.by_name(connection, "noor")
    assert kim is not None
    assert noor is not None
    for words in (CURE, f"{CURE} Some patients see it come back within two weeks, and need more than one treatment."):
        title = Attributes(title="A promise that goes too far", publisher="River Office")
        blocks = (Block(BlockKind.HEADING, "What it does", 2), Block(BlockKind.PARAGRAPH, words))
        one = curate.import_document(
            engine, Document(title, blocks), file_name="a.txt", who=noor.name, given=UNKNOWN, person=noor.id
        )
    curate.move(
        engine, one.article_id, one.revision, State.IN_REVIEW, who=noor.name, why="please compare", person=noor.id
    )
    with writing(engine) as connection:
        build = builds.begin(connection, kim, "w", int(time.time()), all_the_same=False)
        words = "1 of 2 curated questions find a right passage among the first three."
        builds.ended(
            connection, build, builds.BuildState.FAILED, words, ("not in the first three: How do I bake bread?",)
        )
        people.invite(connection, "mo", "Mo Tan", noor.roles, int(time.time()), who="test")
    engine.dispose()


@pytest.fixture(scope="module")
def place(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with the starter library, people, and something to look at on every page."""
    data = Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("staff") / "data"))
    let_in(data)
    fill(data)
    with served(data) as address:
        yield address


def tour(page: Page, folder: Path) -> Iterator[str]:
    """Go to every page of staff, in the states that it can be in; yields the name of each once it is there."""
    page.get_by_role("button", name="Sign out").click()
    # A click does not wait for the page that it leads to: whoever looks at it must see something of it first.
    expect(page.get_by_label("Sign-in name")).to_be_visible()
    yield "sign-in"
    page.get_by_label("Sign-in name").fill("hedda")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "sign-in-refused"
    page.get_by_label("Password").fill("heron lamp tuesday kite")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Articles", level=1)).to_be_visible()
    yield "articles"
    page.goto("/staff/articles?words=nothing+like+it")
    yield "articles-none"
    page.goto("/staff/articles?state=waits")
    page.get_by_role("link", name="A promise that goes too far").click()
    expect(page.get_by_role("heading", name="A promise that goes too far")).to_be_visible()
    page.get_by_text("Change the details").click()
    yield "article-in-review"
    page.get_by_role("button", name="Back to draft").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "article-error"
    page.get_by_role("link", name="Open this passage").first.click()
    expect(page.get_by_role("button", name="Let the claims pass")).to_be_visible()
    yield "passage"
    page.get_by_role("button", name="Let the claims pass").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "passage-error"
    page.goto("/staff/bring-in")
    yield "bring-in"
    leaflet, other = folder / "geese.md", folder / "cleaned.txt"
    leaflet.write_text(GEESE, encoding="utf-8")
    other.write_text(
        "Skip to main content\n\nA promise that goes too far\n\nShare this article\n\n"
        f"{CURE} Some patients see it come back within three weeks, and need more than one treatment.\n",
        encoding="utf-8",
    )
    broken = folder / "broken.pdf"
    broken.write_bytes(b"no pdf")
    page.get_by_label("Files").set_input_files([leaflet, other, broken])
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "bring-in-error"
    page.get_by_role("link", name="A promise that goes too far").first.click()
    page.get_by_label("Publisher").fill("River Office")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("heading", name="How it differs from the newest revision")).to_be_visible()
    yield "arrival"
    page.get_by_role("button", name="Throw away").click()
    page.get_by_role("link", name="Wild geese on their way").click()
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    page.goto("/staff/publish")
    page.get_by_text("Publish all the same").first.click()
    for one in page.locator("details.left-out summary").all():
        one.click()
    yield "publish"
    page.goto("/staff/people")
    yield "people"
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    yield "people-error"
    page.get_by_role("button", name="New link for Mo Tan").click()
    link = page.get_by_label("The link").input_value()
    yield "people-link"
    page.get_by_role("link", name="Hedda Head").click()
    yield "account"
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    # Whoever has begun to set codes up finds the picture again.
    if page.get_by_role("button", name="Set up codes").count():
        page.get_by_role("button", name="Set up codes").click()
    expect(page.locator("img.picture")).to_be_visible()
    yield "account-codes"
    secret = page.locator("code.secret").inner_text()
    assert len(pyotp.TOTP(secret).now()) == 6
    page.goto("/staff/articles/none-of-this-name")
    yield "error"
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Sign-in name")).to_be_visible()
    page.goto(link)
    yield "link"


@pytest.mark.parametrize(("screen", "light"), VIEWS)
def test_no_page_has_a_barrier(browser: Browser, place: str, tmp_path: Path, screen: str, light: str) -> None:
    with at_work(browser, place, "hedda") as page:
        look_at(page, screen, light)
        seen = []
        for name in tour(page, tmp_path):
            assert_accessible(page, name)
            seen.append(name)
        assert len(seen) == len(set(seen)) == 19


def test_an_editor_gets_along_with_the_keyboard_alone(browser: Browser, place: str) -> None:
    with at_work(browser, place, "noor") as page:
        page.goto("/staff/articles")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the main content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Words in title, publisher or address")).to_be_focused()
        page.keyboard.type("promise")
        page.keyboard.press("Enter")
        link = page.get_by_role("link", name="A promise that goes too far")
        link.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="A promise that goes too far")).to_be_visible()
        page.get_by_label("Reason").focus()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Back to draft")).to_be_focused()


def test_at_four_times_the_size_nothing_scrolls_sideways(browser: Browser, place: str, tmp_path: Path) -> None:
    with at_work(browser, place, "hedda") as page:
        page.set_viewport_size({"width": 320, "height": 256})
        for name in tour(page, tmp_path):
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
