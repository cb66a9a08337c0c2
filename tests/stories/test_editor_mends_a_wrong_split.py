"""As an editor I mend a passage that was split in the wrong place; a colleague approves it; a wrong answer is stopped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant import curate
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import open_database
from tests.stories.conftest import served
from tests.stories.staff import at_work, let_in, said

GEESE = (
    "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields "
    "around them. In spring they return to the same nests in the far north, where they raise their young on the shore."
)
BRIDGES = (
    "A bridge needs firm ground on both banks. A pier in soft mud will lean before long, so builders drive long piles "
    "down to the rock. Old stone bridges often rest on oak piles that have stood under water for hundreds of years."
)


@pytest.fixture
def address(starter_data: Path, tmp_path: Path) -> Iterator[str]:
    """A site with one approved article of two passages, and nothing published yet."""
    data = tmp_path / "data"
    shutil.copytree(starter_data / "encoders", data / "encoders")
    let_in(data)
    engine = open_database(data)
    blocks = (
        Block(BlockKind.HEADING, "Birds", 2), Block(BlockKind.PARAGRAPH, GEESE),
        Block(BlockKind.HEADING, "Bridges", 2), Block(BlockKind.PARAGRAPH, BRIDGES),
    )  # fmt: skip
    document = Document(Attributes(title="Notes from the river", publisher="River Office"), blocks)
    curate.import_document(engine, document, file_name="a.txt", who="Hedda Head", given=UNKNOWN)
    curate.approve(engine, None, who="Hedda Head", why="read", accept=None)
    engine.dispose()
    with served(data) as found:
        yield found


def open_cut(page: Page) -> None:
    page.goto("/staff/articles")
    page.get_by_role("link", name="Notes from the river").click()
    page.get_by_role("link", name="Edit the passages").click()


def test_one_mends_a_split_another_approves_and_a_gate_failure_is_seen_and_mended(
    browser: Browser, address: str
) -> None:
    with at_work(browser, address, "kim", scripts=False) as kim, at_work(browser, address, "noor") as noor:
        # Without JavaScript: split between the second sentence and the third.
        open_cut(kim)
        kim.locator("article.passage p.origin a").first.click()
        kim.get_by_label("Reason").first.fill("autumn and spring are two subjects")
        kim.get_by_label("In spring they return").check()
        kim.get_by_role("button", name="Split here").click()
        said(kim, "Kept. Another person must approve it before visitors see it.")
        expect(kim.get_by_text("You made one of these.")).to_be_visible()
        # With the keyboard alone, from the queue.
        noor.goto("/staff/review-queue")
        link = noor.get_by_role("link", name="Notes from the river").first
        link.focus()
        noor.keyboard.press("Enter")
        noor.get_by_role("button", name="Approve it").focus()
        noor.keyboard.press("Enter")
        said(noor, "The edits are approved. Visitors see them after the next publish.")
        expect(noor.locator("article.passage")).to_have_count(3)

        # A question that must be answered with words that only the second passage has.
        kim.goto("/staff/questions")
        kim.get_by_label("Question", exact=True).fill("What do builders drive down to the rock?")
        kim.get_by_label("What is expected").select_option("must-answer")
        kim.get_by_label("Words of the passage").fill("In spring they return to the same nests")
        kim.get_by_role("button", name="Keep this question").click()
        said(kim, "Kept. From now on each publish asks it.")
        noor.goto("/staff/publish")
        noor.get_by_role("button", name="Publish", exact=True).click()
        expect(noor.get_by_role("heading", name="Not published")).to_be_visible(timeout=90_000)
        expect(noor.get_by_role("heading", name="What do builders drive down to the rock?")).to_be_visible()
        expect(noor.get_by_text("nothing was live")).to_be_visible()
        # The mistake is in the question: mended, it lets the publish through.
        noor.get_by_role("link", name="Questions that staff keep").click()
        noor.get_by_text("Change or remove").click()
        noor.get_by_label("Words of the passage").first.fill("builders drive long piles")
        noor.get_by_role("button", name="Change it").click()
        noor.goto("/staff/publish")
        noor.get_by_role("button", name="Publish", exact=True).click()
        expect(noor.get_by_role("heading", name="Published")).to_be_visible(timeout=90_000)
        # Visitors see the mended cut, word for word.
        noor.goto("/")
        noor.get_by_label("Your question").fill("Where do wild geese return to in spring?")
        noor.get_by_role("button", name="Ask", exact=True).click()
        expect(noor.locator("blockquote").first).to_have_text(GEESE[GEESE.index("In spring") :])
