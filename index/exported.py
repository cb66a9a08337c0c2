"""A model exported to ONNX: a folder with the model, its tokenizer, and a record that names both by their SHA-256.

The encoder and the reader are such folders. Each has an error of its own, so that the next step it names is the right one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import onnxruntime
from tokenizers import Tokenizer

from index.memory import give_back
from index.model import file_sha256

TOKENIZER_FILE = "tokenizer.json"
# Two models that are opened at once have often the same vocabulary, and one of them reads it.
_OPENING = threading.Lock()


class ExportedError(Exception):
    """An exported model that cannot be used or made: what it is about, why, and what to do next."""

    next_step = ""

    def __init__(self, about: Path, reason: str, next_step: str = "") -> None:
        self.about = about
        self.reason = reason
        self.next_step = next_step or self.next_step
        super().__init__(f"{about}: {reason}. {self.next_step}")


def read_record(
    path: Path, error: type[ExportedError], what: str, is_whole: Callable[[object], bool]
) -> dict[str, Any]:
    """Read a record and check the files it names; `what` it is, and when it `is_whole`, the model says. Raises `error`."""
    try:
        record: dict[str, Any] = json.loads(path.read_bytes())
    except OSError as cause:
        raise error(path, f"cannot be read ({cause.strerror})") from cause
    except ValueError as cause:
        raise error(path, f"is not JSON ({cause})") from cause
    if not is_whole(record):
        raise error(path, f"is not the {what}")
    for name, sha256 in record["files"].items():
        _check_file(path.with_name(name), sha256, error, path.name)
    return record


def open_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """Return the tokenizer in a tokenizer.json, cutting at `max_tokens`, the longer one of a pair; it never pads."""
    content = path.read_text(encoding="utf-8")
    with _OPENING:
        whole = _opened_tokenizer(content)
    # Where it cuts is a tokenizer's own; the vocabulary, most of its memory, is shared by all that have the same one.
    tokenizer = Tokenizer(whole.model)
    tokenizer.normalizer = whole.normalizer
    tokenizer.pre_tokenizer = whole.pre_tokenizer
    tokenizer.post_processor = whole.post_processor
    tokenizer.decoder = whole.decoder
    added = whole.get_added_tokens_decoder()
    tokenizer.add_tokens([added[place] for place in sorted(added)])
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens, strategy="longest_first")
    return tokenizer


@lru_cache(maxsize=1)
def _opened_tokenizer(content: str) -> Tokenizer:
    return Tokenizer.from_str(content)


def open_session(path: Path, threads: int) -> Any:
    """Open a model that runs on so many cores, the same on every machine as far as that can be."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Basic is as fast here as the higher levels, whose fusions round differently and depend on the machine's kind; it
    # also makes float32 weights of stored bytes, once.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    # Without an arena the memory of one long text goes back at once; a run is no slower for it.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    # Spinning threads would take the cores that other visitors' questions need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    give_back()
    return session


def _check_file(path: Path, sha256: str, error: type[ExportedError], record: str) -> None:
    try:
        found = file_sha256(path)
    except OSError as cause:
        raise error(path, f"cannot be read ({cause.strerror})") from cause
    if found != sha256:
        raise error(path, f"its SHA-256 is {found}, and {record} says {sha256}")
