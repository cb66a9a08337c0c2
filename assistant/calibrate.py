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
from datetime import date
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from sklearn.linear_model import LogisticRegression

from assistant.evaluation.figures import Flags, Floats, area_under_curve, calibration_error, coverage_curve
from assistant.evaluation.labelled import OwnPassage
from assistant.evaluation.own_library import library_over
from assistant.gate import measurements, nearest, read
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
# The threshold keeps this share of the right passages that stand among the first three, on the tuning questions. Search
# alone can hardly tell what is answered from what is not, so it refuses little. With the reader, keeping 98 % refused
# half of the starter's unanswerable tuning questions, 95 % refused 23 of 26, and 92 % one more for two right answers lost.
KEPT_BY_NEARNESS = 0.98
KEPT = 0.95
# Beside the best passage stand those about as probable; so few of the right ones may fall out by that.
KEPT_BESIDE = 0.99


MEASURED = ("similarity", "sentence_similarity", "word_similarity", "coverage", "logit", "contrast")


class Asked(Struct, frozen=True):
    """A question with what the gate would see: measurements of the nearest candidates, and which of them are right.

    `measured` is of shape [candidates, 6], in the order of MEASURED.
    """

    question: CuratedQuestion
    measured: Floats
    right: Flags


class Fitted(Struct, frozen=True):
    """Weights, by the name of what they weigh, and the constant of a logistic function.

    Candidates are put in order by its odds and `share` times those of `near`.
    """

    names: tuple[str, ...]
    weights: Floats
    bias: float
    near: Fitted | None = None
    share: float = 0.0

    def odds(self, measured: Floats) -> Floats:
        """Logarithm of the odds of each candidate, shape [candidates]."""
        return of(self.names, measured) @ self.weights + self.bias

    def probabilities(self, measured: Floats) -> Floats:
        """Probability of each candidate, shape [candidates]."""
        return 1 / (1 + np.exp(-self.odds(measured)))

    def shown(self, measured: Floats, threshold: float, beside: float = 0.0) -> list[int]:
        """Return the candidates that pass, in the order in which they are shown."""
        probabilities, order = self.probabilities(measured), self.odds(measured)
        if self.near is not None:
            order = order + self.share * self.near.odds(measured)
        least = max(threshold, beside * float(probabilities.max()))
        return [int(row) for row in np.argsort(-order, kind="stable") if probabilities[row] >= least]


def of(names: Sequence[str], measured: Floats) -> Floats:
    """Return these columns of measurements."""
    return measured[:, [MEASURED.index(name) for name in names]]


def ask(library: Library, one: CuratedQuestion, policy: Policy) -> Asked:
    """Search and read for a question, and keep what the gate would see."""
    assert library.reader is not None
    result = library.search(one.question)
    near = read(library.reader, nearest(result, policy.nearness), replace(policy.nearness, least=0.0))
    read_of_them = [judged for judged in near if judged.logit is not None]
    rows = [(*measurements(judged.candidate), judged.logit, judged.contrast) for judged in read_of_them]
    right = [one.answered_by(judged.candidate.listed.passage.text) for judged in read_of_them]
    return Asked(one, np.array(rows, dtype=np.float64).reshape(-1, 6), np.array(right, dtype=np.bool_))


class Halves(Struct, frozen=True):
    """One half of the questions, by where they are from."""

    starter: Sequence[Asked]
    written: Sequence[Asked]

    @property
    def all(self) -> list[Asked]:
        """Every question of this half."""
        return [*self.starter, *self.written]


def fit(asked: Sequence[Asked], names: tuple[str, ...]) -> Fitted:
    """Fit a logistic function of these measurements that tells right candidates from wrong ones."""
    measured = np.concatenate([of(names, one.measured) for one in asked])
    right = np.concatenate([one.right for one in asked])
    mean, scale = measured.mean(axis=0), measured.std(axis=0)
    model = LogisticRegression(C=_C, max_iter=2000).fit((measured - mean) / scale, right)
    weights = model.coef_[0] / scale
    return Fitted(names, weights, float(model.intercept_[0] - weights @ mean))


def with_contrast(fitted: Fitted, asked: Sequence[Asked], traps: Sequence[Asked]) -> Fitted:
    """Add a weight for the contrast, set on the traps as well: the curated questions hold too few to tell."""
    both = (*asked, *traps)
    odds = np.concatenate([fitted.odds(one.measured) for one in both])
    contrast = np.concatenate([of(("contrast",), one.measured)[:, 0] for one in both])
    model = LogisticRegression(C=_C).fit(
        np.stack([odds, contrast], axis=1), np.concatenate([one.right for one in both])
    )
    of_odds, of_contrast = model.coef_[0]
    return Fitted((*fitted.names, "contrast"), np.append(fitted.weights, of_contrast / of_odds), fitted.bias)


def as_probability(fitted: Fitted, asked: Sequence[Asked]) -> Fitted:
    """Set scale and constant so that the probability of a question's best candidate is how often it is right (Platt, 1999)."""
    probability, first = first_shown(fitted, asked)
    odds = np.log(probability / (1 - probability))
    again = LogisticRegression(C=_C).fit(odds[:, np.newaxis], first)
    slope, constant = float(again.coef_[0, 0]), float(again.intercept_[0])
    return Fitted(fitted.names, fitted.weights * slope, fitted.bias * slope + constant)


