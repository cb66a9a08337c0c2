"""As an editor I see what a text repeats and what goes with it; as an admin I take the whole library along to another site."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stories.conftest import served
from tests.stories.staff import GEESE, at_work, let_in, said
from tests.stories.test_editor_closes_a_gap import check_views

COPY = GEESE.replace("Wild geese on their way", "Birds of the lakes").replace("/geese", "/lakes")
SHORTER = (
    f"{GEESE.split('## In spring')[0]}## In winter\n\nA few of them stay all winter where the water does not freeze.\n"
)


def read(page: Page, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    page.goto("/staff/bring-in")
    page.get_by_label("Files").set_input_files(folder / name)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("button", name="Look again")).to_be_visible()


def keep(page: Page) -> None:
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Paid for by").fill("The River Fund")
    page.get_by_role("button", name="Keep as a draft").click()
    said(page, "Kept as a draft.")


def test_from_one_site_to_another(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLCITED_FETCH", "on")
    for name in ("here", "there"):
        (tmp_path / name / "data").mkdir(parents=True)
        let_in(tmp_path / name / "data")
    with served(tmp_path / "here" / "data") as address, at_work(browser, address, "hedda") as hedda:
        with at_work(browser, address, "kim") as kim:
            kim.goto("/staff/bring-in")
            kim.get_by_label("Or give its web address").fill("http://127.0.0.1/secret")
            kim.get_by_role("button", name="Read it").click()
            expect(kim.get_by_role("alert")).to_contain_text("not on the public internet")
            check_views(kim, "bring-in by address")
            read(kim, tmp_path, "geese.md", GEESE)
            keep(kim)
            kim.get_by_role("button", name="Send to review").click()
        hedda.goto("/staff/articles")
        hedda.get_by_role("link", name="Wild geese on their way").click()
        hedda.get_by_role("button", name="Approve").click()
        with at_work(browser, address, "kim") as kim:
            read(kim, tmp_path, "lakes.md", COPY)
            expect(kim.get_by_role("heading", name="Nearly the same in other articles")).to_be_visible()
            check_views(kim, "arrival that repeats")
            read(kim, tmp_path, "shorter.md", SHORTER)
            expect(kim.get_by_role("heading", name="No longer in this text")).to_be_visible()
            keep(kim)
            expect(kim.get_by_role("heading", name="No longer in this text")).to_be_visible()
            check_views(kim, "revision that leaves out")

        hedda.get_by_role("link", name="In and out").click()
        expect(hedda.locator("main")).to_contain_text("1 article and 0 curated questions.")
        with hedda.expect_download() as download:
            hedda.get_by_role("link", name="As CSV files in a ZIP archive").click()
        download.value.save_as(tmp_path / "library.zip")
    with served(tmp_path / "there" / "data") as address, at_work(browser, address, "hedda") as hedda:
        hedda.goto("/staff/library")
        hedda.get_by_label("File", exact=True).set_input_files(tmp_path / "library.zip")
        hedda.get_by_role("button", name="Put it in").click()
        said(hedda, "The library is in. Publish it, so that visitors see it.")
        hedda.get_by_role("button", name="Put it in").click()
        expect(hedda.get_by_role("alert")).to_contain_text("Choose the file")
        check_views(hedda, "library")
        hedda.goto("/staff/articles")
        expect(hedda.get_by_role("link", name="Wild geese on their way")).to_be_visible()
