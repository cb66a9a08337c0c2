"""Markdown with optional YAML front matter; mark-up becomes its text, raw HTML does not come in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import yaml
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sources.article import Attributes, Block, Document
from sources.formats import UnreadableError
from sources.formats.attributes import attributes
from sources.formats.blocks import decode, filled, heading, item, paragraph, row

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WORDLESS_TAGS = re.compile(r"<(?:script|style|iframe|object|embed|template|form|svg|math)\b", re.IGNORECASE)
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


def parse(data: bytes, name: str) -> tuple[Document, ...]:
    """One document: attributes from the front matter, blocks from the body, a table's rows as paragraphs.

    Raises `UnreadableError` naming the front matter's key and value, or the line where raw HTML stands.
    """
    known, body, skipped = _front_matter(decode(data).replace("\r\n", "\n"))
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    blocks = filled(list(_blocks(tokens, skipped)))
    if not blocks:
        raise UnreadableError("it has no words", "Choose a file that has the text of an article.")
    return (Document(known, blocks),)


class _PlainLoader(yaml.SafeLoader):
    """Plain values only: no Python objects (as in `SafeLoader`), no aliases that could repeat without end."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError
        return super().compose_node(parent, index)


def _front_matter(text: str) -> tuple[Attributes, str, int]:
    """The attributes, the body, and how many lines stand before the body."""
    handler = YAMLHandler()
    if not handler.detect(text):
        return Attributes(), text, 0
    try:
        matter, body = handler.split(text)
    except ValueError:
        raise UnreadableError("its front matter has no end", "Close the front matter with a line of ---.") from None
    return attributes(_mapping(handler, matter)), body, text[: len(text) - len(body)].count("\n")


def _mapping(handler: YAMLHandler, matter: str) -> dict[str, object]:
    try:
        values = handler.load(matter, Loader=_PlainLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableError(
            f"its front matter is no plain YAML{_place(error)}", "Write one “key: value” a line."
        ) from None
    if not isinstance(values or {}, dict):
        raise UnreadableError("its front matter has no keys", "Write one “key: value” a line between the --- lines.")
    return {str(key): value for key, value in cast(dict[object, object], values or {}).items()}


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""


def _blocks(tokens: list[Token], skipped: int) -> Iterator[Block]:
    """A block for every run of words; `skipped` lines stood before the tokens' first line."""
    opened: list[Token] = []
    fresh_item = False
    cells: list[str] = []
    for token in tokens:
        if token.nesting == 1:
            opened.append(token)
            fresh_item = fresh_item or token.type == "list_item_open"
        elif token.nesting == -1:
            opened.pop()
            if token.type == "tr_close":
                yield row(cells)
                cells = []
        elif token.type == "inline" and opened[-1].type in ("td_open", "th_open"):
            cells.append(_words(token, skipped))
        elif token.type == "inline":
            yield _block(opened[-1], _words(token, skipped), fresh_item)
            fresh_item = False
        elif token.type in ("fence", "code_block"):
            yield paragraph(token.content)
        elif token.type == "html_block":
            _refuse_words(token, skipped)


def _block(container: Token, words: str, fresh_item: bool) -> Block:
    if container.type == "heading_open":
        return heading(words, int(container.tag[1]))
    return item(words) if fresh_item else paragraph(words)


def _words(inline: Token, skipped: int) -> str:
    """The text of a line without mark-up: links and emphasis by their words, pictures and tags left out."""
    return "".join(_word(child, inline, skipped) for child in inline.children or ())


def _word(token: Token, inline: Token, skipped: int) -> str:
    if token.type == "html_inline":
        if _WORDLESS_TAGS.match(token.content):
            raise _raw_html(token, inline, skipped)
        return " " if _BREAK_TAG.match(token.content) else ""
    return {"softbreak": " ", "hardbreak": " ", "image": ""}.get(token.type, token.content)


def _refuse_words(token: Token, skipped: int) -> None:
    """A block of raw HTML is dropped where it has no words (a comment, a rule) and refused where it has some."""
    bare = _COMMENT.sub("", token.content)
    if _WORDLESS_TAGS.search(bare) or _TAG.sub("", bare).strip():
        raise _raw_html(token, token, skipped)


def _raw_html(token: Token, placed: Token, skipped: int) -> UnreadableError:
    line = (placed.map[0] if placed.map else 0) + skipped + 1
    tag = re.sub(r"[^<\w/]", " ", token.content).split()[:1]
    return UnreadableError(
        f"it has raw HTML on line {line} ({''.join(tag)[:20]}>)", "Write that part as Markdown, or import a .html file."
    )
