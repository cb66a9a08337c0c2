"""`wellcited evaluate`: labelled questions go the way of visitors' questions, and the figures say how that went."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.engine import Engine

from web.console import complain, opened, progress, say

if TYPE_CHECKING:
    from assistant.evaluation.labelled import LabelledSet
    from assistant.evaluation.results import Comparison, Evaluation
    from web.settings import Settings

# On a narrower terminal the figures' names must do; the report has the words.
_WIDE = 120


class Half(StrEnum):
    """Which half of labelled questions to ask: the one kept for reporting, the one for setting things, or both."""

    report = "report"
    tune = "tune"
    all = "all"


def evaluate(
    file: Annotated[
        Path | None, typer.Argument(help="Labelled questions, .jsonl; the library's curated questions if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report; one in the data folder if left out.")] = None,
    half: Annotated[
        Half, typer.Option(help="Which half of the questions; those that set no half belong to each.")
    ] = Half.report,
    at_least: Annotated[
        list[str] | None, typer.Option(metavar="NAME=NUMBER", help="Fail when a figure is below; may be repeated.")
    ] = None,
    at_most: Annotated[
        list[str] | None, typer.Option(metavar="NAME=NUMBER", help="Fail when a figure is above; may be repeated.")
    ] = None,
    compare: Annotated[Path | None, typer.Option(help="The results.json of an earlier run.")] = None,
) -> None:
    """Ask labelled questions of the live edition, and say how well they were answered.

    Nothing is written to the visitors' log. A report and its results.json are left in a folder.

    Example: wellcited evaluate questions.jsonl --at-least right_in_3=0.9
    """
    from assistant.evaluation import report, results

    bounds = [results.Bound.of(words) for words in at_least or ()]
    bounds += [results.Bound.of(words, at_most=True) for words in at_most or ()]
    before = results.read(compare) if compare else None
    found, folder = _evaluated(file, half, out)
    comparison = results.compare(before, found.json()) if before else None
    results.write(found, folder)
    page = report.write_report(found, folder, comparison)
    _say_figures(found)
    if comparison:
        _say_compared(comparison)
    if missed := [words for bound in bounds if (words := bound.missed_by(found))]:
        complain.print(f"{'; '.join(missed)}. Next: read the worst misses in {page}", markup=False)
        raise typer.Exit(1)
    say.print(f"Next: read the worst misses in {page}", markup=False)
    say.print(f"After a change, see what it did with: wellcited evaluate … --compare {folder}", markup=False)


def _evaluated(file: Path | None, half: Half, out: Path | None) -> tuple[Evaluation, Path]:
    """Ask the questions; returns what was found, and the folder that it belongs in."""
    from assistant.evaluation.labelled import read_labelled
    from assistant.evaluation.results import evaluate as ask_all
    from web.installation import installation

    given = read_labelled(file) if file else None
    with opened() as (settings, engine), installation(settings, engine) as assistant, progress() as bar:
        labelled = given or _curated(engine)
        task = bar.add_task("Asking", total=None)
        found = ask_all(assistant, labelled, half, lambda done, total: bar.update(task, completed=done, total=total))
    return found, out or _folder(settings, file)


def _curated(engine: Engine) -> LabelledSet:
    from assistant.evaluation.labelled import of_library
    from sources.database import reading
    from sources.questions import curated_questions

    with reading(engine) as connection:
        questions = [one for one in curated_questions(connection) if one.kind is None]
    if not questions:
        raise typer.BadParameter("The library has no curated questions. Name a file of labelled questions.")
    return of_library(questions)


def _folder(settings: Settings, file: Path | None) -> Path:
    return settings.data / "evaluations" / f"{file.stem if file else 'curated'}-{datetime.now():%Y%m%d-%H%M%S}"


def _say_figures(found: Evaluation) -> None:
    from rich.table import Column, Table

    from assistant.evaluation.report import interval, value

    worded = say.console.width >= _WIDE
    table = Table(Column("figure", no_wrap=True), "value", "95 % interval", "n", *(["what"] if worded else []))
    for one in found.figures:
        table.add_row(one.name, value(one), interval(one), str(one.n), *([one.words] if worded else []))
    say.print(table)
    if found.not_in_library:
        say.print(f"No right passage in the library: {found.not_in_library} of the questions. They count as wrong.")


def _say_compared(comparison: Comparison) -> None:
    if not (comparison.same_file and comparison.same_half):
        say.print("The earlier run asked another set of questions: figures may differ for that reason alone.")
    if comparison.settings:
        say.print(f"Changed since the earlier run: {', '.join(comparison.settings)}.")
    for one in comparison.figures:
        if one.moved:
            say.print(f"  {one.name}: {one.before:.3f} → {one.after:.3f} ({one.after - one.before:+.3f})")
    for words, listed in (("went wrong", comparison.now_wrong), ("came right", comparison.now_right)):
        say.print(f"{len(listed)} questions {words} since then.")
        for question in listed:
            say.print(f"  {question}", markup=False)
