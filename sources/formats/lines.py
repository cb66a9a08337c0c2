"""JSON Lines: one article a line, as ``{title, url, publisher, sections: [{heading, paragraphs}]}``."""

from __future__ import annotations

import json
from typing import cast

from sources.article import Block, Document
from sources.formats import UnreadableError
from sources.formats.attributes import attributes, shown
from sources.formats.blocks import decode, filled, heading, item, paragraph

_REQUIRED = ("title", "url", "publisher", "sections")
_IGNORED = ("id", "words", "sections")  # collections carry an identifier and a count of their own
_SECTION_KEYS = {"heading", "paragraphs"}


def parse(data: bytes, name: str) -> tuple[Document, ...]:
    """One document a line that is not blank; section headings have level 2, paragraphs starting with "- " are items.

    Raises `UnreadableError` naming the line number and the key.
    """
    lines = decode(data).split("\n")
    documents = tuple(_numbered(number, line) for number, line in enumerate(lines, start=1) if line.strip())
    if not documents:
        raise UnreadableError("it has no lines", "Write one article a line, as a JSON object.")
    return documents


def _numbered(number: int, line: str) -> Document:
    try:
        return _document(line)
    except UnreadableError as error:
        raise UnreadableError(f"on line {number} {error.reason}", error.next_step) from None


def _document(line: str) -> Document:
    values = _object(line)
    for key in _REQUIRED:
        if not values.get(key):
            raise UnreadableError(f"the key “{key}” is missing or empty", f"Give every article a “{key}”.")
    known = attributes({key: value for key, value in values.items() if key not in _IGNORED})
    blocks = [block for section in _list("sections", values["sections"]) for block in _section(section)]
    if not filled(blocks):
        raise UnreadableError("the key “sections” holds no words", "Give the article at least one paragraph.")
    return Document(known, filled(blocks))


def _object(line: str) -> dict[str, object]:
    try:
        values = json.loads(line)
    except RecursionError:
        raise UnreadableError("the JSON is nested too deeply", "Write one plain article a line.") from None
    except ValueError as error:
        fault = getattr(error, "msg", "a number is too long")
        raise UnreadableError(f"the JSON is broken ({fault})", "Write one JSON object a line.") from None
    if not isinstance(values, dict):
        raise UnreadableError("there is no JSON object", "Write one article a line, as a JSON object.")
    return cast(dict[str, object], values)


def _list(key: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise UnreadableError(f"the key “{key}” has the value {shown(value)}", f"Write “{key}” as a list.")
    return value


def _section(section: object) -> list[Block]:
    if not isinstance(section, dict):
        raise UnreadableError(f"the key “sections” holds {shown(section)}", "Write each section as an object.")
    for key in section:
        if key not in _SECTION_KEYS:
            raise UnreadableError(f"a section has the unknown key {shown(key)}", "Use only heading and paragraphs.")
    paragraphs = _list("paragraphs", section.get("paragraphs", []))
    return [heading(_text("heading", section.get("heading") or ""), 2), *map(_paragraph, paragraphs)]


def _paragraph(value: object) -> Block:
    text = _text("paragraphs", value)
    return item(text) if text.startswith("- ") else paragraph(text)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise UnreadableError(f"the key “{key}” has the value {shown(value)}", f"Write “{key}” as text.")
    return value
