"""Setting nearness and the gate: weights and thresholds on one half of the questions, figures on the other.

    WELLCITED_DATA=FOLDER python -m assistant.calibrate

FOLDER holds a published starter library. The questions are its curated ones, and those of the articles written for the
reader which the reader never saw. Both are split by article: one half fits the weights and sets the thresholds, the
other half had no part in that. Prints the `[nearness]` and `[gate]` tables for `policy.toml`, the curve of coverage
against precision that the threshold stands on, and what all of it reaches on the other half.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.evaluation.figures import Flags, Floats, area_under_curve, calibration_error, coverage_curve
from assistant.evaluation.labelled import OwnPassage
from assistant.evaluation.own_library import library_over
from assistant.gate import READ, measurements, nearest, read
from assistant.policy import Policy, load_policy
from index.desk import Desk, Library
from index.training.material import half_of
from index.training.reading import ARTICLES, read_written
from sources.database import open_database, upgrade
from sources.questions import CuratedQuestion
from sources.starter_library import questions

TRAPS = Path(__file__).with_name("evaluation") / "traps.jsonl"
# Regularisation: the measurements are few, but so are the questions.
_C = 1.0
# Nothing is read when the nearest passage is so much less probable than the least probable right one.
_TOO_FAR = 0.25
# The threshold keeps this share of the right passages that stand among the first three, on the tuning questions: to
# refuse what the library does answer sends a visitor away, and what is shown is quoted, attributed and can be judged.
KEPT = 0.98


@dataclass(frozen=True)
class Asked:
    """A question with what the gate would see: measurements of the nearest candidates, and which of them are right.

    `measured` is of shape [candidates, 6]: nearness's four, the reader's logit and the contrast.
    """

    question: CuratedQuestion
    measured: Floats
    right: Flags


@dataclass(frozen=True)
class Fitted:
    """Weights and the constant of a logistic function of the first measurements."""

    weights: Floats
    bias: float

    def probabilities(self, measured: Floats) -> Floats:
        """Probability of each candidate, shape [candidates]."""
        return 1 / (1 + np.exp(-(measured[:, : len(self.weights)] @ self.weights + self.bias)))


def ask(library: Library, one: CuratedQuestion, policy: Policy) -> Asked:
    """Search and read for a question, and keep what the gate would see."""
    assert library.reader is not None
    result = library.search(one.question)
    near = read(library.reader, nearest(result, policy.nearness), replace(policy.nearness, least=0.0))
    rows = [(*measurements(judged.candidate), judged.logit or 0.0, judged.contrast) for judged in near[:READ]]
    right = [one.answered_by(judged.candidate.listed.passage.text) for judged in near[:READ]]
    return Asked(one, np.array(rows, dtype=np.float64).reshape(-1, 6), np.array(right, dtype=np.bool_))


@dataclass(frozen=True)
class Halves:
    """One half of the questions, by where they are from."""

    starter: Sequence[Asked]
    written: Sequence[Asked]

    @property
    def all(self) -> list[Asked]:
        """Every question of this half."""
        return [*self.starter, *self.written]


def fit(asked: Sequence[Asked], count: int) -> Fitted:
    """Fit a logistic function of the first `count` measurements that tells right candidates from wrong ones."""
    measured = np.concatenate([one.measured[:, :count] for one in asked])
    right = np.concatenate([one.right for one in asked])
    mean, scale = measured.mean(axis=0), measured.std(axis=0)
    model = LogisticRegression(C=_C, max_iter=2000).fit((measured - mean) / scale, right)
    weights = model.coef_[0] / scale
    return Fitted(weights, float(model.intercept_[0] - weights @ mean))


def with_contrast(fitted: Fitted, asked: Sequence[Asked], traps: Sequence[Asked]) -> Fitted:
    """Add a weight for the contrast, set on the traps as well: the curated questions hold too few to tell."""
    both = (*asked, *traps)
    odds = np.concatenate([one.measured[:, :-1] @ fitted.weights + fitted.bias for one in both])
    contrast = np.concatenate([one.measured[:, -1] for one in both])
    model = LogisticRegression(C=_C).fit(
        np.stack([odds, contrast], axis=1), np.concatenate([one.right for one in both])
    )
    of_odds, of_contrast = model.coef_[0]
    return Fitted(np.append(fitted.weights, of_contrast / of_odds), fitted.bias)


def as_probability(fitted: Fitted, asked: Sequence[Asked]) -> Fitted:
    """Set scale and constant so that the probability of a question's best candidate is how often it is right (Platt, 1999)."""
    probability, first = first_shown(fitted, asked)
    odds = np.log(probability / (1 - probability))
    again = LogisticRegression(C=_C).fit(odds[:, np.newaxis], first)
    slope, constant = float(again.coef_[0, 0]), float(again.intercept_[0])
    return Fitted(fitted.weights * slope, fitted.bias * slope + constant)


