"""Making the screen: a small network that finds, by what the encoder makes of a text anyway, what is plainly ordinary."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from assistant.evaluation.triaging import DANGER, Message
from assistant.raising import Screen, features_of, to_hear
from assistant.training.examples import drawn_text, needs_listening
from index.desk import Library

Floats = NDArray[np.float64]
_HIDDEN = 32
_ROUNDS = 40
# Features are small numbers; so much larger, they are learnt from sooner.
_SCALE = 10.0
# The shares of tuning messages in danger, and of those that ask for advice, that the screen may take for ordinary.
MISSED_DANGER, MISSED_ADVICE = 0.002, 0.005
_ORDINARY, _DANGER, _ADVICE = range(3)


def features(library: Library, text: str) -> Floats:
    """Return what the screen would see of one text, shape [features]."""
    return features_of(library.read((), [text])[0]).astype(np.float64)


def learn(library: Library, taught: Sequence[Message], judged: Sequence[Message], path: Path) -> Screen:
    """Fit a screen on messages and write it; `judged` messages set the values from which on it lets a text through."""
    random = Random(20)  # noqa: S311 - chance that can be repeated
    texts = [drawn_text(one, random) for one in taught]
    seen = np.stack([features(library, text) for text in texts])
    mean = seen.mean(axis=0)
    network = MLPClassifier((_HIDDEN,), alpha=1.0, max_iter=_ROUNDS, random_state=0)
    with warnings.catch_warnings():
        # It is stopped early on purpose: later rounds learn the messages by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit((seen - mean) * _SCALE, [_class_of(one) for one in taught])
    (first, second), (first_bias, second_bias) = network.coefs_, network.intercepts_
    held = {
        "mean": mean,
        "first": first * _SCALE,
        "first_bias": first_bias,
        # How much more it is than ordinary: the difference of two logits.
        "second": second[:, _DANGER:] - second[:, [_ORDINARY]],
        "second_bias": second_bias[_DANGER:] - second_bias[_ORDINARY],
        "least": np.zeros(2),
    }
    kept = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in held.items()}
    screen = Screen(encoder=library.encoder.weights, **kept)
    values = np.stack([screen.values(_features_of_parts(library, one)).max(axis=0) for one in judged])
    of = [_class_of(one) for one in judged]
    least = [
        np.quantile([value[column - 1] for value, one in zip(values, of, strict=True) if one == column], missed)
        for column, missed in ((_DANGER, MISSED_DANGER), (_ADVICE, MISSED_ADVICE))
    ]
    save_file({**kept, "least": np.array(least, dtype=np.float32)}, path)
    return Screen.open(path, library.encoder.weights)


def looked_at(screen: Screen, library: Library, messages: Sequence[Message]) -> list[float]:
    """Return how far above the least value the screen sees each message, the highest of its parts."""
    return [float(screen.look(_features_of_parts(library, message)).max()) for message in messages]


def _class_of(message: Message) -> int:
    """What a message is to the screen; one that names suicide or self-harm as a subject is near to danger."""
    if message.kind in DANGER | {"emergency"} or message.level == "mention":
        return _DANGER
    return _ADVICE if needs_listening(message) else _ORDINARY


def _features_of_parts(library: Library, message: Message) -> NDArray[np.float32]:
    return np.stack([features_of(one) for one in library.read((), to_hear(message.text))])
