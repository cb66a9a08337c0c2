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
# The share of tuning messages in danger that the screen may take for ordinary.
MISSED = 0.002


def features(library: Library, text: str) -> Floats:
    """Return what the screen would see of one text, shape [features]."""
    return features_of(library.read((), [text])[0]).astype(np.float64)


def learn(library: Library, taught: Sequence[Message], judged: Sequence[Message], path: Path) -> Screen:
    """Fit a screen on messages and write it; `judged` messages set the value from which on it lets a text through."""
    random = Random(20)  # noqa: S311 - chance that can be repeated
    texts = [drawn_text(one, random) for one in taught]
    seen = np.stack([features(library, text) for text in texts])
    mean = seen.mean(axis=0)
    network = MLPClassifier((_HIDDEN,), alpha=1.0, max_iter=_ROUNDS, random_state=0)
    with warnings.catch_warnings():
        # It is stopped early on purpose: later rounds learn the messages by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit((seen - mean) * _SCALE, [needs_listening(one) for one in taught])
    (first, second), (first_bias, second_bias) = network.coefs_, network.intercepts_
    held = {
        "mean": mean.astype(np.float32),
        "first": np.ascontiguousarray(first * _SCALE, dtype=np.float32),
        "first_bias": first_bias.astype(np.float32),
        "second": np.ascontiguousarray(second[:, 0], dtype=np.float32),
        "second_bias": second_bias.astype(np.float32),
        "least": np.zeros(1, dtype=np.float32),
    }
    save_file(held, path)
    values = looked_at(Screen.open(path, library.encoder.weights), library, judged)
    danger = [value for value, one in zip(values, judged, strict=True) if one.kind in DANGER | {"emergency"}]
    save_file({**held, "least": np.array([np.quantile(danger, MISSED)], dtype=np.float32)}, path)
    return Screen.open(path, library.encoder.weights)


def looked_at(screen: Screen, library: Library, messages: Sequence[Message]) -> list[float]:
    """Return the screen's value of each message, the highest of its parts."""
    return [
        max(screen.look(np.stack([features_of(one) for one in library.read((), to_hear(message.text))])))
        for message in messages
    ]
