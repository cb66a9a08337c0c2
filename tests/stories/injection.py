"""A library that holds every payload in every field, a watch over what a browser does, and what a page is made of."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request
from sqlalchemy.engine import Engine

from assistant import recorder
from assistant.answer import Answer, Companion, Notice, Quotation, Role
from assistant.compose import quote_passage
from assistant.conversation import new_id
from assistant.curate import approve, import_document
from assistant.outcome import Outcome
from assistant.policy import Policy, load_policy
from assistant.publish import publish
from assistant.recorder import Record
from index.desk import Desk
from index.edition import Edition
from index.model import default_model
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import open_database, upgrade, writing
from sources.questions import CuratedQuestion, add_questions
from tests.conftest import PATIENCE, ROOT

KINDS: dict[str, list[str]] = {
    kind: table["payloads"]
    for kind, table in tomllib.loads((ROOT / "tests/web/payloads.toml").read_text(encoding="utf-8")).items()
}
EVERY = [payload for payloads in KINDS.values() for payload in payloads]
# Every sixteenth of each kind; `make injection` tries them all.
PAYLOADS = EVERY if os.environ.get("INJECTION") else [one for payloads in KINDS.values() for one in payloads[::16]]
EVIL = "evil.example"
QUOTES_A_TURN = 21
TURNS = 20  # as many as a conversation shows
CURATED = 8  # of so many payloads one is a ready-made question, too

# Told by the page itself. What a payload calls is `hit`; a violation says that something got as far as the policy.
_TELL = """
window.hit = () => tell("ran", window.name || location.href);
addEventListener("securitypolicyviolation", (event) => tell("refused", `${event.effectiveDirective} ${event.blockedURI}`));
"""


@dataclass
class Watch:
    """What a browser did beyond showing pages of the site: [what, where]. It must stay empty."""

    site: str
    seen: list[tuple[str, str]] = field(default_factory=list)

    def over(self, context: BrowserContext) -> Page:
        """Watch everything in a context; returns a page of it."""
        context.expose_binding("tell", lambda _, what, where: self.seen.append((what, where)))
        context.add_init_script(_TELL)
        context.route(lambda url: not self._ours(url), lambda route: route.abort())
        context.on("request", self._requested)
        context.on("dialog", self._dialog)
        context.on("console", lambda message: self._note(message.text))
        context.on("weberror", lambda error: self.seen.append(("error", str(error.error))))
        page = context.new_page()
        context.on("page", lambda opened: self.seen.append(("opened", opened.url)))
        page.on("download", lambda download: self.seen.append(("download", download.url)))
        return page

    def _requested(self, request: Request) -> None:
        if not self._ours(request.url):
            self.seen.append(("asked", request.url))

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(("dialog", dialog.message))
        dialog.dismiss()

    def _ours(self, url: str) -> bool:
        return urlsplit(url).scheme == "data" or url.startswith((f"{self.site}/", "about:"))

    def _note(self, message: str) -> None:
        if not message.startswith("Failed to load resource: the server responded with a status of 4"):
            self.seen.append(("console", message))


@contextmanager
def watched(browser: Browser, site: str, *, scripts: bool = True) -> Iterator[tuple[Page, Watch]]:
    """Yield a page at the site and the watch over it."""
    context = browser.new_context(base_url=site, java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE)
    try:
        watch = Watch(site)
        yield watch.over(context), watch
    finally:
        context.close()


def settle(page: Page) -> None:
    """Wait until what begins with a page has begun: pictures that fail, animations, timers."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")


@dataclass(frozen=True)
class Made:
    """Elements of a page and their attributes (`A@href`), the protocols of its links and the origins its forms go to."""

    elements: set[str]
    protocols: set[str]
    targets: set[str]


def made_of(page: Page) -> Made:
    """Return what a page is made of."""
    return Made(
        *map(
            set,
            page.evaluate(
                """() => [
                  [...document.querySelectorAll("*")].flatMap((one) =>
                    [one.nodeName, ...one.getAttributeNames().map((name) => `${one.nodeName}@${name}`)]),
                  [...document.links].map((one) => one.protocol),
                  [...document.forms].map((one) => new URL(one.action).origin),
                ].map((some) => [...new Set(some)])"""
            ),
        )
    )


@dataclass(frozen=True)
class Hostile:
    """A data folder whose library holds the payloads; a conversation that quotes every article; ids of the articles."""

    data: Path
    conversation: str
    articles: tuple[str, ...]


