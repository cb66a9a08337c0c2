"""HTML pages: trafilatura finds the article among menus and footers; what the page says of itself becomes attributes.

Nothing is fetched: only the bytes of the file are looked at.
"""

from __future__ import annotations

import re
from datetime import date

import lxml.html
from trafilatura import bare_extraction
from trafilatura.settings import Document as Extract
from trafilatura.settings import use_config

from sources.article import Attributes, Block, Document
from sources.formats import UnreadableError
from sources.formats.blocks import decode, filled, tidy
from sources.formats.tree import blocks, merged

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,30})", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|div|p|h[1-6]|article|section|ul|ol|table)\b", re.IGNORECASE)
_AROUND = "//nav | //footer | //aside | //form | //script | //style | //template | //noscript | //head"


def parse(data: bytes, name: str) -> tuple[Document, ...]:
    """One document of the page's main text; raises `UnreadableError` where there is none."""
    page = _page(data)
    if not _MARKUP.search(page):
        raise UnreadableError("it has no HTML in it", "If it is plain text, name it .txt and import that.")
    extract = _extract(page)
    found = filled(merged(list(blocks(extract.body)))) if extract else ()
    found = found or _whole(page)
    if not found:
        raise UnreadableError(
            "it has no article text that could be found", "Copy the article's text into a .txt file and import that."
        )
    return (Document(_attributes(extract) if extract else Attributes(), found),)


def _extract(page: str) -> Extract | None:
    """The main text as trafilatura's own rules find it; None where they find none.

    Its rescue of last resort stays off: that joins headings, lists and menus into one paragraph.
    """
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "0")
    extract = bare_extraction(
        page,
        config=config,
        fast=True,
        output_format="xml",
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        # Only a date that the page states outright counts; a guess from its text would look like a fact.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    return extract if isinstance(extract, Extract) else None


def _whole(page: str) -> tuple[Block, ...]:
    """All of a page's text but menus and the like, for short pages where the article does not stand out."""
    tree = lxml.html.document_fromstring(page.encode(), parser=lxml.html.HTMLParser(encoding="utf-8", no_network=True))
    for element in tree.xpath(_AROUND):
        element.drop_tree()
    body = tree.find("body")
    return filled(merged(list(blocks(body)))) if body is not None else ()


def _page(data: bytes) -> str:
    """The page's text: by the encoding it names where that one is known, else as any text file."""
    named = _CHARSET.search(data[:4096])
    if named and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return decode(data.decode(named.group(1).decode("ascii")).encode())
        except (LookupError, UnicodeError):
            pass
    return decode(data)


def _attributes(extract: Extract) -> Attributes:
    return Attributes(
        title=_words(extract.title),
        publisher=_words(extract.sitename),
        author=_words(extract.author),
        url=_address(extract.url),
        published=_day(extract.date),
        licence=_words(extract.license),
    )


def _words(value: str | None) -> str | None:
    return tidy(value or "") or None


def _address(value: str | None) -> str | None:
    address = (value or "").strip()
    return address if address.startswith(("https://", "http://")) and len(address.split()) == 1 else None


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None
