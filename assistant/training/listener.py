"""Training the listener: the first layers of the encoder's own transformer, taught to hear danger and need of advice.

Each column is a yes or no of its own, weighted so that a rare yes counts for more. Word embeddings stay as they are:
there are more of them than of everything else, and little text.
"""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from msgspec import Struct
from msgspec.structs import asdict
from safetensors.torch import load_file, save_file
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer

from assistant.evaluation.triaging import Message
from assistant.raising import COLUMNS, MAX_TOKENS, SHIPPED, Words
from assistant.training.examples import drawn_text, targets
from index.exported import TOKENIZER_FILE, open_tokenizer
from index.model import check_model, default_model, transformer_folder

_WARM_UP = 100
# Batches are of messages of like length, taken from so many batches' worth of messages, so that little is padding.
_LIKE = 20


class Settings(Struct, frozen=True):
    """How it is trained. The seed decides the order and the disguises."""

    layers: int = 4
    epochs: int = 6
    rate: float = 1.2e-4
    batch: int = 32
    seed: int = 1
    threads: int = 2


# A second leg over the same messages, with those that were written since the first.
SECOND = Settings(epochs=1, rate=6e-5, seed=3, threads=1)


def fresh(layers: int) -> CrossEncoder:
    """Return the packaged model's first layers with an untrained head. Raises ModelError unless they are the pinned."""
    check_model(default_model())
    model: CrossEncoder = CrossEncoder(
        str(transformer_folder(default_model())),
        num_labels=len(COLUMNS),
        max_length=MAX_TOKENS,
        device="cpu",
        local_files_only=True,
        activation_fn=torch.nn.Identity(),
    )
    network: Any = model.model
    network.bert.encoder.layer = network.bert.encoder.layer[:layers]
    network.config.num_hidden_layers = layers
    network.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    return model


def opened(folder: Path) -> CrossEncoder:
    """Return a listener that was trained before."""
    model: CrossEncoder = CrossEncoder(
        str(folder), max_length=MAX_TOKENS, device="cpu", local_files_only=True, activation_fn=torch.nn.Identity()
    )
    network: Any = model.model
    network.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    return model


def train(messages: Sequence[Message], settings: Settings, out: Path, start: Path | None = None) -> None:
    """Train for `settings.epochs`, from the packaged model or a trained listener; save to `out` at the end."""
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    random = Random(settings.seed)  # noqa: S311 - chance that can be repeated
    model = fresh(settings.layers) if start is None else opened(start)
    network: Any = model.model
    network.train()
    tokenizer = open_tokenizer(transformer_folder(default_model()) / TOKENIZER_FILE, MAX_TOKENS)
    words = Words.open(SHIPPED, tokenizer)
    labels, weights = _labels([targets(one) for one in messages])
    trained = [one for one in network.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=settings.rate, weight_decay=0.01)
    steps, step, began, mean = settings.epochs * math.ceil(len(messages) / settings.batch), 0, time.monotonic(), 0.0
    for _ in range(settings.epochs):
        for rows in _batches([len(one.text) for one in messages], settings.batch, random):
            step += 1
            for each in optimiser.param_groups:
                each["lr"] = settings.rate * min(1.0, step / _WARM_UP) * max(0.02, 1 - step / steps)
            texts = [words.told(drawn_text(messages[row], random)) for row in rows]
            logits = _logits(network, tokenizer, texts)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                logits, labels[rows], weight=weights[rows], reduction="sum"
            ) / (weights[rows] > 0).sum().clamp_min(1)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            mean = 0.98 * mean + 0.02 * float(loss.detach())
            if step % 50 == 0:
                _say(f"step {step} of {steps}, loss {mean / (1 - 0.98**step):.4f}, {time.monotonic() - began:.0f} s")
    network.eval()
    model.save_pretrained(str(out))
    legs = [] if start is None else _legs(start)
    legs.append({**asdict(settings), "messages": len(messages)})
    (out / "training.json").write_text(json.dumps(legs, indent=2) + "\n")


def average(one: Path, other: Path, out: Path) -> None:
    """Write the mean of two legs of one listener's training: it forgets less of the first than the second did.

    After Wortsman and others, "Model soups", ICML 2022.
    """
    shutil.copytree(one, out, dirs_exist_ok=True)
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (one, other))
    kept = {name: ((ours[name].float() + theirs[name].float()) / 2).to(ours[name].dtype).contiguous() for name in ours}
    save_file(kept, out / "model.safetensors", metadata={"format": "pt"})
    legs = [*_legs(one), {"mean_with_leg": len(_legs(other))}]
    (out / "training.json").write_text(json.dumps(legs, indent=2) + "\n")


def _legs(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "training.json").read_text())
    return found


def _labels(rows: Sequence[Sequence[float]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Labels and weights, both of shape [messages, columns]; nothing is taught where the weight is 0."""
    labels = torch.tensor(rows)
    taught = ~torch.isnan(labels)
    labels = torch.nan_to_num(labels)
    count, yes = taught.sum(0), labels.sum(0)
    # The square root of what would make both sides weigh the same: enough for the rare, without drowning the common.
    weights = torch.where(labels > 0, (count / (2 * yes)).sqrt(), (count / (2 * (count - yes))).sqrt())
    return labels, weights * taught


def _batches(lengths: Sequence[int], batch: int, random: Random) -> list[list[int]]:
    order = random.sample(range(len(lengths)), len(lengths))
    many = [sorted(order[n : n + batch * _LIKE], key=lengths.__getitem__) for n in range(0, len(order), batch * _LIKE)]
    found = [rows[n : n + batch] for rows in many for n in range(0, len(rows), batch)]
    random.shuffle(found)
    return found


def _logits(network: Any, tokenizer: Tokenizer, texts: Sequence[str]) -> torch.Tensor:
    """Logits of shape [texts, columns]."""
    encodings = tokenizer.encode_batch(list(texts))
    longest = max(len(one.ids) for one in encodings)
    ids, mask = (torch.zeros(len(encodings), longest, dtype=torch.long) for _ in range(2))
    for n, one in enumerate(encodings):
        ids[n, : len(one.ids)] = torch.tensor(one.ids)
        mask[n, : len(one.ids)] = 1
    logits: torch.Tensor = network(input_ids=ids, attention_mask=mask).logits
    return logits


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
