"""The real encoder for tests: prepared once into build/test-encoder/ and used by every test and worker after that."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from index import preparing
from index.model import default_model

ROOT = Path(__file__).resolve().parents[2]
_MEDICINES = ("sertraline", "ketamine", "an SSRI", "esketamine spray", "fluoxetine", "talking therapy", "a placebo")
_QUESTIONS = (
    "How fast does {} work?",
    "What are the side effects of {}?",
    "Can I drink alcohol with {}",
    "is {} SAFE in pregnancy???",
    "In a trial of 120 adults, {} lowered scores by half within six weeks; 14% stopped early because of nausea.",
    "{}: naïve patients’ “first” session — dizziness, blurred vision & a rise in blood pressure (150/95 mmHg).",
)


def probes() -> list[str]:
    """Return 213 texts: short and long, odd characters, empty, and far past the most tokens."""
    asked = [question.format(name) for question in _QUESTIONS for name in _MEDICINES]
    longer = [" ".join(asked[n : n + size]) for size in (2, 3, 5, 20) for n in range(len(asked))]
    return [*asked, *longer, "", "?", "抑うつ 🙂"]


@cache
def prepared_encoder() -> Path:
    """Return the folder of the packaged model's encoder, preparing it first if it is not there (half a minute)."""
    model = default_model()
    name = model.weights_sha256 + "".join(version(library) for library in ("torch", "onnxruntime", "onnxscript"))
    sources = [ROOT / "index" / name for name in ("prepare.py", "encoder.py")]
    key = hashlib.sha256(b"\0".join([name.encode(), *(source.read_bytes() for source in sources)])).hexdigest()[:16]
    folder = ROOT / "build" / "test-encoder" / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f"{key}.lock"):
        return folder / preparing.prepared_encoder(model, folder).digest


def with_encoder(data: Path) -> Path:
    """Put the encoder into a data folder, so that nothing has to be prepared there; returns the folder."""
    encoder = prepared_encoder()
    shutil.copytree(encoder, data / "encoders" / encoder.name)
    return data
