"""The report of an evaluation: one HTML file that needs nothing else, for people who did not run it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from assistant.evaluation import drawing, figures
from assistant.evaluation.figures import Bin, Curve
from assistant.evaluation.labelled import Expected
from assistant.evaluation.measuring import Figure, Scored, confusion, misses, refused_wrongly
from assistant.evaluation.results import Comparison, Evaluation
from assistant.evaluation.running import TOO_LONG, Given
from assistant.outcome import Outcome

FILE = "report.html"
# More would hide the worst; results.json has them all.
_MOST_LISTED = 25
_POINTS = 12
_HEADLINES = (
    "right_in_3", "right_first", "refused", "recognised.crisis", "recognised.emergency", "follow_up.right_in_3",
    "traps", "comparison", "area_under_curve", "precision",
)  # fmt: skip
_MOST_HEADLINES = 4
EXPECTED = {
    Expected.answered: "Answered",
    Expected.no_answer: "Refused",
    Expected.not_this: "Not that passage",
    Expected.personal_advice: "Personal care",
    Expected.crisis: "Crisis",
    Expected.emergency: "Emergency",
    Expected.calm: "No alarm",
}
GIVEN = {
    Outcome.answered.value: "Answered",
    Outcome.no_answer.value: "Refused",
    Outcome.personal_advice.value: "Personal care",
    Outcome.crisis.value: "Crisis",
    Outcome.emergency.value: "Emergency",
    TOO_LONG: "Too long",
}
# Outcomes that may be right, depending on the passages that were shown with them.
_DEPENDS = {
    Expected.answered: {Outcome.personal_advice.value},
    Expected.no_answer: {Outcome.personal_advice.value},
    Expected.not_this: {Outcome.answered.value, Outcome.no_answer.value, Outcome.personal_advice.value},
}
_CALM = {Outcome.answered.value, Outcome.no_answer.value, Outcome.personal_advice.value, TOO_LONG}


class Cell(Struct, frozen=True):
    """A count in the table of outcomes; `look` is "fits", "off", "depends", or "none" where there is nothing."""

    count: int
    look: str


class Chart(Struct, frozen=True):
    """A drawing with its words: what it shows, how to read it, and the table that says the same."""

    id: str
    title: str
    how: str
    drawing: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_report(evaluation: Evaluation, folder: Path, comparison: Comparison | None = None) -> Path:
    """Write report.html into a folder, which is made; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(rendered(evaluation, comparison), encoding="utf-8")
    return path


