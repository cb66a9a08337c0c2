"""What words and pairs of words speak for, whatever stands between them and wherever they stand.

The listener reads a text as a whole, and a mark that is missing or an odd order can turn what it hears. A sum over words
and pairs of words is a poorer reader, which nothing of that disturbs. They err on different messages, so that the two
together err on fewer than either (products of experts; G. Hinton, Neural Computation, 2002).

Words are not kept: each word or pair stands for the slot that its CRC-32 names (K. Weinberger and others, "Feature
hashing", ICML 2009), so that the table is a megabyte and a half and nobody can read a message out of it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from safetensors.numpy import load_file

PHRASES_FILE = "phrases.safetensors"
# So many slots that of the 85,000 words and pairs in the training messages few share one.
SLOTS = 1 << 18
_WORD = re.compile(r"\w+")


class Phrases(Struct, frozen=True, eq=False):
    """The table: `weights` of shape [SLOTS, columns] in bytes, the `scale` of each column, and its `bias`."""

    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def open(cls, folder: Path) -> Phrases:
        """Read the table of a model folder. Raises OSError, or ValueError for a table of another shape."""
        found = cls(**load_file(folder / PHRASES_FILE))
        columns = found.bias.shape
        if found.weights.shape != (SLOTS, *columns) or found.scale.shape != columns:
            raise ValueError(f"{PHRASES_FILE} holds weights of shape {found.weights.shape}, not [{SLOTS}, columns]")
        return found

    def logits(self, text: str) -> NDArray[np.float32]:
        """Return what a text's words and pairs speak for, shape [columns]; 0 is neither yes nor no."""
        found = slots(text)
        # Whole numbers are added, so that the sum is the same whatever the order and the machine.
        summed = self.weights[found].sum(axis=0, dtype=np.int32)
        logits: NDArray[np.float32] = summed * (self.scale * share_of_each(found)) + self.bias
        return logits


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, in small letters and without apostrophes."""
    return _WORD.findall(text.casefold().replace("'", "").replace("\u2019", ""))


def slots(text: str) -> list[int]:
    """Return the slots of a text's words and pairs of words, each once."""
    words = words_of(text)
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return sorted({crc32(phrase.encode()) % SLOTS for phrase in (*words, *pairs)})


def share_of_each(slots: list[int]) -> np.float32:
    """Return by how much each slot of a text counts: in a long text one word says less than in a short one."""
    return np.float32(max(1, len(slots)) ** -0.5)