def in_parts(size: int) -> list[list[str]]:
    """Return the payloads, so many at a time."""
    return [PAYLOADS[n : n + size] for n in range(0, len(PAYLOADS), size)]


def ready_made(payload: str) -> str:
    """Put a payload into a question as visitors are offered them."""
    return f"What of {payload}?"


def hostile_library(data: Path) -> Hostile:
    """Take in every payload as title, publisher, author, address, heading, paragraph and item; publish, and quote all."""
    engine = open_database(data)
    upgrade(engine)
    articles = tuple(_imported(engine, number, payload) for number, payload in enumerate(PAYLOADS))
    approve(engine, None, who="Kim", why="test", accept="test")
    with writing(engine) as connection:
        gold = [(payload, " ".join(payload.split())) for payload in PAYLOADS[::CURATED]]
        add_questions(
            connection, [CuratedQuestion(ready_made(payload), True, (once,), "report") for payload, once in gold]
        )
    policy = load_policy()
    publish(engine, data, default_model(), policy, who="Kim", why="test", override="test", reads=False)
    desk = Desk(engine, data, False)
    desk.look()
    conversation = _quoted(engine, desk.library().edition, policy, articles)
    desk.close()
    engine.dispose()
    return Hostile(data, conversation, articles)


def _imported(engine: Engine, number: int, payload: str) -> str:
    blocks = (
        Block(BlockKind.HEADING, f"Part {number} {payload}", 2),
        Block(BlockKind.PARAGRAPH, f"Lantern {number} says {payload} and no more:"),
        Block(BlockKind.ITEM, f"Item {number} {payload}"),
    )
    stated = Attributes(title=payload, publisher=payload, author=payload, url=payload)
    file = f"{number}.jsonl"
    return import_document(engine, Document(stated, blocks), file_name=file, who="Kim", given=UNKNOWN).article_id


def _quoted(engine: Engine, edition: Edition, policy: Policy, articles: Sequence[str]) -> str:
    """Record a conversation that shows a passage of every article, with warnings, caveats, differences and the like."""
    first: dict[str, Quotation] = {}
    for one in edition.passages:
        payload = PAYLOADS[articles.index(one.passage.article.id)]
        quotation = quote_passage(edition, one, ((0, 7),), also_in=(one.passage,))
        first.setdefault(one.passage.article.id, replace(quotation, warnings=(payload,)))
    quotations = [first[article] for article in articles]
    conversation, everything = new_id(), cycle(PAYLOADS)
    turns = [quotations[n : n + QUOTES_A_TURN] for n in range(0, len(quotations), QUOTES_A_TURN)]
    assert len(turns) <= TURNS
    records = []
    for number, shown in enumerate(turns, 1):
        payload = next(everything)
        answer = Answer(
            id=new_id(),
            conversation=conversation,
            outcome=Outcome.answered,
            topic=payload,
            notices=(Notice("personal_advice", payload),),
            passages=tuple(_tied(shown)),
            suggestions=tuple(islice(everything, QUOTES_A_TURN)),
            disclaimer=policy.wordings.disclaimer,
            edition=edition.digest,
            policy=policy.digest,
        )
        records.append(Record(answer, payload, "", number, False, {}))
    with writing(engine) as connection:
        recorder.write(connection, records)
    return conversation


def _tied(shown: list[Quotation]) -> Iterator[Quotation]:
    """Of three passages the second becomes the first one's caveat, the third differs from it; each is also in another."""
    roles = (None, Role.CAVEAT, Role.DIFFERENCE)
    for number, one in enumerate(shown):
        role, beside = roles[number % 3], shown[number - number % 3].passage_id
        also = shown[(number + 1) % len(shown)].source
        yield replace(one, companion=Companion(role, beside, "test") if role else None, also_in=(also,))


def show(page: Page, path: str, **fields: str) -> None:
    """Send a form as a browser does, and wait for the page that comes of it."""
    with page.expect_navigation():
        page.evaluate(
            """([path, fields]) => {
              const form = Object.assign(document.createElement("form"), { method: "post", action: path });
              for (const [name, value] of Object.entries(fields)) {
                const field = document.createElement("textarea");
                [field.name, field.value] = [name, value];
                form.append(field);
              }
              document.body.append(form);
              form.submit();
            }""",
            [path, fields],
        )
    settle(page)


def texts(page: Page, selector: str) -> list[str]:
    """Return the text of each element."""
    found: list[Any] = page.locator(selector).all_text_contents()
    return [str(one) for one in found]
