"""Reading files: what comes out of good ones, exactly, and what is said about bad ones."""

from __future__ import annotations

import contextlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.article import Attributes, Block, BlockKind, Document
from sources.formats import FORMATS
from sources.reading import Limits, ReadingError, read

Write = Callable[[str, bytes | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def heading(level: int, text: str) -> Block:
    return Block(BlockKind.HEADING, text, level)


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


def item(text: str) -> Block:
    return Block(BlockKind.ITEM, text)


def only(documents: tuple[Document, ...]) -> Document:
    (document,) = documents
    return document


def refusal(path: Path, limits: Limits | None = None) -> ReadingError:
    """The error for a file, which always has a name, a reason and a next step."""
    with pytest.raises(ReadingError) as caught:
        read(path, limits=limits or Limits())
    error = caught.value
    assert str(error) == f"{path.name}: {error.reason}. {error.next_step}"
    assert error.reason
    assert not error.reason.endswith(".")
    assert error.next_step.endswith(".")
    return error


# Plain text

TEXT = """\
Mar 3, 2025
12 Views

Walking and Mood

Written by

Walking lifts the mood of most people within a few weeks, and it costs nothing but a little time on most days of a week.

Why It Helps

Being outside helps in several ways:

  • More daylight
  • Better\u00a0sleep

1. Pace

A pace at which one can still talk is enough, as several small studies of “brisk” walking found in the last decade.

Three things to take along:

1. Water
2. A hat
3. A friend

Conclusion:\u00a0

Start small, and go on. Most people who stop do so in the first two weeks, often because they began too fast.
"""


def test_plain_text_has_headings_items_and_paragraphs(write: Write) -> None:
    assert only(read(write("a.txt", TEXT))) == Document(
        Attributes(),
        (
            paragraph("Mar 3, 2025"),
            paragraph("12 Views"),
            heading(1, "Walking and Mood"),
            paragraph("Written by"),
            paragraph(
                "Walking lifts the mood of most people within a few weeks, and it costs nothing but a little time on "
                "most days of a week."
            ),
            heading(2, "Why It Helps"),
            paragraph("Being outside helps in several ways:"),
            item("More daylight"),
            item("Better sleep"),
            heading(3, "Pace"),
            paragraph(
                "A pace at which one can still talk is enough, as several small studies of “brisk” walking found in "
                "the last decade."
            ),
            paragraph("Three things to take along:"),
            item("Water"),
            item("A hat"),
            item("A friend"),
            heading(2, "Conclusion"),
            paragraph(
                "Start small, and go on. Most people who stop do so in the first two weeks, often because they began "
                "too fast."
            ),
        ),
    )


def test_hard_wrapped_lines_are_joined_and_short_ones_are_not(write: Write) -> None:
    text = (
        "Sleep and light\n\nLight in the morning tells the body that the day has begun, and so\n"
        "it gets tired at the right hour in the evening. Dark rooms help the\nother way round.\n\n"
        "- An item that is long enough to be wrapped by the program that saved\n  this file\n- Another item\n"
    )
    assert only(read(write("a.txt", text))).blocks == (
        heading(1, "Sleep and light"),
        paragraph(
            "Light in the morning tells the body that the day has begun, and so it gets tired at the right hour in "
            "the evening. Dark rooms help the other way round."
        ),
        item("An item that is long enough to be wrapped by the program that saved this file"),
        item("Another item"),
    )


def test_lines_without_blank_lines_between_are_blocks_of_their_own(write: Write) -> None:
    long = (
        "Every evening has an end, and it is good to know it before it comes, as many who slept badly have said so far."
    )
    text = f"{long}\nWhen To Stop?\n{long}\nSources:\nhealth.example/sleep\n"
    assert only(read(write("a.txt", text))).blocks == (
        paragraph(long),
        heading(2, "When To Stop?"),
        paragraph(long),
        paragraph("Sources:"),
        paragraph("health.example/sleep"),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_keeps_its_characters_in_every_encoding(write: Write, encoding: str) -> None:
    text = "It’s “calm” – Zolara® helps some people."
    assert only(read(write("a.txt", text.encode(encoding)))).blocks == (paragraph(text),)


# Markdown

MARKDOWN = """\
---
title: Rest
publisher: Green Clinic
url: https://clinic.example/rest
published: 2024-02-03
sells_treatment: true
---

# Rest *well*

Some [people](https://x.example) rest `little`
& sleep <b>less</b>.

<!-- a note to editors -->

- one
- two
  - inner

1. first

| Hour | Place |
|------|-------|
| 9    | bed   |
"""


def test_markdown_has_attributes_and_plain_words(write: Write) -> None:
    assert only(read(write("a.md", MARKDOWN))) == Document(
        Attributes(
            title="Rest",
            publisher="Green Clinic",
            url="https://clinic.example/rest",
            published=date(2024, 2, 3),
            sells_treatment=True,
        ),
        (
            heading(1, "Rest well"),
            paragraph("Some people rest little & sleep less."),
            item("one"),
            item("two"),
            item("inner"),
            item("first"),
            paragraph("Hour; Place"),
            paragraph("9; bed"),
        ),
    )


@pytest.mark.parametrize(
    ("matter", "said"),
    [
        ("published: soon", "its key “published” has the value “soon”"),
        ("sells_treatment: maybe", "its key “sells_treatment” has the value “maybe”"),
        ("url: clinic.example", "its key “url” has the value “clinic.example”"),
        ("title: [a, b]", "its key “title” has the value a list"),
        ("titel: Rest", "it has the unknown key “titel”"),
        ("title: !!python/object/apply:os.system [id]", "its front matter is no plain YAML (line 2)"),
        ("title: &a [x, x]\nauthor: &b [*a, *a]\nurl: [*b, *b]", "its front matter is no plain YAML"),
        ("just words", "its front matter has no keys"),
    ],
)
def test_bad_front_matter_is_named(write: Write, matter: str, said: str) -> None:
    assert refusal(write("a.md", f"---\n{matter}\n---\nWords.\n")).reason == said


def test_raw_html_in_markdown_is_refused_with_its_line(write: Write) -> None:
    assert refusal(write("a.md", "Words.\n\n<div>More words</div>\n")).reason == "it has raw HTML on line 3 (<div>)"
    assert refusal(write("b.md", "Words <script>run()</script>\n")).reason == "it has raw HTML on line 1 (<script>)"


# HTML

PAGE = """\
<!doctype html><html><head><title>Slow days | Green Clinic</title><meta name="author" content="Ann Lee">
<link rel="canonical" href="https://clinic.example/slow"><meta property="og:site_name" content="Green Clinic">
<meta property="article:published_time" content="2024-02-03T10:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/book">Book now</a></nav><article><h1>Slow days</h1>
<p>Some days are <b>slow</b>, and&nbsp;that is
no fault of anybody’s.</p><h2>What<br>helps</h2><ul><li>Tea<ul><li>Green tea</li></ul></li><li><p>Rest</p></li></ul>
<table><tr><th>Day</th><th>Plan</th></tr><tr><td>1</td><td>Walk</td></tr></table>
<p>Drink enough H<sub>2</sub>O on such days, and ask for help when they do not end after some weeks.</p>
</article><footer>Copyright</footer><script>words()</script></body></html>
"""


def test_html_has_the_article_and_what_the_page_says_of_itself(write: Write) -> None:
    assert only(read(write("a.html", PAGE))) == Document(
        Attributes(
            title="Slow days",
            publisher="Green Clinic",
            author="Ann Lee",
            url="https://clinic.example/slow",
            published=date(2024, 2, 3),
        ),
        (
            heading(1, "Slow days"),
            paragraph("Some days are slow, and that is no fault of anybody’s."),
            heading(2, "What helps"),
            item("Tea"),
            item("Green tea"),
            item("Rest"),
            paragraph("Day; Plan"),
            paragraph("1; Walk"),
            paragraph("Drink enough H2O on such days, and ask for help when they do not end after some weeks."),
        ),
    )


def test_deeply_nested_html_is_refused_or_read(write: Write) -> None:
    error = refusal(write("a.htm", "<html><body>" + "<div>" * 50_000 + "deep" + "</div>" * 50_000))
    assert error.next_step


# Word


def word() -> bytes:
    document = docx.Document()
    document.core_properties.title = "Naps"
    document.add_paragraph("Naps by day", "Title")
    document.add_heading("Why they help", 1)
    words = document.add_paragraph("A nap ")
    words.add_run("helps").bold = True
    words.add_run(" most people.")
    document.add_paragraph("Short ones", "List Bullet")
    document.add_paragraph("Lie down", "List Number")
    document.add_paragraph("• Typed by hand")
    cells = document.add_table(1, 2).rows[0].cells
    cells[0].text, cells[1].text = "Noon", "20 minutes"
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def with_body(change: Callable[[bytes], bytes]) -> bytes:
    """The Word document with its body's XML changed."""
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as old, zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == "word/document.xml" else content)
    return saved.getvalue()


def zipped(**members: bytes) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return saved.getvalue()


def heavy() -> bytes:
    """A document of 400,000 paragraphs, small on disk."""
    return with_body(
        lambda xml: xml.replace(b"<w:body>", b"<w:body>" + b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 400_000)
    )


def test_word_has_headings_items_and_rows(write: Write) -> None:
    assert only(read(write("a.docx", word()))) == Document(
        Attributes(title="Naps"),
        (
            heading(1, "Naps by day"),
            heading(2, "Why they help"),
            paragraph("A nap helps most people."),
            item("Short ones"),
            item("Lie down"),
            item("Typed by hand"),
            paragraph("Noon; 20 minutes"),
        ),
    )


def test_a_zip_bomb_is_refused_before_it_is_unpacked(write: Write) -> None:
    bomb = write("a.docx", zipped(word__document=b"0" * 60_000_000))
    assert bomb.stat().st_size < 100_000
    assert refusal(bomb).reason == "it unpacks to 60 MB, more than 50 MB"


def test_entities_in_word_are_refused(write: Write) -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10))
    bomb = with_body(lambda xml: xml.replace(b"<w:document", b"<!DOCTYPE x [" + laughs + b"]><w:document", 1))
    outside = with_body(
        lambda xml: xml.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]><w:document', 1)
    )
    for content in (bomb, outside):
        assert refusal(write("a.docx", content)).reason == "it defines XML entities, which no Word document does"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(xl__workbook=b"<x/>"), "it is an Excel workbook, not a Word document"),
        (zipped(notes=b"<x/>"), "it is a ZIP archive, not a Word document"),
        (word()[:3000], "it is damaged, or no Word document"),
    ],
)
def test_a_zip_that_is_no_word_document_is_named(write: Write, content: bytes, said: str) -> None:
    assert refusal(write("a.docx", content)).reason == said