def first_shown(fitted: Fitted, asked: Sequence[Asked]) -> tuple[Floats, Flags]:
    """Return, of each question, the best probability, and whether that passage is right."""
    best = [fitted.probabilities(one.measured) for one in asked]
    return (
        np.array([p.max() for p in best]),
        np.array([bool(one.right[p.argmax()]) for p, one in zip(best, asked, strict=True)]),
    )


def threshold_of(fitted: Fitted, asked: Sequence[Asked], kept: float = KEPT) -> float:
    """Return the threshold that keeps this share of the right passages among the first three of their question."""
    best = []
    for one in asked:
        probabilities = fitted.probabilities(one.measured)
        right = [probabilities[row] for row in np.argsort(-probabilities, kind="stable")[:3] if one.right[row]]
        # The question is answered when its best passage passes, so that is what the threshold must let through.
        best += [float(probabilities.max())] if right else []
    return float(np.quantile(best, 1 - kept))


def figures(fitted: Fitted, threshold: float, asked: Sequence[Asked]) -> str:
    """Say what a gate reaches: right first, right in three, refused, area under the curve, calibration error."""
    answerable = [one for one in asked if one.question.must_answer]
    others = [one for one in asked if not one.question.must_answer]
    best, right = first_shown(fitted, asked)
    shown = best >= threshold
    must = np.array([one.question.must_answer for one in asked])
    return (
        f"right first {int((right & shown & must).sum())}/{len(answerable)}, "
        f"right in three {sum(_in_three(fitted, threshold, one) for one in answerable)}/{len(answerable)}, "
        f"refused {int((~shown & ~must).sum())}/{len(others)}, "
        f"area under the curve {area_under_curve(best, must):.3f}, calibration error {calibration_error(best, right):.3f}"
    )


def beside_of(fitted: Fitted, threshold: float, asked: Sequence[Asked], kept: float = KEPT) -> float:
    """Return the largest share, in tenths, of the best probability that keeps this share of the right in three."""
    answerable = [one for one in asked if one.question.must_answer]
    right = [sum(_in_three(fitted, threshold, one, tenth / 10) for one in answerable) for tenth in range(10)]
    return max(tenth for tenth in range(10) if right[tenth] >= kept * right[0]) / 10


def _in_three(fitted: Fitted, threshold: float, one: Asked, beside: float = 0.0) -> bool:
    probabilities = fitted.probabilities(one.measured)
    least = max(threshold, beside * float(probabilities.max()))
    rows = [row for row in np.argsort(-probabilities, kind="stable")[:3] if probabilities[row] >= least]
    return bool(one.right[rows].any()) if rows else False


def trap_questions() -> tuple[list[OwnPassage], list[CuratedQuestion]]:
    """Return the passages of the tuning traps and their questions: of each pair, a passage answers one and not its twin."""
    rows = [json.loads(line) for line in TRAPS.read_text(encoding="utf-8").splitlines()]
    pairs = [row for row in rows if row["half"] == "tune" and "trap" in row]
    asked = [CuratedQuestion(row["answered"], True, (row["passage"],), "tune") for row in pairs]
    asked += [CuratedQuestion(row["trap"], False, (), "tune") for row in pairs]
    return [OwnPassage(row["heading"], row["passage"]) for row in pairs], asked


