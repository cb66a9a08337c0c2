"""The trained network once more, as it is shipped: small weights, one pair at a time, nothing computed in vain.

Matrices are kept as signed bytes, each run of 64 numbers with its own scale, and made float32 once, when the model is
opened; of the word embeddings only the words that are read. Or the layers are multiplied as bytes, by onnxruntime's
DynamicQuantizeMatMul, which makes bytes of the other side, too: with a third of the memory, in two thirds of the time,
and less exactly (logits of the listener differ by .05 in the mean). The last layer is computed for the first token
alone, since nothing else of it is looked at.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

BLOCK = 64
_LARGEST = 127
# Processors without an instruction for it add two products of bytes in 16 bits. Up to here two always fit, so that the
# same text has the same logits on every machine.
_LARGEST_IN_PAIRS = 64
_SEED = 1


class Small(nn.Module):
    """A matrix in bytes. Called without rows it returns the whole, shape [rows, columns]; else these rows."""

    def __init__(self, matrix: torch.Tensor) -> None:
        super().__init__()
        blocks = matrix.detach().float().reshape(matrix.shape[0], -1, BLOCK)
        scale = blocks.abs().amax(dim=2, keepdim=True).clamp_min(1e-12) / _LARGEST
        self.columns = matrix.shape[1]
        self.bytes: torch.Tensor
        self.scale: torch.Tensor
        self.register_buffer("bytes", torch.round(blocks / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, rows: torch.Tensor | None = None) -> torch.Tensor:
        """Return float32 rows."""
        if rows is None:
            return (self.bytes.float() * self.scale).reshape(-1, self.columns)
        return (self.bytes[rows].float() * self.scale[rows]).reshape(-1, self.columns)


class Linear(nn.Module):
    """A linear layer with a small matrix; several layers of the same input can be one."""

    def __init__(self, *layers: Any) -> None:
        super().__init__()
        self.weight = Small(torch.cat([one.weight for one in layers]))
        self.bias = nn.Parameter(torch.cat([one.bias for one in layers]).detach().float(), requires_grad=False)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return [tokens, out] of [tokens, in]."""
        matrix: torch.Tensor = self.weight()
        return hidden @ matrix.T + self.bias


class SmallLinear(nn.Module):
    """A linear layer that is multiplied in bytes. It can be exported, and not be run by torch.

    Each column of the weights has a scale of its own. So has each token: onnxruntime takes one scale for all of them,
    and a single large number would leave few steps for the others, so each token is divided by its largest number
    before and multiplied by it after.

    A weight between two steps becomes the nearer one the more often the nearer it is, and not always (stochastic rounding;
    Gupta and others, ICML 2015): where weights were bytes before, one more leg of training moves most of them by less than
    half a step, and rounding to the nearest would undo nearly all that it taught.
    """

    def __init__(self, *layers: Any) -> None:
        super().__init__()
        matrix = torch.cat([one.weight for one in layers]).detach().float().T
        scale = matrix.abs().amax(dim=0).clamp_min(1e-12) / _LARGEST_IN_PAIRS
        self.bytes: torch.Tensor
        self.scale: torch.Tensor
        self.middle: torch.Tensor
        chance = torch.rand(matrix.shape, generator=torch.Generator().manual_seed(_SEED))
        self.register_buffer("bytes", torch.floor(matrix / scale + chance).to(torch.int8))
        self.register_buffer("scale", scale)
        self.register_buffer("middle", torch.zeros_like(scale, dtype=torch.int8))
        self.bias = nn.Parameter(torch.cat([one.bias for one in layers]).detach().float(), requires_grad=False)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return [tokens, out] of [tokens, in]."""
        largest = hidden.abs().amax(dim=-1, keepdim=True).clamp_min(1e-12)
        found = torch.onnx.ops.symbolic(
            "com.microsoft::DynamicQuantizeMatMul",
            (hidden / largest, self.bytes, self.scale, self.middle),
            {},
            dtype=torch.float32,
            shape=(hidden.shape[0], self.bytes.shape[1]),
            version=1,
        )
        return found * largest + self.bias


class Layer(nn.Module):
    """One layer of BERT over [tokens, hidden]; the last one answers for the first token only."""

    def __init__(self, layer: Any, heads: int, *, last: bool, kept_small: bool) -> None:
        super().__init__()

        linear = SmallLinear if kept_small else Linear
        own = layer.attention.self
        self.heads = heads
        self.last = last
        self.query = linear(own.query)
        self.key_value = linear(own.key, own.value)
        self.output = linear(layer.attention.output.dense)
        self.norm = layer.attention.output.LayerNorm
        self.wide = linear(layer.intermediate.dense)
        self.narrow = linear(layer.output.dense)
        self.last_norm = layer.output.LayerNorm

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return [tokens, hidden], or [1, hidden] from the last layer."""
        asking = hidden[:1] if self.last else hidden
        query = self._by_head(self.query(asking))
        key, value = self.key_value(hidden).chunk(2, dim=-1)
        weights = torch.softmax(query @ self._by_head(key).transpose(1, 2) * query.shape[-1] ** -0.5, dim=-1)
        seen = (weights @ self._by_head(value)).transpose(0, 1).reshape(asking.shape)
        asking = self.norm(asking + self.output(seen))
        found: torch.Tensor = self.last_norm(asking + self.narrow(nn.functional.gelu(self.wide(asking))))
        return found

    def _by_head(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden.reshape(hidden.shape[0], self.heads, -1).transpose(0, 1)


class Network(nn.Module):
    """The whole: one text's or pair's tokens in, its logits out; a reader has one of them.

    `kept_small` is for what reads short texts, and not each: its layers are multiplied in bytes.
    """

    def __init__(self, model: Any, *, kept_small: bool = False) -> None:
        super().__init__()
        embeddings = model.bert.embeddings
        layers, heads = model.bert.encoder.layer, model.config.num_attention_heads
        self.words = Small(embeddings.word_embeddings.weight)
        self.positions = nn.Parameter(embeddings.position_embeddings.weight.detach().float(), requires_grad=False)
        self.types = nn.Parameter(embeddings.token_type_embeddings.weight.detach().float(), requires_grad=False)
        self.norm = embeddings.LayerNorm
        self.layers = nn.ModuleList(
            Layer(one, heads, last=n == len(layers) - 1, kept_small=kept_small) for n, one in enumerate(layers)
        )
        self.pooler = model.bert.pooler.dense
        self.classifier = model.classifier

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        """Return logits [labels] of input_ids and token_type_ids, both [1, tokens]."""
        ids, types = input_ids[0], token_type_ids[0]
        hidden = self.norm(self.words(ids) + self.types[types] + self.positions[: ids.shape[0]])
        for layer in self.layers:
            hidden = layer(hidden)
        logits: torch.Tensor = self.classifier(torch.tanh(self.pooler(hidden)))
        return logits[0]