# PDF

Shown = tuple[str, float, float, float, str]  # font (F1 plain, F2 bold), size, x, y, text


def pdf(*pages: list[Shown], title: str = "") -> bytes:
    """A PDF with these texts at these places."""
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    fonts = "/Resources << /Font << /F1 2 0 R /F2 3 0 R >> >>"
    parts = [
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 600 800] {fonts} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< /Type /Catalog /Pages 1 0 R /Info ({title}) >>",
    ]
    for number, page in enumerate(pages):
        stream = "\n".join(f"BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET" for font, size, x, y, text in page)
        parts.append(f"<< /Type /Page /Parent 1 0 R /Contents {6 + 2 * number} 0 R >>")
        parts.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    parts.append(f"<< /Title ({title}) >>")
    return numbered(parts)


def numbered(parts: list[str]) -> bytes:
    file = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(len(file))
        file += f"{number} 0 obj\n{part}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(parts) + 1
    trailer = f"trailer << /Size {size} /Root 4 0 R /Info {len(parts)} 0 R >>\nstartxref\n{len(file)}\n%%EOF"
    return file + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


def brochure(page: int) -> list[Shown]:
    return [
        ("F1", 8, 50, 780, "Green Clinic leaflets"),
        ("F2", 16, 50, 740, "Quiet hours" if page == 1 else "More of them"),
        ("F1", 10, 50, 716, "Quiet hours help many people to re-"),
        ("F1", 10, 50, 704, "cover from long-"),
        ("F1", 10, 50, 692, "term stress and worry."),
        ("F1", 10, 50, 672, "They need no money."),
        ("F1", 10, 50, 652, "• A chair by a window, or a bench in"),
        ("F1", 10, 60, 640, "the park"),
        ("F1", 10, 50, 628, "• A book"),
        ("F1", 10, 50, 608, "Talk to a friend as well." if page == 1 else "Go on for a month."),
        ("F1", 10, 50, 588, "A month is enough." if page == 1 else "Then see how you feel."),
        ("F1", 8, 290, 20, str(page)),
    ]


