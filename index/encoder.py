"""The encoder: a text becomes a unit vector, by a model exported to ONNX, without torch.

An encoder folder, as `index.prepare` writes it:

encoder.onnx     tokens -> sentence_vector and token_vectors, fp32
encoder.data     its weights, apart, so that they are read from the disk where they are wanted and not copied about
tokenizer.json   text -> tokens
encoder.json     which model it is, how closely it agrees with it, and the SHA-256 of the other three

Every text is padded to the next multiple of eight tokens, and only texts of the same padded length are encoded
together, so that the same text gives the same bytes whatever else is being asked (a test holds that).
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import rfc8785
from msgspec import Struct
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.exported import TOKENIZER_FILE, ExportedError, open_session, open_tokenizer, read_record
from index.model import Model, check_model, file_sha256

Vectors = NDArray[np.float32]
OnProgress = Callable[[int, int], None] | None
T = TypeVar("T")
# A text's unit vector, its tokens, and a unit vector for each token.
Read = tuple[Vectors, tuple[str, ...], Vectors]

ONNX_FILE = "encoder.onnx"
WEIGHTS_FILE = "encoder.data"
RECORD_FILE = "encoder.json"
_OUTPUTS = ["sentence_vector", "token_vectors"]
# Most questions have 9 to 16 tokens, so that most can be encoded with most others.
_TOKENS_STEP = 8
# How the child marks the line that says why it failed.
ERROR = "error: "


class EncoderError(ExportedError):
    """An encoder that cannot be used or made."""

    next_step = "Publish again: the encoder is then prepared anew"


class Encoder(Protocol):
    """Something that turns a text into a unit vector; `digest` names it, and equal digests give equal vectors."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) that names the encoder."""

    def encode(self, text: str) -> Vectors:
        """Return the text's unit vector, float32 of shape [dimension]."""

    def encode_tokens(self, text: str) -> tuple[tuple[str, ...], Vectors]:
        """Return the text's tokens and a unit vector for each, float32 of shape [tokens, dimension]."""


