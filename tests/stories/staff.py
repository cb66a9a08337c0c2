"""What the stories of staff share: a site with people who can sign in, and a browser for each of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from sources.database import open_database, upgrade, writing
from tests.conftest import PATIENCE
from web.access import Role
from web.staff import people

PASSWORD = "heron lamp tuesday kite"
EVERYBODY = {
    "kim": ("Kim Bo", (Role.CURATOR,)),
    "noor": ("Noor Eden", (Role.CURATOR,)),
    "ada": ("Dr. Ada Ng", (Role.CLINICIAN,)),
    "hedda": ("Hedda Head", (Role.ADMIN, Role.CURATOR, Role.CLINICIAN)),
}
GEESE = """---
title: "Wild geese on their way"
publisher: "River Office"
url: "https://river.example/geese"
published: 2026-03-02
---

## In autumn

Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields around
them.

## In spring

In spring they return to the same nests in the far north, where they raise their young on the shore.
"""


def let_in(data: Path) -> None:
    """Give everybody an account in the database of a data folder."""
    engine = open_database(data)
    upgrade(engine)
    now = int(time.time())
    with writing(engine) as connection:
        for short, (name, roles) in EVERYBODY.items():
            token = people.invite(connection, short, name, roles, now, who="test")
            people.choose_password(connection, token, PASSWORD, now)
    engine.dispose()


@contextmanager
def switching(visitor: Page) -> Iterator[None]:
    """Wait at the end until visitors are answered from another edition than before; the visitor comes to the first page."""
    before = _offered(visitor)
    yield
    end = time.monotonic() + PATIENCE / 1000
    while _offered(visitor) == before:
        assert time.monotonic() < end, "no other edition is live"
        visitor.wait_for_timeout(200)


def _offered(visitor: Page) -> str | None:
    """Return the address of what the first page offers to ask, which names the edition."""
    visitor.goto("/")
    return visitor.locator("form.question").get_attribute("data-offers")


@contextmanager
def at_work(
    browser: Browser, address: str, name: str | None = None, *, scripts: bool = True, watch: str = ""
) -> Iterator[Page]:
    """Yield the page of somebody who has signed in; at the end nothing may have left the site or gone wrong.

    `watch` is a script that runs in each of their pages.
    """
    context = browser.new_context(base_url=address, java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE)
    if watch:
        context.add_init_script(watch)
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if _complains(message) else None)
    page.on("pageerror", lambda error: complaints.append(error.message))
    if name:
        sign_in(page, name)
    yield page
    context.close()
    home = urlsplit(address).netloc
    assert [url for url in requests if urlsplit(url).netloc != home and urlsplit(url).scheme != "data"] == []
    assert complaints == []


def _complains(message: ConsoleMessage) -> bool:
    """Whether something went wrong in the browser; that a form was refused, which the page says, is no fault."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/staff/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Articles", level=1)).to_be_visible()


def said(page: Page, words: str) -> None:
    expect(page.locator(".said")).to_have_text(words)
