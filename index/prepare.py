"""Preparing an encoder: a sentence-transformers model is exported to ONNX, compared with itself, and put in place.

Run in a child process, as `python -m index.prepare --model FOLDER --sha256 HEX --out FOLDER --probes FILE`. This is
the only module that imports torch, transformers, sentence-transformers or onnx: serving must never load them.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Before the libraries below read it: no model, file or setting may come from anywhere but the checked folder.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from index.encoder import ERROR, ONNX_FILE, RECORD_FILE, WEIGHTS_FILE, ExportedEncoder
from index.exported import TOKENIZER_FILE
from index.model import Model, ModelError, check_model, file_sha256, transformer_folder

LEAST_PROBES = 200
LEAST_AGREEMENT = 0.9999
# Named, so that another torch does not silently write another file.
OPSET = 20
# From so many numbers on a table is worth keeping small.
_MANY = 4_000_000
# Bytes from which on weights stand in a file of their own.
_LEAST_APART = 1024
LIBRARIES = ("torch", "transformers", "sentence-transformers", "onnx", "onnxscript", "onnxruntime", "tokenizers")


class PrepareError(Exception):
    """An export that did not come out right; the message says what and what to do next."""


class _Exported(torch.nn.Module):
    """Transformer, mean of the token vectors, unit length: what encoder.onnx computes.

    It takes no attention mask but makes it from the padding it sees, so none can be sent by mistake. The mean is a
    product of matrices, text by text: a plain mean sums in another order when texts come together, and then the same
    text would not have the same vector, bit for bit.
    """

    def __init__(self, transformer: torch.nn.Module, padding: int) -> None:
        super().__init__()
        self.transformer = transformer
        self.padding = padding

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return sentence_vector [batch, dimension] and token_vectors [batch, tokens, dimension], of unit length."""
        mask = input_ids.ne(self.padding)
        hidden: torch.Tensor = self.transformer(input_ids=input_ids, attention_mask=mask.long()).last_hidden_state
        shares = mask.to(hidden.dtype) / mask.sum(dim=1, keepdim=True)
        mean = torch.matmul(shares.unsqueeze(1), hidden).squeeze(1)
        normalise = torch.nn.functional.normalize
        return normalise(mean, dim=-1), normalise(hidden, dim=-1)


