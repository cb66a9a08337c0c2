"""Bringing articles in: read in a process with limits, looked at before anything is kept, recognised, compared."""

from __future__ import annotations

import time
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from sources import schema as library
from sources.database import reading
from tests.web.staff.conftest import Browsing, Form, somebody, text
from tests.web.staff.test_articles import as_
from web.access import Role
from web.staff.arrivals import file_name
from web.staff.comparing import compared

LEAFLET = """Skip to main content

Herons by the river

By Mira Oduya | March 3, 2026

Herons stand still in shallow water for a long time. They wait until a fish comes near, and then they strike with the
bill faster than one can see.

Share this article

In winter herons need open water. When the river freezes over, they move to the coast, and many come back in spring.
"""
DETAILS: Form = {
    "title": "Herons by the river",
    "publisher": "River Office",
    "url": "https://river.example/herons",
    "published": "2026-03-03",
    "sells": "no",
    "review_by": "2027-03-03",
}


@pytest.fixture
def kim(client: TestClient, engine: Engine) -> Browsing:
    somebody(engine, "kim", "Kim Bo", Role.CURATOR)
    somebody(engine, "noor", "Noor Eden", Role.CURATOR)
    return as_(client, "kim")


def send(browsing: Browsing, status: int = 303, **files: bytes) -> Any:
    named = [("files", (name.replace("__", "."), content)) for name, content in files.items()]
    return browsing.post("/staff/bring-in", status, files=named)


def counts(engine: Engine) -> tuple[int, ...]:
    with reading(engine) as connection:
        tables = (library.articles, library.revisions, library.passages)
        return tuple(connection.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables)


def test_nothing_is_kept_before_it_was_looked_at(kim: Browsing, engine: Engine) -> None:
    arrival = send(kim, leaflet__txt=LEAFLET.encode()).headers["location"]
    page = kim.get(arrival)
    assert page.get_element_by_id("title").get("value") == "Herons by the river"
    assert page.get_element_by_id("author").get("value") == "Mira Oduya"
    assert page.get_element_by_id("published").get("value") == "2026-03-03"
    reasons = [text(one) for one in page.xpath('//span[@class="reason"]')]
    assert "Left out: page furniture" in reasons
    assert "Left out: a share bar" in reasons
    assert counts(engine) == (0, 0, 0)
    again = kim.post(
        f"{arrival}/keep", 422, **{**DETAILS, "sells": "", "published": "3.3.26", "url": "river", "title": ""}
    )
    for words in (
        "Say whether the publisher sells",
        "3.3.26 is no date",
        "Write the whole address",
        "Give the article’s title",
    ):
        assert words in again.text
    assert 'value="River Office"' in again.text
    assert counts(engine) == (0, 0, 0)
    kept = kim.post(f"{arrival}/keep", **DETAILS).headers["location"]
    shown = text(kim.get(kept))
    assert "Kept as a draft." in shown
    assert "not approved yet" in shown
    assert counts(engine)[:2] == (1, 1)
    assert kim.get(kept).get_element_by_id("review_by").get("value") == "2027-03-03"
    kim.get(arrival, 404)


def test_what_was_found_can_be_blanked(kim: Browsing, engine: Engine) -> None:
    arrival = send(kim, leaflet__txt=LEAFLET.encode()).headers["location"]
    kim.post(f"{arrival}/keep", **DETAILS, author="")
    with reading(engine) as connection:
        row = connection.execute(sa.select(library.articles)).one()
    assert (row.author, row.publisher, row.sells_treatment) == (None, "River Office", False)


def test_a_block_that_was_left_out_comes_back(kim: Browsing, engine: Engine) -> None:
    arrival = send(kim, leaflet__txt=LEAFLET.encode()).headers["location"]
    [box] = [
        one.xpath("preceding-sibling::input")[0].get("value")
        for one in kim.get(arrival).xpath('//div[contains(@class, "block-out")]//label')
        if "Share this article" in one.text_content()
    ]
    page = kim.posted(arrival, **DETAILS, restored=[box])
    assert "Brought back: a share bar" in text(page)
    assert counts(engine) == (0, 0, 0)
    kim.post(f"{arrival}/keep", **DETAILS, restored=[box])
    with reading(engine) as connection:
        assert "Share this article" in (connection.scalar(sa.select(library.revisions.c.text)) or "")


def test_the_same_is_recognised_and_a_changed_one_is_compared(kim: Browsing, engine: Engine) -> None:
    first = send(kim, leaflet__txt=LEAFLET.encode()).headers["location"]
    kim.post(f"{first}/keep", **DETAILS)
    same = send(kim, leaflet__txt=LEAFLET.encode()).headers["location"]
    page = kim.posted(same, **DETAILS)
    assert "This very text is a revision of Herons by the river" in text(page)
    assert not page.xpath('//button[text()="Keep as a draft"]')
    changed = LEAFLET.replace("many come back in spring", "most come back in early spring")
    other = send(kim, leaflet__txt=changed.encode()).headers["location"]
    page = kim.posted(other, **DETAILS)
    assert "This text becomes its next revision" in text(page)
    assert [text(one) for one in page.xpath("//ins")] == ["most", "early"]
    assert [text(one) for one in page.xpath("//del")] == ["many"]
    kim.post(f"{other}/keep", **DETAILS)
    assert counts(engine)[:2] == (1, 2)


