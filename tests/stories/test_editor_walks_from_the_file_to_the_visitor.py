"""As an editor I take articles the whole way, from the file to the visitor and back, and count what it takes.

`SEEDS=folder python -m pytest -s` walks with the text files of a folder, as they were found, in place of the
project's own articles, and prints clicks, fields typed into and seconds for each.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from sources.starter_library import article_files
from tests.stories.conftest import served
from tests.stories.staff import at_work, let_in, said, switching

QUESTION = "How does ketamine work?"
SEEDS = os.environ.get("SEEDS", "")
# What nothing answers at first, and how staff put it.
MISSED, PHRASING = (
    ("Does the nose spray work by glutamate or by serotonin?", "Does the spray act on glutamate or serotonin?")
    if SEEDS
    else ("How come the drip helps within hours?", "Why does it help so fast?")
)
PUBLISHED_WITHIN = 240_000
_OWN = 2
# What the person does, counted in their own browser: a click on anything that can be clicked, a field that was changed.
_COUNT = """for (const kind of ["click", "change"]) addEventListener(kind, event => {
  const typed = kind == "change" && event.target.matches("textarea, input:not([type=checkbox], [type=radio])");
  const clicked = kind == "click" && event.isTrusted && event.detail > 0;
  const name = typed ? "typed" : clicked ? "clicked" : null;
  if (name) sessionStorage.setItem(name, +(sessionStorage.getItem(name) || 0) + 1);
}, true)"""
_ASK = """question => { window.seen = []; (async () => {
  while (!window.enough) {
    const at = Date.now();
    const answer = await fetch("/api/ask", {method: "POST", headers: {"Content-Type": "application/json"},
      body: JSON.stringify({question})});
    window.seen.push({at, texts: (await answer.json()).passages.map(one => one.text)});
    await new Promise(done => setTimeout(done, 50));
  }
})(); }"""


@dataclass(frozen=True)
class Walked:
    """What one article took from its file to an approval, by two people: clicks, fields typed into, seconds, flags."""

    name: str
    clicks: int
    typed: int
    seconds: float
    left_out: int
    flagged: int

    def line(self) -> str:
        """Return a row of the table."""
        return f"{self.name:28} {self.clicks:6} {self.typed:6} {self.seconds:8.1f} {self.left_out:8} {self.flagged:8}"


def articles() -> list[Path]:
    """The files to walk with: those of the folder that is named, or some of the project's own."""
    if SEEDS:
        return sorted(Path(SEEDS).glob("*.txt"))
    wanted = ("how-ketamine-is-thought-to-work", "how-long-antidepressants-take")
    return [path for path in article_files() if path.stem in wanted][:_OWN]


def done_by(*pages: Page) -> tuple[int, int]:
    """Clicks and typed fields of these people so far."""
    counts = [
        [int(page.evaluate(f"sessionStorage.getItem('{name}') || 0")) for page in pages]
        for name in ("clicked", "typed")
    ]
    return sum(counts[0]), sum(counts[1])


def bring_in(kim: Page, file: Path) -> int:
    """Bring a file in, bring back what cleaning left out first, and think better of it; returns what is left out."""
    kim.get_by_role("link", name="Bring in", exact=True).click()
    kim.get_by_label("Files").set_input_files(file)
    kim.get_by_role("button", name="Read it").click()
    keep = kim.get_by_role("button", name="Keep as a draft")
    expect(keep).to_be_visible()
    boxes = kim.locator('input[name="restored"]')
    left_out = boxes.count()
    if left_out:
        boxes.first.check()
        kim.get_by_role("button", name="Look again").click()
        expect(kim.locator(".block-out.back")).to_have_count(1)
        boxes.first.uncheck()
    if not kim.locator('input[name="sells"]:checked').count():
        kim.get_by_label("Yes, visitors are told").check()
    keep.click()
    said(kim, "Kept as a draft.")
    return left_out


