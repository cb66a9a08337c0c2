"""As a visitor I read what others wrote, whatever it is: nothing of it runs in my browser, and nothing of it is lost."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, Route, expect

from assistant import schema
from assistant.feedback import MOST_CHARACTERS
from assistant.masking import mask
from sources import schema as library_schema
from sources.database import open_database, reading
from tests.conftest import PATIENCE
from tests.index.encoder_fixture import with_encoder
from tests.stories.conftest import served
from tests.stories.injection import (
    CURATED,
    EVERY,
    EVIL,
    KINDS,
    PAYLOADS,
    QUOTES_A_TURN,
    TURNS,
    Hostile,
    Watch,
    hostile_library,
    in_parts,
    made_of,
    ready_made,
    settle,
    show,
    texts,
    watched,
)
from tests.web.test_pages import ANSWERED, CLINIC, FRAME, PAGES, SPEED
from web.pages import HERE, ConversationPage, href, render
from web.protection import content_policy

# One worker makes the library once.
pytestmark = pytest.mark.xdist_group("hostile")

BOLD = "</title></textarea></script><img src=x onerror=hit()>"
IN_ADDRESS = 20  # payloads in one address


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """A library that holds every payload in every field."""
    data = with_encoder(tmp_path_factory.mktemp("hostile") / "data")
    return hostile_library(data)


@pytest.fixture(scope="module")
def place(hostile: Hostile) -> Iterator[str]:
    """A site over that library, whose own settings mean harm, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WELLCITED_READER", "off")
        patch.setenv("WELLCITED_SITE_NAME", BOLD)
        patch.setenv("WELLCITED_CONTACT", f'Call {BOLD} or https://{EVIL}/"onclick="hit()')
        with served(hostile.data) as address:
            yield address


@pytest.fixture(scope="module")
def ours(browser: Browser, site: str) -> frozenset[str]:
    """What pages are made of where nobody means any harm: in each state as the server sends it, and on a visit."""
    with watched(browser, site) as (page, _):
        found = set[str]()
        page.goto("/")
        for state in PAGES.values():
            page.set_content(render(state))
            found |= made_of(page).elements
        page.goto("/")
        field = page.get_by_label("Your question")
        field.press_sequentially("common side effects of SSRIs")
        found |= made_of(page).elements
        ask(page, "What are common side effects of SSRIs?", turns=1)
        found |= made_of(page).elements
        page.get_by_role("link", name="Open the source at this passage").first.click()
        expect(page.locator(".passage.quoted")).to_be_visible()
        found |= made_of(page).elements
    return frozenset(found)


@pytest.fixture
def visit(browser: Browser, place: str) -> Iterator[tuple[Page, Watch]]:
    """A page at the site; at the end nothing may have run, asked for something elsewhere, or been refused."""
    with watched(browser, place) as (page, watch):
        page.goto("/")
        yield page, watch
        assert watch.seen == []


# The last is an address that a browser cannot make sense of, so that it leads nowhere.
HARMLESS = {"http:", "https:", "tel:", "sms:", "mailto:", ":"}


