"""Train the model that raises levels, and print the `[raising]` table for policy.toml.

    WELLCITED_DATA=FOLDER python -m assistant.train_raising

FOLDER holds any published library, for its encoder. It learns from `triage_sets/train` and, part by part, from
`tune`: a message of `tune` is always judged by a model that has not seen it, and by those judgements the thresholds are
set. `report` is never read here. Takes some minutes on one core.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.svm import SVC

from assistant.evaluation.disguises import DISGUISES, disguised
from assistant.evaluation.triaging import CALM, DANGER, Message, live_library, messages
from assistant.raising import COLUMNS, MODEL, Raiser, features_of, to_hear
from index.desk import Library
from index.training.reading import ARTICLES, read_written

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_C = 4.0
_GAMMA = 1.0
_DIMENSIONS = 256
_FOLDS = 5
_ORDINARY = 1200
_ABOUT_ONESELF = re.compile(r"\b(?:i|im|ive|my|me|mine|we|our|us)\b", re.IGNORECASE)

# Shares of the tuning messages that may be taken for more than they are. A card or a notice too much does no harm that
# anyone has measured; a card too few may. So the notice is given away more freely than a card.
FALSE_CARDS = 0.015
FALSE_NOTICES = 0.10
FALSE_EMERGENCIES = 0.01
FALSE_ADVICE = 0.08


@dataclass(frozen=True)
class Example:
    """A message as the model meets it.

    `features` has shape [768]; `fold` is None for one that is always trained on, and only one that is `judged` (as it
    was written, of the tuning half) helps to set a threshold.
    """

    message: Message
    features: Floats
    fold: int | None
    judged: bool


def wanted(column: str, message: Message) -> bool | None:
    """Say whether a message belongs to a column; None if it must not teach that column anything."""
    danger = message.kind in DANGER
    if column == "someone_else":
        return message.about == "someone_else" if danger else None
    if column == "crisis":
        # An emergency and a call for help may be the same message; it is found either way.
        return None if message.kind == "emergency" else danger or message.level == "crisis"
    if column == "emergency":
        return message.kind == "emergency"
    # What is asked in danger gets a card, whatever advice it asks for; a short search says too little about whom it is.
    unclear = danger or message.kind == "emergency" or message.kind == "search"
    return None if unclear else message.level == "personal_advice"


def examples(library: Library) -> list[Example]:
    """Return everything to learn from, each dangerous message also in one disguise."""
    random = Random(20)  # noqa: S311 - chance that can be repeated
    tune = messages("tune")
    random.shuffle(tune)
    searches = [Message(text, "search", "ordinary", "en", "", "") for text in _searches(random)]
    placed = [
        *((one, None) for one in messages("train")),
        *((one, n % _FOLDS) for n, one in enumerate(tune)),
        *((one, n % _FOLDS) for n, one in enumerate(searches)),
    ]
    found = []
    for message, fold in placed:
        found.append(Example(message, _features(library, message.text), fold, judged=fold is not None))
        if message.kind in DANGER | {"emergency"}:
            hidden = disguised(message.text, random.choice(["typos", *DISGUISES]))
            found.append(Example(message, _features(library, hidden), fold, judged=False))
    return found


def _searches(random: Random) -> list[str]:
    """Questions of the written articles that are not about whoever asks."""
    every = [one.text for one in read_written(ARTICLES).questions if not _ABOUT_ONESELF.search(one.text)]
    return random.sample(every, _ORDINARY)


def _features(library: Library, text: str) -> Floats:
    first = library.read((), to_hear(text))[0]
    return features_of(first).astype(np.float64)


@dataclass(frozen=True)
class Space:
    """The main directions of the features: their mean, shape [768], and a basis, shape [768, dimensions]."""

    mean: Floats
    basis: Floats

    @classmethod
    def of(cls, features: Floats) -> Space:
        """Find the directions in which features differ most."""
        mean = features.mean(axis=0)
        _, _, directions = np.linalg.svd(features - mean, full_matrices=False)
        return cls(mean, directions[:_DIMENSIONS].T)

    def projected(self, features: Floats) -> Floats:
        """Return features in these directions, shape [n, dimensions]."""
        return np.asarray((features - self.mean) @ self.basis, dtype=np.float64)


def kernel(points: Floats) -> Floats:
    """Return the Gaussian kernel of all pairs of points, shape [n, n]."""
    squares = (points**2).sum(axis=1)
    return np.asarray(np.exp(-_GAMMA * (squares[:, None] + squares - 2 * points @ points.T)), dtype=np.float64)


def fitted(similar: Floats, column: str, taught: Sequence[Example], rows: Sequence[int]) -> tuple[Floats, float]:
    """Fit a column on these rows; returns a weight for every example (0 where it is no support) and the constant."""
    used = [n for n in rows if wanted(column, taught[n].message) is not None]
    labels = np.array([bool(wanted(column, taught[n].message)) for n in used])
    machine = SVC(C=_C, kernel="precomputed", class_weight="balanced").fit(similar[np.ix_(used, used)], labels)
    weights = np.zeros(len(taught))
    weights[np.array(used)[machine.support_]] = machine.dual_coef_[0]
    return weights, float(machine.intercept_[0])


def judged(similar: Floats, column: str, taught: Sequence[Example]) -> Floats:
    """Return for each example what a model says of it that was fitted without its fold; NaN for the always trained."""
    values = np.full(len(taught), np.nan)
    for fold in range(_FOLDS):
        weights, constant = fitted(similar, column, taught, [n for n, one in enumerate(taught) if one.fold != fold])
        rows = [n for n, one in enumerate(taught) if one.fold == fold]
        values[rows] = similar[rows] @ weights + constant
    return values


def threshold_of(values: Floats, allowed: float) -> float:
    """Return the value that only this share of what must not be taken for it reaches."""
    return float(np.quantile(values, 1 - allowed))


def thresholds(values: dict[str, Floats], taught: Sequence[Example]) -> dict[str, float]:
    """Set every threshold by the messages that are judged."""

    def of(column: str, kinds: Iterable[str], allowed: float) -> float:
        rows = [n for n, one in enumerate(taught) if one.judged and one.message.kind in frozenset(kinds)]
        rows = [n for n in rows if not wanted(column, taught[n].message)]
        return threshold_of(values[column][rows], allowed)

    others = CALM | {"advice", "general"}
    return {
        "crisis": of("crisis", CALM, FALSE_CARDS),
        "mention": of("crisis", CALM, FALSE_NOTICES),
        "emergency": of("emergency", others | {"not_emergency"}, FALSE_EMERGENCIES),
        "personal_advice": of("personal_advice", {"general", "calm"}, FALSE_ADVICE),
    }


def write(space: Space, points: Floats, similar: Floats, taught: Sequence[Example]) -> None:
    """Fit every column on all examples and write the model; supports are kept as one signed byte a component."""
    columns = [fitted(similar, column, taught, range(len(taught))) for column in COLUMNS]
    weights = np.stack([one for one, _ in columns], axis=1)
    used = np.flatnonzero(np.abs(weights).max(axis=1) > 0)
    scales = np.abs(points[used]).max(axis=1) / 127
    save_file(
        {
            "mean": space.mean.astype(np.float32),
            "basis": np.ascontiguousarray(space.basis.astype(np.float32)),
            "supports": np.round(points[used] / scales[:, None]).astype(np.int8),
            "scales": scales.astype(np.float32),
            "weights": weights[used].astype(np.float32),
            "constants": np.array([constant for _, constant in columns], dtype=np.float32),
            "gamma": np.array([_GAMMA], dtype=np.float32),
        },
        MODEL,
    )


def main(say: Callable[[str], object] = sys.stdout.write) -> None:
    """Train, write the model and print the table."""
    library = live_library(Path(os.environ["WELLCITED_DATA"]))
    taught = examples(library)
    features = np.stack([one.features for one in taught])
    space = Space.of(features)
    points = space.projected(features)
    similar = kernel(points)
    values = {column: judged(similar, column, taught) for column in ("crisis", "emergency", "personal_advice")}
    write(space, points, similar, taught)
    say("\n".join(_table(library, thresholds(values, taught), values, taught)) + "\n")


def _table(
    library: Library, chosen: dict[str, float], values: dict[str, Floats], taught: Sequence[Example]
) -> Iterator[str]:
    yield "[raising]"
    yield 'chosen_by = "python -m assistant.train_raising"'
    yield f'chosen_on = "{date.today().isoformat()}"'
    yield f'why = "of tuning messages that must stay calm, {FALSE_CARDS:.1%} may get a card and {FALSE_NOTICES:.0%} the notice"'
    yield f'encoder = "{library.encoder.weights}"'
    yield f'model = "{Raiser.open().digest}"'
    yield from (f"{name} = {value:.4f}" for name, value in chosen.items())
    yield ""
    yield "tuning half, by the model alone, each message by one that has not seen it:"
    for column, kinds in (
        ("crisis", ("explicit", "implicit")),
        ("emergency", ("emergency",)),
        ("personal_advice", ("advice",)),
    ):
        for kind in kinds:
            for language in ("en", "es"):
                rows = [
                    n
                    for n, one in enumerate(taught)
                    if one.judged and one.message.kind == kind and one.message.language == language
                ]
                reached = values[column][rows] >= chosen[column]
                yield f"  {language} {kind}: {int(reached.sum())}/{len(rows)}"


if __name__ == "__main__":
    main()
