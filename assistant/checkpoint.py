"""The key that signs the log's checkpoints, in a file of its own, and what it writes (https://c2sp.org/signed-note)."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from assistant.log import LogError
from assistant.verifier import Checkpoint, PublicKey

_OTHERS_MAY = 0o007


class KeyFileError(LogError):
    """The key file cannot be used; names it and says what to do next."""


@dataclass(frozen=True)
class Signer:
    """A private key under the name of the log it signs for."""

    name: str
    private: Ed25519PrivateKey

    @property
    def key(self) -> PublicKey:
        """The key that others check its signatures with."""
        return PublicKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the checkpoint as a signed note."""
        text = checkpoint.text()
        held = base64.b64encode(self.key.id + self.private.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {held}\n"


def private_key(path: Path) -> Ed25519PrivateKey:
    """Return the key of a file; where there is none, make one that only its owner may read.

    Raises `KeyFileError` where the file holds no Ed25519 key, or everybody may read it.
    """
    if not path.exists():
        _make(path)
    if path.stat().st_mode & _OTHERS_MAY:
        raise KeyFileError(f"{path}: everybody on this machine may read the log's key. Run: chmod 600 {path}")
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path}: it holds no key that can be read. Put the log's key back from a copy.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path}: it holds a key of another kind. The log is signed with Ed25519.")
    return key


def _make(path: Path) -> None:
    """Write a new key beside its place, then move it there whole; whoever was first has made it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
