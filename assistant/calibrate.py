"""Setting the gate: weights and threshold from one half of the starter library's questions, figures on the other.

    WELLCITED_DATA=FOLDER python -m assistant.calibrate

FOLDER holds a published starter library. Prints the `[gate]` table for `policy.toml` and what it reaches on the half
of the questions, split by article, that had no part in setting it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.gate import measurements
from index.desk import Desk, Library
from sources.database import open_database
from sources.questions import CuratedQuestion
from sources.starter_library import questions

# Candidates below this rank are never shown, so they need not teach the gate anything.
_RANKS = 10
# The threshold keeps this share of the right passages that stand in the first three.
_KEPT = 0.98
# Weak regularisation; the four measurements are few and each is worth having.
_C = 10.0


@dataclass(frozen=True)
class Asked:
    """A question with the measurements of its candidates, shape [candidates, 4], and which of them are right."""

    question: CuratedQuestion
    measured: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    right: np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Fitted:
    """Weights of the four measurements, the constant, and the threshold."""

    weights: np.ndarray[tuple[int], np.dtype[np.float64]]
    bias: float
    threshold: float = 0.0

    def probabilities(self, asked: Asked) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Probability of each candidate."""
        total = asked.measured @ self.weights + self.bias
        result: np.ndarray[tuple[int], np.dtype[np.float64]] = 1 / (1 + np.exp(-total))
        return result

    def order(self, asked: Asked) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """Candidates by probability, best first."""
        found: np.ndarray[tuple[int], np.dtype[np.intp]] = np.argsort(-self.probabilities(asked), kind="stable")
        return found


def ask(library: Library, one: CuratedQuestion) -> Asked:
    """Search for a question and keep what the gate would see."""
    candidates = library.search(one.question).candidates
    right = [one.answered_by(candidate.listed.passage.text) for candidate in candidates]
    return Asked(one, np.array([measurements(candidate) for candidate in candidates]), np.array(right))


def fit(half: Sequence[Asked]) -> Fitted:
    """Fit weights and threshold on a half of the questions."""
    measured = np.concatenate([asked.measured[:_RANKS] for asked in half])
    right = np.concatenate([asked.right[:_RANKS] for asked in half])
    scale = measured.std(axis=0)
    model = LogisticRegression(C=_C, max_iter=1000).fit(measured / scale, right)
    fitted = Fitted(model.coef_[0] / scale, float(model.intercept_[0]))
    kept = [
        max(fitted.probabilities(asked)[row] for row in fitted.order(asked)[:3] if asked.right[row])
        for asked in half
        if asked.question.must_answer and asked.right[fitted.order(asked)[:3]].any()
    ]
    return Fitted(fitted.weights, fitted.bias, float(np.quantile(kept, 1 - _KEPT)))


def figures(fitted: Fitted, half: Sequence[Asked]) -> str:
    """Say what the gate reaches on a half: right first, right in three, refused, and area under the curve."""
    answerable = [asked for asked in half if asked.question.must_answer]
    others = [asked for asked in half if not asked.question.must_answer]
    first = sum(_right(fitted, asked, 1) for asked in answerable)
    three = sum(_right(fitted, asked, 3) for asked in answerable)
    best = [float(fitted.probabilities(asked).max()) for asked in (*answerable, *others)]
    refused = sum(probability < fitted.threshold for probability in best[len(answerable) :])
    area = roc_auc_score([1] * len(answerable) + [0] * len(others), best)
    return (
        f"right first {first}/{len(answerable)}, right in three {three}/{len(answerable)}, "
        f"refused {refused}/{len(others)}, area under the curve {area:.3f}"
    )


def _right(fitted: Fitted, asked: Asked, most: int) -> bool:
    rows = [row for row in fitted.order(asked)[:most] if fitted.probabilities(asked)[row] >= fitted.threshold]
    return bool(asked.right[rows].any()) if rows else False


def main() -> None:
    """Calibrate on the data folder that the environment names."""
    data = Path(os.environ["WELLCITED_DATA"])
    desk = Desk(open_database(data), data)
    desk.look()
    library = desk.library()
    all_asked = [ask(library, one) for one in questions()]
    tune = [asked for asked in all_asked if asked.question.half == "tune"]
    report = [asked for asked in all_asked if asked.question.half == "report"]
    fitted = fit(tune)
    similarity, sentence_similarity, word_similarity, coverage = fitted.weights
    sys.stdout.write(
        f"""[gate]
chosen_by = "python -m assistant.calibrate"
chosen_on = "{date.today().isoformat()}"
why = "keeps {_KEPT:.0%} of the right passages of the tuning half; on the reporting half: {figures(fitted, report)}"
encoder = "{library.encoder.digest}"
bias = {fitted.bias:.4f}
similarity = {similarity:.4f}
sentence_similarity = {sentence_similarity:.4f}
word_similarity = {word_similarity:.4f}
coverage = {coverage:.4f}
threshold = {fitted.threshold:.4f}

tuning half: {figures(fitted, tune)}
reporting half: {figures(fitted, report)}
"""
    )


if __name__ == "__main__":
    main()
