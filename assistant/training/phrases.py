"""Learning what words and pairs of words speak for: a logistic regression for each column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from assistant.evaluation.triaging import Message
from assistant.phrases import PHRASES_FILE, SLOTS, share_of_each, slots
from assistant.raising import COLUMNS, Words, to_hear
from assistant.training.examples import targets

# How freely a weight may grow. From 3 to 100 the tuning half and held-back messages are told apart equally well.
_FREEDOM = 10.0
_LARGEST = 127


def learn(taught: Sequence[Message], words: Words, folder: Path) -> None:
    """Fit a column after the other on messages as the listener is told them, and write the table."""
    every = [slots(" ".join(words.told(part) for part in to_hear(one.text))) for one in taught]
    weights = np.zeros((len(COLUMNS), SLOTS))
    bias = np.zeros(len(COLUMNS), dtype=np.float32)
    said = np.array([targets(one) for one in taught])
    for row in range(len(COLUMNS)):
        teach = np.flatnonzero(~np.isnan(said[:, row]))
        fitted = LogisticRegression(C=_FREEDOM, solver="liblinear", random_state=0)
        fitted.fit(_matrix([every[n] for n in teach]), said[teach, row] > 0)
        weights[row], bias[row] = fitted.coef_[0], fitted.intercept_[0]
    scale = (np.abs(weights).max(axis=1) / _LARGEST).astype(np.float32)
    in_bytes = np.ascontiguousarray(np.rint(weights.T / scale), dtype=np.int8)
    save_file({"weights": in_bytes, "scale": scale, "bias": bias}, folder / PHRASES_FILE)


def _matrix(texts: Sequence[list[int]]) -> csr_array:
    """Return a row for each text, shape [texts, SLOTS]."""
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    values = np.concatenate([np.full(len(text), share_of_each(text)) for text in texts])
    columns = np.concatenate([np.array(text, dtype=np.int32) for text in texts])
    return csr_array((values, columns, ends), (len(texts), SLOTS))
