"""A finished evaluation: its figures, its questions and the configuration it ran under; written, read and compared."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from assistant.assistant import Assistant
from assistant.evaluation import figures
from assistant.evaluation.labelled import LabelledSet
from assistant.evaluation.measuring import Figure, confusion, measured
from assistant.evaluation.running import Found, Given, OnProgress, run

FORMAT = 1
FILE = "results.json"
_SOFTWARE = ("wellcited", "numpy", "onnxruntime", "faiss-cpu", "tokenizers")


class ResultsError(Exception):
    """A results file or a wish about figures that cannot be used; says which, why, and what to do next."""


class Evaluation(Struct, frozen=True):
    """Everything one run found."""

    labelled: LabelledSet
    given: Sequence[Given]
    figures: Sequence[Figure]
    configuration: Mapping[str, Any]

    def figure(self, name: str) -> Figure | None:
        """Return a figure by its name, if these questions allowed it."""
        return next((one for one in self.figures if one.name == name), None)

    @property
    def not_in_library(self) -> int:
        """How many questions to be answered have no right passage in the library; they count as wrong."""
        return sum(not one.in_library for one in self.given)

    def json(self) -> dict[str, Any]:
        """Return what results.json holds."""
        table = [
            {"expected": expected, "given": outcome, "questions": count}
            for (expected, outcome), count in sorted(confusion(self.given).items())
        ]
        return {
            "format": FORMAT,
            "configuration": dict(self.configuration),
            "figures": [asdict(one) for one in self.figures],
            "outcomes": table,
            "questions": [_row(one) for one in self.given],
        }


def evaluate(
    assistant: Assistant,
    labelled: LabelledSet,
    half: str = "all",
    on_progress: OnProgress = lambda done, total: None,
) -> Evaluation:
    """Ask the questions of a half and measure what came of them.

    Raises `ResultsError` when no question belongs to the half, or `LibraryUnavailableError`.
    """
    chosen = labelled.of_half(half)
    if not chosen.questions:
        raise ResultsError(
            f"{labelled.name}: no question belongs to the half {half!r}. Give --half all, or another file."
        )
    given = run(assistant, chosen, on_progress)
    configuration = _configuration(assistant, labelled, half, given)
    return Evaluation(chosen, given, measured(given, assistant.policy.wordings.disclaimer), configuration)


def write(evaluation: Evaluation, folder: Path) -> Path:
    """Write results.json into a folder, which is made; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(json.dumps(evaluation.json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> Mapping[str, Any]:
    """Read a results.json, or that of a folder. Raises `ResultsError` for another kind of file, or `OSError`."""
    path = path / FILE if path.is_dir() else path
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsError(
            f"{path}: it is not JSON ({error}). Name a results.json that wellcited evaluate wrote."
        ) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ResultsError(f"{path}: it is no results.json of format {FORMAT}. Evaluate the older state again.")
    return found


class Changed(Struct, frozen=True):
    """A figure in two runs."""

    name: str
    before: float
    after: float

    @property
    def moved(self) -> bool:
        """Whether it differs in three decimals."""
        return round(self.before, 3) != round(self.after, 3)


class Comparison(Struct, frozen=True):
    """What differs between two runs; questions are told by their words and what was expected of them.

    `figures` are those that both runs have; `settings` names what else was not the same.
    """

    same_file: bool
    same_half: bool
    figures: tuple[Changed, ...]
    settings: tuple[str, ...]
    now_right: tuple[str, ...]
    now_wrong: tuple[str, ...]
    only_before: int
    only_after: int


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Hold two results files against each other."""
    old, new = before["configuration"], after["configuration"]
    values = [{one["name"]: one["value"] for one in run["figures"]} for run in (before, after)]
    rights = [{_key(one): one["right"] for one in run["questions"]} for run in (before, after)]
    both = [key for key in rights[1] if key in rights[0]]
    return Comparison(
        same_file=old["file"]["sha256"] == new["file"]["sha256"],
        same_half=old["file"]["half"] == new["file"]["half"],
        figures=tuple(Changed(name, values[0][name], now) for name, now in values[1].items() if name in values[0]),
        settings=tuple(name for name in ("edition", "policy", "encoder", "reader") if old[name] != new[name]),
        now_right=tuple(_words(key) for key in both if rights[1][key] and not rights[0][key]),
        now_wrong=tuple(_words(key) for key in both if rights[0][key] and not rights[1][key]),
        only_before=len(rights[0].keys() - rights[1].keys()),
        only_after=len(rights[1].keys() - rights[0].keys()),
    )


class Bound(Struct, frozen=True):
    """A figure's value must be at least, or at most, a limit."""

    name: str
    limit: float
    at_most: bool = False

    @classmethod
    def of(cls, words: str, *, at_most: bool = False) -> Bound:
        """Read "name=number". Raises `ResultsError`."""
        name, equals, number = words.partition("=")
        try:
            limit = float(number)
        except ValueError:
            limit = float("nan")
        if not equals or not name.strip() or not isfinite(limit):
            option = "--at-most" if at_most else "--at-least"
            raise ResultsError(f"{option} {words}: it is not of the form NAME=NUMBER, such as right_in_3=0.9.")
        return cls(name.strip(), limit, at_most)

    def missed_by(self, evaluation: Evaluation) -> str | None:
        """Say how an evaluation misses the bound, or None. Raises `ResultsError` for a figure that it does not have."""
        figure = evaluation.figure(self.name)
        if figure is None:
            known = ", ".join(one.name for one in evaluation.figures)
            raise ResultsError(f"{self.name}: these questions give no such figure. They give {known}.")
        if figure.value <= self.limit if self.at_most else figure.value >= self.limit:
            return None
        return f"{self.name} is {figure.value:.3f}, and must be at {'most' if self.at_most else 'least'} {self.limit:g}"


def _configuration(assistant: Assistant, labelled: LabelledSet, half: str, given: Sequence[Given]) -> dict[str, Any]:
    library, policy = assistant.desk.library(), assistant.policy
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "file": {
            "name": labelled.name,
            "sha256": labelled.sha256,
            "half": half,
            "asked": len(given),
            "left_out": len(labelled.questions) - len(given),
        },
        "edition": library.edition.digest,
        "passages": len(library.edition.passages) - len(library.hidden & library.edition.rows.keys()),
        "own_passages": len(labelled.passages),
        "policy": policy.digest,
        "encoder": library.encoder.digest,
        "reader": library.reader.digest if library.reader else None,
        "threshold": policy.gate.threshold if library.reader else policy.nearness.threshold,
        "nearness": asdict(policy.nearness),
        "gate": asdict(policy.gate),
        "limits": asdict(policy.limits),
        "intervals": {"level": 0.95, "rounds": figures.ROUNDS, "seed": figures.SEED, "bins": figures.BINS},
        "seconds_per_question": round(median(one.seconds for one in given), 4),
        "software": {"python": platform.python_version()} | {name: version(name) for name in _SOFTWARE},
    }


def _row(one: Given) -> dict[str, Any]:
    return {
        "name": one.labelled.name,
        "turns": list(one.labelled.turns),
        "expected": one.labelled.expected.value,
        "kind": one.labelled.kind,
        "half": one.labelled.half,
        "outcome": one.outcome,
        "notices": list(one.notices),
        "right": one.right,
        "right_first": one.right_in(1),
        "right_in_3": one.right_in(3),
        "in_library": one.in_library,
        "probability": one.probability,
        "shown": [_found(passage) for passage in one.shown],
        "candidates": [_found(passage) for passage in one.candidates],
    }


def _found(one: Found) -> dict[str, Any]:
    found = {"passage": one.passage, "title": one.title, "probability": one.probability, "right": one.right}
    return found | ({"companion": one.companion} if one.companion else {})


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (row["expected"], *row["turns"])


def _words(key: tuple[str, ...]) -> str:
    return " → ".join(key[1:])
