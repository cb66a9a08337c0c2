"""Charts as plain shapes, which a template writes out as SVG: no script, no library, colours from the style sheet.

A chart is `WIDTH` units wide. Its shapes carry the names of classes, so that light, dark, forced colours and paper each
can have their own; and every chart stands beside a table that says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

WIDTH = 400
_HIGH = 150
_LEFT, _RIGHT, _TOP, _BELOW = 34, 8, 10, 24
_ROW = 30
_NAMES = 170
Names = Sequence[tuple[str, str]]


class Rect(Struct, frozen=True):
    """A filled rectangle; `said` is what pointing at it says."""

    x: float
    y: float
    width: float
    height: float
    said: str


class Line(Struct, frozen=True):
    """A line of a kind: "axis", "interval" or "even"."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


class Dot(Struct, frozen=True):
    """A point."""

    x: float
    y: float


class Label(Struct, frozen=True):
    """Words at a place; `anchor` is "start", "middle" or "end"."""

    x: float
    y: float
    words: str
    anchor: str = "start"


class Chart(Struct, frozen=True):
    """Shapes within `WIDTH` and `height`."""

    height: int
    rects: tuple[Rect, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    labels: tuple[Label, ...] = ()


def columns(days: Sequence[date], counts: Sequence[int]) -> Chart:
    """Draw a column for each day; the axis says the largest count, the first and the last day."""
    most = max(counts, default=0) or 1
    inner, step = _HIGH - _TOP - _BELOW, (WIDTH - _LEFT - _RIGHT) / max(1, len(days))
    foot = _HIGH - _BELOW
    rects = tuple(
        Rect(
            round(_LEFT + n * step, 2), round(foot - inner * count / most, 2), round(step * 0.8, 2),
            round(inner * count / most, 2), f"{day:%d %b}: {count}",
        )
        for n, (day, count) in enumerate(zip(days, counts, strict=True))
        if count
    )  # fmt: skip
    labels = [Label(_LEFT - 5, _TOP + 9, str(most), "end"), Label(_LEFT - 5, foot, "0", "end")]
    if days:
        labels += [
            Label(_LEFT, _HIGH - 6, f"{days[0]:%d %b}"),
            Label(WIDTH - _RIGHT, _HIGH - 6, f"{days[-1]:%d %b}", "end"),
        ]
    return Chart(_HIGH, rects, (Line(_LEFT, foot, WIDTH - _RIGHT, foot, "axis"),), labels=tuple(labels))


def rows(names: Sequence[str], values: Sequence[int], said: Sequence[str]) -> Chart:
    """Draw a row for each name, as long as its value, with what it `said` behind it."""
    most = max(values, default=0) or 1
    room = WIDTH - _NAMES - 92
    rects, labels = [], []
    for n, (name, value, words) in enumerate(zip(names, values, said, strict=True)):
        y = n * _ROW + 6
        width = round(room * max(0, value) / most, 2)
        labels += [Label(_NAMES - 8, y + 14, _short(name), "end"), Label(_NAMES + width + 6, y + 14, words)]
        if width:
            rects.append(Rect(_NAMES, y, width, _ROW - 12, f"{name}: {words}"))
    height = len(names) * _ROW + 6
    return Chart(height, tuple(rects), (Line(_NAMES, 0, _NAMES, height, "axis"),), labels=tuple(labels))


def intervals(measures: Sequence[tuple[str, float, float, float]]) -> Chart:
    """Draw for each name its value as a dot and its interval as a line, on a scale from -1 to 1 or from 0 where that will do."""
    least = -1 if any(low < 0 for _, _, low, _ in measures) else 0
    room = WIDTH - _NAMES - _RIGHT - 8

    def at(value: float) -> float:
        return round(_NAMES + room * (value - least) / (1 - least), 2)

    lines, dots, labels = [], [], []
    for n, (name, value, low, high) in enumerate(measures):
        y = n * _ROW + 15
        labels.append(Label(_NAMES - 8, y + 5, name, "end"))
        lines.append(Line(at(low), y, at(high), y, "interval"))
        dots.append(Dot(at(value), y))
    foot = len(measures) * _ROW + 4
    lines += [Line(at(tick), 0, at(tick), foot, "axis") for tick in sorted({least, 0, 1})]
    labels += [Label(at(tick), foot + 16, str(tick), "middle") for tick in sorted({least, 0, 1})]
    return Chart(foot + 22, lines=tuple(lines), dots=tuple(dots), labels=tuple(labels))


def calibrated(points: Sequence[tuple[float, float, float, float]]) -> Chart:
    """Draw (probability, share that was right, low, high), with the line on which both are the same."""
    side, left, top = 190, 60, 10

    def at(x: float, y: float) -> tuple[float, float]:
        return round(left + side * x, 2), round(top + side * (1 - y), 2)

    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    lines = [Line(x0, y0, x1, y1, "even"), Line(x0, y0, x1, y0, "axis"), Line(x0, y0, x0, y1, "axis")]
    for x, _, low, high in points:
        (here, bottom), (_, upper) = at(x, low), at(x, high)
        lines.append(Line(here, bottom, here, upper, "interval"))
    dots = tuple(Dot(*at(x, y)) for x, y, _, _ in points)
    labels = (
        Label(x0 - 5, y0 + 4, "0 %", "end"), Label(x0 - 5, y1 + 8, "100 %", "end"),
        Label(x0, y0 + 17, "0 %"), Label(x1, y0 + 17, "100 %", "end"),
        Label(x1 + 8, y1 + 8, "as often as said"), Label(x0, y0 + 34, "probability said; upwards: share right"),
    )  # fmt: skip
    return Chart(top + side + 42, lines=tuple(lines), dots=dots, labels=labels)


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:19].rstrip()} …"
