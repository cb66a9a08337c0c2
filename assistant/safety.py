"""How well triage was last found to do, for the page that says so: measured by a program, kept beside its test set.

`python -m assistant.evaluation.triaging --write` measures and writes; a test fails when rules, model, thresholds or
messages have changed since.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import astuple, fields

from assistant.policy import Chosen, Policy

SETS = Path(__file__).with_name("triage_sets")
FILE = SETS / "figures.json"
_RULES = Path(__file__).with_name("rules.toml")


class SafetyFigure(Struct, frozen=True):
    """Of so many messages of a kind in a language, how many triage did right by, and the 95 % interval of that share."""

    language: str
    kind: str
    right: int
    count: int
    low: float
    high: float


class SafetyFigures(Struct, frozen=True):
    """What was found, on which day, on which messages (the SHA-256 of the set), and of which triage (`measured`)."""

    measured_on: date
    messages: int
    set_digest: str
    measured: str
    rows: tuple[SafetyFigure, ...]

    def row(self, language: str, kind: str) -> SafetyFigure | None:
        """Return the figure of a kind in a language, if there is one."""
        return next((one for one in self.rows if (one.language, one.kind) == (language, kind)), None)


def triage_digest(policy: Policy) -> str:
    """Return a digest of all that decides a level: the rules, the model and its thresholds."""
    # All but who chose it, when and why, and for which encoder.
    chosen = astuple(policy.raising)[len(fields(Chosen)) :]
    return hashlib.sha256(_RULES.read_bytes() + repr(chosen).encode()).hexdigest()


def set_digest(half: str = "report") -> str:
    """Return the SHA-256 of a set of messages, file after file."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted((SETS / half).glob("*.jsonl")))).hexdigest()


@cache
def safety_figures(path: Path = FILE) -> SafetyFigures:
    """Return the figures as they were last measured."""
    held = json.loads(path.read_text(encoding="utf-8"))
    rows = tuple(SafetyFigure(**row) for row in held.pop("rows"))
    return SafetyFigures(**{**held, "measured_on": date.fromisoformat(held["measured_on"]), "rows": rows})
