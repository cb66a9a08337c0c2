"""A link to the publisher's page leads to the quote and to nothing else, or it is the plain link."""

from __future__ import annotations

import doctest
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from lxml import html
from msgspec.structs import replace
from playwright.sync_api import Browser, Route
from starlette.testclient import TestClient

from assistant.curate import approve, import_document
from assistant.policy import load_policy
from assistant.publish import publish
from index.model import default_model
from sources import canonical
from sources.article import Attributes, Block, BlockKind
from sources.database import open_database
from sources.reading import read
from tests.fragments.__main__ import folded_lines
from tests.fragments.chromium import page_of, publisher, words_of
from tests.fragments.matching import matches
from tests.fragments.quotes import STARTER, Article, Quoted, approved, articles, quotes, spread, whole
from tests.web.test_pages import ANSWERED, CLINIC, FRAME, SPEED
from web import fragments
from web.app import create_app
from web.fragments import at_quote, directive
from web.pages import ConversationPage, render
from web.protection import content_policy
from web.settings import read_settings

TITLE = "Of geese"


def quoted(text: str, words: str, title: str = TITLE, nth: int = 0) -> Quoted:
    """The nth place of these words in a canonical text."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    blocks = [line.block for line in canonical.lines(text)]
    return Quoted(whole(title, blocks, text, range(len(blocks))), start, start + len(words), "sentence")


def offered(text: str, words: str, title: str = TITLE, nth: int = 0) -> str | None:
    one = quoted(text, words, title, nth)
    return directive(title, text, one.start, one.end)


def test_a_short_quote_is_looked_for_as_a_whole() -> None:
    assert offered("Geese rest on lakes. They fly.", "Geese rest on lakes.") == "text=Geese%20rest%20on%20lakes."


def test_a_long_quote_is_looked_for_by_its_first_and_last_words() -> None:
    sentence = "Wild geese fly south in autumn and rest on lakes along the way, often in large groups."
    assert offered(f"{sentence} They feed.", sentence) == "text=Wild%20geese%20fly,in%20large%20groups."


def test_first_and_last_words_are_as_many_as_it_takes() -> None:
    text = (
        "Wild geese fly north in spring. Wild geese fly south in autumn and rest in large groups. They feed on "
        "the fields around in large groups."
    )
    found = offered(text, text[text.index("Wild geese fly s") :])
    assert found == "text=Wild%20geese%20fly%20south,around%20in%20large%20groups."


def test_what_stands_twice_gets_words_from_before_or_after_it() -> None:
    text = "On lakes they rest. Autumnal woods, they rest. They sing at dawn. They sing at noon.\n\nThey swim."
    assert offered(text, "they rest.") == "text=lakes-,they%20rest."
    assert offered(text, "they rest.", nth=1) == "text=they%20rest.,-They"
    assert offered(text, "They sing at") == "text=They%20sing%20at,-dawn."


def test_words_of_context_may_stand_in_the_block_before() -> None:
    text = "## Autumn\n\nThey rest.\n\n## Spring\n\nThey rest."
    assert offered(text, "They rest.", nth=1) == "text=Spring-,They%20rest."


@pytest.mark.parametrize(
    "text",
    [
        "They rest.\n\nThey rest.\n\nThey rest.",
        "They rest on lakes.\n\nTHEY rest on “lakes.”",
        "Café geese rest.\n\nThe cafe geese rest.",
    ],
)
def test_none_is_offered_where_a_browser_could_take_another_place_for_it(text: str) -> None:
    first = text.split("\n\n")[-1]
    found = offered(text, first, nth=text.count(first) - 1)
    blocks = [line.block.text for line in canonical.lines(text)]
    assert found is None or len(matches([TITLE, *blocks], f"#:~:{found}")) == 1


def test_nothing_is_offered_where_nothing_tells_two_places_apart() -> None:
    text = "\n\n".join(["They rest."] * 5)
    assert offered(text, "They rest.", nth=2) is None
    assert offered(text, "They rest.", nth=4) is None


def test_the_title_stands_on_the_page_too() -> None:
    assert offered("Geese rest on lakes.", "Geese rest on lakes.", title="Why geese rest on lakes.") is None
    assert offered("They say geese rest.", "geese rest.", title="Geese rest.") == "text=say-,geese%20rest."


def test_marks_of_headings_and_items_are_not_words_of_the_page() -> None:
    text = "## Food\n\nThey eat:\n• grass and herbs of the field\n• seeds"
    assert offered(text, text[9:]) == "text=They%20eat%3A,seeds"
    assert offered(text, text) == "text=Food,seeds"


def test_no_term_reaches_over_the_end_of_a_block() -> None:
    text = "They eat.\n\nThey rest on lakes and on fields by the river at night.\n\nThey fly."
    found = offered(text, text)
    assert found == "text=They%20eat.,They%20fly."


def test_what_means_something_in_a_directive_is_encoded() -> None:
    words = "5-HT2A, “naïve” & 50% #1 a+b=c/d?"
    found = offered(f"Of {words} only.", words)
    assert found == (
        "text=5%2DHT2A%2C%20%E2%80%9Cna%C3%AFve%E2%80%9D%20%26%2050%25%20%231%20a%2Bb%3Dc%2Fd%3F"
    )  # fmt: skip
    assert unquote(found.removeprefix("text=")) == words


def test_a_quote_is_widened_to_whole_words() -> None:
    assert offered("The therapy(KAP)differs.1 It is new.", "(KAP)differs.") == "text=therapy%28KAP%29differs.1"


def test_a_span_without_words_gets_none() -> None:
    assert directive(TITLE, "They rest.", 4, 5) is None
    assert directive(TITLE, "", 0, 0) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/geese", "https://a.example/geese#:~:text=They%20rest."),
        ("https://a.example/geese#", "https://a.example/geese#:~:text=They%20rest."),
        ("HTTP://a.example/?q=1#rest", "HTTP://a.example/?q=1#rest:~:text=They%20rest."),
        ("https://a.example/#rest:~:text=old", "https://a.example/#rest:~:text=They%20rest."),
        ("mailto:geese@a.example", "mailto:geese@a.example"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("http://[", "http://[#:~:text=They%20rest."),
        ("", ""),
    ],
)
def test_the_rest_of_an_address_stays(url: str, expected: str) -> None:
    assert at_quote(url, TITLE, "They rest.", (0, 10)) == expected


def test_the_first_span_with_a_directive_counts() -> None:
    text = "\n\n".join(["They rest."] * 5) + " They fly."
    assert at_quote("https://a.example/", TITLE, text, (24, 34), (59, 68)) == "https://a.example/#:~:text=They%20fly."
    assert at_quote("https://a.example/#b", TITLE, text, (24, 34)) == "https://a.example/#b"


# Few and short words, so that much stands twice, also within others.
WORD = st.sampled_from(
    ["a", "A", "an", "and", "é", "e", "b-c", "c", "day,", "day", "“a”", "to", "t\u200bo", "½", "№", "ß"]
)
KINDS = [BlockKind.PARAGRAPH, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.HEADING]


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, str, int, int]:
    """A title, a canonical text and a stretch of it."""
    words = st.lists(WORD, min_size=1, max_size=14).map(" ".join)
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    text = canonical.compose([Block(kind, draw(words), 2 if kind is BlockKind.HEADING else 0) for kind in kinds])
    start = draw(st.integers(0, len(text) - 1))
    return draw(words), text, start, draw(st.integers(start + 1, len(text)))


@given(spans())
@example(("b", "a a\n\na a a", 0, 3))
def test_whatever_is_offered_matches_its_quote_and_nothing_else(given_: tuple[str, str, int, int]) -> None:
    title, text, start, end = given_
    found = directive(title, text, start, end)
    assume(found is not None)
    blocks = [line.block for line in canonical.lines(text)]
    one = Quoted(whole(title, blocks, text, range(len(blocks))), start, end, "sentence")
    page = [block.text for block in one.article.blocks]
    assert matches(page, f"#:~:{found}") == [folded_lines(words_of(one))]


@given(spans())
def test_what_stands_once_is_always_offered(given_: tuple[str, str, int, int]) -> None:
    title, text, start, _ = given_
    line = next((one for one in canonical.lines(text) if one.start <= start < one.end), None)
    assume(line is not None)
    assert line is not None
    begin = line.end - len(line.block.text)
    blocks = [" ".join(map(fragments.folded_word, one.block.text.split())) for one in canonical.lines(text)]
    words = " ".join(map(fragments.folded_word, text[begin : line.end].split()))
    folded_title = " ".join(map(fragments.folded_word, title.split()))
    once = sum(block.count(words) for block in [folded_title, *blocks]) == 1
    assert not once or directive(title, text, begin, line.end)


def test_its_examples_are_true() -> None:
    assert doctest.testmod(fragments).failed == 0


HARD = "\n\n".join(
    [
        "## Rest & food: 5-HT2A, “naïve” geese",
        "Geese rest – on lakes, well-known ones & others – for 50% of the day (#1, a+b=c). They say ‘honk’. It is loud.",
        "They rest. In autumn they rest. In spring they rest. It is loud in spring.",
        "They eat:\n• grass\n• grass and herbs\n• half-and-half grass/seed mixes, at most",
        "Größe, œuvre and Ångström: m² of n-3 fatty acids… It is loud. They rest.",
        "They eat:\n• grass\n• seeds",
    ]
)


def hard_quotes() -> list[Quoted]:
    """Every run of up to nine words of a text full of signs and repetitions, thinned out."""
    one = quoted(HARD, HARD)
    places = [(at, at + len(word)) for word in set(HARD.split()) for at in _starts(HARD, word) if word[0] not in "#•"]
    places.sort()
    runs = [
        replace(one, start=places[a][0], end=places[b][1])
        for a in range(len(places))
        for b in range(a, min(a + 9, len(places)))
    ]
    return spread([run for run in runs if run.start < run.end], 24)


def _starts(text: str, word: str) -> Sequence[int]:
    found, at = [], text.find(word)
    while at >= 0:
        found.append(at)
        at = text.find(word, at + 1)
    return found


def test_chromium_finds_each_quote_once(browser: Browser) -> None:
    """The short version of `make fragments`."""
    library = [approved(one) for one in articles([STARTER])]
    chosen = [*hard_quotes(), *spread([one for article in library for one in quotes(article)], 16)]
    tried = 0
    with publisher(browser) as site:
        for one in chosen:
            found = directive(one.article.title, one.article.text, one.start, one.end)
            if found is None:
                continue
            tried += 1
            seen = site.follow(one, found)
            assert seen.right, (found, seen)
            assert not site.found_elsewhere(one, found), found
    assert tried >= 30


def test_the_proof_sees_what_is_wrong(browser: Browser) -> None:
    """A wrong place, too few words, a second place and nothing at all are told from the quote."""
    text = "They rest on lakes.\n\nThey swim in lakes, and they rest on lakes by night.\n\nThey fly."
    one = quoted(text, "They fly.")
    with publisher(browser) as site:
        assert site.follow(one, "text=They%20fly.").right
        assert not site.follow(one, "text=They%20swim").right
        assert not site.follow(one, "text=They").right
        assert not site.follow(one, "text=by%20night.,They%20fly.").right
        assert not site.follow(one, "text=They%20walk").scrolled
        first = quoted(text, "They rest on lakes.")
        assert site.follow(first, "text=They%20rest%20on").share < 0.9
        assert site.found_elsewhere(first, "text=They%20rest%20on%20lakes")


def test_a_click_on_our_page_opens_theirs_at_the_quote(browser: Browser) -> None:
    """Another site's page, opened as our page opens it: in the same tab, without a referrer, from under our headers."""
    article: Article = next(one for one in articles([STARTER]) if len(one.text) > 2000)
    one = list(quotes(approved(article)))[-1]
    there = at_quote("https://publisher.example/geese#rest", article.title, article.text, (one.start, one.end))
    source = replace(CLINIC, url="https://publisher.example/geese#rest", at_quote=there)
    ours = render(ConversationPage(FRAME, turns=(replace(ANSWERED, quotes=(replace(SPEED, source=source),)),)))
    headers = {"Content-Security-Policy": content_policy("n"), "Cross-Origin-Opener-Policy": "same-origin"}

    def answer(route: Route) -> None:
        if route.request.url.startswith("https://ours.example/"):
            route.fulfill(body=ours, headers=headers, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(body=page_of(one.article), content_type="text/html; charset=utf-8")

    context = browser.new_context()
    context.route("**/*", answer)
    page = context.new_page()
    page.goto("https://ours.example/")
    page.get_by_role("link", name="Original article on the publisher’s site").first.click()
    page.wait_for_function("location.host === 'publisher.example' && scrollY > 2000")
    assert page.evaluate("location.hash") == "#rest"  # what follows is hidden from the page
    context.close()


PAGE_WITH_ADDRESS = """---
title: "Parking at the clinic"
publisher: "Harbour Clinic"
url: "https://harbour.example/parking#yard"
published: 2026-03-02
---

## Where to park

Visitors to the clinic park in the yard behind the library. The first two hours of parking cost nothing there.

## When the yard is full

Visitors to the clinic park in the street when the yard is full, and pay at the machine beside the gate.
"""


def test_answers_and_sources_link_to_the_quote(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "parking.md"
    file.write_text(PAGE_WITH_ADDRESS)
    engine = open_database(data)
    import_document(engine, read(file)[0], file_name=file.name, who="Kim", given=Attributes(sells_treatment=False))
    approve(engine, None, who="Kim", why="read", accept=None)
    publish(engine, data, default_model(), load_policy(), who="Kim", why="test")
    engine.dispose()
    with TestClient(create_app(read_settings({"WELLCITED_DATA": str(data)}))) as client:
        page = html.fromstring(client.post("/", data={"question": "Where do visitors to the clinic park?"}).text)
        figure = page.xpath("//figure[.//cite[text()='Parking at the clinic']]")[0]
        (link,) = figure.xpath(".//a[@data-address]")
        marked = figure.xpath(".//mark")[0].text_content()
        text = html.fromstring(client.get(figure.xpath(".//a[contains(@href, '/sources/')]/@href")[0]).text)
    assert link.get("data-address") == "https://harbour.example/parking#yard"
    assert link.get("href").startswith("https://harbour.example/parking#yard:~:text=")
    blocks = ["Parking at the clinic", *PAGE_WITH_ADDRESS.split("---\n")[2].replace("## ", "").strip().split("\n\n")]
    assert matches(blocks, link.get("href")) == [folded_lines(marked)]
    (at_passage,) = text.xpath("//header//a[@data-address]/@href")
    assert ":~:text=" in at_passage
