"""Articles as their reader gives them, and what visitors are quoted from them: passages and their sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from sources import canonical
from sources.article import Block, BlockKind, Document
from sources.cleaning import clean
from sources.reading import read
from sources.sentences import sentence_spans
from sources.splitting import split
from tests.conftest import ROOT

STARTER = ROOT / "sources" / "starter"
# Articles of other people, which are measured on and never committed; a machine may not have them.
BORROWED = (ROOT.parent / "shared" / "seeds", ROOT.parent / "shared" / "library" / "gov_articles.jsonl")


class Article(Struct, frozen=True):
    """An article as a publisher's page would hold it (`blocks`, with all that cleaning drops) and as approved (`text`).

    `kept[n]` is the block that line `n` of the text was made of.
    """

    title: str
    blocks: tuple[Block, ...]
    text: str
    kept: tuple[int, ...]


class Quoted(Struct, frozen=True):
    """A stretch of an article's text that a visitor may be shown, and what it is: "passage" or "sentence"."""

    article: Article
    start: int
    end: int
    kind: str


def articles(places: Sequence[Path]) -> Iterator[Article]:
    """Read and clean every article of some files or folders."""
    for place in places:
        for file in sorted(place.glob("*.*")) if place.is_dir() else [place]:
            if file.suffix in (".txt", ".md", ".jsonl") and file.stem not in ("answerable", "unanswerable"):
                yield from map(_article, read(file))


def approved(article: Article) -> Article:
    """The same as a page that holds the approved text and nothing else."""
    lines = [line.block for line in canonical.lines(article.text)]
    return whole(article.title, lines, article.text, range(len(lines)))


def _article(document: Document) -> Article:
    cleaned = clean(document)
    dropped = {one.ordinal for one in cleaned.dropped}
    kept = [n for n, block in enumerate(document.blocks) if n not in dropped and canonical.compose([block])]
    return whole(cleaned.attributes.title or "", document.blocks, cleaned.text, kept)


def whole(title: str, blocks: Sequence[Block], text: str, kept: Sequence[int]) -> Article:
    """Put an article together; a title that is in none of the blocks goes before them, for pages show it."""
    if all(" ".join(block.text.split()) != title for block in blocks):
        blocks, kept = (Block(BlockKind.HEADING, title, 1), *blocks), [n + 1 for n in kept]
    return Article(title, tuple(blocks), text, tuple(kept))


def quotes(article: Article) -> Iterator[Quoted]:
    """Every passage and every sentence of it."""
    for span in split(article.text):
        sentences = sentence_spans(article.text[span.start : span.end])
        yield Quoted(article, span.start, span.end, "passage")
        if len(sentences) > 1:
            yield from (Quoted(article, span.start + a, span.start + b, "sentence") for a, b in sentences)


def spread(found: Sequence[Quoted], count: int) -> list[Quoted]:
    """Pick `count` of them, evenly from all over; the same ones each time."""
    return [found[n * len(found) // count] for n in range(count)] if count < len(found) else list(found)
