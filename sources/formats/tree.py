"""Blocks out of a tree of elements, for the formats that are one: headings, paragraphs, items, rows of tables."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

from sources.article import Block, BlockKind
from sources.formats.blocks import heading, item, paragraph, row

_LISTS = ("ul", "ol", "dl", "list")
_ITEMS = ("li", "item", "dt", "dd")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "head")
_ROWS = ("tr", "row")
_CELLS = ("td", "th", "cell")
_BREAKS = ("br", "lb")
_UNREAD = ("script", "style", "template", "graphic", "img", "figure")
_BOUNDARIES = (*_LISTS, *_ITEMS, *_HEADINGS, *_ROWS, "p", "div", "table", "thead", "tbody", "quote", "blockquote")


def blocks(root: _Element) -> Iterator[Block]:
    """The blocks below `root` in reading order, words between block elements included; some may be empty.

    Knows HTML's element names and those of trafilatura's XML.
    """
    return _below(root, in_item=False)


def _below(element: _Element, in_item: bool) -> Iterator[Block]:
    """The blocks of an element that may hold both words and block elements."""
    words = [element.text or ""]
    fresh = in_item
    for child in element:
        tag = _tag(child)
        if tag in _BOUNDARIES:
            if "".join(words).strip():
                yield _plain("".join(words), fresh)
                fresh = False
            for block in _of(child, tag, fresh):
                yield block
                fresh = False
            words = []
        else:
            words.append(text_of(child))
        words.append(child.tail or "")
    yield _plain("".join(words), fresh)


def _plain(words: str, fresh_item: bool) -> Block:
    return item(words) if fresh_item else paragraph(words)


def _of(element: _Element, tag: str, in_item: bool) -> Iterator[Block]:
    if tag in _HEADINGS:
        yield _heading(element, tag, in_item)
    elif tag in _ROWS:
        yield row([text_of(cell) for cell in element if _tag(cell) in _CELLS])
    else:
        yield from _below(element, in_item or tag in _ITEMS)


def _heading(element: _Element, tag: str, in_item: bool) -> Block:
    """A heading; inside a list it would take the rest of the list below it, so there it is an item."""
    level = (element.get("rend") or "h2") if tag == "head" else tag
    words = text_of(element)
    return item(words) if in_item else heading(words, int(level[1:]) if level[1:].isdigit() else 2)


def text_of(element: _Element) -> str:
    """All words inside `element`; a line break, and the end of a block inside it, is a space."""
    tag = _tag(element)
    if tag in _UNREAD or not tag:
        return ""
    if tag in _BREAKS:
        return " "
    inner = (element.text or "") + "".join(text_of(child) + (child.tail or "") for child in element)
    return f" {inner} " if tag in _BOUNDARIES or tag in _CELLS else inner


def _tag(element: _Element) -> str:
    """The element's name; empty for comments and processing instructions."""
    return element.tag if isinstance(element.tag, str) else ""


def merged(found: list[Block]) -> list[Block]:
    """`found` without a heading that only repeats the one before it."""
    return [
        block
        for previous, block in zip([None, *found], found, strict=False)
        if not (block.kind is BlockKind.HEADING and block == previous)
    ]