class ExportedEncoder(Struct, frozen=True):
    """An encoder folder, open. Any number of threads may use it at once.

    `digest` names the exported files; `weights` is the SHA-256 of the model's weights, the same on every machine.
    """

    name: str
    digest: str
    weights: str
    dimension: int
    max_tokens: int
    agreement: Mapping[str, float]
    files: Mapping[str, str]
    _session: Any
    _tokenizer: Tokenizer
    _padding: int

    @classmethod
    def open(cls, folder: Path, threads: int = 1) -> ExportedEncoder:
        """Open an encoder folder; `threads` is how many cores one text may use (the vectors do not depend on it).

        Raises EncoderError when a file is missing or is not the one encoder.json names.
        """
        record = read_record(folder / RECORD_FILE, EncoderError, "record of an encoder", _is_whole)
        try:
            return cls(
                name=record["model"],
                digest=encoder_digest(record),
                weights=record["weights_sha256"],
                dimension=record["dimension"],
                max_tokens=record["max_tokens"],
                agreement=record["agreement"],
                files={RECORD_FILE: file_sha256(folder / RECORD_FILE), **record["files"]},
                _session=open_session(folder / ONNX_FILE, threads),
                _tokenizer=open_tokenizer(folder / TOKENIZER_FILE, record["max_tokens"]),
                _padding=record["padding"],
            )
        except Exception as error:  # onnxruntime and tokenizers raise their own kinds, some of them bare Exception
            raise EncoderError(folder, f"cannot be opened ({error})") from error

    def encode(self, text: str) -> Vectors:
        """Return the text's unit vector, float32 of shape [dimension]. Tokens past `max_tokens` do not count."""
        return self.read(text)[0]

    def encode_tokens(self, text: str) -> tuple[tuple[str, ...], Vectors]:
        """Return the text's tokens (with the model's own at both ends) and a unit vector for each.

        The vectors are float32 of shape [tokens, dimension]. Tokens past `max_tokens` are left out.
        """
        return self.read(text)[1:]

    def read(self, text: str) -> Read:
        """Return what `encode` and `encode_tokens` do, from one run: the text's vector, its tokens, their vectors."""
        return self.read_together([text])[0]

    def read_together(self, texts: Sequence[str]) -> list[Read]:
        """Read several short texts in as few runs as their padded lengths allow.

        Reading the weights from memory, once a run, is most of the work of a short text: eight questions together
        take less than half the time of eight runs.
        """
        encodings = [self._tokenizer.encode(text) for text in texts]
        padded = [self._padded(encoding.ids) for encoding in encodings]
        found: dict[int, tuple[Vectors, Vectors]] = {}
        for places in _of_one_length(padded):
            runs = self._session.run(_OUTPUTS, {"input_ids": np.array([padded[n] for n in places], dtype=np.int64)})
            found |= dict(zip(places, zip(*runs, strict=True), strict=True))
        return [
            (found[n][0], tuple(encoding.tokens), found[n][1][: len(encoding.ids)])
            for n, encoding in enumerate(encodings)
        ]

    def _padded(self, ids: Sequence[int]) -> Sequence[int]:
        return [*ids, *[self._padding] * (-len(ids) % _TOKENS_STEP)]

    def read_many(
        self,
        texts: Sequence[str],
        keep: Callable[[Vectors, tuple[str, ...], Vectors], T],
        on_progress: OnProgress = None,
    ) -> list[T]:
        """Read many texts in their order; `keep` says what is kept of each, for token vectors are large."""
        found = []
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for done, kept in enumerate(pool.map(lambda text: keep(*self.read(text)), texts)):
                found.append(kept)
                if on_progress is not None:
                    on_progress(done + 1, len(texts))
        return found

    def encode_many(self, texts: Sequence[str], on_progress: OnProgress = None) -> Vectors:
        """Return the vectors of many texts in their order, float32 of shape [texts, dimension].

        Each text is encoded alone, so its vector is the one `encode` gives; `on_progress` is told (done, total) after
        each. onnxruntime releases the GIL, so threads keep every core busy.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for done, vector in enumerate(pool.map(lambda text: self.read(text)[0], texts)):
                vectors[done] = vector
                if on_progress is not None:
                    on_progress(done + 1, len(texts))
        return vectors


def prepare(
    model: Model, out: Path, probes: Sequence[str], on_progress: Callable[[str], None] = lambda line: None
) -> None:
    """Export a model to the encoder folder `out` in a child process, the only one that ever loads torch.

    `probes` are at least 200 texts on which the result must agree with sentence-transformers; `on_progress` is told
    each line the child says. Raises ModelError for a model that cannot be used, and EncoderError with the child's last
    words when anything else fails; `out` is then as it was.
    """
    check_model(model)  # again in the child; here too, so that a wrong model is named at once and in its own words
    with tempfile.TemporaryDirectory() as work:
        listed = Path(work) / "probes.json"
        listed.write_text(json.dumps(list(probes), ensure_ascii=False), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "index.prepare",
            "--model",
            str(model.folder.absolute()),
            "--name",
            model.title,
        ]
        command += ["--sha256", model.weights_sha256, "--out", str(out.absolute()), "--probes", str(listed)]
        code, said = _run(command, on_progress)
    if code != 0:
        words = said[-1].removeprefix(ERROR) if said and said[-1].startswith(ERROR) else "; ".join(said)
        raise EncoderError(out, f"preparing {model.title} failed (exit status {code}): {words}", _NEXT_PREPARE)


_NEXT_PREPARE = "Nothing was changed. Put this right and publish again"


def encoder_digest(record: Mapping[str, Any]) -> str:
    """Return the encoder's name: the SHA-256 of all that decides its vectors, in canonical JSON (RFC 8785)."""
    decides = {name: record[name] for name in ("files", "dimension", "max_tokens", "padding")}
    return hashlib.sha256(rfc8785.dumps(decides)).hexdigest()


def _of_one_length(padded: Sequence[Sequence[int]]) -> list[list[int]]:
    """Places of the texts of each padded length."""
    places: dict[int, list[int]] = {}
    for place, ids in enumerate(padded):
        places.setdefault(len(ids), []).append(place)
    return list(places.values())


def _is_whole(record: object) -> bool:
    return (
        isinstance(record, dict)
        and {"model", "weights_sha256", "dimension", "max_tokens", "padding", "agreement", "files"} <= record.keys()
        and isinstance(record["files"], dict)
        and record["files"].keys() == {ONNX_FILE, WEIGHTS_FILE, TOKENIZER_FILE}
    )


def _run(command: Sequence[str], on_line: Callable[[str], None]) -> tuple[int, Sequence[str]]:
    """Run the child from the folder that holds `index`, and return its exit status and its last few lines."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    said: deque[str] = deque(maxlen=3)
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        command,
        cwd=Path(__file__).resolve().parent.parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.strip():
                said.append(line.strip())
                on_line(line.strip())
    return child.returncode, said
