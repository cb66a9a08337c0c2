"""PDF files: pypdf finds the letters, and paragraphs, headings and lists are rebuilt from where the lines stand."""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import pairwise

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from sources.article import Attributes, Block, Document
from sources.formats import UnreadableError
from sources.formats.blocks import BULLET, filled, heading, item, paragraph, tidy
from sources.formats.pdf_lines import Line, lines_of, without_running_lines

_FILE_TITLE = re.compile(r"\.(?:docx?|pdf|indd|qxd|pptx?|odt)\b|^microsoft word|^untitled|^slide \d", re.IGNORECASE)
_ADDRESS = re.compile(r"@|www\.|https?:", re.IGNORECASE)
_HYPHENATED = re.compile(r"(\w+)-$")
_WORD = re.compile(r"\w+(?:-\w+)*")
_COMPOUNDS = {"self", "long", "short", "well", "non", "co", "high", "low", "double", "first", "second", "half", "all"}
_MOST_HEADING_WORDS = 20
_MOST_BOLD_HEADING_WORDS = 12


def parse(data: bytes, name: str) -> tuple[Document, ...]:
    """One document; raises `UnreadableError` for a locked or damaged file and for one without readable letters."""
    try:
        reader = _opened(data)
        pages = [lines_of(page, number) for number, page in enumerate(reader.pages)]
        title = _title(reader)
    except (FileNotDecryptedError, DependencyError):
        raise _locked() from None
    except PyPdfError:
        raise _damaged() from None
    lines = without_running_lines(pages)
    if not any(line.text for page in pages for line in page):
        raise UnreadableError(
            "it holds pictures of pages and no text", "Run it through text recognition (OCR) and import the result."
        )
    _refuse_unknown_letters(lines)
    return (Document(Attributes(title=title), filled(_blocks(lines))),)


def _opened(data: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(data))
    # An empty password opens files that are only protected against changes.
    if reader.is_encrypted and not reader.decrypt(""):
        raise _locked()
    return reader


def _locked() -> UnreadableError:
    return UnreadableError("it is locked with a password", "Save a copy without the password and import that.")


def _damaged() -> UnreadableError:
    return UnreadableError("it is damaged or cut short", "Open it in a PDF viewer, save it again and import that.")


def _title(reader: PdfReader) -> str | None:
    """The title in the file's properties, unless a program wrote a file name there."""
    title = tidy(str((reader.metadata and reader.metadata.title) or ""))
    return title if title and not _FILE_TITLE.search(title) else None


def _refuse_unknown_letters(lines: list[Line]) -> None:
    text = "".join(line.text for line in lines)
    unknown = sum(character == "\ufffd" or "\ue000" <= character <= "\uf8ff" for character in text)
    if unknown * 20 > len(text):
        raise UnreadableError(
            "its fonts do not say which letters they draw", "Copy its text into a .txt file and import that."
        )


def _blocks(lines: list[Line]) -> list[Block]:
    leading = _leading(lines)
    body = _body_size(lines)
    known = Counter(word.casefold() for line in lines for word in _WORD.findall(line.text))
    groups = _grouped(lines, leading, body)
    sizes = sorted({round(group[0].size) for group in groups if _is_large(group, body)}, reverse=True)
    return [_block(group, body, sizes, known) for group in groups]


def _leading(lines: list[Line]) -> float:
    """The distance between two lines of one paragraph, in points: the lower quartile of all steps downwards.

    Not their median, which in a short file or one of many lists is the step between paragraphs.
    """
    steps = sorted(above.y - below.y for above, below in pairwise(lines) if above.page == below.page)
    downwards = [step for step in steps if 4 < step < 40]
    return downwards[len(downwards) // 4] if downwards else 12.0


def _body_size(lines: list[Line]) -> float:
    """The font size in which most letters are set."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 10.0


def _grouped(lines: list[Line], leading: float, body: float) -> list[list[Line]]:
    """The lines of each block together."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _belongs(line, groups[-1], leading, body):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _belongs(line: Line, group: list[Line], leading: float, body: float) -> bool:
    first, last = group[0], group[-1]
    if BULLET.match(line.text) or abs(line.size - last.size) > 0.6 or (line.bold != last.bold and first.bold):
        return False
    if line.column != last.column:
        return False
    if line.page != last.page:
        return _runs_on(line, last)
    if BULLET.match(first.text) and line.x < first.x + 2:
        return False
    if line.bold and not last.bold and _is_bold_heading([line]) and last.text.endswith((".", "?", "!", ":")):
        return False
    return 0 < last.y - line.y <= max(leading * 1.2, line.size * 1.3)


def _runs_on(line: Line, last: Line) -> bool:
    """A paragraph goes on over the page's end where no sentence ended and the next word is no new beginning."""
    return line.text[0].islower() and not last.text.endswith((".", "?", "!", ":", ";"))


def _is_large(group: list[Line], body: float) -> bool:
    words = sum(len(line.text.split()) for line in group)
    return group[0].size >= body * 1.12 and words <= _MOST_HEADING_WORDS


def _is_bold_heading(group: list[Line]) -> bool:
    """Bold and short, no sentence and no address."""
    text = " ".join(line.text for line in group)
    return (
        all(line.bold for line in group)
        and len(text.split()) <= _MOST_BOLD_HEADING_WORDS
        and text[0].isupper()
        and not text.endswith((".", ",", ";", ":", "!"))
        and not _ADDRESS.search(text)
    )


def _block(group: list[Line], body: float, sizes: list[int], known: Counter[str]) -> Block:
    text = group[0].text
    for line in group[1:]:
        text = _joined(text, line.text, known)
    if BULLET.match(text):
        return item(text)
    if _is_large(group, body):
        return heading(text, sizes.index(round(group[0].size)) + 1)
    return heading(text, len(sizes) + 1) if _is_bold_heading(group) else paragraph(text)


def _joined(text: str, following: str, known: Counter[str]) -> str:
    """Two lines as one; a hyphen that only broke a word goes, one that belongs to the word stays."""
    broken = _HYPHENATED.search(text)
    if not broken or not following[:1].islower():
        return f"{text}{'' if broken and following[:1].isalnum() else ' '}{following}"
    end = (_WORD.match(following) or [""])[0]
    head = broken[1]
    if known[(head + end).casefold()]:
        return text[:-1] + following
    compound = known[f"{head}-{end}".casefold()] or head.casefold() in _COMPOUNDS or "-" in end
    return text + following if compound else text[:-1] + following
