"""Finding the exported encoder of a model, or having it made: once for each model and installation."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from index.encoder import RECORD_FILE, EncoderError, ExportedEncoder, prepare
from index.model import Model
from sources.reading import read
from sources.sentences import sentence_spans
from sources.starter_library import article_files, questions

# Enough that a faulty export would show on some of them; the same on every machine.
_PROBES = 200


def prepared_encoder(
    model: Model, folder: Path, on_line: Callable[[str], None] = lambda line: None, *, threads: int = 1
) -> ExportedEncoder:
    """Open the encoder exported from a model, preparing it first where the folder of encoders has none that is whole.

    Raises `EncoderError` or `ModelError` when it cannot be prepared; the folder is then as it was.
    """
    for candidate in sorted(folder.glob(f"[!.]*/{RECORD_FILE}")):
        encoder = _opened(candidate.parent, model, threads)
        if encoder is not None:
            return encoder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".preparing-", dir=folder) as work:
        new = Path(work) / "encoder"
        prepare(model, new, probe_texts(), on_line)
        place = folder / ExportedEncoder.open(new).digest
        # What lies there under this name was found damaged above, or it would have been taken.
        shutil.rmtree(place, ignore_errors=True)
        new.rename(place)
    return ExportedEncoder.open(place, threads)


def probe_texts() -> list[str]:
    """Texts on which an export must agree with its model: questions and sentences of the starter library."""
    asked = [one.question for one in questions()]
    sentences = [
        block.text[start:end]
        for path in article_files()
        for document in read(path)
        for block in document.blocks
        for start, end in sentence_spans(block.text)
    ]
    every = max(1, len(sentences) // (_PROBES - len(asked) // 2))
    return [*asked, *sentences[::every]]


def _opened(folder: Path, model: Model, threads: int) -> ExportedEncoder | None:
    """Open an encoder if it was made from these weights and is whole."""
    try:
        record = json.loads((folder / RECORD_FILE).read_bytes())
        if record.get("weights_sha256") != model.weights_sha256:
            return None
        return ExportedEncoder.open(folder, threads)
    except (EncoderError, OSError, ValueError):
        return None