def mend_a_split(kim: Page) -> None:
    """Split the longest passage of the draft in two, in the browser, and join it again where that was wrong."""
    kim.get_by_role("link", name="Edit the passages").click()
    passages = kim.locator("article.passage")
    before = passages.count()
    longest = max(range(before), key=lambda n: len(passages.nth(n).locator("blockquote").inner_text()))
    passages.nth(longest).get_by_role("link", name="Edit").click()
    kim.get_by_label("Reason").first.fill("two subjects")
    kim.locator('input[name="at"]').first.check()
    kim.get_by_role("button", name="Split here").click()
    said(kim, "Done. It is in the list of edits, where it can be undone.")
    expect(passages).to_have_count(before + 1)
    kim.get_by_role("button", name="Undo").first.click()
    said(kim, "The edit is undone.")
    expect(passages).to_have_count(before)
    kim.locator("main .label a").first.click()


def approve(ada: Page) -> int:
    """Approve what waits first, and let its flagged claims pass; returns how many there were."""
    ada.get_by_role("link", name="Waiting", exact=True).click()
    ada.locator('main a[href*="/staff/articles/"]').first.click()
    ada.get_by_label("Reason", exact=True).first.fill("read against the source")
    ada.get_by_role("button", name="Approve", exact=True).click()
    said(ada, "Approved. Visitors see it after the next publish.")
    flagged = ada.locator('input[name="passage"]').count()
    for box in ada.locator('input[name="passage"]').all():
        box.check()
    if flagged:
        ada.get_by_label("Why the ticked passages may be shown").fill("read against the label")
        ada.get_by_role("button", name="Let the ticked passages pass").click()
        said(ada, "The claims may pass, with your reason in the log.")
    return flagged


def walk_one(kim: Page, ada: Page, file: Path, *, splits: bool) -> Walked:
    began, before = time.monotonic(), done_by(kim, ada)
    left_out = bring_in(kim, file)
    if splits:
        mend_a_split(kim)
    kim.get_by_role("button", name="Send to review").click()
    said(kim, "Sent to review. Another person can approve it now.")
    flagged = approve(ada)
    after = done_by(kim, ada)
    took = time.monotonic() - began
    return Walked(file.stem[:28], after[0] - before[0], after[1] - before[1], took, left_out, flagged)


def publish(page: Page, outcome: str) -> None:
    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("button", name=re.compile("^Publish( again)?$")).click()
    expect(page.get_by_role("heading", name=outcome, exact=True)).to_be_visible(timeout=PUBLISHED_WITHIN)


def try_on_a_draft(kim: Page) -> str:
    """Build a draft, ask it, and keep the question with the passage that answers; returns that passage's id."""
    kim.get_by_role("link", name="Try", exact=True).click()
    kim.get_by_role("button", name="Build a draft").click()
    expect(kim.get_by_label("Question")).to_be_visible(timeout=PUBLISHED_WITHIN)
    kim.get_by_label("Question").fill(QUESTION)
    kim.get_by_role("button", name="Ask the draft").click()
    expect(kim.get_by_text("shown, number 1")).to_be_visible()
    first = kim.locator("article.passage:not(.out)").first
    passage = (first.get_by_role("link").get_attribute("href") or "").rsplit("/", 1)[1]
    first.get_by_role("button", name="Expect this passage").click()
    expect(kim.get_by_text("Kept as must-answer")).to_be_visible()
    return passage


def lose_and_mend(kim: Page, ada: Page, passage: str) -> None:
    """Withhold the passage that must answer: the publish is stopped and says so; undone and approved, it goes through."""
    kim.goto(f"/staff/passages/{passage}")
    kim.locator("main .label a").click()
    kim.get_by_role("link", name="Edit the passages").click()
    kim.locator(f"#p-{passage}").get_by_role("link", name="Edit").click()
    kim.get_by_label("Reason").first.fill("seems out of date")
    kim.get_by_role("button", name="Withhold", exact=True).click()
    expect(kim.get_by_role("button", name="Undo").first).to_be_visible()
    cut = kim.url
    publish(kim, "Not published")
    failed = kim.locator(".failed-question")
    expect(failed.get_by_role("heading")).to_have_text(QUESTION)
    expect(failed).to_contain_text("Before, in the live edition")
    kim.goto(cut)
    kim.get_by_role("button", name="Undo").first.click()
    said(kim, "Kept. Another person must approve it before visitors see it.")
    ada.goto(cut)
    ada.get_by_role("button", name="Approve it").click()
    said(ada, "The edits are approved. Visitors see them after the next publish.")
    publish(kim, "Published")


