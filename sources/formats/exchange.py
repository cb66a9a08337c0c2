"""Documents and refusals as JSON, the way they come back from the process that parsed a file.

JSON and never pickle: the process that read a hostile file may say anything, and must not be able to run anything here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import to_builtins

from sources.article import Block, BlockKind, Document, attributes_from_json
from sources.formats import UnreadableError


def dumped(documents: Iterable[Document]) -> bytes:
    """The documents as JSON in ASCII."""
    return json.dumps({"documents": to_builtins(tuple(documents))}).encode("ascii")


def refused(error: UnreadableError) -> bytes:
    """The refusal as JSON in ASCII."""
    return json.dumps({"reason": error.reason, "next_step": error.next_step}).encode("ascii")


def loaded(answer: bytes) -> tuple[Document, ...]:
    """The documents in `answer`; raises `UnreadableError` for a refusal, `ValueError` for anything else."""
    try:
        values = json.loads(answer)
        if "reason" in values:
            raise UnreadableError(str(values["reason"]), str(values["next_step"]))
        return tuple(map(_document, values["documents"]))
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no documents: {error}") from error


def _document(values: Mapping[str, Any]) -> Document:
    return Document(attributes_from_json(values["attributes"]), tuple(map(_block, values["blocks"])))


def _block(values: Mapping[str, Any]) -> Block:
    kind, text, level = BlockKind(values["kind"]), values["text"], values["level"]
    if not isinstance(text, str) or not isinstance(level, int):
        raise TypeError("a block of other types")
    return Block(kind, text, level)