def assert_nothing_but(ours: frozenset[str], page: Page) -> None:
    """Hold the page to the elements and attributes that our pages are made of, and its links to harmless ones."""
    made = made_of(page)
    assert made.elements - ours == set()
    assert made.protocols <= HARMLESS
    assert made.targets <= {f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"}


def test_there_are_many_payloads_of_many_kinds() -> None:
    assert len(EVERY) >= 223
    assert len(set(EVERY)) == len(EVERY)
    assert min(len(payloads) for payloads in KINDS.values()) >= 8


def test_the_watch_sees_what_runs_where_nobody_guards(browser: Browser) -> None:
    """Each payload raw in a frame of its own: as many run, that none runs on our pages says something."""
    frames = "".join(
        f'<iframe name="{number}" srcdoc="{html.escape(payload)}"></iframe>' for number, payload in enumerate(EVERY)
    )

    def answer(route: Route) -> None:
        whole = urlsplit(route.request.url).path == "/all"
        route.fulfill(status=200 if whole else 404, body=frames if whole else "", content_type="text/html")

    with watched(browser, "http://unguarded.example") as (page, watch):
        page.route("http://unguarded.example/**", answer)
        page.goto("http://unguarded.example/all", wait_until="domcontentloaded")
        end = time.monotonic() + PATIENCE / 1000
        while not enough(watch) and time.monotonic() < end:
            page.wait_for_timeout(200)
    assert enough(watch), watch.seen


def enough(watch: Watch) -> bool:
    """Whether the watch saw payloads of every kind that runs: scripts, calls elsewhere, dialogs, errors, the console."""
    ran, asked = ({where for what, where in watch.seen if what == kind} for kind in ("ran", "asked"))
    kinds = {what for what, _ in watch.seen}
    return len(ran) >= 110 and len(asked) >= 15 and kinds >= {"ran", "asked", "dialog", "console", "error"}


def test_the_watch_sees_what_only_the_policy_stopped(browser: Browser, ours: frozenset[str]) -> None:
    def answer(route: Route) -> None:
        headers = {"Content-Security-Policy": content_policy("n")}
        route.fulfill(body="<img src=x onerror=hit()>", headers=headers, content_type="text/html")

    with watched(browser, "http://unescaped.example") as (page, watch):
        page.route("http://unescaped.example/", answer)
        page.goto("http://unescaped.example/")
        settle(page)
        assert {what for what, _ in watch.seen} >= {"refused"}
        assert "IMG@onerror" in made_of(page).elements - ours


def test_an_article_full_of_it_is_shown_as_it_stands(
    visit: tuple[Page, Watch], ours: frozenset[str], hostile: Hostile
) -> None:
    page, _ = visit
    for number, (article, payload) in enumerate(zip(hostile.articles, PAYLOADS, strict=True)):
        page.goto(f"/sources/{article}")
        once = " ".join(payload.split())
        assert page.evaluate(SHOWN) == {
            "title": f"{payload} – {BOLD}",
            "main h1": payload,
            ".article-head .origin": f"{payload} · date not stated · by {payload}",
            "article h2": f"Part {number} {once}",
            "article .text": f"Lantern {number} says {once} and no more:\n• Item {number} {once}",
            "address": payload if href(payload) else None,
        }
        assert_nothing_but(ours, page)
    settle(page)


SHOWN = """() => {
  const places = ["title", "main h1", ".article-head .origin", "article h2", "article .text"];
  const shown = Object.fromEntries(places.map((one) => [one, document.querySelector(one).textContent]));
  return { ...shown, address: document.querySelector(".article-head a[data-address]")?.dataset.address ?? null };
}"""


@pytest.mark.parametrize("sent", ["as a form", "by the script"])
def test_quotes_full_of_it_are_shown_as_they_stand(
    visit: tuple[Page, Watch], ours: frozenset[str], hostile: Hostile, sent: str
) -> None:
    page, _ = visit
    turns = -(-len(PAYLOADS) // QUOTES_A_TURN)
    first = 0
    show(page, "/", conversation=hostile.conversation, forget_topic="1")
    if sent == "by the script":
        ask(page, BOLD, turns=min(turns + 1, TURNS))
        first = QUOTES_A_TURN if turns == TURNS else 0  # one more turn pushes the first out of those that are shown
    shown = PAYLOADS[first:]
    numbered = [(number, " ".join(payload.split())) for number, payload in enumerate(shown, first)]

    def quoted(selector: str) -> list[str]:
        return texts(page, f"figure.quote {selector}")[: len(shown)]  # what was asked last may be answered, too

    assert quoted("cite") == shown
    assert quoted(".notice.warning p:not(.label)") == shown
    assert quoted("> figcaption > .origin") == [f"{one} · date not stated · by {one}" for one in shown]
    assert quoted(".path") == [f"Section: Part {number} {one}" for number, one in numbered]
    assert quoted("blockquote") == [
        f"Lantern {number} says {one} and no more:\n• Item {number} {one}" for number, one in numbered
    ]
    assert set(shown) <= set(texts(page, ".also li > a"))
    buttons = texts(page, ".suggestions button")
    assert set(buttons) <= set(PAYLOADS) | OFFERED
    assert [one.input_value() for one in page.locator(".suggestions [name=question]").all()] == buttons
    assert_nothing_but(ours, page)


def ask(page: Page, question: str, turns: int) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".asked .words").last).to_have_text(question)
    expect(page.locator(".turn")).to_have_count(turns)
    settle(page)