def test_pdf_has_paragraphs_headings_and_items_without_running_lines(write: Write) -> None:
    document = only(read(write("a.pdf", pdf(brochure(1), brochure(2), title="Quiet hours"))))
    page = (
        paragraph("Quiet hours help many people to recover from long-term stress and worry."),
        paragraph("They need no money."),
        item("A chair by a window, or a bench in the park"),
        item("A book"),
    )
    assert document == Document(
        Attributes(title="Quiet hours"),
        (
            heading(1, "Quiet hours"),
            *page,
            paragraph("Talk to a friend as well."),
            paragraph("A month is enough."),
            heading(1, "More of them"),
            *page,
            paragraph("Go on for a month."),
            paragraph("Then see how you feel."),
        ),
    )


def test_a_table_of_two_lists_in_a_pdf_is_read_list_by_list(write: Write) -> None:
    rows = [("Good days", "Bad days"), ("Much energy", "No energy at all"), ("Many plans", "No plans at all")]
    shown: list[Shown] = []
    for place, (left, right) in enumerate(rows):
        font, y = ("F2" if place == 0 else "F1"), 700 - 24 * place
        shown.append((font, 10, 50, y, f"{left}) Tj 250 0 Td ({right}"))
    below = ["Below the table stands a paragraph of", "three lines, which shows how far apart", "lines are."]
    shown += [("F1", 10, 50, 600 - 12 * place, text) for place, text in enumerate(below)]
    assert only(read(write("a.pdf", pdf(shown)))).blocks == (
        heading(1, "Good days"),
        paragraph("Much energy"),
        paragraph("Many plans"),
        heading(1, "Bad days"),
        paragraph("No energy at all"),
        paragraph("No plans at all"),
        paragraph("Below the table stands a paragraph of three lines, which shows how far apart lines are."),
    )


