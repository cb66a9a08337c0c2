"""Word files that are bombs, hold paths or macros, or are nested without end. Each maker returns the bytes of one file."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial

Maker = Callable[[], bytes]
Named = tuple[str, Maker]

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_GEESE = "<w:p><w:r><w:t>Wild geese fly south in autumn and rest on lakes along the way.</w:t></w:r></w:p>"
_PARTS = ("word/document.xml", "word/styles.xml", "docProps/core.xml", "_rels/.rels")
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def body(inner: str = _GEESE, prologue: str = "") -> str:
    """A document part with these paragraphs."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{prologue}<w:document {_W}><w:body>{inner}</w:body></w:document>'


def word(
    document: str | bytes = "", more: Mapping[str, bytes] | None = None, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A Word file with this document part and other parts beside or in place of the usual ones."""
    parts: dict[str, bytes] = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _RELATIONS.encode(),
        "word/document.xml": document.encode() if isinstance(document, str) else document,
    }
    if not parts["word/document.xml"]:
        parts["word/document.xml"] = body().encode()
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", method) as archive:
            for name, content in (parts | dict(more or {})).items():
                archive.writestr(name, content)
        return file.getvalue()


def archives() -> Iterator[Named]:
    """Every hostile Word file with its name, which has no ending."""
    yield from _bombs()
    yield from _liars()
    yield from _entities()
    yield from _paths()
    yield from _active()
    yield from _nested()


def _bombs() -> Iterator[Named]:
    for part in (*_PARTS, "word/media/image1.png"):
        for size in (60, 120, 300):
            yield f"flat-{size}MB-{part.split('/')[-1]}", partial(_flat, part, size)
    for depth in (2, 10, 40):
        yield f"zip-in-zip-{depth}", partial(_zips_in_zips, depth)
    for count in (2_001, 20_000, 60_000):
        yield f"members-{count}", partial(_members, count)
    for name, method in (("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        yield f"packed-with-{name}", partial(word, "", None, method)
        yield f"bomb-packed-with-{name}", partial(_flat, "word/document.xml", 80, method)


def _flat(part: str, megabytes: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    with io.BytesIO(word()) as file:
        with warnings.catch_warnings(), zipfile.ZipFile(file, "a", method) as archive:
            warnings.simplefilter("ignore")  # that the part is there twice
            with archive.open(part, "w") as out:
                for _ in range(megabytes):
                    out.write(b" " * 1_000_000)
        return file.getvalue()


def _zips_in_zips(depth: int) -> bytes:
    inner = b"0" * 1_000_000
    for _ in range(depth):
        inner = word("", {f"word/embeddings/{n}.zip": inner for n in range(8)})[:15_000_000]
    return inner


def _members(count: int) -> bytes:
    return word("", {f"word/{n}.xml": b"<a/>" for n in range(count)}, zipfile.ZIP_STORED)


def _liars() -> Iterator[Named]:
    for said in (0, 10, 0xFFFFFFFF):
        yield f"says-{said}-bytes", partial(_lying, said)
    for copies in (50, 1_500):
        yield f"{copies}-members-share-their-bytes", partial(_overlapping, copies)


def _lying(said: int) -> bytes:
    """The directory states another size of the document than it unpacks to."""
    content = bytearray(_flat("word/zeros.xml", 80))
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 24 : place + 28] = struct.pack("<I", said)
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(content)


def _overlapping(copies: int) -> bytes:
    """The directory names one packed member again and again, each time under the same place."""
    content = _flat("word/zeros.xml", 30)
    start, end = content.rfind(b"PK\x01\x02"), content.rfind(b"PK\x05\x06")
    directory = content[content.find(b"PK\x01\x02") : end] + content[start:end] * copies
    first = content.find(b"PK\x01\x02")
    count = 4 + copies
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), first, 0)
    return content[:first] + directory + tail


def _entities() -> Iterator[Named]:
    attacks = {
        "laughs": (f'<!DOCTYPE w [<!ENTITY l0 "ha">{_LAUGHS}]>', "&l9;"),
        "quadratic": (f'<!DOCTYPE w [<!ENTITY a "{"a" * 100_000}">]>', "&a;" * 20_000),
        "file": ('<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
        "address": ('<!DOCTYPE w [<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]>', "&a;"),
        "parameter": ('<!DOCTYPE w [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>', ""),
    }
    for name, (prologue, used) in attacks.items():
        text = body(f"<w:p><w:r><w:t>{used}</w:t></w:r></w:p>", prologue)
        for part in _PARTS:
            yield f"entities-{name}-{part.split('/')[-1]}", partial(word, "", {part: text.encode()})
        for encoding in ("utf-16", "utf-16-be", "utf-32", "cp037", "utf-7"):
            shown = text.replace("UTF-8", encoding).encode(encoding, "replace")
            yield f"entities-{name}-in-{encoding}", partial(word, shown)


def _paths() -> Iterator[Named]:
    names = (
        "../../../../tmp/wellcited-was-here", "/tmp/wellcited-was-here", "C:\\Windows\\win.ini", "word/../../../x.xml",
        "word/\u202elmx.x", "a" * 60_000, "\\\\server\\share\\x", "~/.bashrc", "word//document.xml", "CON", "word/\r\nx.xml",
        "word/document.xml/x.xml",
    )  # fmt: skip
    for number, name in enumerate(names):
        yield f"path-{number}", partial(word, "", {name: b"<a/>"})
    yield "link", _with_link


def _with_link() -> bytes:
    with io.BytesIO(word()) as file:
        with zipfile.ZipFile(file, "a") as archive:
            entry = zipfile.ZipInfo("word/styles.xml")
            entry.external_attr = 0o120777 << 16
            archive.writestr(entry, "/etc/passwd")
        return file.getvalue()


def _active() -> Iterator[Named]:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "".join(
        f'<Relationship Id="x{n}" Type="{relation}/{kind}" Target="{target}" TargetMode="External"/>'
        for n, (kind, target) in enumerate(
            (
                ("attachedTemplate", "http://127.0.0.1:9/t.dotm"),
                ("image", "file:///etc/passwd"),
                ("hyperlink", "javascript:1"),
            )
        )
    )
    listed = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )
    yield "macros", partial(word, "", {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"\0" * 5_000})
    enabled = _TYPES.replace(
        "vnd.openxmlformats-officedocument.wordprocessingml.document.main", "vnd.ms-word.document.macroEnabled.main"
    )
    yield "macros-named", partial(word, "", {"[Content_Types].xml": enabled.encode(), "word/vbaProject.bin": b"x"})
    yield "links-outside", partial(word, "", {"word/_rels/document.xml.rels": listed.encode()})
    field = (
        '<w:p><w:fldSimple w:instr="DDEAUTO c:\\\\windows\\\\cmd.exe"><w:r><w:t>Geese</w:t></w:r></w:fldSimple></w:p>'
    )
    yield "field-that-runs", partial(word, body(field))
    yield "object", partial(word, "", {"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0" * 1_000})
    style = "<w:p><w:r><w:t><script>alert(1)</script>&lt;script&gt;alert(1)&lt;/script&gt;</w:t></w:r></w:p>"
    yield "script", partial(word, body(style))
    mapping = "p => script:fresh\np => iframe[src='http://127.0.0.1:9/']:fresh"
    yield "style-map", partial(word, "", {"mammoth/style-map": mapping.encode()})


def _nested() -> Iterator[Named]:
    cell = ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>")
    run = ("<w:smartTag>", "</w:smartTag>")
    for depth in (30, 300, 3_000, 30_000):
        yield f"tables-{depth}-deep", partial(_deep, cell, depth)
        yield f"tags-{depth}-deep", partial(_deep, run, depth)
    yield "a-million-paragraphs", lambda: word(body("<w:p/>" * 1_000_000))
    yield "a-million-words", lambda: word(body("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 300_000))
    yield "a-million-runs", lambda: word(body(f"<w:p>{'<w:r><w:t>a</w:t></w:r>' * 400_000}</w:p>"))
    yield "a-table-of-a-million", lambda: word(body(_table(600)))
    yield "one-long-word", lambda: word(body(f"<w:p><w:r><w:t>{'a' * 40_000_000}</w:t></w:r></w:p>"))
    yield "one-long-attribute", lambda: word(body(f'<w:p w:rsidR="{"a" * 40_000_000}"/>'))
    yield "a-million-attributes", lambda: word(body("<w:p " + " ".join(f"a{n}='a'" for n in range(500_000)) + "/>"))


def _deep(tag: tuple[str, str], depth: int) -> bytes:
    return word(body(tag[0] * depth + _GEESE + tag[1] * depth))


def _table(side: int) -> str:
    cells = "<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>" * side
    return "<w:tbl>" + f"<w:tr>{cells}</w:tr>" * side + "</w:tbl>"
