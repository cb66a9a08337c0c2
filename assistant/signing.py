"""Signing the log: what is checked before a checkpoint is signed, with which key, and where it is kept.

A checkpoint is signed over a log that grew from the newest one, never over another. What this key signed last also
lies in a file beside the key, out of the database's reach, so that a database that went back in time is not signed.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import Connection, Engine

from assistant import log, schema
from assistant.checkpoint import Signer, private_key
from assistant.log import Entry, LogError
from assistant.merkle import edge_places
from assistant.proof import Signed, hash_of, log_keys, newest, root_at
from assistant.verifier import KEY_ENTRY, Checkpoint, PublicKey, VerifyError, edge_root, read_checkpoint, signer_of
from sources.database import reading, writing


def sign(engine: Engine, key_file: Path) -> Signed:
    """Sign the log as it stands and keep the checkpoint; the newest one is returned where nothing was added since.

    Raises `LogError` where the log is not one that grew from what was signed before, `KeyFileError` for the key.
    """
    signer, memory = _signer(engine, key_file), _memory(key_file)
    # Read before the log is: another process may sign with this key meanwhile, and the log only grows.
    remembered = memory.read_text(encoding="utf-8") if memory.exists() else None
    with reading(engine) as connection:
        last = newest(connection)
        checkpoint = _grown_from(connection, signer.name, last)
        if remembered is not None:
            _check_remembered(connection, checkpoint, remembered, memory)
    if last and last.size == checkpoint.size and signer_of(last.note, [signer.key]):
        return last
    signed = Signed(checkpoint.size, datetime.now(UTC), signer.sign(checkpoint))
    with writing(engine) as connection:
        at = signed.at.isoformat(timespec="milliseconds")
        connection.execute(schema.checkpoints.insert().values(size=signed.size, at=at, note=signed.note))
    _remember(memory, signed.note)
    return signed


def public_key(engine: Engine, key_file: Path) -> PublicKey:
    """Return the key that this installation signs with; both are made where there is none."""
    return _signer(engine, key_file).key


def _signer(engine: Engine, key_file: Path) -> Signer:
    """Return who signs; the first time a key signs for this log, the log says so, and the very first names the log."""
    private = private_key(key_file)
    with reading(engine) as connection:
        keys = log_keys(connection)
    if not keys or Signer(keys[0].name, private).key not in keys:
        with writing(engine) as connection:
            log.hold(connection)
            keys = log_keys(connection)
            name = keys[0].name if keys else f"wellcited/{secrets.token_hex(8)}"
            if Signer(name, private).key not in keys:
                log.append(connection, [Entry(KEY_ENTRY, {"key": str(Signer(name, private).key)})])
        return Signer(name, private)
    return Signer(keys[0].name, private)


def _grown_from(connection: Connection, origin: str, last: Signed | None) -> Checkpoint:
    """Work out the log's root, looking at every entry since the newest checkpoint."""
    size = last.size if last else 0
    edge = tuple(hash_of(connection, [(place & (place - 1), place) for place in edge_places(size)]))
    if last and read_checkpoint(last.note).root != edge_root(edge):
        raise LogError(f"the first {size} entries are not those that were signed before: nothing was signed.")
    for row, grown in log.checked(log.rows_after(connection, size), size, edge):
        size, edge = row.seq, grown
    return Checkpoint(origin, size, edge_root(edge))


def _memory(key_file: Path) -> Path:
    return key_file.with_name(f"{key_file.name}.signed")


def _check_remembered(connection: Connection, checkpoint: Checkpoint, note: str, memory: Path) -> None:
    """Raise where this key signed more than the log has now, or something else."""
    try:
        said = read_checkpoint(note)
    except VerifyError as error:
        raise LogError(f"{memory}: {error} Or take it away, if it is known what happened to it.") from error
    if said.origin != checkpoint.origin or said.size > checkpoint.size or root_at(connection, said.size) != said.root:
        raise LogError(
            f"the log has {checkpoint.size} entries, and its key signed {said.size} others before ({memory}): the log went "
            "back in time or was written anew, and nothing was signed. If that was meant, take that file away."
        )


def _remember(memory: Path, note: str) -> None:
    beside = memory.with_name(f"{memory.name}.{secrets.token_hex(4)}")  # others may sign at the same moment
    beside.write_text(note, encoding="utf-8")
    beside.replace(memory)
