"""As a clinician I withdraw a passage: visitors stop seeing it at once, also one who is asking just then."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.stories.conftest import served
from tests.stories.staff import at_work, let_in, said

QUESTION = "What are common side effects of SSRIs?"


def test_while_a_visitor_reads_it(browser: Browser, data: Path) -> None:
    let_in(data)
    with (
        served(data) as address,
        at_work(browser, address, "ada") as ada,
        at_work(browser, address) as visitor,
    ):
        visitor.goto("/")
        visitor.get_by_label("Your question").fill(QUESTION)
        visitor.get_by_role("button", name="Ask", exact=True).click()
        quote = visitor.locator("blockquote").first
        expect(quote).to_be_visible()
        words = quote.inner_text()
        source = visitor.get_by_role("link", name="Open the source at this passage").first.get_attribute("href")
        found = re.search(r"passage=([0-9a-f]{24})", source or "")
        assert found

        ada.goto(f"/staff/passages/{found[1]}")
        expect(ada.get_by_text("shown to visitors")).to_be_visible()
        expect(ada.get_by_text("1 answer. Each opens as it was given")).to_be_visible()
        ada.get_by_role("button", name="Withdraw this passage").click()
        expect(ada.get_by_role("alert")).to_contain_text("Say why it is withdrawn")
        ada.get_by_label("Reason").fill("a newer label says otherwise")
        ada.get_by_role("button", name="Withdraw this passage").click()
        said(ada, "Withdrawn. Visitors no longer see this passage.")

        # The visitor asks again: it is gone at once.
        visitor.get_by_label("Your question").fill(QUESTION)
        visitor.get_by_role("button", name="Ask", exact=True).click()
        expect(visitor.locator(".turn")).to_have_count(2)
        assert all(words != one for one in visitor.locator("blockquote").all_inner_texts())
        expect(visitor.locator(".turn").first).to_contain_text("has been withdrawn since")

        # The past answer that showed it is named, and opens without it.
        ada.locator("main").get_by_role("link", name=re.compile("UTC")).first.click()
        expect(ada.locator("main")).to_contain_text("has been withdrawn since")
        assert ada.context.cookies(f"{address}/") == []  # the cookie is for the pages of staff only
