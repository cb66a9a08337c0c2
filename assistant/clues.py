"""Which rules a text can fire at all, told by a few letters in it, so that most patterns need not be searched.

Every text that a pattern fits holds one of a set of short runs of letters: its clues. They are found beforehand from the
pattern itself (`python -m assistant.training.clues`), after the idea of FilteredRE2 (R. Cox, "Regular expression matching
in the wild", 2010): of 69 patterns an ordinary question is searched for 8. A pattern without clues is always searched.

The clues are those of one `rules.toml`, which they name by its SHA-256; with another one every pattern is searched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

FILE = Path(__file__).with_name("clues.json")
# Runs of so many letters are looked for; the longer, the rarer.
SIZES = (2, 3, 5)


def runs(text: str) -> frozenset[str]:
    """Return every run of SIZES letters in a text."""
    return frozenset(text[n : n + size] for size in SIZES for n in range(len(text) - size + 1))


def clues_of(rules: bytes) -> Mapping[str, frozenset[str]]:
    """Return the clues of each rule of a rules file, by its id; of none where they were not found for this very file."""
    made_for, clues = _shipped()
    return clues if sha256(rules).hexdigest() == made_for else {}


@cache
def _shipped() -> tuple[str, dict[str, frozenset[str]]]:
    try:
        held = json.loads(FILE.read_text(encoding="utf-8"))
        return str(held["rules_sha256"]), {str(rule): frozenset(clues) for rule, clues in held["clues"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # slower without, and no less safe
        return "", {}
