"""The files of an edition: on the disk when their digest is known, and never used without it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

NEXT_STEP = "Publish the edition again, or roll back to one whose files are whole"


class DamagedError(Exception):
    """A file that cannot be trusted: which, why, and what to do next."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}. {NEXT_STEP}")
        self.path = path
        self.reason = reason


def write_synced(path: Path, content: bytes | memoryview) -> str:
    """Write a file, flush it to the disk, and return its SHA-256 in hex."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def checked_bytes(path: Path, sha256: str | None) -> bytes:
    """Read a file. Raises `DamagedError` when it is missing or is not the one `sha256` names."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedError(path, f"cannot be read ({error.strerror})") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DamagedError(path, f"its SHA-256 is {found}, and {sha256 or 'none'} was published")
    return content
