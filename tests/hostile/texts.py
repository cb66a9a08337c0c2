"""Pages, Markdown, plain text and lines that are nested, huge, broken or in strange encodings."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import partial

from tests.hostile.archives import Named

_GEESE = "Wild geese fly south in autumn and rest on lakes along the way."
_PAGE = f"<!doctype html><html><body><article><h1>Geese</h1><p>{_GEESE}</p></article></body></html>"
# Those that Python knows besides: some are quadratic, some unpack, some are no encodings of text.
_ENCODINGS = (
    "punycode",
    "idna",
    "unicode_escape",
    "raw_unicode_escape",
    "rot13",
    "zlib",
    "base64",
    "hex",
    "bz2",
    "uu",
    "undefined",
    "utf-7",
    "hz",
    "iso2022_jp",
    "gb18030",
    "cp037",
    "utf-16",
    "utf-32",
    "shift_jis",
    "mbcs",
    "x-user-defined",
    "none",
)


def _pages(inner: str) -> bytes:
    return _PAGE.replace(f"<p>{_GEESE}</p>", inner).encode()


def pages() -> Iterator[Named]:
    """Every hostile HTML page with its name, which has no ending."""
    for tag in ("div", "table><tr><td", "ul><li", "b", "blockquote", "span", "p><a", "font"):
        for depth in (300, 30_000, 1_000_000):
            yield f"{tag.split('>')[0]}-{depth}-deep", partial(_deep, tag, depth)
    for encoding in _ENCODINGS:
        yield f"in-{encoding}", partial(_in, encoding)
    wide = {
        "a-table-of-a-million": "<table>" + ("<tr>" + "<td>a</td>" * 1_000 + "</tr>") * 1_000 + "</table>",
        "one-row-of-a-million": "<table><tr>" + "<td>a" * 1_000_000 + "</table>",
        "a-span-of-billions": '<table><tr><td rowspan="2000000000" colspan="2000000000">a</td></tr></table>',
        "a-million-paragraphs": "<p>a</p>" * 1_000_000,
        "a-million-comments": "<!-- a -->" * 1_000_000,
        "comments-without-end": "<!-- " * 1_000_000,
        "a-million-links": '<a href="x">a</a> ' * 500_000,
        "a-million-attributes": "<p " + " ".join(f"a{n}=1" for n in range(500_000)) + ">a</p>",
        "one-long-attribute": f"<p title='{'a' * 15_000_000}'>{_GEESE}</p>",
        "one-long-word": "<p>" + "a" * 15_000_000 + "</p>",
        "only-openings": "<" * 5_000_000,
        "only-ampersands": "&" * 5_000_000,
        "only-references": "&#x110000;&#0;&bogus;" * 300_000,
        "entities": "<p>&amp;" + "&lt;" * 2_000_000,
        "a-picture-inside": f'<img src="data:image/png;base64,{"A" * 15_000_000}">',
        "scripts": "<script>while(1);</script><svg onload=alert(1)>" * 50_000,
        "frames": '<iframe src="http://127.0.0.1:9/"></iframe><img src="file:///etc/passwd">' * 5_000,
        "digits-like-dates": "<p>" + "2026-13-99 " * 500_000 + "</p>",
        "spaces": "<p>" + " " * 10_000_000 + "a</p>",
        "line-breaks": "<p>" + "<br>" * 1_000_000 + "a</p>",
        "unclosed-quote": '<p title="' + "<p>a" * 1_000_000,
    }
    for name, inner in wide.items():
        yield name, partial(_pages, inner)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    yield "laughs", lambda: f'<!DOCTYPE html [<!ENTITY l0 "ha">{laughs}]><html><body><p>&l9;</p></body></html>'.encode()
    yield (
        "xhtml-file",
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><body>&a;</body></html>'
        ),
    )
    metadata = '<script type="application/ld+json">' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "</script>"
    yield "deep-metadata", lambda: _PAGE.replace("<body>", f"<head>{metadata}</head><body>").encode()
    yield (
        "a-million-metas",
        lambda: _PAGE.replace("<body>", "<head>" + "<meta name=author content=a>" * 400_000 + "<body>").encode(),
    )


def _deep(tag: str, depth: int) -> bytes:
    return _pages(f"<{tag}>" * min(depth, 18_000_000 // (len(tag) + 2)) + _GEESE)


def _in(encoding: str) -> bytes:
    said = f'<html><head><meta charset="{encoding}"></head><body><p>{_GEESE}</p>'
    return said.encode() + b"<p>" + base64.b64encode(bytes(range(256)) * 4_000) * 8 + b"</p>-a"


def markdowns() -> Iterator[Named]:
    """Every hostile Markdown file with its name, which has no ending."""
    head = f"# Geese\n\n{_GEESE}\n\n"
    parts = {
        "quotes": ">" * 100_000 + " a",
        "lists": "".join(" " * n + "- a\n" for n in range(3_000)),
        "stars": "*a **a " * 300_000,
        "brackets": "[" * 300_000,
        "links": "[a](" * 200_000,
        "pictures": "![" * 200_000,
        "ticks": "`" * 9 + "`a``a" * 300_000,
        "tables": "|" * 5_000 + "\n" + "|-" * 5_000 + "\n" + ("|a" * 5_000 + "\n") * 300,
        "rules": "---\n" * 300_000,
        "references": "[a]: b\n" * 300_000,
        "references-used": "".join(f"[a{n}]: b\n" for n in range(50_000)) + "[a1] " * 300_000,
        "escapes": "\\" * 3_000_000,
        "entities": "&" * 1_000_000,
        "html": "<a" * 500_000,
        "angles": "<" * 500_000,
        "headings": "# a\n" * 300_000,
        "items": "- a\n" * 500_000,
        "numbers": "1. a\n" * 500_000,
        "fences": "```\n" * 300_001,
        "quotes-and-lists": "> - " * 20_000 + "a",
        "underlines": "_" * 500_000 + "a",
        "footnotes": "[^a" * 300_000,
    }
    for name, text in parts.items():
        yield name, partial(str.encode, head + text)
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    matters = {
        "laughs": bomb,
        "title-laughs": bomb + "title: *a9\n",
        "python": "title: !!python/object/apply:os.system [id]\n",
        "deep": "title: " + "[" * 50_000,
        "deep-maps": "title: " + "{a: " * 50_000,
        "digits": "title: " + "9" * 500_000,
        "merged": "a: &a {b: c}\ntitle: {<<: [" + "*a, " * 50_000 + "*a]}\n",
        "keys": "".join(f"k{n}: 1\n" for n in range(80_000)),
        "itself": "title: &a [*a]\n",
        "binary": "title: !!binary " + "A" * 5_000_000,
        "times": "published: 99999-99-99\n",
        "base-60": "title: 1" + ":59" * 100_000 + "\n",
    }
    for name, matter in matters.items():
        yield f"front-matter-{name}", partial(str.encode, f"---\n{matter}\n---\n\n{head}")


def plains() -> Iterator[Named]:
    """Every hostile plain text with its name, which has no ending."""
    texts: dict[str, bytes] = {
        "one-line": b"a" * 19_000_000,
        "line-ends": b"\n" * 19_000_000,
        "spaces": b" " * 19_000_000,
        "a-word-a-line": b"a\n\n" * 3_000_000,
        "zeros": b"\0" * 1_000_000,
        "a-zero": b"Wild geese\0fly south.",
        "controls": bytes(range(1, 32)) * 30_000,
        "bells": b"\a" * 9_999,
        "marks": ("e" + "\u0301" * 2_000_000).encode(),
        "turned-round": ("\u202e" * 100_000 + _GEESE).encode(),
        "broken-utf-8": b"\xc3\x28\xff\xfe" * 100_000,
        "long-forms": b"\xc0\xaf" * 100_000,
        "surrogates": b"\xed\xa0\x80" * 100_000,
        "odd-utf-16": b"\xff\xfe" + b"a\0" * 10_000 + b"a",
        "only-a-mark": b"\xef\xbb\xbf",
        "utf-32": b"\xff\xfe\0\0" + b"\xff" * 9_999,
        "utf-16-zeros": b"\xff\xfe" + b"\0" * 99_998,
        "carriage-returns": b"a\r" * 3_000_000,
        "feeds": b"\f" * 3_000_000,
        "bullets": "\u2022 a\n".encode() * 1_000_000,
        "dates": b"Mar 3, 2026\n" * 800_000,
        "by": b"By By By " * 1_000_000,
        "hyphens": b"-" * 9_000_000,
        "tabs": b"\t" * 9_000_000 + b"a",
        "dots": b"." * 9_000_000,
        "addresses": b"https://a.example/" * 500_000,
        "sentences": b"Dr. A. B. says e.g. 1.5. " * 500_000,
    }
    for name, content in texts.items():
        yield name, partial(bytes, content)


def lines() -> Iterator[Named]:
    """Every hostile file of lines with its name, which has no ending."""
    whole = {"title": "Geese", "url": "https://river.example/geese", "publisher": "River Office"}
    article = json.dumps({**whole, "sections": [{"heading": "Geese", "paragraphs": [_GEESE]}]})
    many = json.dumps({**whole, "sections": [{"heading": "a", "paragraphs": ["a"] * 1_500_000}]})
    texts = {
        "deep-lists": "[" * 2_000_000,
        "deep-objects": '{"a":' * 500_000,
        "digits": '{"title": ' + "9" * 1_000_000 + "}",
        "deep-title": '{"title": ' + "[" * 900 + "]" * 900 + "}",
        "a-million-paragraphs": many,
        "articles": (article + "\n") * 80_000,
        "not-a-number": article.replace('"Geese"', "NaN"),
        "infinite": article.replace('"Geese"', "1e999"),
        "empty-lines": "\n" * 9_000_000,
        "lone-surrogates": article.replace("Geese", "\\ud800"),
        "twice": '{"title": "a", ' * 1 + article[1:],
        "no-end": article[:-2],
        "keys": json.dumps({str(n): n for n in range(500_000)}),
        "prototype": '{"__proto__": {"a": 1}, "__class__": 1}',
    }
    for name, text in texts.items():
        yield name, partial(str.encode, text)
