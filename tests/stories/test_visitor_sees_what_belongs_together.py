"""As a visitor I see what qualifies a passage right below it, and two sources that differ beside each other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.policy import load_policy
from tests.conftest import wellcited
from tests.stories.conftest import served
from tests.stories.test_visitor_with_assistive_technology import assert_accessible

HARBOUR = """---
title: "Low mood and medicine"
publisher: "Harbour Clinic"
url: "https://harbour.example/mood"
published: 2026-02-03
sells_treatment: false
---

## How long it takes

SSRIs are taken each day. They take four to eight weeks before most people feel a meaningful improvement of their mood.
During that time sleep and appetite often get better first, and mood follows later. Keeping a short diary can help.

## Walking

A walk in daylight each morning helps many people with low mood to sleep. It works best at the same hour each day, and it
need not be long: half an hour is enough for most people, in any weather, alone or with a friend or a dog.

However, a walk is not a treatment by itself when low mood has gone on for long. People who cannot get out of bed, eat or
work should talk with a doctor soon, and walking can then be one part of a plan that they make together with the doctor.
"""
VALLEY = """---
title: "Antidepressants in short"
publisher: "Valley Health"
url: "https://valley.example/short"
published: 2026-05-09
sells_treatment: true
---

## When they work

An SSRI needs patience. It takes 4 to 6 weeks before people feel a meaningful improvement of mood. Whoever feels worse in
that time should call the person who prescribed it, and should not wait for the next visit that was agreed upon.
"""
ABOUT_WEEKS = "How many weeks before people feel a meaningful improvement of mood on SSRIs?"
ABOUT_WALKS = "Does a walk in daylight each morning help people with low mood to sleep?"
WORDS = load_policy().wordings


@pytest.fixture(scope="module")
def library(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two articles that do not say the same, which a clinician has confirmed."""
    folder = tmp_path_factory.mktemp("pairs")
    data = folder / "data"
    shutil.copytree(starter_data / "encoders", data / "encoders")  # preparing one is not what is looked at here
    for name, text in (("harbour", HARBOUR), ("valley", VALLEY)):
        (folder / f"{name}.md").write_text(text)
        wellcited(data, "import", str(folder / f"{name}.md"))
    wellcited(data, "approve", "--all", "--as", "Noor", "--accept-claims", "read")
    wellcited(data, "publish", "--override", "a small library of a test")
    proposed = wellcited(data, "differences")
    assert "other numbers: 4 to 6 weeks and four to eight weeks" in proposed
    difference = re.search(r"^([0-9a-f]{12}) ", proposed, re.MULTILINE)
    assert difference, proposed
    wellcited(data, "differences", "confirm", difference[1], "--as", "Noor", "--why", "both are current")
    return data


@pytest.fixture(scope="module")
def site(library: Path) -> Iterator[str]:
    """Address of a site with that library."""
    with served(library) as address:
        yield address


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("figure.quote").first).to_be_visible()


def test_a_caveat_hangs_on_its_passage(page: Page) -> None:
    ask(page, ABOUT_WALKS)
    passage, caveat = page.locator(".together").first.locator("figure.quote").all()
    assert (passage.locator("blockquote").text_content() or "").startswith("A walk in daylight")
    assert (caveat.locator("blockquote").text_content() or "").startswith("However, a walk is not a treatment")
    expect(caveat.locator(".tie")).to_have_text(WORDS.caveat)
    expect(caveat.locator("cite")).to_have_text("Low mood and medicine")
    above, below = passage.bounding_box(), caveat.bounding_box()
    assert above is not None
    assert below is not None
    assert 0 <= below["y"] - (above["y"] + above["height"]) <= 8
    expect(page.get_by_text("However, a walk is not a treatment")).to_have_count(1)


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (390, False)])
def test_sources_that_differ_stand_side_by_side_at_a_desk_and_below_each_other_on_a_phone(
    page: Page, width: int, beside: bool
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    ask(page, ABOUT_WEEKS)
    expect(page.locator(".notice.conflict")).to_contain_text("We do not say which one is right.")
    one, other = page.locator(".sides").first.locator("figure.quote").all()
    expect(page.locator(".sides > .tie")).to_have_text(WORDS.differs)
    expect(page.locator(".sides .warning")).to_have_count(0)
    publishers = {side.locator("figcaption > .origin").inner_text().split(" · ")[0] for side in (one, other)}
    assert publishers == {"Harbour Clinic", "Valley Health"}
    expect(page.locator(".sides .tag.interest")).to_have_count(1)
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    assert (b["y"] == a["y"]) == beside
    assert (b["x"] > a["x"] + a["width"]) == beside
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_neither_puts_up_a_barrier(page: Page, width: int, light: str) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if light == "dark" else "light")
    for question in (ABOUT_WALKS, ABOUT_WEEKS):
        page.goto("/")
        ask(page, question)
        assert_accessible(page, question)


def test_a_binding_reaches_visitors_without_a_publish(page: Page, library: Path) -> None:
    ask(page, ABOUT_WEEKS)
    expect(page.locator(".together")).to_have_count(0)
    answer = page.request.post("/api/ask", data={"question": ABOUT_WEEKS}).json()
    passage = answer["passages"][0]["source_page"].partition("#")[2]
    walks = page.request.post("/api/ask", data={"question": ABOUT_WALKS}).json()
    caveat = walks["passages"][1]["source_page"].partition("#")[2]
    wellcited(library, "caveat", "bind", passage, caveat, "--as", "Noor", "--why", "for those who are very low")
    page.goto("/")
    ask(page, ABOUT_WEEKS)
    expect(page.locator(".sides .together .caveat blockquote")).to_contain_text("However, a walk is not a treatment")
    wellcited(library, "caveat", "release", passage, caveat, "--as", "Noor", "--why", "the test is over")


def test_it_is_the_same_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    page.get_by_label("Your question").fill(ABOUT_WEEKS)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".sides figure.quote")).to_have_count(2)
    expect(page.locator(".notice.conflict")).to_have_count(1)


def test_programs_get_the_same_keys_in_the_same_order(page: Page) -> None:
    answer = page.request.post("/api/ask", data={"question": ABOUT_WALKS}).json()
    first, second = answer["passages"][:2]
    assert first.keys() == second.keys()
    assert second["text"].startswith("However, a walk")
    assert second["warnings"] == [WORDS.caveat]
