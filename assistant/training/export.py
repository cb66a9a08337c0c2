"""Exporting the trained listener, and how closely the export agrees with what was trained."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import CrossEncoder

from assistant.glosses import WORD_FILES
from assistant.raising import MAX_TOKENS, MODEL_FILE, SHIPPED, Raiser, Words
from assistant.spelling import OFTEN_FILE
from index.exported import TOKENIZER_FILE, open_tokenizer
from index.model import default_model, transformer_folder
from index.training.export import write_network
from index.training.network import Network


class Hearing(torch.nn.Module):
    """The network of a single text: it has no second one, so its token types are all 0."""

    def __init__(self, model: CrossEncoder) -> None:
        super().__init__()
        self.network = Network(model.model, kept_small=True)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Return logits [columns] of input_ids [1, tokens]."""
        logits: torch.Tensor = self.network(input_ids, torch.zeros_like(input_ids))
        return logits


def export(model: CrossEncoder, out: Path) -> None:
    """Write model.onnx, tokenizer.json and the tables of words that it was trained on to the folder."""
    out.mkdir(parents=True, exist_ok=True)
    write_network(Hearing(model).eval(), ("input_ids",), "logits", MAX_TOKENS, out / MODEL_FILE)
    shutil.copyfile(transformer_folder(default_model()) / TOKENIZER_FILE, out / TOKENIZER_FILE)
    if out != SHIPPED:
        for name in (OFTEN_FILE, *WORD_FILES):
            shutil.copyfile(SHIPPED / name, out / name)


def agreement(model: CrossEncoder, raiser: Raiser, texts: Sequence[str]) -> dict[str, float]:
    """Return how far the export's logits are from the model's, over texts and columns."""
    tokenizer = open_tokenizer(transformer_folder(default_model()) / TOKENIZER_FILE, MAX_TOKENS)
    words = Words.open(SHIPPED, tokenizer)
    network: Any = model.model
    with torch.no_grad():
        told = [words.told(text) for text in texts]
        ids = (torch.tensor([tokenizer.encode(text).ids]) for text in told)
        theirs = np.array([network(input_ids=one).logits[0].numpy() for one in ids])
    ours = np.array([raiser.transformed(text) for text in told])
    apart = np.abs(ours - theirs)
    return {
        "texts": len(texts),
        "largest_difference": round(float(apart.max()), 4),
        "mean_difference": round(float(apart.mean()), 4),
    }
