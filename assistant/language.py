"""Is a text in a language other than English and Spanish, which are the ones the rules and the model read?

A naive Bayes model over the runs of one to four bytes that tell some thirty languages in Latin letters apart: a part of
py3langid's table (see languages/CARD.md), cut down so that it is opened in a blink and small in memory. Names of
medicines look foreign to such a table, so words that English and Spanish messages use are looked up first, and a text
counts as foreign only if at least two of its words, and a third of them, are not among those.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from safetensors.numpy import load

SHIPPED = Path(__file__).with_name("languages") / "table.safetensors"
# Columns of the table that are read here; the others are foreign.
READ_HERE = 2
LONGEST = 4
_LEAST_UNKNOWN = 2
_LEAST_SHARE = 1 / 3
# Chosen on messages that are not among those reported: see languages/CARD.md.
_LEAST_CHANCE = 0.2
# Much longer texts say nothing more about their language.
_MOST_CHARACTERS = 1000


class Languages(Struct, frozen=True, eq=False):
    """The table: `runs` are byte runs as big-endian numbers in rising order, uint32 of shape [runs].

    `weights`, uint8 of shape [runs, languages], and `scale` give the logarithm of each run's share in each language up
    to one constant; `priors` has shape [languages]. The first two languages are English and Spanish. `words` are words
    of English and Spanish messages, casefolded.
    """

    runs: NDArray[np.uint32]
    weights: NDArray[np.uint8]
    scale: float
    priors: NDArray[np.float32]
    words: frozenset[str]

    def foreign(self, text: str) -> bool:
        """Whether a text is likely in another language; a name, a slip of the finger or a lone word is not enough."""
        said = words_of(text)
        unknown = sum(word not in self.words for word in said)
        if unknown < _LEAST_UNKNOWN or unknown < _LEAST_SHARE * len(said):
            return False
        return self.chance(text) < _LEAST_CHANCE

    def chance(self, text: str) -> float:
        """Return how likely a text is English or Spanish, 0 to 1; 1 for one of which no run is known."""
        found = _runs(text[:_MOST_CHARACTERS], self.runs)
        if not len(found):
            return 1.0
        rows, counts = np.unique(found, return_counts=True)
        values = np.log1p(counts) @ (self.weights[rows] * np.float32(self.scale)) + self.priors
        # Runs overlap, so a long text would seem surer than it is; the root of its length makes up for that.
        values = np.exp((values - values.max()) / math.sqrt(len(_bytes(text[:_MOST_CHARACTERS]))))
        return float(values[:READ_HERE].sum() / values.sum())


def words_of(text: str) -> list[str]:
    """Return the words of a text, casefolded, without apostrophes."""
    folded = unicodedata.normalize("NFC", text).casefold().replace("'", "").replace("\u2019", "")
    return re.findall(r"[^\W\d_]+", folded)


@cache
def open_languages(sha256: str, path: Path = SHIPPED) -> Languages | None:
    """Open the table with this SHA-256; None where there is no such file, and then small words alone decide."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != sha256:
        return None
    held = load(data)
    return Languages(
        runs=held["runs"],
        weights=held["weights"],
        scale=float(held["scale"][0]),
        priors=held["priors"],
        words=frozenset(held["words"].tobytes().decode().split()),
    )


def _bytes(text: str) -> bytes:
    # A text in capitals is read as one without; otherwise case tells languages apart, too.
    return unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode()


def _runs(text: str, known: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Row of the longest known run that ends at each byte of a text, where there is one."""
    data = np.frombuffer(_bytes(text), np.uint8).astype(np.uint32)
    found = np.full(len(data), -1, dtype=np.int64)
    for length in range(1, min(LONGEST, len(data)) + 1):
        value = np.zeros(len(data) - length + 1, dtype=np.uint32)
        for place in range(length):
            value = (value << np.uint32(8)) | data[place : len(data) - length + 1 + place]
        rows = np.minimum(np.searchsorted(known, value), len(known) - 1)
        hit = known[rows] == value
        found[length - 1 :][hit] = rows[hit]
    return found[found >= 0]
