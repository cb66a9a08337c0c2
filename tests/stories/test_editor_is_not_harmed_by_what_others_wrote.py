"""As an editor or a clinician I read what others wrote, whatever it is: nothing of it runs in my browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, FilePayload, Page, expect

from assistant.feedback import Feedback, Reason, give
from assistant.review.facts import Wanted, find
from sources.database import open_database, reading
from sources.overview import article_lines, passage_lines
from tests.index.encoder_fixture import with_encoder
from tests.stories.conftest import served
from tests.stories.injection import PAYLOADS, Hostile, hostile_library, settle, watched
from tests.stories.staff import let_in, sign_in

# One worker makes the library once.
pytestmark = pytest.mark.xdist_group("hostile")

BOLD = "</title></textarea></script><img src=x onerror=hit()>"
PASSAGES = 12  # pages of one passage that are opened, of those of all articles


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """A library that holds every payload in every field, and people who can sign in."""
    data = with_encoder(tmp_path_factory.mktemp("hostile") / "data")
    library = hostile_library(data)
    let_in(data)
    return library


@pytest.fixture(scope="module")
def place(hostile: Hostile) -> Iterator[str]:
    """A site over that library, whose own name means harm, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WELLCITED_READER", "off")
        patch.setenv("WELLCITED_SITE_NAME", BOLD)
        with served(hostile.data) as address:
            yield address


def open_all(page: Page, paths: list[str], words: str) -> None:
    for path in paths:
        page.goto(path)
        settle(page)
        expect(page.locator("main")).to_contain_text(words)


