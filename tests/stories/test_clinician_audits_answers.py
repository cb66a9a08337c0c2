"""As a clinician I can say what we told people, why, that it was wrong, and what we did about it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.feedback import Feedback, Reason, give
from sources.database import open_database, writing
from tests.stories.conftest import served
from tests.stories.staff import PASSWORD, at_work, let_in, said
from tests.stories.test_visitor_with_assistive_technology import VIEWS, assert_accessible, look_at
from web.access import Role
from web.installation import installation
from web.settings import read_settings
from web.staff import people

pytestmark = pytest.mark.xdist_group("review")
QUESTION = "How long do SSRIs take to work?"
OTHERS = (
    "Is psilocybin legal in Oregon?",
    "Should I stop my Zoloft?",
    "I want to die",
    "What is treatment-resistant depression?",
)
WARNING = "This was written before the label changed."

REPLAYED_WITHIN = 90_000  # milliseconds: two editions are opened anew, and other tests run beside


@pytest.fixture(scope="module")
def place(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with the starter library, three clinicians, and answers that visitors were given."""
    data = Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("review") / "data"))
    let_in(data)
    engine = open_database(data)
    now = int(time.time())
    with writing(engine) as connection:
        token = people.invite(connection, "bo", "Dr. Bo Lund", [Role.CLINICIAN], now, who="test")
        people.choose_password(connection, token, PASSWORD, now)
    with installation(read_settings({"WELLCITED_DATA": str(data)}), engine) as assistant:
        bad = assistant.answer(QUESTION)
        assistant.answer("And what about their side effects?", bad.conversation)
        for question in OTHERS:
            assistant.answer(question)
    give(engine, bad.id, Feedback(False, Reason.seems_wrong, "It took me much longer."))
    engine.dispose()
    with served(data) as address:
        yield address


def test_from_a_visitors_no_to_what_was_done_about_it(browser: Browser, place: str) -> None:
    with at_work(browser, place, "ada") as ada, at_work(browser, place) as visitor:
        ada.get_by_role("link", name="Answers").click()
        ada.get_by_label("Feedback").select_option("did not help")
        ada.get_by_role("button", name="Find").click()
        expect(ada.locator(".found-answers li")).to_have_count(1)
        ada.get_by_role("link", name=QUESTION).click()
        expect(ada.locator(".as-seen blockquote").first).to_be_visible()
        expect(ada.locator(".seven > li")).to_have_count(7)
        answer = ada.url

        ada.get_by_role("button", name="Give this answer again").click(timeout=REPLAYED_WITHIN)
        again = ada.locator("section", has=ada.get_by_role("heading", name="Give it again")).get_by_role("status")
        expect(again).to_contain_text("as it was given, byte for byte", timeout=REPLAYED_WITHIN)
        expect(again).to_contain_text("Today a visitor would see the same.")

        ada.goto(answer)
        ada.locator(".shown a").nth(1).click()
        ada.get_by_label("Words of the warning").fill(WARNING)
        ada.get_by_label("Reason for it").fill("the label of March")
        ada.get_by_role("button", name="Bind this warning").click()
        said(ada, "The warning is shown with the passage from now on.")
        ada.get_by_role("link", name="Back to the answer").click()
        words = ada.locator(".as-seen blockquote").first.inner_text()
        ada.locator(".shown a").first.click()
        ada.get_by_label("Reason to withdraw it").fill("a newer guideline says otherwise")
        ada.get_by_role("button", name="Withdraw this passage").click()
        said(ada, "Withdrawn. Visitors no longer see this passage. The answers that showed it stand below.")
        expect(ada.get_by_text(re.compile(r"^[12] answers?\."))).to_be_visible()
        with ada.expect_download() as download:
            ada.get_by_role("link", name="All of them as a spreadsheet").click()
        assert answer.rsplit("/", 1)[-1] in download.value.path().read_text()

        ada.get_by_role("link", name="Back to the answer").click()
        ada.get_by_text("Record an action").click()
        ada.get_by_label("What is to be done").fill("Bring in the newer guideline")
        ada.get_by_label("Who carries it out").select_option("Kim Bo")
        ada.get_by_label("Due").fill((datetime.now(UTC) + timedelta(14)).date().isoformat())
        ada.get_by_role("button", name="Keep this action").click()
        said(ada, "The action is kept.")
        ada.get_by_role("link", name="All actions").click()
        ada.get_by_text("Say whether it worked").click()
        ada.get_by_label("Yes, it is closed").check()
        ada.get_by_label("What you looked at").fill("Asked again: the newer one is quoted.")
        ada.get_by_role("button", name="Keep what was found").click()
        expect(ada.get_by_role("heading", name="Closed")).to_be_visible()

        # A visitor who asks now is not shown the one, and is warned of the other.
        visitor.goto("/")
        visitor.get_by_label("Your question").fill(QUESTION)
        visitor.get_by_role("button", name="Ask", exact=True).click()
        expect(visitor.locator("blockquote").first).to_be_visible()
        assert all(words != one for one in visitor.locator("blockquote").all_inner_texts())
        assert WARNING in visitor.content()

        ada.goto(answer)
        ada.get_by_role("button", name="Give this answer again").click(timeout=REPLAYED_WITHIN)
        again = ada.locator("section", has=ada.get_by_role("heading", name="Give it again")).get_by_role("status")
        expect(again).to_contain_text("as it was given, byte for byte", timeout=REPLAYED_WITHIN)
        expect(again).to_contain_text("Another passage comes first.")


