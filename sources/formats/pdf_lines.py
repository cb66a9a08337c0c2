"""The lines of a PDF's pages in reading order, with place and size: what `pdf` rebuilds paragraphs from."""

from __future__ import annotations

import re
from collections import Counter
from math import hypot
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from pypdf import PageObject
from pypdf.errors import PyPdfError

from sources.formats.blocks import BULLET, tidy

_JOINT = "\x1f"  # between two fragments of a line until it is known whether a space belongs there
# Ligatures become letters. A soft hyphen shows only where it breaks a word, and there it is a hyphen.
_REWRITTEN = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st", "\u00ad": "-", _JOINT: None}
)
_BOLD = re.compile(r"bold|black|heavy|extrabld|semibd|demi", re.IGNORECASE)
_WIDE_GAP = re.compile(r" {4,}")
_PAGE_NUMBER = re.compile(r"^(?:page )?[-–]? ?\d{1,4} ?[-–]?(?: ?(?:of|/) ?\d{1,4})?$", re.IGNORECASE)
_EDGE = 2  # running headers and footers are among this many lines at the top and at the bottom


class Line(Struct, frozen=True):
    """A line of a page: `x` and `y` of its start in points, y growing upwards; `size` of its font in points.

    `column` is 0 but in a table of two columns, where the second is 1: a change of column ends a paragraph.
    """

    text: str
    page: int
    x: float
    y: float
    size: float
    bold: bool
    column: int = 0


def lines_of(page: PageObject, number: int) -> list[Line]:
    """The lines of one page, without running headers left out yet; tables of two columns come column by column."""
    found: list[Line] = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        words = text.translate(_REWRITTEN).replace("\t", " ").strip("\n")
        if words.strip():
            name = str((font or {}).get("/BaseFont", ""))
            _append(found, _fragment(words, cm, tm, size, number, bool(_BOLD.search(name))))

    page.extract_text(visitor_text=visit)
    layout = _layout(page)
    tidied = [replace(line, text=tidy(_spaced(line.text, layout))) for line in found]
    return _by_columns([line for line in tidied if line.text], _rows(layout), float(page.mediabox.width))


def _fragment(text: str, cm: list[float], tm: list[float], size: float, page: int, bold: bool) -> Line:
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    return Line(text, page, x, y, size * hypot(tm[2], tm[3]) * hypot(cm[2], cm[3]), bold)


def _append(found: list[Line], fragment: Line) -> None:
    """Add to the last line what stands on it: the same height, or a little above or below as an index does."""
    last = found[-1] if found else None
    if last is None or abs(last.y - fragment.y) > max(last.size, fragment.size) / 2 or fragment.x < last.x - 1:
        found.append(fragment)
        return
    larger = max(last, fragment, key=lambda line: len(line.text.strip()))
    bold = last.bold and (fragment.bold or not fragment.text.strip())
    if BULLET.match(last.text.strip() + " x") and len(last.text.strip()) == 1:
        # A bullet's font says nothing about its item's.
        bold = False
    joint = _JOINT if last.text[-1:].strip() and fragment.text[:1].isalnum() else ""
    found[-1] = replace(last, text=last.text + joint + fragment.text, size=larger.size, bold=bold)


def _layout(page: PageObject) -> dict[str, str]:
    """The page's lines as they stand side by side on the page, by their letters; their spaces show the gaps."""
    try:
        layout = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, ZeroDivisionError):
        return {}  # the layout is a help only: a page without it is read without its gaps
    return {_letters(line): line.strip() for line in layout.translate(_REWRITTEN).splitlines()}


def _rows(layout: dict[str, str]) -> dict[str, list[str]]:
    """The lines that have wide gaps inside, by their letters, cut at the gaps."""
    cut = {letters: [tidy(cell) for cell in _WIDE_GAP.split(line)] for letters, line in layout.items()}
    return {letters: cells for letters, cells in cut.items() if len(cells) > 1 and not BULLET.match(cells[0] + " x")}


def _spaced(text: str, layout: dict[str, str]) -> str:
    """`text` with each joint a space or nothing, as the page's layout has it there."""
    while _JOINT in text:
        before, _, after = text.partition(_JOINT)
        line = layout.get(_letters(text), "")
        place = _place(line, len(_letters(before)))
        text = before + (" " if line[place : place + 1].isspace() else "") + after
    return text


def _place(line: str, letters: int) -> int:
    """The place in `line` behind that many characters other than spaces."""
    for place, character in enumerate(line):
        if letters == 0:
            return place
        letters -= not character.isspace()
    return len(line)


def _letters(text: str) -> str:
    return "".join(tidy(text).split())  # tidying takes the joints out, too


def _by_columns(found: list[Line], rows: dict[str, list[str]], width: float) -> list[Line]:
    """`found` with the table between its first and last row of two cells put column after column.

    Read along its rows, a table of two lists would run words of one into the other. Rows of more cells become
    single lines, their cells joined by semicolons.
    """
    found = [_joined(line, rows) for line in found]
    places = [place for place, line in enumerate(found) if len(rows.get(_letters(line.text), ())) == 2]
    if len(places) < 2:
        return found
    left = min(line.x for line in found)
    right = left + width / 5
    start, end = places[0], _end(found, places[-1] + 1, right)
    table = [cell for line in found[start:end] for cell in _cells(line, rows, right)]
    return found[:start] + sorted(table, key=lambda line: line.column) + found[end:]


def _joined(line: Line, rows: dict[str, list[str]]) -> Line:
    cells = rows.get(_letters(line.text), [])
    return replace(line, text="; ".join(cells)) if len(cells) > 2 else line


def _end(found: list[Line], end: int, right: float) -> int:
    """Where the table ends: behind the last line that starts in the second column, a few lines on at most."""
    while True:
        further = [place for place in range(end, min(end + 4, len(found))) if found[place].x > right]
        if not further:
            return end
        end = further[0] + 1


def _cells(line: Line, rows: dict[str, list[str]], right: float) -> list[Line]:
    cells = rows.get(_letters(line.text), [])
    if len(cells) == 2:
        return [replace(line, text=cells[0]), replace(line, text=cells[1], x=max(right, line.x), column=1)]
    return [replace(line, column=int(line.x > right))]


def without_running_lines(pages: list[list[Line]]) -> list[Line]:
    """All lines but headers and footers that repeat on at least half of the pages, and page numbers."""
    edges = [_edge_lines(page) for page in pages]
    counts = Counter(key for edge in edges for key in {_running_key(line) for line in edge})
    needed = max(2, (len(pages) + 1) // 2)
    return [
        line
        for page, edge in zip(pages, edges, strict=True)
        for line in page
        if not (line in edge and (counts[_running_key(line)] >= needed or _PAGE_NUMBER.match(line.text)))
    ]


def _edge_lines(page: list[Line]) -> list[Line]:
    by_height = sorted((line for line in page if not BULLET.match(line.text)), key=lambda line: line.y)
    return by_height[:_EDGE] + by_height[-_EDGE:]


def _running_key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold())