def test_questions_full_of_it_are_kept_and_shown_as_they_were_asked(
    visit: tuple[Page, Watch], ours: frozenset[str], hostile: Hostile
) -> None:
    page, _ = visit
    answers = []
    for some in in_parts(TURNS - 1):
        conversation = None
        for payload in some:
            reply = page.request.post("/api/ask", data={"question": payload, "conversation": conversation})
            assert reply.ok, (payload, reply.text())
            assert reply.headers["content-type"] == "application/json"
            answers.append(reply.json()["answer"])
            conversation = reply.json()["conversation"]
        assert conversation is not None
        show(page, "/", conversation=conversation, forget_topic="1")
        # A browser shows what was kept: all of it, but for an address that tells who wrote it.
        assert texts(page, ".asked .words") == [mask(one).text for one in some]
        assert_nothing_but(ours, page)
        ask(page, some[-1], turns=len(some) + 1)
        assert texts(page, ".asked .words")[-1] == some[-1]
        assert_nothing_but(ours, page)
    engine = open_database(hostile.data)
    with reading(engine) as connection:
        asked = connection.execute(sa.select(schema.questions)).all()
        stored = connection.execute(sa.select(library_schema.articles)).mappings().all()
    engine.dispose()
    kept = {one.answer_id: one.text for one in asked}
    assert [kept[one] for one in answers] == [mask(payload).text for payload in PAYLOADS]
    assert sum(kept[one] != payload for one, payload in zip(answers, PAYLOADS, strict=True)) <= 3
    by_id = {one["id"]: one for one in stored}
    for name in ("title", "publisher", "author", "url"):
        assert [by_id[article][name] for article in hostile.articles] == PAYLOADS


def test_feedback_full_of_it_is_kept_and_shown_as_it_was_written(
    visit: tuple[Page, Watch], ours: frozenset[str], hostile: Hostile
) -> None:
    page, _ = visit
    ask(page, "Where is the lantern?", turns=1)
    path = page.locator(".feedback form").first.get_attribute("action") or ""
    kept = 0
    for some in in_batches(MOST_CHARACTERS):
        words = "\n".join(some)
        show(page, path, helpful="no", complete="1", words=words)
        page.goto(path)
        # A field of a form holds no line break before its words, and neither does what is kept.
        assert page.locator(".feedback textarea").input_value() == mask(words.strip()).text
        assert_nothing_but(ours, page)
        kept += len(some)
    assert kept == len(PAYLOADS)
    settle(page)
    engine = open_database(hostile.data)
    with reading(engine) as connection:
        assert connection.scalar(sa.select(schema.feedback.c.words)) == mask(words.strip()).text
    engine.dispose()


def in_batches(most: int) -> Iterator[list[str]]:
    """Payloads, as many at a time as lines of no more than so many characters hold."""
    batch: list[str] = []
    for payload in PAYLOADS:
        if sum(len(one) + 1 for one in batch) + len(payload) > most:
            yield batch
            batch = []
        batch.append(payload)
    yield batch


OFFERED = {ready_made(payload) for payload in PAYLOADS[::CURATED]}


def test_ready_made_questions_full_of_it_are_offered_as_they_stand(
    visit: tuple[Page, Watch], ours: frozenset[str]
) -> None:
    page, _ = visit
    assert set(texts(page, ".starters button")) <= OFFERED
    assert len(texts(page, ".starters button")) >= 4
    assert_nothing_but(ours, page)
    page.get_by_label("Your question").press_sequentially("script")
    expect(page.get_by_role("option").first).to_be_visible()
    assert set(texts(page, "[role=option]")) <= OFFERED
    assert_nothing_but(ours | {"LI@id", "LI@role", "LI@aria-selected"}, page)
    settle(page)