def judged(page: Page, judgement: str, harm: str, words: str = "") -> None:
    page.goto("/review/queue")
    page.get_by_role("link", name="Judge the next one").click()
    page.get_by_label(judgement, exact=True).check()
    page.get_by_label(harm, exact=True).check()
    page.get_by_label("Why").fill(words)
    page.get_by_role("button", name="Keep and go on").click()
    said(page, "Your verdict is kept.")


def test_two_differ_and_a_third_decides(browser: Browser, place: str) -> None:
    with (
        at_work(browser, place, "ada") as ada,
        at_work(browser, place, "bo", scripts=False) as bo,
        at_work(browser, place, "hedda") as hedda,
    ):
        ada.goto("/review/queue")
        ada.get_by_label("Refused").fill("1")
        ada.get_by_label("Any answer").fill("0")
        ada.get_by_role("button", name="Draw it").click()
        said(ada, "The sample is drawn. It waits below for two people.")
        judged(ada, "Appropriate", "None")
        judged(bo, "Incomplete", "Low", "A neighbouring passage would have helped.")
        expect(bo.get_by_text("Nothing waits for you.")).to_be_visible()
        hedda.goto("/review/queue")
        expect(hedda.get_by_text("two reviewers differ, and you can decide")).to_be_visible()
        hedda.get_by_role("link", name="Judge the next one").click()
        expect(hedda.locator(".verdicts")).to_contain_text("A neighbouring passage would have helped.")
        assert "Bo Lund" not in hedda.content()
        judged(hedda, "Appropriate", "None", "The neighbour is about another medicine.")
        hedda.goto("/review/overview")
        expect(hedda.get_by_text("1 answer judged so far")).to_be_visible()


@pytest.mark.parametrize(("screen", "light"), VIEWS)
def test_no_page_has_a_barrier(browser: Browser, place: str, screen: str, light: str) -> None:
    with at_work(browser, place, "ada") as page:
        look_at(page, screen, light)
        page.goto("/review?since=x")
        assert_accessible(page, "answers, with an error")
        page.goto("/review")
        page.get_by_text("By rule, article").click()
        assert_accessible(page, "answers")
        page.get_by_role("link", name=QUESTION).first.click()
        for summary in page.locator("main details summary").all():
            summary.click()
        page.get_by_role("button", name="Keep this action").click()
        expect(page.get_by_role("alert")).to_have_count(3)
        for summary in page.locator("main details:not([open]) summary").all()[::-1]:
            summary.click()
        assert_accessible(page, "an answer, with errors")
        page.locator(".shown a").last.click()
        page.get_by_role("button", name="Bind this warning").click()
        assert_accessible(page, "a passage, with errors")
        page.goto("/review/queue")
        page.get_by_label("Seed").fill(f"{screen} {light}")
        page.get_by_label("Any answer").fill("many")
        page.get_by_role("button", name="Draw it").click()
        assert_accessible(page, "the queue, with an error")
        page.get_by_label("Any answer").fill("2")
        page.get_by_role("button", name="Draw it").click()
        page.get_by_role("link", name="0 of 2 settled").first.click()
        assert_accessible(page, "a sample")
        page.goto("/review/queue/next")
        page.get_by_role("button", name="Keep and go on").click()
        assert_accessible(page, "an answer to judge, with errors")
        page.goto("/review/actions")
        assert_accessible(page, "actions")
        page.goto("/review/overview")
        for summary in page.locator("main details summary").all():
            summary.click()
        assert_accessible(page, "the overview")
        page.set_viewport_size({"width": 320, "height": 256})
        for path in ("/review", "/review/queue", "/review/actions", "/review/overview"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