def test_several_files_at_once_and_what_cannot_be_read_is_said(kim: Browsing) -> None:
    other = LEAFLET.replace("Herons by the river", "Herons in town").encode()
    page = send(kim, 422, a__txt=LEAFLET.encode(), b__txt=other, c__pdf=b"no pdf at all", d__exe=b"MZ", e__txt=b"")
    for words in (
        "c.pdf: it ends in .pdf but is no PDF file",
        "d.exe: files ending in .exe cannot be read",
        "e.txt: it is empty",
    ):
        assert words in page.text
    assert [text(one) for one in kim.get("/staff/bring-in").xpath("//h3")] == ["Herons by the river", "Herons in town"]
    assert "Choose at least one file, or paste a text below." in kim.post("/staff/bring-in", 422).text


def test_a_text_can_be_pasted(kim: Browsing) -> None:
    arrival = kim.post("/staff/bring-in", pasted=LEAFLET).headers["location"]
    assert "Pasted text.txt" in text(kim.get("/staff/bring-in"))
    assert "Herons stand still in shallow water" in text(kim.get(arrival))


def test_what_waits_is_for_who_brought_it_and_can_be_thrown_away(
    kim: Browsing, client: TestClient, engine: Engine
) -> None:
    arrival = send(kim, leaflet__txt=LEAFLET.encode()).headers["location"]
    noor = as_(client, "noor")
    noor.get(arrival, 404)
    noor.post(f"{arrival}/keep", 404, **DETAILS)
    noor.post(f"{arrival}/discard", 404)
    kim = as_(client, "kim")
    kim.post(f"{arrival}/discard")
    assert "Nothing waits." in text(kim.get("/staff/bring-in"))
    assert counts(engine) == (0, 0, 0)


def test_too_much_at_once_is_refused_in_words(kim: Browsing) -> None:
    page = send(kim, 413, a__txt=b"x" * 61_000_000)
    assert "You sent more than 60.0 MB at once." in page.text


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\0b\nc.txt", "a_b_c.txt"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("..", "file"),
    ],
)
def test_a_files_name_is_no_path(name: str, safe: str) -> None:
    assert file_name(name) == safe


WORDS = st.text(alphabet="ab .\n", max_size=60)


@given(WORDS, WORDS)
def test_a_comparison_holds_every_word_of_both_sides(old: str, new: str) -> None:
    found = compared(old, new)
    left = ["".join(text for text, _ in line.old) for line in found.lines if line.old is not None]
    right = ["".join(text for text, _ in line.new) for line in found.lines if line.new is not None]
    skipped = sum(line.skipped for line in found.lines) + found.skipped
    assert len(left) + skipped == len([line for line in old.split("\n") if line.strip()])
    assert len(right) + skipped == len([line for line in new.split("\n") if line.strip()])
    assert set(left) <= set(old.split("\n"))
    assert set(right) <= set(new.split("\n"))
    assert not any(line.changed for line in compared(old, old).lines)


def test_two_texts_of_a_thousand_lines_are_compared_in_a_moment() -> None:
    old = "\n".join(
        f"Line {n} is about herons and the river they fish in, number {n * 7919 % 1000}." for n in range(1000)
    )
    new = "\n".join(
        f"Bridge {n} stands on oak piles under the water since year {n * 104729 % 1000}." for n in range(1000)
    )
    began = time.process_time()
    assert len(compared(old, new).lines) >= 1000
    assert time.process_time() - began < 10


def test_what_stands_elsewhere_and_what_goes_is_said_before_and_after(kim: Browsing, client: TestClient) -> None:
    first = send(kim, leaflet__txt=LEAFLET.encode()).headers["location"]
    article = kim.post(f"{first}/keep", **DETAILS, funding="The River Fund").headers["location"]
    kim.post(article.replace("?revision=", "/revisions/").split("&")[0] + "/review")
    noor = as_(client, "noor")
    noor.post(article.replace("?revision=", "/revisions/").split("&")[0] + "/approve")
    assert "The River Fund" in text(noor.get(article))
    kim = as_(client, "kim")
    other = LEAFLET.replace("Herons by the river", "Birds of the coast").replace("open water", "deep open water")
    page = kim.posted(
        send(kim, other__txt=other.encode()).headers["location"],
        **{**DETAILS, "title": "Birds of the coast", "url": "https://coast.example/birds"},
    )
    assert "the same words as in Herons by the river" in text(page.get_element_by_id("near").getparent())
    assert not page.xpath('//*[@id="gone"]')
    changed = send(kim, leaflet__txt=LEAFLET.split("In winter")[0].encode() + b"Herons breed in high trees.").headers
    page = kim.posted(changed["location"], **DETAILS)
    assert "In winter herons need open water." in text(page.get_element_by_id("gone").getparent())
    assert not page.xpath('//*[@id="near"]')
    after = kim.get(kim.post(f"{changed['location']}/keep", **DETAILS).headers["location"])
    assert "In winter herons need open water." in text(after.get_element_by_id("gone").getparent())


def test_what_is_too_long_to_be_looked_at_is_refused(kim: Browsing) -> None:
    words = "\n\n".join(
        f"Paragraph {n} says that herons stand still in shallow water for a long time." for n in range(5_001)
    )
    assert "a.txt: it has 5,001 paragraphs, more than 5,000." in send(kim, 422, a__txt=words.encode()).text
    assert (
        "it holds more text than an article can have" in send(kim, 422, a__txt=b"Herons stand still. " * 250_000).text
    )
