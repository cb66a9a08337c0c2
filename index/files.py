"""Writing a file of an edition so that it is on the disk when its digest is known."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def write_synced(path: Path, content: bytes | memoryview) -> str:
    """Write a file, flush it to the disk, and return its SHA-256 in hex."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()