def prepare(model: Model, out: Path, probes: Sequence[str]) -> None:
    """Write the encoder folder `out`, which appears whole or not at all.

    Raises ModelError or PrepareError.
    """
    if len(probes) < LEAST_PROBES:
        raise PrepareError(f"{len(probes)} probe texts were given; at least {LEAST_PROBES} are needed to compare with")
    if out.exists():
        raise PrepareError(f"{out} exists already; remove it or name another folder")
    _say(f"Checking the weights of {model.title}")
    check_model(model)
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        _write(model, work, probes)
        work.chmod(0o755)
        work.rename(out)
        _flush(out.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _say(f"Prepared {model.title}")


def _write(model: Model, work: Path, probes: Sequence[str]) -> None:
    _say("Loading the model with sentence-transformers")
    original = _load(model)
    _say("Exporting it to ONNX")
    _export(original, work / ONNX_FILE)
    shutil.copyfile(transformer_folder(model) / TOKENIZER_FILE, work / TOKENIZER_FILE)
    # Written twice: the comparison goes through the very code that serves, which wants a record to open.
    record = _record(model, original, work)
    write_record(work / RECORD_FILE, record)
    _say(f"Comparing both on {len(probes)} texts")
    record["agreement"] = _agreement(original, ExportedEncoder.open(work), probes)
    _say(f"They agree: least cosine {record['agreement']['minimum']:.7f}")
    write_record(work / RECORD_FILE, record)
    for path in (*work.iterdir(), work):
        _flush(path)


def _load(model: Model) -> SentenceTransformer:
    return SentenceTransformer(
        str(model.folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        # float32 whatever the weights were saved in, and the attention whose export has the fewest operations.
        model_kwargs={"use_safetensors": True, "dtype": torch.float32, "attn_implementation": "eager"},
    ).eval()


def _export(original: SentenceTransformer, path: Path) -> None:
    transformer: Any = original[0]
    example = torch.ones(2, 8, dtype=torch.long)
    program = torch.onnx.export(
        _Exported(transformer.auto_model, _padding(original)).eval(),
        (example,),
        dynamo=True,
        input_names=["input_ids"],
        output_names=["sentence_vector", "token_vectors"],
        dynamic_shapes={"input_ids": {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}},
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    if program is None:
        raise PrepareError("torch exported nothing; check that torch is the version in requirements.lock")
    onnx.save(
        with_small_words(without_traces(program.model_proto)),
        path,
        save_as_external_data=True,
        location=WEIGHTS_FILE,
        size_threshold=_LEAST_APART,
    )
    path.with_name(WEIGHTS_FILE).chmod(path.stat().st_mode)  # onnx makes it for its owner alone


def with_small_words(proto: Any) -> Any:
    """Keep the table of word vectors in half precision: half the model's memory, for a handful of rows a text.

    A row becomes float32 as it is read, and everything is still computed in that. What it costs in agreement is in the
    record (some ten-millionths of a cosine).
    """
    large = {
        one.name: one
        for one in proto.graph.initializer
        if one.data_type == onnx.TensorProto.FLOAT and int(np.prod(one.dims)) >= _MANY
    }
    for node in list(proto.graph.node):
        table = large.get(node.input[0]) if node.op_type == "Gather" else None
        if table is not None and sum(table.name in other.input for other in proto.graph.node) == 1:
            rows = onnx.numpy_helper.to_array(table).astype(np.float16)
            table.CopyFrom(onnx.numpy_helper.from_array(rows, table.name))
            found, node.output[0] = node.output[0], f"{node.output[0]}_half"
            cast = onnx.helper.make_node("Cast", [node.output[0]], [found], to=onnx.TensorProto.FLOAT)
            proto.graph.node.insert(list(proto.graph.node).index(node) + 1, cast)
    return proto


def without_traces(proto: Any) -> Any:
    """Remove the exporter's notes: they hold paths of this machine, and make equal exports differ."""
    del proto.metadata_props[:]
    for part in (proto.graph, *proto.graph.node, *proto.graph.value_info, *proto.graph.input, *proto.graph.output):
        del part.metadata_props[:]
        part.ClearField("doc_string")
    return proto


def _record(model: Model, original: SentenceTransformer, work: Path) -> dict[str, Any]:
    return {
        "model": model.title,
        "weights_sha256": model.weights_sha256,
        "dimension": _dimension(original),
        "max_tokens": _max_tokens(original),
        "padding": _padding(original),
        "opset": OPSET,
        "agreement": {},
        "files": {name: file_sha256(work / name) for name in (ONNX_FILE, WEIGHTS_FILE, TOKENIZER_FILE)},
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _dimension(original: SentenceTransformer) -> int:
    dimension = original.get_embedding_dimension()
    if not dimension:
        raise PrepareError("the model does not say how long its vectors are; use another model")
    return int(dimension)


def _max_tokens(original: SentenceTransformer) -> int:
    longest = original.max_seq_length
    if not longest:
        raise PrepareError("the model does not say how many tokens it reads; use another model")
    return int(longest)


def _agreement(original: SentenceTransformer, exported: ExportedEncoder, probes: Sequence[str]) -> dict[str, Any]:
    """Return how closely both agree, as cosines over the probe texts. Raises PrepareError below the least allowed."""
    ours = exported.encode_many(probes).astype(np.float64)
    theirs: NDArray[np.float64] = np.asarray(
        original.encode(list(probes), normalize_embeddings=True, show_progress_bar=False), dtype=np.float64
    )
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(theirs, axis=1)
    worst = int(cosines.argmin())
    if not cosines[worst] >= LEAST_AGREEMENT:
        raise PrepareError(
            f"the exported encoder and sentence-transformers disagree: cosine {cosines[worst]:.6f} where "
            f"{LEAST_AGREEMENT} is the least, on probe text {worst}; use the libraries in requirements.lock"
        )
    minimum, mean = round(float(cosines[worst]), 7), round(float(cosines.mean()), 7)
    return {"texts": len(probes), "minimum": minimum, "mean": mean}


def _padding(original: SentenceTransformer) -> int:
    padding = original.tokenizer.pad_token_id
    if padding is None:
        raise PrepareError("the model's tokenizer has no padding token; use another model")
    return int(padding)


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write what a folder holds, so that equal records are equal bytes."""
    text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m index.prepare", description="Export a model to an encoder folder.")
    parser.add_argument("--model", type=Path, required=True, help="sentence-transformers folder")
    parser.add_argument("--sha256", required=True, help="SHA-256 its weights must have")
    parser.add_argument("--name", default="", help="the model's name; its folder's if left out")
    parser.add_argument("--out", type=Path, required=True, help="encoder folder to make")
    parser.add_argument("--probes", type=Path, required=True, help="JSON list of texts to compare on")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Prepare as the arguments say; return the exit status, with the reason for a failure on stderr."""
    arguments = _arguments(words)
    # What these libraries say is about themselves; stderr is for the person who waits.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        probes = json.loads(arguments.probes.read_text(encoding="utf-8"))
        prepare(Model(arguments.model, arguments.sha256, arguments.name), arguments.out, probes)
    except (ModelError, PrepareError) as error:
        _say(f"{ERROR}{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
