"""Make the table that tells languages apart (`assistant/languages/table.safetensors`) from py3langid's.

    python -m assistant.training.languages

Of its 140 languages those in Latin letters are kept that visitors of an American clinic most likely write, and of its
byte runs those of up to four bytes that can occur in them; the logarithms are kept in one byte each. The words are those
that at least two of the training messages use, and those of the starter library and its synonyms.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tomli
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from safetensors.numpy import save_file

from assistant.evaluation.triaging import messages
from assistant.language import LONGEST, SHIPPED, words_of
from index import synonyms
from sources.starter_library import article_files

KEPT = (
    *("en", "es", "fr", "pt", "de", "it", "nl", "pl", "vi", "tr", "tl", "id", "ro", "sv", "ht", "so", "sw", "hu"),
    *("cs", "hr", "sq", "fi", "da", "no", "ca", "sk", "lt", "ha", "yo", "ig", "om"),
)
# First bytes of Latin letters in UTF-8: plain ones, those with marks, and Vietnamese.
_LATIN = frozenset((*range(0xCC), 0xE1))
_LEAST_MESSAGES = 2


def strings(identifier: Any) -> Mapping[int, bytes]:
    """Return the byte run of each feature, found by walking the automaton that recognises them."""
    rows = np.asarray(identifier.tk_nextmove).reshape(-1, 256)
    row_of, features = np.asarray(identifier.tk_row), np.asarray(identifier.tk_output)
    reached: dict[int, bytes] = {0: b""}
    waiting = deque([0])
    while waiting:
        state = waiting.popleft()
        for byte, following in enumerate(rows[row_of[state]].tolist()):
            if following not in reached:
                reached[following] = reached[state] + bytes([byte])
                waiting.append(following)
    return {int(features[state]): run for state, run in reached.items() if features[state] >= 0}


def known_words() -> list[str]:
    """Return the words of English and Spanish messages, of the starter library and of the synonyms, sorted."""
    used = Counter(word for one in messages("train") for word in set(words_of(one.text)))
    found = {word for word, count in used.items() if count >= _LEAST_MESSAGES}
    for path in article_files():
        found |= set(words_of(path.read_text(encoding="utf-8")))
    listed = tomli.loads(Path(synonyms.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return sorted(found.union(*(words_of(text) for text in _texts(listed))))


def main(path: Path = SHIPPED) -> None:
    """Write the table and print its SHA-256, which stands in rules.toml."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    columns = [identifier.nb_classes.index(language) for language in KEPT]
    runs = {
        int.from_bytes(run, "big"): feature
        for feature, run in strings(identifier).items()
        if len(run) <= LONGEST and run[0] and all(byte in _LATIN for byte in run)
    }
    logs = np.asarray(identifier.nb_ptc, dtype=np.float32)[[runs[run] for run in sorted(runs)]][:, columns]
    scale = float(logs.max() - logs.min()) / 255
    held: dict[str, NDArray[Any]] = {
        "runs": np.array(sorted(runs), dtype=np.uint32),
        # safetensors writes memory as it lies.
        "weights": np.ascontiguousarray(np.round((logs - logs.min()) / scale), dtype=np.uint8),
        "scale": np.array([scale], dtype=np.float32),
        "priors": np.asarray(identifier.nb_pc, dtype=np.float32)[columns],
        "words": np.frombuffer("\n".join(known_words()).encode(), dtype=np.uint8),
    }
    save_file(held, path)
    sys.stdout.write(f'table = "{hashlib.sha256(path.read_bytes()).hexdigest()}"\n')


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


if __name__ == "__main__":
    main()
