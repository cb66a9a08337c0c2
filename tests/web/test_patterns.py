"""The pattern page and the values that it is made of."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import asdict

from assistant.policy import load_policy
from tests.web.test_pages import FRAME
from web.app import STATIC, create_app
from web.pages import TEMPLATES, ApiPage, Contrast, CrisisPage, PatternsPage, SafetyPage, render, stylesheet
from web.patterns import HERE, PAIRS, contrast, contrasts, pages, tokens
from web.settings import read_settings

html: Any = importlib.import_module("lxml.html")  # lxml ships no types

OTHERS = "".join(
    (STATIC / f"{name}.css").read_text(encoding="utf-8") for name in ("embed", "staff", "review", "patterns")
)
STYLES = OTHERS + stylesheet().split("/* Frame */")[1]
MEDICINE = re.compile(r"ketamine|ssri|depress|therapy|dose\b|\bmg\b", re.IGNORECASE)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A site without a library."""
    with TestClient(create_app(read_settings({"WELLCITED_DATA": str(tmp_path)}))) as client:
        yield client


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # The last three are from the example of WCAG's technique G18 and its errata: white, black, and greys between.
    [("#000", "#fff", 21), ("#ffffff", "#fff", 1), ("#767676", "#fff", 4.54), ("#949494", "#ffffff", 3.03)],
)
def test_contrast_is_what_wcag_defines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("pair", list(contrasts()), ids=lambda pair: f"{pair.text} on {pair.ground}")
def test_every_colour_stands_out_from_its_ground(pair: Contrast) -> None:
    assert pair.day >= pair.least
    assert pair.dark >= pair.least


def test_every_colour_is_held_to_a_contrast() -> None:
    decorative = {"line"}  # rules between parts: nothing is known by them alone
    assert {name for pair in PAIRS for name in pair[:2]} == set(tokens().dark) - decorative


def test_nothing_is_declared_that_is_not_used() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", STYLES))
    assert set(tokens().day) - used == set()
    assert used - set(tokens().day) == {"way"}  # set where it is used


def test_text_has_one_of_seven_sizes() -> None:
    screen = OTHERS + stylesheet().split("/* Frame */")[1].split("@media print")[0]
    sizes = set(re.findall(r"(?<![\w-])font(?:-size)?:[^;}]*?(var\(--\w+\)|[\d.]+(?:rem|em|%|px))", screen))
    written = {f"var(--{name})" for name in ("fine", "small", "read", "large", "larger", "display")}
    # The root's own, and code, which follows the text that it stands in.
    assert sizes == written | {"1rem", "100%", "106.25%", "0.9em"}


def test_space_between_things_is_one_of_seven() -> None:
    declared = re.findall(r"(?<![\w-])(?:margin|padding|gap)(?:-\w+)*:([^;}]+)", STYLES)
    written = {size for value in declared for size in re.findall(r"(?<![\w-])[\d.]+rem", value)}
    assert written == set()
    assert {f"space-{n}" for n in range(1, 8)} <= set(tokens().day)


def test_every_kind_of_page_is_shown_or_linked() -> None:
    shown = {type(page) for page in pages(FRAME, load_policy()).values()}
    assert shown == set(TEMPLATES) - {PatternsPage, CrisisPage, SafetyPage, ApiPage}


def test_the_examples_speak_of_no_medicine() -> None:
    """Beyond the fixed wordings, which are the real ones."""
    fixed = "".join(" ".join(words.split()) for words in asdict(load_policy().wordings).values())
    for name, page in pages(FRAME, load_policy()).items():
        main = html.document_fromstring(render(page)).get_element_by_id("main")
        said = [" ".join(text.split()) for text in main.itertext() if MEDICINE.search(text)]
        assert [text for text in said if text not in fixed] == [], name


def test_what_staff_have_in_addition_is_a_page_of_its_own(client: TestClient) -> None:
    page = html.document_fromstring(client.get(f"{HERE}/staff").text)
    styled = {name for one in page.iter() for name in (one.get("class") or "").split()}
    own = set(
        re.findall(r"\.([a-z][\w-]*)", re.sub(r"\{[^}]*\}", "", (STATIC / "staff.css").read_text(encoding="utf-8")))
    )
    # Of whole pages that are no component: their columns, the person's page, and what only printing hides.
    whole = {
        "narrow",
        "copy",
        "picture",
        "secret",
        "steps",
        "beside",
        "aside",
        "text",
        "edition",
        "inline",
        "search",
        "even",
    }
    whole |= {"people", "roles", "revisions", "facts", "moves", "notice", "same", "css", "me", "for", "label"}
    assert own - styled - whole == set()


def test_what_clinicians_have_in_addition_is_a_page_of_its_own(client: TestClient) -> None:
    page = html.document_fromstring(client.get(f"{HERE}/review").text)
    styled = {name for one in page.iter() for name in (one.get("class") or "").split()}
    style = re.sub(r"\{[^}]*\}", "", (STATIC / "review.css").read_text(encoding="utf-8"))
    assert set(re.findall(r"\.([a-z][\w-]*)", style)) - styled - {"css"} == set()
    ids = [one.get("id") for one in page.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert not MEDICINE.search(" ".join(text for text in page.get_element_by_id("recall").itertext()))


def test_what_is_sent_comes_back(client: TestClient) -> None:
    for path in (HERE, f"{HERE}/review", f"{HERE}/answer", f"{HERE}/start-over"):
        reply = client.post(path, data={"question": "anything"}, follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (303, HERE)


def test_an_unknown_state_is_not_found(client: TestClient) -> None:
    assert client.get(f"{HERE}/nothing").status_code == 404
    assert client.get(HERE).status_code == 200