def rendered(evaluation: Evaluation, comparison: Comparison | None = None) -> str:
    """Return the report as HTML."""
    environment = Environment(
        loader=PackageLoader("assistant.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "value": value,
        "interval": interval,
        "whisker": _whisker,
        "percent": _percent,
        "rank": _rank,
    }
    wrong, refused = misses(evaluation.given), refused_wrongly(evaluation.given)
    columns = [name for name in GIVEN if any(one.outcome == name for one in evaluation.given) or name != TOO_LONG]
    return environment.get_template("report.html").render(
        run=evaluation.configuration,
        summary=_summary(evaluation),
        headlines=_headlines(evaluation),
        groups=[(group, list(listed)) for group, listed in groupby(evaluation.figures, lambda one: one.group)],
        not_in_library=evaluation.not_in_library,
        columns=[GIVEN[name] for name in columns],
        outcomes=_outcomes(evaluation.given, columns),
        charts=_charts(evaluation),
        misses=wrong[:_MOST_LISTED],
        more_misses=max(0, len(wrong) - _MOST_LISTED),
        refused=refused[:_MOST_LISTED],
        more_refused=max(0, len(refused) - _MOST_LISTED),
        comparison=comparison,
        moved=[one for one in comparison.figures if one.moved] if comparison else [],
        expected=EXPECTED,
        given=GIVEN,
    )


def value(figure: Figure) -> str:
    """A figure as people read it: a share as "48 of 56", anything else with three decimals."""
    return f"{figure.value:.3f}" if figure.right is None else f"{figure.right} of {figure.n}"


def interval(figure: Figure) -> str:
    """Its 95 % interval, in per cent for a share."""
    if figure.right is None:
        return f"{figure.low:.3f} to {figure.high:.3f}"
    return f"{figure.low:.0%} to {figure.high:.0%}"


def _percent(share: float | None) -> str:
    return "not kept" if share is None else f"{share:.0%}" if share >= 0.1 or share == 0 else f"{share:.2%}"


def _rank(one: Given) -> str:
    """Say where the first right passage stood among the candidates."""
    if not one.in_library:
        return "The library holds no right passage. Look at the label, or bring the article in."
    place = next((n for n, found in enumerate(one.candidates, 1) if found.right), None)
    return f"A right passage stood in place {place}." if place else "No right passage was among the best ten."


def _whisker(figure: Figure) -> Markup:
    return drawing.whisker(figure.value, figure.low, figure.high)


def _headlines(evaluation: Evaluation) -> list[Figure]:
    found = [evaluation.figure(name) for name in _HEADLINES]
    return [one for one in found if one is not None][:_MOST_HEADLINES]


def _summary(evaluation: Evaluation) -> str:
    right, asked = sum(one.right for one in evaluation.given), len(evaluation.given)
    return f"{right} of {asked} questions came out as they should." if right < asked else f"All {asked} came out right."


def _outcomes(given: Sequence[Given], columns: Sequence[str]) -> list[tuple[str, list[Cell], int]]:
    counts = confusion(given)
    rows = []
    for expected, words in EXPECTED.items():
        cells = [_cell(expected, name, counts.get((expected.value, name), 0)) for name in columns]
        total = sum(cell.count for cell in cells)
        if total:
            rows.append((words, cells, total))
    return rows


def _cell(expected: Expected, outcome: str, count: int) -> Cell:
    if not count:
        return Cell(count, "none")
    if outcome in _DEPENDS.get(expected, set()):
        return Cell(count, "depends")
    fits = outcome in _CALM if expected is Expected.calm else outcome == expected
    return Cell(count, "fits" if fits else "off")


def _charts(evaluation: Evaluation) -> list[Chart]:
    scored = Scored.of(evaluation.given)
    if not len(scored.scores):
        return []
    threshold = float(evaluation.configuration["threshold"])
    charts = [_reliability(scored, threshold), _coverage(scored, threshold)]
    return [*charts, _roc(scored, threshold)] if scored.has_both else charts


def _reliability(scored: Scored, threshold: float) -> Chart:
    bins = figures.bins(scored.scores, scored.best_right)
    return Chart(
        "reliability",
        "Are the probabilities true?",
        "Each dot is a group of questions whose best passage got about the same probability. On the dashed line, "
        "probability and truth agree. Above it the gate was too careful, below it too sure. Larger dots stand for more "
        "questions, upright lines are 95 % intervals, and the dotted line is where the gate begins to answer.",
        drawing.reliability(bins, _reliability_words(bins), threshold),
        ("Probability", "Questions", "Best passage right", "Mean probability"),
        tuple(
            (f"{one.low:.0%} to {one.high:.0%}", str(one.count), f"{one.right} ({one.share:.0%})", f"{one.mean:.0%}")
            for one in bins
        ),
    )


def _reliability_words(bins: Sequence[Bin]) -> str:
    told = "; ".join(f"about {one.mean:.0%} given, {one.share:.0%} right" for one in bins)
    return f"Chart of probability given against share right: {told}."


def _coverage(scored: Scored, threshold: float) -> Chart:
    curve = figures.coverage_curve(scored.scores, scored.best_right)
    here = curve.at(threshold)
    return Chart(
        "coverage",
        "Answer more, or be right more often?",
        "A stricter gate moves to the left: fewer questions get passages, and more of those passages are right. The ring "
        "is where the gate stands now. Questions that should be refused count as wrong when they get a passage.",
        drawing.coverage(curve, _curve_words("Questions that get passages, and first passage right", curve), here),
        ("Get passages", "First passage right", "From probability"),
        _rows(curve, here),
    )


def _roc(scored: Scored, threshold: float) -> Chart:
    curve = figures.roc_curve(scored.scores, scored.answerable)
    here = curve.at(threshold)
    area = figures.area_under_curve(scored.scores, scored.answerable)
    return Chart(
        "roc",
        "Does it know what it cannot answer?",
        "How many answerable questions get through, against how many others slip through with them. The nearer the line "
        f"comes to the top left corner, the better. The area under it is {area:.3f}; 0.5 would be chance and 1 perfect. "
        "The ring is where the gate stands now.",
        drawing.roc(curve, _curve_words("Others let through, and answerable questions let through", curve), here),
        ("Others let through", "Answerable let through", "From probability"),
        _rows(curve, here),
    )


def _curve_words(what: str, curve: Curve) -> str:
    told = "; ".join(f"{curve.x[n]:.0%}, {curve.y[n]:.0%}" for n in _spread(len(curve.x), 5))
    return f"Chart. {what}: {told}."


def _rows(curve: Curve, here: tuple[float, float] | None) -> tuple[tuple[str, ...], ...]:
    rows = []
    at = max((n for n in range(len(curve.x)) if (curve.x[n], curve.y[n]) == here), default=-1)
    for n in sorted({*_spread(len(curve.x), _POINTS), *([at] if at >= 0 else [])}):
        from_ = "none" if curve.thresholds[n] == float("inf") else _percent(curve.thresholds[n])
        rows.append((f"{curve.x[n]:.0%}", f"{curve.y[n]:.0%}", f"{from_} (the gate now)" if n == at else from_))
    return tuple(rows)


def _spread(count: int, most: int) -> list[int]:
    if count <= most:
        return list(range(count))
    return sorted({round(n * (count - 1) / (most - 1)) for n in range(most)})
