"""Training the reader: a cross-encoder of sentence-transformers, started from the encoder's own weights.

Each step shows a few groups (a question and its windows). Two losses are added: binary cross-entropy, which gives the
logit a meaning that is the same for all questions, and the list's softmax, which puts the window that answers above
those beside it. Word embeddings stay as they are: there are more of them than of everything else, and little text.
"""

from __future__ import annotations

import json
import math
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from msgspec import Struct
from msgspec.structs import asdict
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer

from index.exported import TOKENIZER_FILE, open_tokenizer
from index.model import check_model, default_model, transformer_folder
from index.training.groups import Group, Groups

MAX_TOKENS = 128
_WARM_UP = 60


class Settings(Struct, frozen=True):
    """How it is trained. The seed decides the order, the windows and the wordings."""

    steps: int = 1500
    rate: float = 1e-4
    groups_a_step: int = 12
    positive_weight: float = 3.0
    list_weight: float = 0.5
    smoothing: float = 0.02
    seed: int = 20
    threads: int = 2


class Share(Struct, frozen=True):
    """One source's groups and how many of them an epoch holds, as a share of all."""

    groups: Groups
    share: float


def fresh() -> CrossEncoder:
    """Return an untrained cross-encoder on the packaged model's weights. Raises ModelError unless they are the pinned."""
    check_model(default_model())
    return opened(transformer_folder(default_model()))


def opened(folder: Path) -> CrossEncoder:
    """Return the cross-encoder in a folder; what is not in it (the head of an untrained one) is drawn by the seed."""
    torch.manual_seed(Settings.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model: CrossEncoder = CrossEncoder(
            str(folder),
            num_labels=1,
            max_length=MAX_TOKENS,
            device="cpu",
            local_files_only=True,
            activation_fn=torch.nn.Identity(),
        )
    return model


def train(model: CrossEncoder, shares: Sequence[Share], settings: Settings, out: Path) -> None:
    """Train for `settings.steps`, saving to `out` every hundred."""
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    network: Any = model.model
    network.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    # Dropout stays off: each window is seen only a few times, and drawing it would cost a quarter of the time.
    network.eval()
    trained = [one for one in network.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=settings.rate, weight_decay=0.01)
    tokenizer = open_tokenizer(transformer_folder(default_model()) / TOKENIZER_FILE, MAX_TOKENS)
    random = Random(settings.seed)  # noqa: S311 - chance that can be repeated
    began, mean = time.monotonic(), 0.0
    for step in range(1, settings.steps + 1):
        for each in optimiser.param_groups:
            each["lr"] = settings.rate * min(1.0, step / _WARM_UP) * (1 - (step - 1) / settings.steps)
        groups = [_drawn(shares, random) for _ in range(settings.groups_a_step)]
        loss = _loss(network, tokenizer, groups, settings)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        mean = 0.98 * mean + 0.02 * float(loss.detach())
        if step % 25 == 0:
            _say(f"step {step} loss {mean / (1 - math.pow(0.98, step)):.4f} {time.monotonic() - began:.0f} s")
        if step % 100 == 0 or step == settings.steps:
            save(model, out, settings, step)


def save(model: CrossEncoder, out: Path, settings: Settings, step: int) -> None:
    """Write the model in sentence-transformers' form, with how it came about."""
    model.save_pretrained(str(out))
    (out / "training.json").write_text(json.dumps({**asdict(settings), "step": step}, indent=2) + "\n")


def _drawn(shares: Sequence[Share], random: Random) -> Group:
    while True:
        groups = random.choices(shares, [one.share for one in shares])[0].groups
        group = groups.group(random.choice(groups.questions), random)
        if len(group.pairs) > 1:
            return group


def _loss(network: Any, tokenizer: Tokenizer, groups: Sequence[Group], settings: Settings) -> torch.Tensor:
    pairs = [pair for group in groups for pair in group.pairs]
    logits = _logits(network, tokenizer, pairs)
    labels = torch.tensor(
        [float(n < group.answering) for group in groups for n in range(len(group.pairs))], dtype=torch.float32
    )
    weight = torch.tensor(settings.positive_weight)
    smooth = labels * (1 - 2 * settings.smoothing) + settings.smoothing
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, smooth, pos_weight=weight)
    at, lists = 0, []
    for group in groups:
        own = logits[at : at + len(group.pairs)]
        at += len(group.pairs)
        if group.answering:
            lists.append(torch.logsumexp(own, 0) - torch.logsumexp(own[: group.answering], 0))
    return loss + settings.list_weight * torch.stack(lists).mean() if lists else loss


def _logits(network: Any, tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]], parts: int = 3) -> torch.Tensor:
    """Logits in the order of the pairs; read in parts of like length, so that little is padding."""
    encodings = tokenizer.encode_batch(list(pairs))
    order = sorted(range(len(pairs)), key=lambda n: len(encodings[n].ids))
    size = math.ceil(len(order) / parts)
    found = []
    for first in range(0, len(order), size):
        part = [encodings[n] for n in order[first : first + size]]
        longest = max(len(one.ids) for one in part)
        ids, types, mask = (torch.zeros(len(part), longest, dtype=torch.long) for _ in range(3))
        for n, one in enumerate(part):
            ids[n, : len(one.ids)] = torch.tensor(one.ids)
            types[n, : len(one.ids)] = torch.tensor(one.type_ids)
            mask[n, : len(one.ids)] = 1
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(input_ids=ids, token_type_ids=types, attention_mask=mask).logits
        found.append(logits[:, 0].float())
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(found)[back]


def _say(line: str) -> None:

    sys.stderr.write(line + "\n")
    sys.stderr.flush()
