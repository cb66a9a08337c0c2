"""A small model over the sentence encoder that may raise the level of a question, and never lowers one.

Rules read words; most people in danger do not use theirs. The model was trained on messages written for that
(`triage_sets/train`, and see `python -m assistant.train_raising`) and compares what the encoder makes of a question
with what it made of those: for each level a support vector machine with a Gaussian kernel (Cortes and Vapnik, 1995).
Its thresholds stand in the policy. Without encoder or model the rules decide alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from assistant.outcome import Level
from assistant.policy import Raising
from assistant.triage import Triage, plain
from index.search import Asked

MODEL = Path(__file__).with_name("raising.safetensors")
# In the order of the model's columns. The last is not a level: it tells whose danger a crisis is.
COLUMNS = ("crisis", "emergency", "personal_advice", "someone_else")
RULE = "heard-by-the-model"
# A longer text is heard part by part: one dangerous sentence must not drown in many.
_MOST_CHARACTERS = 400
_DECIMALS = 4

Floats = NDArray[np.float32]


class RaisingError(Exception):
    """The model cannot be used; the rules decide alone."""


@dataclass(frozen=True)
class Heard:
    """What the model makes of a question: for each of COLUMNS how far inside it is, above 0 for rather yes."""

    crisis: float
    emergency: float
    personal_advice: float
    someone_else: float


@dataclass(frozen=True, eq=False)
class Raiser:
    """The model, open.

    Features are put into the `basis`, shape [features, dimensions], from their `mean`; `supports` are points there,
    shape [messages, dimensions], with `weights` [messages, 4] and `constants` [4]. `gamma` is the kernel's width.
    """

    digest: str
    mean: Floats
    basis: Floats
    supports: Floats
    squares: Floats
    weights: Floats
    constants: Floats
    gamma: float

    @classmethod
    def open(cls, path: Path = MODEL) -> Raiser:
        """Open a model file. Raises RaisingError when it cannot be read or holds something else."""
        try:
            data = path.read_bytes()
            held = load(data)
            supports = held["supports"].astype(np.float32) * held["scales"][:, np.newaxis]
            return cls(
                digest=hashlib.sha256(data).hexdigest(),
                mean=held["mean"],
                basis=held["basis"],
                supports=supports,
                squares=(supports**2).sum(axis=1),
                weights=held["weights"],
                constants=held["constants"],
                gamma=float(held["gamma"][0]),
            )
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise RaisingError(f"{path}: the triage model cannot be opened ({type(error).__name__})") from error

    def hear(self, parts: Sequence[Asked]) -> Heard:
        """Return what the model makes of a question's parts: the highest of each column over the parts."""
        points = (np.stack([features_of(one) for one in parts]) - self.mean) @ self.basis
        distances = (points**2).sum(axis=1, keepdims=True) + self.squares - 2 * (points @ self.supports.T)
        found = np.exp(-self.gamma * distances) @ self.weights + self.constants
        return Heard(*(round(float(value), _DECIMALS) for value in found.max(axis=0)))


def open_raiser(chosen: Raising, path: Path = MODEL) -> Raiser:
    """Open the model for which the policy's thresholds were set. Raises RaisingError when it is another one."""
    raiser = Raiser.open(path)
    if raiser.digest != chosen.model:
        raise RaisingError(f"{path}: the policy's thresholds were set for another triage model; the rules decide alone")
    return raiser


def features_of(asked: Asked) -> Floats:
    """Return what the model looks at: the text's vector and the largest of each component over its tokens."""
    found: Floats = np.concatenate([asked.vector, asked.peaks / np.linalg.norm(asked.peaks)])
    return found


def to_hear(question: str) -> tuple[str, ...]:
    """Return the texts to read for a question: as it is written, or with a disguise undone, a long one in parts."""
    text = " ".join(question.split())
    if _words(text) != _words(plain(text)):
        text = plain(text)
    return tuple(_parts(text)) or (text,)


def raised(triaged: Triage, heard: Heard, thresholds: Raising) -> Triage:
    """Return the triage with its level raised where the model hears more than the rules do."""
    level = triaged.level
    if heard.emergency >= thresholds.emergency:
        level = Level.emergency
    elif heard.crisis >= thresholds.crisis:
        level = Level.crisis
    elif heard.personal_advice >= thresholds.personal_advice:
        level = Level.personal_advice
    mention = triaged.mention or heard.crisis >= thresholds.mention
    if not level.more_urgent_than(triaged.level):
        return replace(triaged, mention=mention)
    someone_else = level is Level.crisis and heard.someone_else >= 0
    return replace(triaged, level=level, mention=mention, someone_else=someone_else, rules=(*triaged.rules, RULE))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("\u2019", "")
    return re.findall(r"\w+", folded)


def _parts(text: str) -> list[str]:
    """Runs of sentences of at most so many characters, each run half of which the next one repeats."""
    if len(text) <= _MOST_CHARACTERS:
        return [text]
    pieces = re.findall(rf".{{1,{_MOST_CHARACTERS // 2}}}(?:\s|$)|\S+", text)
    return [f"{one}{other}" for one, other in zip(pieces, [*pieces[1:], ""], strict=True)]