def test_a_locked_pdf_says_so(write: Write) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(brochure(1))))
    writer.encrypt("secret", algorithm="RC4-128")
    saved = io.BytesIO()
    writer.write(saved)
    assert str(refusal(write("brochure.pdf", saved.getvalue()))) == (
        "brochure.pdf: it is locked with a password. Save a copy without the password and import that."
    )


def test_a_pdf_of_pictures_says_so(write: Write) -> None:
    assert refusal(write("a.pdf", pdf([]))).reason == "it holds pictures of pages and no text"


@pytest.mark.parametrize("length", [9, 60, 400])
def test_a_truncated_pdf_is_refused(write: Write, length: int) -> None:
    refusal(write("a.pdf", pdf(brochure(1))[:length]))


# JSON Lines


def line(**changes: object) -> str:
    sections = [{"heading": "Why", "paragraphs": ["Because it helps.", "- one", "- two"]}]
    values = {"title": "Tea", "url": "https://clinic.example/tea", "publisher": "Green Clinic", "sections": sections}
    return json.dumps({**values, **changes})


def test_lines_have_one_article_each(write: Write) -> None:
    documents = read(write("a.jsonl", f"{line(id='x', words=5)}\n\n{line(title='Milk', reviewed='2024-02-03')}\n"))
    known = {"url": "https://clinic.example/tea", "publisher": "Green Clinic"}
    assert [document.attributes for document in documents] == [
        Attributes(title="Tea", url=known["url"], publisher=known["publisher"]),
        Attributes(title="Milk", url=known["url"], publisher=known["publisher"], reviewed=date(2024, 2, 3)),
    ]
    assert documents[0].blocks == (heading(2, "Why"), paragraph("Because it helps."), item("one"), item("two"))


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("{", "on line 2 the JSON is broken (Expecting property name enclosed in double quotes)"),
        ("[" * 100_000, "on line 2 the JSON is nested too deeply"),
        ("[]", "on line 2 there is no JSON object"),
        (line(title=""), "on line 2 the key “title” is missing or empty"),
        (line(published="May"), "on line 2 its key “published” has the value “May”"),
        (line(sections="none"), "on line 2 the key “sections” has the value “none”"),
        (line(sections=[{"paragraphs": [1]}]), "on line 2 the key “paragraphs” has the value “1”"),
        (line(colour="red"), "on line 2 it has the unknown key “colour”"),
    ],
)
def test_a_bad_line_is_named(write: Write, second: str, said: str) -> None:
    assert refusal(write("a.jsonl", f"{line()}\n{second}\n")).reason == said