def test_characters_that_turn_the_reading_direction_turn_nothing_else(browser: Browser) -> None:
    turned = "\u202e\u202bGeese"
    source = replace(CLINIC, title=turned, publisher=turned, author=turned)
    turn = replace(
        ANSWERED, question=turned, topic=turned, quotes=(replace(SPEED, source=source, heading=(turned, "b")),)
    )
    page = browser.new_page()
    page.set_content(render(ConversationPage(FRAME, turns=(turn, turn), topic=turned)))
    page.add_style_tag(path=HERE / "static/wellcited.css")
    for place in (".path", "figcaption > .origin", "form.topic p", ".asked .topic"):
        lefts = page.locator(place).first.evaluate(LEFTS)
        assert len(lefts) >= 2, place
        assert lefts == sorted(lefts), place
    page.close()


# Where each stretch of a line begins, in the order of the text.
LEFTS = """(line) => {
  const lefts = [];
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    if (!node.data.trim() || node.parentElement.closest(".hidden")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    lefts.push(range.getBoundingClientRect().left);
  }
  return lefts;
}"""


def test_a_question_that_cannot_be_answered_stays_in_its_field(visit: tuple[Page, Watch], ours: frozenset[str]) -> None:
    page, _ = visit
    everything = "\n".join(PAYLOADS)
    show(page, "/", question=everything, conversation=BOLD)
    expect(page.locator("p.error")).to_contain_text("the limit is 500")
    assert page.get_by_label("Your question").input_value() == everything
    assert_nothing_but(ours, page)


@pytest.mark.parametrize("path", ["/", "/crisis", "/safety", "/api", "/sources/none", "/nothing"])
def test_an_address_full_of_it_shows_the_page_and_nothing_else(
    visit: tuple[Page, Watch], ours: frozenset[str], path: str
) -> None:
    page, _ = visit
    for some in in_parts(IN_ADDRESS):
        query = "&".join(f"{name}={quote(one, safe='')}" for name, one in zip(["passage", *some], some, strict=False))
        page.goto(f"{path}?{query}#{some[0]}")
        settle(page)
        assert_nothing_but(ours, page)


def test_a_path_full_of_it_is_not_found(visit: tuple[Page, Watch], ours: frozenset[str]) -> None:
    page, _ = visit
    for some in in_parts(IN_ADDRESS):
        reply = page.goto("/sources/" + quote("".join(some), safe=""))
        assert reply is not None
        assert reply.status == 404
        assert texts(page, "h1") == ["Not found"]
        settle(page)
        assert_nothing_but(ours, page)


def test_what_the_interface_says_is_shown_as_text(visit: tuple[Page, Watch], ours: frozenset[str]) -> None:
    """Opened as a page, which a program's answer never should be: it is JSON, and a browser must not read it otherwise."""
    page, _ = visit
    bodies = [{one: one for one in some} | {"question": some[0]} for some in in_parts(IN_ADDRESS)]
    bodies += [{"question": "Where is the lantern?", "conversation": some} for some in PAYLOADS[::40]]
    for body in bodies:
        page.route("**/api/ask", as_json(body))
        reply = page.goto("/api/ask")
        page.unroute("**/api/ask")
        assert reply is not None
        assert reply.status == 422
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert json.loads(reply.text())["status"] == 422
        settle(page)
        assert page.evaluate("document.contentType") != "text/html"
        assert page.locator("script, img, iframe, svg, [onerror]").count() == 0


def as_json(body: object) -> Callable[[Route], None]:
    """Turn a navigation into the request of a program."""
    sent = json.dumps(body)
    return lambda route: route.continue_(method="POST", headers={"content-type": "application/json"}, post_data=sent)