def written_questions(half: str) -> tuple[list[OwnPassage], list[CuratedQuestion]]:
    """Return the passages and questions of the written articles that the reader was not trained on, of one half."""
    material = read_written(ARTICLES)
    subjects = {key: one for key, one in material.subjects.items() if one.held and half_of(key) == half}
    passages = [OwnPassage(f"{one.title}, {own.heading}", own.text) for one in subjects.values() for own in one.pieces]
    asked = []
    for one in material.questions:
        if one.subject in subjects:
            pieces = subjects[one.subject].pieces
            gold = tuple(pieces[g.piece].text[start:end] for g in one.gold for start, end in g.spans)
            asked.append(CuratedQuestion(one.text, bool(gold), gold, half))
    return passages, asked


def asked_of(library: Library, own: tuple[list[OwnPassage], list[CuratedQuestion]], policy: Policy) -> list[Asked]:
    """Ask questions of nothing but their own passages."""
    passages, asked = own
    with tempfile.TemporaryDirectory(prefix="wellcited-calibrate-") as folder:
        beside = library_over(passages, library, Path(folder))
    return [ask(beside, one, policy) for one in asked]


def main(say: Callable[[str], object] = sys.stdout.write) -> None:
    """Calibrate on the data folder that the environment names."""
    data, policy = Path(os.environ["WELLCITED_DATA"]), load_policy()
    engine = open_database(data)
    upgrade(engine)
    desk = Desk(engine, data)
    desk.look()
    library = desk.library()
    starter = [ask(library, one, policy) for one in questions()]
    halves = {}
    for half in ("tune", "report"):
        own = [one for one in starter if one.question.half == half]
        halves[half] = Halves(own, asked_of(library, written_questions(half), policy))
    traps = asked_of(library, trap_questions(), policy)
    tune = halves["tune"].all
    near = as_probability(fit(tune, 4), tune)
    gate = as_probability(with_contrast(fit(tune, 5), tune, traps), tune)
    say(_tables(library, near, gate, halves["tune"], halves["report"]))


def _tables(library: Library, near: Fitted, gate: Fitted, tune: Halves, report: Halves) -> str:
    assert library.reader is not None
    points = coverage_curve(*first_shown(gate, tune.all))
    alone, both = threshold_of(near, tune.all), threshold_of(gate, tune.all)
    of_right = [float(near.probabilities(one.measured)[one.right].max()) for one in tune.all if one.right.any()]
    rule = f"keeps {KEPT:.0%} of the right passages of the tuning half; on the starter library's reporting half: "
    lines = [
        "[nearness]",
        *_chosen(
            library,
            rule + figures(near, alone, report.starter),
        ),
        *_weights(near),
        f"least = {_TOO_FAR * min(of_right):.6f}",
        f"threshold = {alone:.4f}",
        "",
        "[gate]",
        *_chosen(
            library,
            rule + figures(gate, both, report.starter),
        ),
        f'reader = "{library.reader.digest}"',
        *_weights(gate),
        f"threshold = {both:.4f}",
        f"beside = {beside_of(gate, both, tune.all)}",
        "",
        "coverage against precision, tuning half (threshold, share answered, share right of these):",
        *(
            f"  {threshold:.3f}  {covered:.2f}  {precision:.2f}"
            for threshold, covered, precision in list(zip(points.thresholds, points.x, points.y, strict=True))[::4]
        ),
        *(
            f"{half}, {name}, {kind}: {figures(fitted, threshold, own)}"
            for half, both_kinds in (("tuning half", tune), ("reporting half", report))
            for name, own in (("starter", both_kinds.starter), ("written", both_kinds.written))
            for kind, fitted, threshold in (("nearness", near, alone), ("gate", gate, both))
        ),
    ]
    return "\n".join(lines) + "\n"


def _chosen(library: Library, why: str) -> list[str]:
    return [
        'chosen_by = "python -m assistant.calibrate"',
        f'chosen_on = "{date.today().isoformat()}"',
        f'why = "{why}"',
        f'encoder = "{library.encoder.weights}"',
    ]


def _weights(fitted: Fitted) -> list[str]:
    names = ("similarity", "sentence_similarity", "word_similarity", "coverage", "logit", "contrast")
    return [
        f"bias = {fitted.bias:.4f}",
        *(f"{name} = {weight:.4f}" for name, weight in zip(names, fitted.weights, strict=False)),
    ]


if __name__ == "__main__":
    main()
