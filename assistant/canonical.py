"""Canonical JSON, written quickly: byte for byte what `assistant.verifier` writes, which others run on their own machines."""

from __future__ import annotations

from typing import Any

import orjson

from assistant import verifier


def canonical(value: Any) -> bytes:
    """Write JSON so that equal values are equal bytes (`assistant.verifier.canonical`); every answer is written twice."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # names that are numbers, and numbers of more than 64 bits
        return verifier.canonical(value)
