"""Follows the text fragments of 1,000 quotes in Chromium and says how many led to the quote: `make fragments`."""

from __future__ import annotations

import sys
import time
from collections import Counter

from msgspec.structs import replace
from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM, QUIET
from tests.fragments.chromium import Publisher, publisher, words_of
from tests.fragments.matching import folded, matches
from tests.fragments.quotes import BORROWED, STARTER, Quoted, approved, articles, quotes, spread
from web.fragments import directive

COUNT = 1000
_ROWS = (
    "passages",
    "sentences",
    "none offered",
    "offered",
    "found once by Chromium",
    "once for the strict reader",
    "wrong",
    "pages with more on them",
    "found there",
    "led elsewhere there",
    "not found there",
)


def main() -> int:
    """Print the figures; the exit status is 1 if one fragment led anywhere but to its quote in the approved text."""
    for missing in (place for place in BORROWED if not place.exists()):
        say(f"{missing} is not there: measured without it.")
    library = list(articles([*(place for place in BORROWED if place.exists()), STARTER]))
    chosen = spread([one for article in library for one in quotes(article)], COUNT)
    tally: Counter[str] = Counter()
    started = time.monotonic()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with publisher(browser) as site:
            for number, quoted in enumerate(chosen, 1):
                try_one(site, quoted, tally)
                if number % 100 == 0:
                    say(f"{number} of {len(chosen)} after {time.monotonic() - started:.0f} s")
        version = browser.version
        browser.close()
    say(f"{len(chosen)} quotes from {len(library)} articles, Chromium {version}")
    for row in _ROWS:
        say(f"  {row:28}{tally[row]:6}")
    return 1 if tally["wrong"] else 0


def try_one(site: Publisher, quoted: Quoted, tally: Counter[str]) -> None:
    """Follow one quote: on a page of the approved text, and on one with all that cleaning had dropped."""
    tally[f"{quoted.kind}s"] += 1
    article = quoted.article
    found = directive(article.title, article.text, quoted.start, quoted.end)
    if found is None:
        tally["none offered"] += 1
        return
    tally["offered"] += 1
    plain = replace(quoted, article=approved(article))
    seen, again = site.follow(plain, found), site.found_elsewhere(plain, found)
    read = matches([block.text for block in plain.article.blocks], f"#:~:{found}")
    once, strictly = seen.right and not again, read == [folded_lines(words_of(plain))]
    tally["found once by Chromium"] += once
    tally["once for the strict reader"] += strictly
    if not (once and strictly):
        tally["wrong"] += 1
        say(f"WRONG: {article.title}: {found}: {seen}, again: {again}; {len(read)} matches")
    if len(article.blocks) > len(plain.article.blocks):
        tally["pages with more on them"] += 1
        there = site.follow(quoted, found)
        tally["found there" if there.right else "led elsewhere there" if there.scrolled else "not found there"] += 1


def folded_lines(words: str) -> str:
    """Fold each line by itself, as `matches` does."""
    return "\n".join(map(folded, words.split("\n")))


def say(words: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
