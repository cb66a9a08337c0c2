"""Keeping memory small where models are opened and many threads work: what glibc would keep goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

# M_ARENA_MAX of glibc's malloc.h.
_MOST_HEAPS = -8


def share_heap() -> None:
    """Let all threads share one heap: glibc would give each its own, which kept some 20 MB that nobody used any more."""
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        mallopt(_MOST_HEAPS, 1)


def give_back() -> None:
    """Give the system what opening a model left free: glibc would keep it, and on top of it comes the next model."""
    trim = _glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _glibc(name: str) -> Any:
    """Return a function of the C library; None where there is no such one."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
