"""As an editor I bring a file in, somebody else approves it, it is published, and visitors get answers from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stories.conftest import served
from tests.stories.staff import GEESE, at_work, let_in, said

QUESTION = "Do wild geese rest on lakes along the way?"
PUBLISHED_WITHIN = 120_000  # milliseconds: all curated questions are asked


@pytest.fixture
def place(data: Path) -> Iterator[str]:
    """A site with the starter library, and people who can sign in."""
    let_in(data)
    with served(data) as address:
        yield address


def bring_in(page: Page, folder: Path) -> None:
    leaflet = folder / "geese.md"
    leaflet.write_text(GEESE, encoding="utf-8")
    page.get_by_role("link", name="Bring in", exact=True).click()
    page.get_by_label("Files").set_input_files(leaflet)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_label("Title")).to_have_value("Wild geese on their way")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_role("alert")).to_contain_text("Say whether the publisher sells the treatment")
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Keep as a draft").click()
    said(page, "Kept as a draft.")


@pytest.mark.parametrize("scripts", [True, False], ids=["", "without JavaScript"])
def test_from_the_file_to_the_answer(browser: Browser, place: str, tmp_path: Path, scripts: bool) -> None:
    with (
        at_work(browser, place, "kim", scripts=scripts) as kim,
        at_work(browser, place, "noor", scripts=scripts) as noor,
        at_work(browser, place) as visitor,
    ):
        bring_in(kim, tmp_path)
        kim.get_by_role("button", name="Send to review").click()
        said(kim, "Sent to review. Another person can approve it now.")
        expect(kim.get_by_text("You brought this revision in. Another person must approve it.")).to_be_visible()
        expect(kim.get_by_role("button", name="Approve")).to_have_count(0)

        noor.get_by_label("Words in title, publisher or address").fill("geese")
        noor.get_by_role("button", name="Search").click()
        noor.get_by_role("link", name="Wild geese on their way").click()
        noor.get_by_label("Reason").fill("compared with the leaflet")
        noor.get_by_role("button", name="Approve").click()
        said(noor, "Approved. Visitors see it after the next publish.")

        noor.get_by_role("link", name="Publish", exact=True).click()
        expect(noor.get_by_text("2 come in")).to_be_visible()
        noor.get_by_role("button", name="Publish", exact=True).click()
        if scripts:
            expect(noor.get_by_role("heading", name="Published")).to_be_visible(timeout=PUBLISHED_WITHIN)
        else:
            for _ in range(PUBLISHED_WITHIN // 500):
                if noor.get_by_role("heading", name="Published").count():
                    break
                noor.wait_for_timeout(500)
                noor.get_by_role("link", name="Look how far it is").click()
        expect(noor.locator("#build")).to_contain_text("curated questions find a right passage among the first three")

        visitor.goto("/")
        visitor.get_by_label("Your question").fill(QUESTION)
        visitor.get_by_role("button", name="Ask", exact=True).click()
        expect(visitor.locator("blockquote").first).to_contain_text("They rest on lakes along the way")
        expect(visitor.locator("figcaption").first).to_contain_text("Wild geese on their way")
        assert visitor.context.cookies() == []
