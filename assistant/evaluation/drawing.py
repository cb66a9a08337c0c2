"""Charts as static SVG: no script, colours from the page's own style, every number also in a table beside the chart.

A chart is 440 units wide and 340 high; its text is large enough to be read when a telephone shows it at three quarters.
Only numbers and fixed words are drawn, never anything from a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from markupsafe import Markup

from assistant.evaluation.figures import Bin, Curve, wilson

_WIDTH, _HEIGHT = 440, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 24, 14, 52
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def reliability(bins: Sequence[Bin], title: str, threshold: float) -> Markup:
    """Mean probability of each bin against the share that is right, with its Wilson interval; larger dots hold more."""
    most = max((one.count for one in bins), default=1)
    parts = [_line(0, 0, 1, 1, "ideal"), _line(threshold, 0, threshold, 1, "gate")]
    for one in bins:
        low, high = wilson(one.right, one.count)
        parts.append(_line(one.mean, low, one.mean, high, "whisker"))
    parts.append(_path([(one.mean, one.share) for one in bins], "curve thin"))
    for one in bins:
        parts.append(_dot(one.mean, one.share, 3.5 + 5.5 * sqrt(one.count / most), "dot"))
    return _chart(title, "Probability given", "Share that was right", parts)


def roc(curve: Curve, title: str, here: tuple[float, float] | None) -> Markup:
    """Share of answerable questions let through against that of the others, and where the gate stands."""
    parts = [_line(0, 0, 1, 1, "ideal"), _path(list(zip(curve.x, curve.y, strict=True)), "curve")]
    return _chart(title, "Others let through", "Answerable let through", [*parts, *_here(here)])


def coverage(curve: Curve, title: str, here: tuple[float, float] | None) -> Markup:
    """Share of questions that get passages against the share of these whose first is right, and where the gate stands."""
    parts = [_path(list(zip(curve.x, curve.y, strict=True)), "curve")]
    return _chart(title, "Questions that get passages", "First passage right", [*parts, *_here(here)])


def whisker(value: float, low: float, high: float) -> Markup:
    """A small picture of a value and its interval on a line from 0 to 1; the numbers stand beside it."""
    x1, x2, x = (4 + 112 * one for one in (low, high, value))
    inside = [
        _tag("line", class_="rail", x1=4, y1=8, x2=116, y2=8),
        _tag("line", class_="whisker", x1=x1, y1=8, x2=x2, y2=8),
        _tag("circle", class_="dot", cx=x, cy=8, r=4),
    ]
    return _tag("svg", *inside, class_="small", viewBox="0 0 120 16", width=120, height=16, aria_hidden="true")


def _chart(title: str, across: str, up: str, parts: Sequence[Markup]) -> Markup:
    upright = f"translate(16 {_y(0.5):.0f}) rotate(-90)"
    labels = [
        _tag("text", across, class_="axis", x=_x(0.5), y=_HEIGHT - 8, text_anchor="middle"),
        _tag("text", up, class_="axis", transform=upright, text_anchor="middle"),
    ]
    grid = [part for value in _TICKS for part in _tick(value)]
    box = f"0 0 {_WIDTH} {_HEIGHT}"
    return _tag("svg", *grid, *labels, *parts, class_="chart", viewBox=box, role="img", aria_label=title)


def _tick(value: float) -> list[Markup]:
    x, y, percent = _x(value), _y(value), f"{value:.0%}"
    return [
        _line(value, 0, value, 1, "grid"),
        _line(0, value, 1, value, "grid"),
        _tag("text", percent, class_="tick", x=x, y=_y(0) + 19, text_anchor="middle"),
        _tag("text", percent, class_="tick", x=_x(0) - 7, y=y + 5, text_anchor="end"),
    ]


def _here(point: tuple[float, float] | None) -> list[Markup]:
    return [] if point is None else [_dot(*point, 8, "here")]


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return _tag("line", class_=kind, x1=_x(x1), y1=_y(y1), x2=_x(x2), y2=_y(y2))


def _path(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    moves = " ".join(f"{'L' if n else 'M'}{_x(x):.1f} {_y(y):.1f}" for n, (x, y) in enumerate(points))
    return _tag("path", class_=kind, d=moves)


def _dot(x: float, y: float, radius: float, kind: str) -> Markup:
    return _tag("circle", class_=kind, cx=_x(x), cy=_y(y), r=radius)


def _tag(name: str, *inside: str, **attributes: str | float) -> Markup:
    """One element; in the names of attributes `_` stands for `-`, and every value is escaped."""
    given = Markup("").join(
        Markup(' {}="{}"').format(key if key == "viewBox" else key.rstrip("_").replace("_", "-"), _written(value))
        for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, given, Markup("").join(inside))


def _written(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def _x(value: float) -> float:
    return _LEFT + value * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float) -> float:
    return _HEIGHT - _BOTTOM - value * (_HEIGHT - _BOTTOM - _TOP)