@contextmanager
def asking_all_the_time(visitor: Page) -> Iterator[None]:
    """Let a visitor ask without a pause; what was answered is in `seen` of their window."""
    visitor.goto("/")
    visitor.evaluate(_ASK, QUESTION)
    while visitor.evaluate("window.seen.length") < 3:
        visitor.wait_for_timeout(50)
    yield
    visitor.wait_for_timeout(1_000)
    visitor.evaluate("window.enough = true")


def withdraw_while_asked(ada: Page, visitor: Page) -> None:
    """Withdraw the passage that a visitor is shown: whoever asks after the withdrawal returned is not shown it."""
    with asking_all_the_time(visitor):
        shown = visitor.evaluate("window.seen[0].texts[0]")
        passage = ada.locator("article.passage", has_text=shown[:80]).first
        passage.get_by_role("link", name="Open this passage").click()
        ada.get_by_label("Reason").fill("a newer label says otherwise")
        ada.get_by_role("button", name="Withdraw this passage").click()
        said(ada, "Withdrawn. Visitors no longer see this passage.")
        returned = ada.evaluate("Date.now()")
        visitor.wait_for_function("(returned) => window.seen.some((one) => one.at > returned)", arg=returned)
    seen = visitor.evaluate("window.seen")
    after = [one for one in seen if one["at"] > returned]
    assert any(shown in one["texts"] for one in seen)
    assert after
    assert not [one for one in after if shown in one["texts"]]


def close_the_gap(kim: Page, visitor: Page) -> None:
    """A question that nothing answered becomes a phrasing of the nearest passage, and is answered after the publish."""
    ask(visitor, MISSED)
    expect(visitor.locator("blockquote")).to_have_count(0)
    kim.get_by_role("link", name="Not found").click()
    group = kim.locator("section.miss").first
    group.locator("summary", has_text="Covered").click()
    group.get_by_label("Phrasing").fill(PHRASING)
    group.get_by_role("button", name="Add the phrasing").click()
    said(kim, "The phrasing is added. Search uses it after the next publish.")
    with switching(visitor):
        publish(kim, "Published")
    ask(visitor, MISSED)
    expect(visitor.locator("blockquote").first).to_be_visible()


def ask(visitor: Page, question: str) -> None:
    visitor.goto("/")
    visitor.get_by_label("Your question").fill(question)
    visitor.get_by_role("button", name="Ask", exact=True).click()
    expect(visitor.locator(".turn")).to_have_count(1)


def test_the_whole_way_of_articles(browser: Browser, tmp_path: Path, starter_data: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "encoders").symlink_to(starter_data / "encoders")
    let_in(data)
    files = articles()
    assert files
    with (
        served(data) as address,
        at_work(browser, address, "kim", watch=_COUNT) as kim,
        at_work(browser, address, "ada", watch=_COUNT) as ada,
        at_work(browser, address) as visitor,
    ):
        walked = [walk_one(kim, ada, file, splits=n == 0) for n, file in enumerate(files)]
        passage = try_on_a_draft(kim)
        before, began = done_by(kim), time.monotonic()
        publish(kim, "Published")
        clicks, seconds = done_by(kim)[0] - before[0], time.monotonic() - began
        sys.stdout.write(f"\n{'article':28} clicks  typed  seconds left out  flagged\n")
        sys.stdout.write("".join(f"{one.line()}\n" for one in walked))
        sys.stdout.write(f"{'the publish of all':28} {clicks:6} {0:6} {seconds:8.1f}\n")

        ask(visitor, QUESTION)
        expect(visitor.locator("blockquote").first).to_be_visible()
        lose_and_mend(kim, ada, passage)
        close_the_gap(kim, visitor)
        with switching(visitor):
            kim.get_by_role("button", name="Make live again").first.click()
            said(kim, "The earlier edition is live again.")
        ask(visitor, MISSED)
        expect(visitor.locator("blockquote")).to_have_count(0)
        ada.goto(f"/staff/passages/{passage}")
        ada.locator("main .label a").click()
        withdraw_while_asked(ada, visitor)
