"""Word documents (.docx): mammoth makes HTML of them, and blocks come out of that."""

from __future__ import annotations

import io
import zipfile

import lxml.html
import mammoth
from lxml import etree

from sources.article import Attributes, Block, BlockKind, Document
from sources.formats import UnreadableError
from sources.formats.blocks import filled, heading, tidy
from sources.formats.tree import blocks, merged

_MOST_BYTES = 50_000_000
_MOST_MEMBERS = 2_000
_BODY = "word/document.xml"
_PROPERTIES = "docProps/core.xml"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_STYLES = "p[style-name='Title'] => h1.title:fresh"
_RESAVE = "Open it in Word, save it again as .docx and import that."


def parse(data: bytes, name: str) -> tuple[Document, ...]:
    """One document; below a paragraph in the style Title, headings go one level down.

    Raises `UnreadableError` for what is no Word document, for one that unpacks to over 50 MB, and for XML with
    entities of its own.
    """
    with _opened(data) as archive:
        _check(archive)
        title = _title(archive)
    html = mammoth.convert_to_html(
        io.BytesIO(data),
        style_map=_STYLES,
        include_embedded_style_map=False,
        external_file_access=False,
        convert_image=lambda image: [],
    ).value
    found = filled(_found(html))
    if not found:
        raise UnreadableError("it has no words", "If it holds pictures of text, type the text and import that.")
    return (Document(Attributes(title=title), found),)


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise UnreadableError("it is damaged, or no Word document", _RESAVE) from None


def _check(archive: zipfile.ZipFile) -> None:
    """Refuse before anything is unpacked: sizes come from the directory, and zipfile never reads past them."""
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise UnreadableError(f"it holds {len(members):,} parts, more than {_MOST_MEMBERS:,}", _RESAVE)
    size = sum(member.file_size for member in members)
    if size > _MOST_BYTES:
        raise UnreadableError(f"it unpacks to {size // 10**6:,} MB, more than {_MOST_BYTES // 10**6} MB", _RESAVE)
    if _BODY not in archive.namelist():
        raise UnreadableError(f"it is {_kind(archive.namelist())}, not a Word document", "Save it as .docx from Word.")
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            _refuse_entities(_member(archive, member.filename))


def _kind(names: list[str]) -> str:
    for start, kind in (("xl/", "an Excel workbook"), ("ppt/", "a PowerPoint file"), ("content.xml", "OpenDocument")):
        if any(name.startswith(start) for name in names):
            return kind
    return "a ZIP archive"


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        raise UnreadableError("it is damaged or locked with a password", _RESAVE) from None
    except Exception as error:
        # zlib and lzma raise errors of their own for broken data.
        if type(error).__name__ in ("error", "LZMAError"):
            raise UnreadableError("it is damaged", _RESAVE) from None
        raise


def _refuse_entities(xml: bytes) -> None:
    """Word writes no DTD; entities can grow without end or point to other files. UTF-16 has NULs in between."""
    if b"<!DOCTYPE" in xml.replace(b"\0", b"").upper():
        raise UnreadableError("it defines XML entities, which no Word document does", _RESAVE)


def _title(archive: zipfile.ZipFile) -> str | None:
    """The title in the document's properties."""
    if _PROPERTIES not in archive.namelist():
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        found = etree.fromstring(_member(archive, _PROPERTIES), parser).findtext(_TITLE)
    except etree.XMLSyntaxError:
        return None
    return tidy(found or "") or None


def _found(html: str) -> list[Block]:
    root = lxml.html.fromstring(f"<div>{html}</div>")
    for mark in root.xpath(".//sup[a[contains(@id, 'note-ref-')]] | .//a[contains(@href, 'note-ref-')]"):
        mark.drop_tree()
    found = merged(list(blocks(root)))
    return _lowered(found) if root.find(".//h1[@class='title']") is not None else found


def _lowered(found: list[Block]) -> list[Block]:
    """The same with every heading but the first, which is the title, one level down."""
    first = next((block for block in found if block.kind is BlockKind.HEADING), None)
    return [
        heading(block.text, block.level + 1) if block.kind is BlockKind.HEADING and block is not first else block
        for block in found
    ]