# Files that are not what they say, or that ask for too much


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", pdf([]), "it ends in .txt but is a PDF file"),
        ("a.md", "<!DOCTYPE html><html></html>", "it ends in .md but is an HTML page"),
        ("a.txt", word(), "it ends in .txt but is a Word file or a ZIP archive"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "it ends in .docx but is an old Word file (.doc) or one with a password",
        ),
        ("a.docx", "Words.", "it ends in .docx but is no Word file"),
        ("a.pdf", "Words.", "it ends in .pdf but is no PDF file"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "it ends in .txt but is a picture"),
        ("a.txt", b"Words\0and more", "it holds binary data, not text"),
        ("a.txt", "", "it is empty"),
        ("a.txt", " \n \n", "it has no words"),
        ("a.html", "Only words.", "it has no HTML in it"),
        ("a.xyz", "Words.", "files ending in .xyz cannot be read"),
        ("words", "Words.", "files without an ending cannot be read"),
    ],
)
def test_a_file_that_is_something_else_is_named(write: Write, name: str, content: bytes | str, said: str) -> None:
    assert refusal(write(name, content)).reason == said


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    assert refusal(tmp_path / "folder.txt").reason == "it is no regular file"
    assert refusal(tmp_path / "pipe.txt").reason == "it is no regular file"
    assert refusal(tmp_path / "link.txt").reason == "it is a link to a file that is not there"
    assert refusal(tmp_path / "nowhere.txt").reason == "there is no such file"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(bytes=1000), "it has 0.1 MB, more than 0.0 MB"),
        (Limits(cpu_seconds=1), "reading it took too long and was stopped"),
        (Limits(wall_seconds=0.05), "reading it took too long and was stopped"),
        (Limits(memory=130_000_000, cpu_seconds=300, wall_seconds=600.0), "it needs more memory than a file may use"),
    ],
)
def test_a_file_that_asks_for_too_much_is_stopped(write: Write, limits: Limits, said: str) -> None:
    path = write("a.docx", heavy())
    assert refusal(path, limits).reason == said


def test_an_answer_that_is_too_long_is_refused(write: Write) -> None:
    error = refusal(write("a.txt", TEXT), Limits(answer=500))
    assert error.reason == "it holds more text than an article can have"


@pytest.mark.parametrize("ending", sorted(FORMATS))
@settings(max_examples=4, database=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, ending: str, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{ending}"
    start = {".pdf": b"%PDF-1.4\n", ".docx": b"PK\x03\x04"}.get(ending, b"")
    path.write_bytes(start + content)
    with contextlib.suppress(ReadingError):
        assert all(block.text for document in read(path) for block in document.blocks)
