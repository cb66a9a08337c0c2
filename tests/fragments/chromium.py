"""Follows a text fragment in Chromium and looks where it led.

A script cannot ask a browser what it highlighted. So the page paints `::target-text` in one colour that nothing else
has, the words themselves too, and a screenshot must show that colour over the whole quote and nowhere else. The
article stands below a tall empty box: a page that has not moved has found nothing. That there is no second place is
seen on the same page with the letters of the quote crossed out: there the browser must find nothing at all.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Route

from sources import canonical
from sources.article import Block, BlockKind
from tests.fragments.quotes import Article, Quoted

SITE = "http://publisher.example/"
_STYLE = """
:root { color-scheme: light; }
body { margin: 0; font: 12px/1.5 sans-serif; background: #fff; color: #000; }
main { width: 900px; padding: 8px; }
.tall { height: 3000px; }
::target-text { background: #f0f; color: #f0f; }
"""
# Where the quote stands: the boxes of each of its lines. Words are counted from the end of a block, for cleaning takes
# marks such as "#" away from its beginning.
_BOXES = """([from, fromEnd, to, toEnd]) => {
  const boxes = [];
  for (let n = from; n <= to; n++) {
    const element = document.querySelector(`[data-n="${n}"]`);
    if (!element) continue;
    const words = [...element.firstChild.data.matchAll(/\\S+/g)];
    const first = words.at(n === from ? -fromEnd : 0), last = words.at(n === to ? -toEnd : -1);
    const range = document.createRange();
    range.setStart(element.firstChild, first.index);
    range.setEnd(element.firstChild, last.index + last[0].length);
    for (const box of range.getClientRects()) {
      boxes.push([box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY]);
    }
  }
  const main = document.querySelector("main").getBoundingClientRect();
  const clip = { x: main.x + scrollX, y: main.y + scrollY, width: main.width, height: main.height };
  return { boxes, clip, scrolled: scrollY };
}"""
# How much of the quote is painted, and how many painted pixels are not part of it.
_PAINTED = """async ({ png, boxes, clip }) => {
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  const inside = new Uint8Array(image.width * image.height);
  const mark = (grow, value) => {
    for (const [left, top, right, bottom] of boxes) {
      const x0 = Math.max(0, Math.ceil(left - clip.x - grow)), x1 = Math.min(image.width, right - clip.x + grow);
      const y0 = Math.max(0, Math.ceil(top - clip.y - grow)), y1 = Math.min(image.height, bottom - clip.y + grow);
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) inside[y * image.width + x] = value;
    }
  };
  mark(3, 1); // the edge of a letter may be painted or not
  mark(-2, 2);
  let wanted = 0, painted = 0, beside = 0;
  for (let n = 0; n < inside.length; n++) {
    const on = data[4 * n] > 200 && data[4 * n + 1] < 80 && data[4 * n + 2] > 200;
    if (inside[n] === 2) { wanted++; painted += on; }
    if (inside[n] === 0 && on) beside++;
  }
  return { share: wanted ? painted / wanted : 0, beside };
}"""


@dataclass(frozen=True)
class Seen:
    """What Chromium did: `share` of the quote that it painted, pixels painted `beside` it, and whether it `scrolled`."""

    share: float
    beside: int
    scrolled: bool

    @property
    def right(self) -> bool:
        """Whether it found the whole quote and nothing but the quote."""
        return self.scrolled and self.share > 0.995 and self.beside == 0


class Publisher:
    """A publisher's site inside the browser: every page is answered from here, and nothing leaves."""

    def __init__(self, context: BrowserContext) -> None:
        self._pages: dict[str, str] = {}
        self._visits = 0
        context.route("**/*", self._answer)
        self._page, self._eye = context.new_page(), context.new_page()

    def _answer(self, route: Route) -> None:
        page = self._pages.get(route.request.url.partition("#")[0])
        if page is None:
            route.fulfill(status=404, body="")
        else:
            route.fulfill(body=page, content_type="text/html; charset=utf-8")

    def follow(self, quoted: Quoted, directive: str) -> Seen:
        """Open the page of a quote's article at `#:~:…` and look."""
        self._open(page_of(quoted.article), directive)
        seen: dict[str, Any] = self._page.evaluate(_BOXES, place(quoted))
        png = self._page.screenshot(full_page=True, clip=seen["clip"])
        found = self._eye.evaluate(_PAINTED, {**seen, "png": base64.b64encode(png).decode()})
        return Seen(found["share"], found["beside"], seen["scrolled"] > 0)

    def found_elsewhere(self, quoted: Quoted, directive: str) -> bool:
        """Whether Chromium finds something, too, where the letters of the quote are crossed out."""
        self._open(page_of(quoted.article, crossed_out=place(quoted)), directive)
        return bool(self._page.evaluate("scrollY > 0"))

    def _open(self, page: str, directive: str) -> None:
        self._visits += 1
        address = f"{SITE}{self._visits}"
        self._pages = {address: page}
        self._page.goto(f"{address}#:~:{directive}")
        # The fragment is looked for while the page loads, and once more when it has; then a frame is painted.
        self._page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@contextmanager
def publisher(browser: Browser) -> Iterator[Publisher]:
    """Yield a publisher's site in a browser of its own profile."""
    context = browser.new_context(viewport={"width": 960, "height": 900})
    try:
        yield Publisher(context)
    finally:
        context.close()


def words_of(quoted: Quoted) -> str:
    """Return the whole words that a quote touches, a line for each block."""
    first, from_words, last, to_words = place(quoted)
    rows = []
    for n in (n for n in quoted.article.kept if first <= n <= last):
        words = quoted.article.blocks[n].text.split()
        end = len(words) - to_words + 1 if n == last else len(words)
        rows.append(" ".join(words[len(words) - from_words if n == first else 0 : end]))
    return "\n".join(rows)


def place(quoted: Quoted) -> tuple[int, int, int, int]:
    """Return first block, its words from the quote's beginning on, last block, its words from the quote's last word on."""
    touched = []
    for n, line in enumerate(canonical.lines(quoted.article.text)):
        begin = line.end - len(line.block.text)
        words = [(begin + word.start(), begin + word.end()) for word in re.finditer(r"\S+", line.block.text)]
        hit = [i for i, (start, end) in enumerate(words) if start < quoted.end and end > quoted.start]
        if hit:
            touched.append((quoted.article.kept[n], len(words) - hit[0], len(words) - hit[-1]))
    return touched[0][0], touched[0][1], touched[-1][0], touched[-1][2]


def page_of(article: Article, crossed_out: tuple[int, int, int, int] | None = None) -> str:
    """Return a plain page of the article: headings, paragraphs and lists as the reader gave them."""
    parts, in_list = [], False
    for n, block in enumerate(article.blocks):
        item = block.kind is BlockKind.ITEM
        if item != in_list:
            parts.append("<ul>" if item else "</ul>")
            in_list = item
        tag = "li" if item else f"h{block.level}" if block.kind is BlockKind.HEADING else "p"
        words = html.escape(_crossed_out(n, block, crossed_out) if crossed_out else block.text)
        parts.append(f'<{tag} data-n="{n}">{words}</{tag}>')
    parts.append("</ul>" if in_list else "")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(article.title)}</title>'
        f'<style>{_STYLE}</style><div class="tall"></div><main>{"".join(parts)}</main><div class="tall"></div>'
    )


def _crossed_out(n: int, block: Block, where: Sequence[int]) -> str:
    first, first_words, last, last_words = where
    if not first <= n <= last:
        return block.text
    words = block.text.split()
    begin = len(words) - first_words if n == first else 0
    end = len(words) - last_words + 1 if n == last else len(words)
    return " ".join(re.sub(".", "█", word) if begin <= i < end else word for i, word in enumerate(words))