def test_in_the_library(browser: Browser, place: str, hostile: Hostile) -> None:
    engine = open_database(hostile.data)
    with reading(engine) as connection:
        lines = article_lines(connection)
        some = [
            passage.id
            for line in lines[:: len(lines) // PASSAGES]
            for passage in passage_lines(connection, line.article.id, line.newest.digest)[:1]
        ]
    engine.dispose()
    assert len(lines) == len(PAYLOADS)
    with watched(browser, place) as (page, watch):
        page.goto("/")
        sign_in(page, "hedda")
        open_all(page, [f"/staff/articles?page={n}" for n in range(1, 2 + len(lines) // 50)], "articles")
        open_all(page, [f"/staff/articles/{line.article.id}" for line in lines], "Passages of revision 1")
        open_all(page, [f"/staff/passages/{one}" for one in some], "One passage")
        for line in lines[:: len(lines) // PASSAGES]:
            page.goto(f"/staff/articles/{line.article.id}/revisions/{line.newest.digest}/cut")
            page.locator("article.passage p.origin a").first.click()
            settle(page)
            expect(page.locator("main")).to_contain_text("Edit a passage")
        open_all(page, ["/staff/publish", "/staff/people", "/staff/account"], "")
        open_all(page, ["/staff/review-queue", "/staff/differences", "/staff/questions", "/staff/try"], "")
        open_all(page, ["/staff/misses", "/staff/coverage", "/staff/library"], "")
        assert watch.seen == []


def test_in_what_is_typed_and_sent(browser: Browser, place: str) -> None:
    with watched(browser, place) as (page, watch):
        page.goto("/")
        sign_in(page, "hedda")
        page.goto("/staff/bring-in")
        page.get_by_label("Files").set_input_files(
            FilePayload(
                name="evil<img src=x onerror=hit()>.txt", mimeType="text/plain", buffer="\n\n".join(PAYLOADS).encode()
            )
        )
        page.get_by_role("button", name="Read it").click()
        settle(page)
        for label in ("Title", "Publisher", "Author", "Address", "Licence"):
            page.get_by_role("textbox", name=label).fill(BOLD)
        page.get_by_role("button", name="Look again").click()
        settle(page)
        expect(page.get_by_role("textbox", name="Title")).to_have_value(BOLD)
        page.get_by_role("radio", name="No", exact=True).check()
        page.get_by_role("textbox", name="Address").fill("javascript:hit()")
        page.get_by_role("button", name="Keep as a draft").click()
        expect(page.get_by_role("alert")).to_contain_text("Write the whole address")
        page.goto("/staff/articles")
        page.locator("ul.articles a").first.click()
        page.get_by_label("Say something to the others").fill(BOLD)
        page.get_by_role("button", name="Comment").click()
        expect(page.locator("#comments")).to_contain_text(BOLD)
        page.get_by_role("link", name="Edit the passages").click()
        page.locator("article.passage p.origin a").first.click()
        page.get_by_label("Another phrasing").fill(BOLD)
        page.get_by_role("button", name="Add it").click()
        expect(page.locator("#phrasings")).to_contain_text(BOLD)
        page.get_by_label("Reason").first.fill(BOLD)
        page.get_by_role("button", name="Withhold").click()
        expect(page.locator(".history")).to_contain_text(BOLD)
        page.goto("/staff/questions")
        page.get_by_label("Question", exact=True).fill(BOLD)
        page.get_by_label("What is expected").select_option("must-refuse")
        page.get_by_role("button", name="Keep this question").click()
        expect(page.locator("ul.articles")).to_contain_text(BOLD)
        page.goto("/staff/people")
        page.get_by_label("Name", exact=True).fill(BOLD)
        page.get_by_label("Sign-in name").fill(BOLD)
        page.get_by_label("curator: ").check()
        page.get_by_role("button", name="Make a link").click()
        expect(page.get_by_label("Sign-in name")).to_have_value(BOLD)
        page.get_by_label("Sign-in name").fill("bold")
        page.get_by_role("button", name="Make a link").click()
        expect(page.get_by_role("heading", name=BOLD)).to_be_visible()
        page.goto("/staff/articles?words=" + "%22%3E%3Cimg%20src%3Dx%20onerror%3Dhit()%3E")
        settle(page)
        assert watch.seen == []


def test_in_what_a_clinician_reviews(browser: Browser, place: str, hostile: Hostile) -> None:
    engine = open_database(hostile.data)
    with reading(engine) as connection:
        answers = [one.id for one in find(connection, Wanted(), 25).rows]
        passage = connection.scalar(sa.text("SELECT value FROM answer_traits WHERE kind = 'passage'"))
    give(engine, answers[0], Feedback(False, Reason.unsafe, BOLD))
    engine.dispose()
    with watched(browser, place) as (page, watch):
        page.goto("/")
        sign_in(page, "hedda")
        open_all(page, ["/review", "/review?article=%22%3E%3Cimg%20src%3Dx%20onerror%3Dhit()%3E"], "Answers")
        open_all(page, [f"/review/answers/{one}" for one in answers], "How it came about")
        expect(page.locator(".as-seen blockquote").first).to_be_attached()
        page.goto(f"/review/answers/{answers[0]}")
        expect(page.locator(".visitors")).to_have_text(BOLD)
        page.get_by_text("Record an action").click()
        page.get_by_label("What is to be done").fill(BOLD)
        page.get_by_label("Who carries it out").select_option("Kim Bo")
        page.get_by_label("Due").fill("2027-01-31")
        page.get_by_role("button", name="Keep this action").click()
        open_all(page, ["/review/actions"], BOLD)
        page.goto(f"/review/passages/{passage}")
        page.get_by_label("Words of the warning").fill(BOLD)
        page.get_by_label("Reason for it").fill(BOLD)
        page.get_by_role("button", name="Bind this warning").click()
        expect(page.locator(".notice.warning")).to_contain_text(BOLD)
        settle(page)
        page.goto("/review/queue")
        page.get_by_label("Seed").fill("<script>hit()</script>")
        page.get_by_role("button", name="Draw it").click()
        settle(page)
        page.goto("/review/queue/next")
        settle(page)
        page.get_by_label("Misleading", exact=True).check()
        page.get_by_label("Low", exact=True).check()
        page.get_by_label("Why").fill(BOLD)
        page.get_by_role("button", name="Keep and go on").click()
        open_all(page, ["/review/queue", "/review/overview"], "")
        assert watch.seen == []
