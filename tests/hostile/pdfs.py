"""PDF files with loops, bombs, scripts and embedded files. Each maker returns the bytes of one file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from functools import partial

from tests.hostile.archives import Named

_TEXT = b"BT /F1 12 Tf 72 700 Td (Wild geese fly south in autumn and rest on lakes along the way.) Tj ET"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_CATALOGUE, _PAGES = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
    b"/Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>"
)


def stream(content: bytes, entries: bytes = b"", length: bytes = b"") -> bytes:
    """A stream object; `length` in place of the right one."""
    size = length or str(len(content)).encode()
    return b"<< /Length " + size + b" " + entries + b" >>\nstream\n" + content + b"\nendstream"


def pdf(changed: Mapping[int, bytes] | None = None, trailer: bytes = b"") -> bytes:
    """A file of one page, with these objects beside or in place of the usual: 1 catalogue, 2 pages, 3 page, 4 words, 5 font."""
    objects = {1: _CATALOGUE, 2: _PAGES, 3: _PAGE, 4: stream(_TEXT), 5: _FONT, **(changed or {})}
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, content in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(objects) + 1
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, table)
    return bytes(out)


def pdfs() -> Iterator[Named]:
    """Every hostile PDF with its name, which has no ending."""
    for name, changed in (_loops() | _actions() | _numbers() | _fonts()).items():
        yield name, partial(pdf, changed)
    for name, trailer in _trailers().items():
        yield name, partial(pdf, None, trailer)
    yield from _bombs()
    yield from _heaps()


def _loops() -> dict[str, dict[int, bytes]]:
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R /Y 7 0 R >> >>"
    outline = {1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 7 0 R >>", 7: b"<< /First 8 0 R /Last 8 0 R >>"}
    return {
        "pages-hold-themselves": {2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"},
        "pages-hold-each-other": {
            2: b"<< /Type /Pages /Kids [7 0 R] /Count 1 >>",
            7: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 1 >>",
        },
        "pages-double-each-level": {
            2: b"<< /Type /Pages /Kids [10 0 R 10 0 R] /Count 1 >>",
            **{n: b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 1 >>" % (n + 1, n + 1) for n in range(10, 40)},
            40: _PAGE,
        },
        "a-page-a-million-times": {2: b"<< /Type /Pages /Kids [" + b"3 0 R " * 1_000_000 + b"] /Count 1000000 >>"},
        "pages-in-pages-10000-deep": {
            2: b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>",
            **{n: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (n + 1) for n in range(10, 10_010)},
            10_010: _PAGE,
        },
        "parent-is-the-page": {3: _PAGE.replace(b"/Parent 2", b"/Parent 3")},
        "resources-are-inherited-in-a-ring": {
            2: b"<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
        },
        "form-draws-itself": {4: stream(b"/X Do"), 6: stream(b"/X Do /X Do", form)},
        "forms-draw-each-other": {
            4: stream(b"/X Do"),
            6: stream(b"/Y Do /Y Do", form),
            7: stream(b"/X Do /X Do", form),
        },
        "words-are-the-page": {3: _PAGE.replace(b"/Contents 4", b"/Contents 3")},
        "words-hold-themselves": {4: b"[4 0 R 4 0 R]"},
        "words-a-thousand-times": {
            3: _PAGE.replace(b"/Contents 4 0 R", b"/Contents [" + b"4 0 R " * 1_000 + b"]"),
            4: stream(_TEXT * 1_000),
        },
        "length-is-itself": {4: stream(_TEXT, b"", b"4 0 R")},
        "reference-to-itself": {5: b"5 0 R"},
        "references-in-a-ring": {5: b"7 0 R", 7: b"8 0 R", 8: b"5 0 R"},
        "outline-ring": {**outline, 8: b"<< /Title (a) /Next 8 0 R /Prev 8 0 R /First 8 0 R /Parent 7 0 R >>"},
        "font-made-of-itself": {5: b"<< /Type /Font /Subtype /Type0 /DescendantFonts [5 0 R] /ToUnicode 5 0 R >>"},
        "object-stream-holds-itself": {
            7: stream(b"7 0 7 0", b"/Type /ObjStm /N 2 /First 4 /Extends 7 0 R"),
            5: b"7 0 R",
        },
    }


def _actions() -> dict[str, dict[int, bytes]]:
    def opening(action: bytes) -> dict[int, bytes]:
        return {1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction 7 0 R >>", 7: action}

    names = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a.exe) 7 0 R] >> >> >>"
    return {
        "script-at-opening": opening(b"<< /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:9/'\\)) >>"),
        "launches-a-program": opening(b"<< /S /Launch /F (/bin/sh) >>"),
        "opens-an-address": opening(b"<< /S /URI /URI (http://127.0.0.1:9/) >>"),
        "sends-a-form": opening(b"<< /S /SubmitForm /F (http://127.0.0.1:9/) >>"),
        "another-file": opening(b"<< /S /GoToR /F (/etc/passwd) /D [0 /Fit] >>"),
        "a-file-inside": {
            1: names,
            7: b"<< /Type /Filespec /F (a.exe) /EF << /F 8 0 R >> >>",
            8: stream(b"MZ" * 9_999),
        },
        "words-in-another-file": {4: stream(b"", b"/F (/etc/passwd)")},
        "xfa": {
            1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA 7 0 R >> >>",
            7: stream(b"<!DOCTYPE a [<!ENTITY b 'b'>]>"),
        },
    }


def _numbers() -> dict[str, dict[int, bytes]]:
    many = b"9" * 5_000
    return {
        "a-count-of-billions": {2: b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>"},
        "a-count-below-zero": {2: b"<< /Type /Pages /Kids [3 0 R] /Count -5 >>"},
        "a-number-of-5000-digits": {2: b"<< /Type /Pages /Kids [3 0 R] /Count " + many + b" >>"},
        "a-length-of-billions": {4: stream(_TEXT, b"", b"4294967296")},
        "a-length-below-zero": {4: stream(_TEXT, b"", b"-1")},
        "a-size-of-billions": {4: stream(b"BT /F1 " + many + b" Tf 9e99 9e99 Td (a) Tj ET")},
        "arrays-100000-deep": {4: b"[" * 100_000 + b"]" * 100_000},
        "dictionaries-50000-deep": {5: b"<< /A " * 50_000 + b">>" * 50_000},
        "operands-a-million": {4: stream(b"1 " * 2_000_000 + b"Td")},
        "operators-a-million": {4: stream(b"BT /F1 12 Tf " + b"1 1 Td (a) Tj " * 700_000 + b"ET")},
        "states-saved-a-million": {4: stream(b"q " * 2_000_000)},
        "an-image-without-end": {4: stream(b"BI /W 9 /H 9 ID " + b"a" * 5_000_000)},
        "many-images-without-end": {4: stream(b"BI /W 9 /H 9 ID a " * 20_000)},
        "a-string-without-end": {4: stream(b"BT (" + b"(" * 3_000_000)},
        "a-name-of-megabytes": {4: stream(b"/" + b"a" * 5_000_000 + b" Do")},
        "a-comment-of-megabytes": {4: stream(b"%" + b"a" * 5_000_000)},
        "a-dictionary-without-end": {5: b"<< " + b"/A 1 " * 1_000_000},
    }


def _fonts() -> dict[str, dict[int, bytes]]:
    wide = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [8 0 R] /ToUnicode 7 0 R >>"
    under = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /W [0 2000000000 500] >>"

    def mapped(lines: bytes) -> dict[int, bytes]:
        return {
            5: wide,
            7: stream(b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange " + lines),
            8: under,
        }

    return {
        "letters-by-the-billion": mapped(b"1 beginbfrange <00000000> <ffffffff> <0041> endbfrange endcmap"),
        "letters-by-the-million": mapped(b"9 beginbfrange " + b"<0000> <ffff> <0041> " * 500 + b"endbfrange endcmap"),
        "letters-backwards": mapped(b"1 beginbfrange <ffff> <0000> <0041> endbfrange endcmap"),
        "letters-without-end": mapped(b"1 beginbfrange <0000> <ffff> [" + b"<0041> " * 500_000),
        "a-letter-of-megabytes": mapped(b"1 beginbfchar <0041> <" + b"0041" * 1_000_000 + b"> endbfchar endcmap"),
        "widths-without-end": {5: wide, 8: under.replace(b"[0 2000000000 500]", b"[0 [" + b"500 " * 2_000_000 + b"]]")},
        "names-of-letters-without-end": {
            5: b"<< /Type /Font /Subtype /Type1 /BaseFont /A /Encoding << /Differences [0 "
            + b"/a " * 1_000_000
            + b"] >> >>"
        },
    }


def _trailers() -> dict[str, bytes]:
    return {
        "tables-in-a-ring": b"/Prev 9",
        "table-after-the-end": b"/Prev 4000000000",
        "table-below-zero": b"/Prev -1",
        "a-hidden-table-in-a-ring": b"/XRefStm 9",
        "locked-with-nonsense": b"/Encrypt << /Filter /Standard /V 99 /R 99 /O (a) /U (b) /P -1 /Length 1000000000 >>",
        "locked-by-itself": b"/Encrypt 1 0 R",
        "a-title-in-a-ring": b"/Info << /Title 1 0 R >>",
    }


def _bombs() -> Iterator[Named]:
    for layers in (1, 2, 3, 5):
        for megabytes in (50, 200):
            yield f"packed-{layers}-times-{megabytes}MB", partial(_packed, layers, megabytes)
    flate = b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns %d /Colors %d /BitsPerComponent 16 >>"
    for columns, colours in ((2**31, 1), (1, 2**31), (0, 0), (-1, 4)):
        yield (
            f"predictor-{columns}-{colours}",
            partial(pdf, {4: stream(zlib.compress(b"\0" * 9_999), flate % (columns, colours))}),
        )
    filters = {
        "LZWDecode": b"\x80\x0b\x60\x50" * 500_000,
        "RunLengthDecode": b"\x81a" * 5_000_000,
        "ASCIIHexDecode": b"4" * 9_999_999,
    }
    for name, content in {**filters, "ASCII85Decode": b"z" * 9_999_999, "CCITTFaxDecode": b"\0" * 99_999}.items():
        yield f"packed-as-{name}", partial(pdf, {4: stream(content, b"/Filter /" + name.encode())})
    yield "filters-by-the-thousand", partial(pdf, {4: stream(_TEXT, b"/Filter [" + b"/ASCIIHexDecode " * 5_000 + b"]")})
    yield "table-of-billions", _long_table


def _packed(layers: int, megabytes: int) -> bytes:
    content = _TEXT + b" " * (megabytes * 1_000_000)
    for _ in range(layers):
        content = zlib.compress(content, 9)
    return pdf({4: stream(content, b"/Filter [" + b"/FlateDecode " * layers + b"]")})


def _long_table() -> bytes:
    table = stream(
        zlib.compress(b"\0" * 50_000_000),
        b"/Type /XRef /W [0 0 0] /Index [0 2000000000] /Size 2000000000 /Root 1 0 R /Filter /FlateDecode",
    )
    start = b"%PDF-1.7\n1 0 obj\n" + _CATALOGUE + b"\nendobj\n"
    return start + b"9 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(start)


def _heaps() -> Iterator[Named]:
    """Files without a table, which a reader looks through for objects."""
    yield "no-table-a-million-objects", lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 900_000 + b"%%EOF"
    yield "no-table-only-beginnings", lambda: b"%PDF-1.7\n" + b"1 0 obj " * 2_000_000
    yield "only-line-ends", lambda: b"%PDF-1.7\n" + b"\n" * 19_000_000
    yield "only-ends", lambda: b"%PDF-1.7\n" + b"startxref\n" * 1_500_000
    yield "trailers", lambda: b"%PDF-1.7\n" + b"trailer << /Root 1 0 R /Prev 9 >>\n" * 400_000 + b"startxref\n9\n%%EOF"
    yield "zeros", lambda: b"%PDF-1.7\n" + b"\0" * 19_000_000
