"""Takes the README's screenshots from the running product: `make screenshots`.

Serves a fresh starter library, opens it in Chromium at a phone's and a desk's width, light and dark, and writes the
pictures to `web/screenshots`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.conftest import CHROMIUM, QUIET, ROOT
from tests.stories.host_pages import OPENED
from tests.stories.staff import PASSWORD, let_in
from tests.stories.test_editor_with_assistive_technology import fill
from tests.stories.test_editor_works_at_the_desk_with_assistive_technology import edit_some

FOLDER = ROOT / "web" / "screenshots"
QUESTION = "How long do SSRIs take to work?"


@contextmanager
def served(clinic: str) -> Iterator[str]:
    """Yield the address of a server over a fresh starter library with staff, which the site `clinic` may show."""
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "WELLCITED_DATA": data, "WELLCITED_SITES": clinic}
        command = [sys.executable, "-m", "web"]
        subprocess.run([*command, "starter", "--publish"], check=True, cwd=ROOT, env=environment, capture_output=True)
        let_in(Path(data))
        fill(Path(data))
        edit_some(Path(data))
        server = subprocess.Popen(
            [*command, "serve", "--port", "0"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            yield next(word for word in server.stdout.readline().split() if word.startswith("http"))
        finally:
            server.terminate()
            server.wait(10)


@contextmanager
def demo_site(port: int, site: str) -> Iterator[None]:
    """Serve the made-up clinic that shows what is served at `site`."""
    command = [sys.executable, "-m", "web", "demo-site", "--port", str(port), "--site", site]
    clinic = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert clinic.stdout is not None
        clinic.stdout.readline()
        yield
    finally:
        clinic.terminate()
        clinic.wait(10)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def visit_clinic(page: Page, clinic: str, name: str) -> None:
    """Take the panel with an answer on the clinic's page."""
    page.add_init_script(OPENED)
    page.goto(clinic)
    page.click("wellcited-widget .launcher")
    frame = page.frame_locator("wellcited-widget iframe")
    frame.locator("#question").fill(QUESTION)
    frame.locator("button.primary").click()
    frame.locator("blockquote").first.wait_for()
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"panel-{name}.png")


def visit(page: Page, address: str, name: str) -> None:
    """Take the first page, an answer, the source at the passage, and a crisis card."""

    def shot(what: str) -> None:
        page.screenshot(path=FOLDER / f"{what}-{name}.png")

    page.goto(address)
    shot("first")
    page.fill("#question", QUESTION)
    page.click("button.primary")
    page.wait_for_selector("blockquote")
    page.evaluate("window.scrollTo(0, 0)")
    shot("answer")
    page.click("text=Open the source at this passage")
    page.wait_for_load_state()
    shot("source")
    page.goto(address)
    page.fill("#question", "I don't want to live any more")
    page.click("button.primary")
    page.wait_for_selector(".turn.crisis")
    page.evaluate("window.scrollTo(0, 0)")
    shot("crisis")


def visit_staff(page: Page, address: str, name: str) -> None:
    """Take an article that waits for somebody to approve it, an article whose passages are edited, and the test bench."""
    page.goto(f"{address}/staff/sign-in")
    page.get_by_label("Sign-in name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="A promise that goes too far").click()
    page.get_by_role("heading", name="History").wait_for()
    page.screenshot(path=FOLDER / f"staff-{name}.png")
    page.goto(f"{address}/staff/review-queue")
    page.locator("#approve + p + ul a", has_not_text="A promise").first.click()
    page.get_by_role("heading", name="Edits, last one first").wait_for()
    page.screenshot(path=FOLDER / f"edit-{name}.png")
    page.goto(f"{address}/staff/try")
    page.get_by_label("Question").fill(QUESTION)
    page.get_by_role("button", name="Ask the draft").click()
    page.get_by_role("heading", name="What a visitor would see").wait_for()
    page.screenshot(path=FOLDER / f"try-{name}.png")


def visit_review(page: Page, address: str, name: str) -> None:
    """Take an answer as a clinician sees it, right after `visit_staff`."""
    page.goto(f"{address}/review")
    page.get_by_role("link", name=QUESTION).first.click()
    page.get_by_role("heading", name="How it came about").wait_for()
    page.screenshot(path=FOLDER / f"review-{name}.png")


def main() -> None:
    """Take all of them."""
    FOLDER.mkdir(exist_ok=True)
    port = free_port()
    clinic = f"http://127.0.0.1:{port}"
    with served(clinic) as address, demo_site(port, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": 844},
                    color_scheme="dark" if scheme == "dark" else "light",
                    reduced_motion="reduce",
                )
                visit(context.new_page(), address, f"{width}-{scheme}")
                visit_clinic(context.new_page(), clinic, f"{width}-{scheme}")
                if scheme == "light":
                    staff = context.new_page()
                    visit_staff(staff, address, f"{width}-{scheme}")
                    visit_review(staff, address, f"{width}-{scheme}")
                context.close()
        browser.close()
    sys.stdout.write(f"The pictures are in {FOLDER.relative_to(ROOT)}. Look at each before you commit them.\n")


if __name__ == "__main__":
    main()