def first_shown(fitted: Fitted, asked: Sequence[Asked]) -> tuple[Floats, Flags]:
    """Return, of each question, the best probability, and whether that passage is right."""
    best = [fitted.probabilities(one.measured) for one in asked]
    return (
        np.array([p.max() for p in best]),
        np.array([bool(one.right[p.argmax()]) for p, one in zip(best, asked, strict=True)]),
    )


def threshold_of(fitted: Fitted, asked: Sequence[Asked], kept: float) -> float:
    """Return the threshold that keeps this share of the right passages among the first three of their question."""
    # The question is answered when its best passage passes, so that is what the threshold must let through.
    best = [float(fitted.probabilities(one.measured).max()) for one in asked if in_three(fitted, 0.0, one)]
    return float(np.quantile(best, 1 - kept))


def figures(fitted: Fitted, threshold: float, asked: Sequence[Asked], beside: float = 0.0) -> str:
    """Say what a gate reaches: right first, right in three, refused, area under the curve, calibration error."""
    answerable = [one for one in asked if one.question.must_answer]
    others = [one for one in asked if not one.question.must_answer]
    best, right = first_shown(fitted, asked)
    must = np.array([one.question.must_answer for one in asked])
    return (
        f"right first {sum(in_three(fitted, threshold, one, beside, 1) for one in answerable)}/{len(answerable)}, "
        f"right in three {sum(in_three(fitted, threshold, one, beside) for one in answerable)}/{len(answerable)}, "
        f"refused {int((best[~must] < threshold).sum())}/{len(others)}, "
        f"area under the curve {area_under_curve(best, must):.3f}, calibration error {calibration_error(best, right):.3f}"
    )


def beside_of(fitted: Fitted, threshold: float, asked: Sequence[Asked]) -> float:
    """Return the largest share, in tenths, of the best probability that keeps KEPT_BESIDE of the right in three."""
    answerable = [one for one in asked if one.question.must_answer]
    right = [sum(in_three(fitted, threshold, one, tenth / 10) for one in answerable) for tenth in range(10)]
    return max(tenth for tenth in range(10) if right[tenth] >= KEPT_BESIDE * right[0]) / 10


def with_order(fitted: Fitted, near: Fitted, asked: Sequence[Asked]) -> Fitted:
    """Add the share of nearness, in tenths, with which most right passages stand first and, as often, among three."""
    answerable = [one for one in asked if one.question.must_answer]
    tried = [replace(fitted, near=near, share=tenth / 10) for tenth in range(11)]
    return max(tried, key=lambda one: sum(in_three(one, 0.0, q, most=m) for q in answerable for m in (1, 3)))


def in_three(fitted: Fitted, threshold: float, one: Asked, beside: float = 0.0, most: int = 3) -> bool:
    """Whether one of the first three (or so many) shown is right."""
    return bool(one.right[fitted.shown(one.measured, threshold, beside)[:most]].any())


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
    # Without the reader nothing can be learnt from the written articles: there search finds the right passages of what
    # they answer and of what they do not equally near (area under the curve 0.53).
    near = as_probability(fit(halves["tune"].starter, MEASURED[:4]), halves["tune"].starter)
    gate = as_probability(with_contrast(fit(tune, ("word_similarity", "logit")), tune, traps), tune)
    gate = with_order(gate, near, tune)
    say(_tables(library, near, gate, halves["tune"], halves["report"]))


def _tables(library: Library, near: Fitted, gate: Fitted, tune: Halves, report: Halves) -> str:
    assert library.reader is not None
    points = coverage_curve(*first_shown(gate, tune.all))
    alone, both = threshold_of(near, tune.starter, KEPT_BY_NEARNESS), threshold_of(gate, tune.all, KEPT)
    beside = beside_of(gate, both, tune.all)
    of_right = [float(near.probabilities(one.measured)[one.right].max()) for one in tune.starter if one.right.any()]

    def why(kept: float, of_report: str) -> str:
        return f"keeps {kept:.0%} of the right passages of the tuning half; on the starter library's reporting half: {of_report}"

    curve = list(zip(points.thresholds, points.x, points.y, strict=True))
    lines = [
        "[nearness]",
        *_chosen(library, why(KEPT_BY_NEARNESS, figures(near, alone, report.starter))),
        *_weights(near),
        f"least = {_TOO_FAR * min(of_right):.6f}",
        f"threshold = {alone:.4f}",
        "",
        "[gate]",
        *_chosen(library, why(KEPT, figures(gate, both, report.starter, beside))),
        f'reader = "{library.reader.digest}"',
        *_weights(gate),
        f"threshold = {both:.4f}",
        f"beside = {beside}",
        f"nearness = {gate.share}",
        "",
        "coverage against precision, tuning half (threshold, share answered, share right of these):",
        *(
            f"  {threshold:.3f}  {covered:.2f}  {precision:.2f}"
            for threshold, covered, precision in curve[:: max(1, len(curve) // 20)]
        ),
        *(
            f"{half}, {name}, {kind}: {figures(fitted, threshold, own, share)}"
            for half, both_kinds in (("tuning half", tune), ("reporting half", report))
            for name, own in (("starter", both_kinds.starter), ("written", both_kinds.written))
            for kind, fitted, threshold, share in (("nearness", near, alone, 0.0), ("gate", gate, both, beside))
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
    return [
        f"bias = {fitted.bias:.4f}",
        *(f"{name} = {weight:.4f}" for name, weight in zip(fitted.names, fitted.weights, strict=True)),
    ]


if __name__ == "__main__":
    main()
