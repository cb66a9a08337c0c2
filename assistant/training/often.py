"""Writes which words the training messages use, and how often: by it the listener's spelling is mended.

    python -m assistant.training.often

Then `manifest.json` and the policy must name the new table; the tests say so.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from assistant.evaluation.triaging import messages
from assistant.glosses import Glosses
from assistant.raising import SHIPPED, is_word
from assistant.spelling import OFTEN, OFTEN_FILE
from assistant.triage import plain
from index.exported import TOKENIZER_FILE, open_tokenizer

# What stands less often may be a slip itself.
_LEAST = 3


def write(folder: Path) -> None:
    """Write the table: every word that is used often, and those used less that nothing else says are words."""
    glosses, tokenizer = Glosses.open(folder), open_tokenizer(folder / TOKENIZER_FILE, 8)
    used = Counter(word for one in messages("train") for word in re.findall(r"[a-z]{4,}", plain(one.text)))
    listed = sorted(
        (-count, word)
        for word, count in used.items()
        if count >= OFTEN or (count >= _LEAST and not is_word(word, glosses, tokenizer))
    )
    lines = [f"{word}\t{-count}\n" for count, word in listed]
    (folder / OFTEN_FILE).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write(SHIPPED)
