"""A real site in a process of its own, and a real browser that lets nothing leave that site."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.conftest import PATIENCE, ROOT


@pytest.fixture(scope="session")
def site(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a site with the starter library; what it wrote to its log is held to be nothing."""
    folder = tmp_path_factory.mktemp("site")
    with served(Path(shutil.copytree(starter_data, folder / "data"))) as address:
        yield address


@contextmanager
def served(data: Path, sites: str = "") -> Iterator[str]:
    """Serve a data folder, for frames on `sites`; yields the address. What the server wrote to its log is held to be nothing."""
    with serving(data, sites) as (address, _):
        yield address


@contextmanager
def serving(data: Path, sites: str = "") -> Iterator[tuple[str, IO[str]]]:
    """The same; yields what else the server says, too."""
    with (
        data.with_name("log").open("w+") as log,
        subprocess.Popen(
            [sys.executable, "-m", "web", "serve", "--port", "0"],
            cwd=ROOT,
            env={**os.environ, "WELLCITED_DATA": str(data), "WELLCITED_DATABASE_URL": "", "WELLCITED_SITES": sites},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        try:
            assert found, first + data.with_name("log").read_text()
            yield found[0], process.stdout
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE / 1000)
    assert data.with_name("log").read_text() == ""


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A fresh visitor's page at the site; at the end nothing may have left the site or gone wrong in the browser."""
    yield from _visit(browser, site, scripts=True)


@pytest.fixture
def page_without_scripts(browser: Browser, site: str) -> Iterator[Page]:
    """The same in a browser that runs no JavaScript."""
    yield from _visit(browser, site, scripts=False)


def complains(message: ConsoleMessage) -> bool:
    """Whether something went wrong in the browser. That a form was refused, which the page says, is no fault."""
    refused = message.text.startswith("Failed to load resource")
    form = urlsplit(message.location["url"]).path in ("/", "/start-over")
    return message.type == "error" and not (refused and form)


def _visit(browser: Browser, site: str, *, scripts: bool) -> Iterator[Page]:
    requests: list[str] = []
    complaints: list[str] = []
    context = browser.new_context(base_url=site, java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if complains(message) else None)
    page.on("pageerror", lambda error: complaints.append(error.message))
    page.goto("/")
    yield page
    cookies = context.cookies()
    context.close()
    home = urlsplit(site).netloc
    assert [url for url in requests if urlsplit(url).netloc != home and urlsplit(url).scheme != "data"] == []
    assert [url for url in requests if "question" in urlsplit(url).query] == []
    assert complaints == []
    assert cookies == []
