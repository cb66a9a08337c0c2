"""The key that signs the log's checkpoints, in a file of its own, and what it writes (https://c2sp.org/signed-note)."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from msgspec import Struct
from nacl.signing import SigningKey

from assistant.log import LogError
from assistant.verifier import Checkpoint, PublicKey

_OTHERS_MAY = 0o007
# A key as RFC 8410 writes it: this, and the 32 bytes of the key itself.
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
_KEY_BYTES = 32
_PEM = (b"-----BEGIN PRIVATE KEY-----\n", b"\n-----END PRIVATE KEY-----\n")


class KeyFileError(LogError):
    """The key file cannot be used; names it and says what to do next."""


class Signer(Struct, frozen=True):
    """A private key under the name of the log it signs for."""

    name: str
    private: SigningKey

    @property
    def key(self) -> PublicKey:
        """The key that others check its signatures with."""
        return PublicKey(self.name, bytes(self.private.verify_key))

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the checkpoint as a signed note."""
        text = checkpoint.text()
        held = base64.b64encode(self.key.id + self.private.sign(text.encode()).signature).decode()
        return f"{text}\n— {self.name} {held}\n"


def private_key(path: Path) -> SigningKey:
    """Return the key of a file; where there is none, make one that only its owner may read.

    Raises `KeyFileError` where the file holds no Ed25519 key, or everybody may read it.
    """
    if not path.exists():
        _make(path)
    if path.stat().st_mode & _OTHERS_MAY:
        raise KeyFileError(f"{path}: everybody on this machine may read the log's key. Run: chmod 600 {path}")
    content = path.read_bytes()
    return SigningKey(_as_we_write_it(content) or _as_others_may(content, path))


def _as_we_write_it(content: bytes) -> bytes | None:
    """Return the key of a file that is written as `_make` does; None where it is not."""
    try:
        written = base64.b64decode(content.removeprefix(_PEM[0]).removesuffix(_PEM[1]), validate=True)
    except ValueError:
        return None
    whole = written.startswith(_PKCS8) and len(written) == len(_PKCS8) + _KEY_BYTES
    return written.removeprefix(_PKCS8) if whole else None


def _as_others_may(content: bytes, path: Path) -> bytes:
    """Return the key of a file in any of the ways such a key may be written, or say what is wrong with it."""
    # Imported late: a server signs all day, and this takes it 8 MB more than what it signs with.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(content, None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path}: it holds no key that can be read. Put the log's key back from a copy.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path}: it holds a key of another kind. The log is signed with Ed25519.")
    return key.private_bytes_raw()


def _make(path: Path) -> None:
    """Write a new key beside its place, then move it there whole; whoever was first has made it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = base64.b64encode(_PKCS8 + bytes(SigningKey.generate())).join(_PEM)
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
