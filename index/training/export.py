"""Export the trained reader: `python -m index.training.export --model WORK/model`.

Writes model.onnx, tokenizer.json and manifest.json, after comparing the export with sentence-transformers' own
prediction on pairs of the articles written for this project.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from sentence_transformers import CrossEncoder

from index.exported import TOKENIZER_FILE
from index.model import default_model, file_sha256, transformer_folder
from index.prepare import LIBRARIES, OPSET, without_traces, write_record
from index.reader import MANIFEST_FILE, MODEL_FILE, SHIPPED, Reader, window
from index.training.network import Network
from index.training.reading import ARTICLES, read_written
from index.training.train import MAX_TOKENS

PAIRS = 200


def export(trained: Path, out: Path) -> dict[str, Any]:
    """Write the reader folder `out` from a model of sentence-transformers' form; return its manifest."""
    model = CrossEncoder(
        str(trained), max_length=MAX_TOKENS, device="cpu", local_files_only=True, activation_fn=torch.nn.Identity()
    )
    out.mkdir(parents=True, exist_ok=True)
    write_network(Network(model.model).eval(), ("input_ids", "token_type_ids"), "logit", MAX_TOKENS, out / MODEL_FILE)
    shutil.copyfile(transformer_folder(default_model()) / TOKENIZER_FILE, out / TOKENIZER_FILE)
    manifest = {
        "model": f"cross-encoder on {default_model().title}",
        "started_from_sha256": default_model().weights_sha256,
        "max_tokens": MAX_TOKENS,
        "opset": OPSET,
        "training": json.loads((trained / "training.json").read_text()),
        "agreement": {},
        "files": {name: file_sha256(out / name) for name in (MODEL_FILE, TOKENIZER_FILE)},
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    write_record(out / MANIFEST_FILE, manifest)
    manifest["agreement"] = agreement(model, Reader.open(out), pairs())
    write_record(out / MANIFEST_FILE, manifest)
    return manifest


def pairs() -> list[tuple[str, str]]:
    """Return the pairs to compare on: questions of the written articles, with passages of the same article."""
    material = read_written(ARTICLES)
    found = []
    for n, question in enumerate(material.questions):
        subject = material.subjects[question.subject]
        own = subject.pieces[n % len(subject.pieces)]
        found.append((question.text, window(own.text, own.heading, own.sentences, [0.0] * len(own.sentences))))
    return list(islice(found, 0, None, max(1, len(found) // PAIRS)))[:PAIRS]


def agreement(model: CrossEncoder, reader: Reader, compared: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Return how far the export's logits are from the model's, over these pairs."""
    theirs = np.asarray(model.predict(list(compared), show_progress_bar=False, convert_to_numpy=True)).reshape(-1)
    ours = np.array([reader.read(question, [text])[0] for question, text in compared])
    apart = np.abs(ours - theirs)
    return {
        "pairs": len(compared),
        "largest_difference": round(float(apart.max()), 4),
        "mean_difference": round(float(apart.mean()), 4),
        "correlation": round(float(np.corrcoef(ours, theirs)[0, 1]), 6),
    }


def write_network(network: torch.nn.Module, inputs: Sequence[str], output: str, most_tokens: int, path: Path) -> None:
    """Write a network of one text's tokens, each input of shape [1, tokens], as ONNX."""
    tokens = {1: torch.export.Dim("tokens", min=3, max=most_tokens)}
    program = torch.onnx.export(
        network,
        tuple(torch.ones(1, 7, dtype=torch.long) for _ in inputs),
        dynamo=True,
        input_names=list(inputs),
        output_names=[output],
        dynamic_shapes=dict.fromkeys(inputs, tokens),
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch exported nothing; check that torch is the version in requirements.lock")
    onnx.save(without_traces(program.model_proto), path)


def main(words: Sequence[str] | None = None) -> None:
    """Export, and say how closely both agree."""
    parser = argparse.ArgumentParser(prog="python -m index.training.export", description="Export the trained reader.")
    parser.add_argument("--model", type=Path, required=True, help="folder of the trained model")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="reader folder to write; the shipped one if left out")
    given = parser.parse_args(words)
    manifest = export(given.model, given.out)
    sys.stdout.write(json.dumps(manifest["agreement"]) + "\n")


if __name__ == "__main__":
    main()
