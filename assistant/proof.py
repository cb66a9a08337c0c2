"""What the log can show of itself: how far it is signed, that an entry is in it, that it grew from a checkpoint.

Everything here reads a few rows, whatever the log's size, and signs nothing (`assistant.signing`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import log, schema
from assistant.log import LogError
from assistant.merkle import Node, inclusion_spans, span_hash, span_places
from assistant.verifier import EMPTY, KEY_ENTRY, PROOF, Checkpoint, PublicKey, compare, read_checkpoint, read_key
from sources.library import LibraryError

EVERY = timedelta(minutes=5)
"""How old a checkpoint grows at most while there are newer entries."""


class Signed(Struct, frozen=True):
    """A checkpoint as it is kept: its size, when it was signed, and the signed text."""

    size: int
    at: datetime
    note: str


def newest(connection: Connection) -> Signed | None:
    """Return the newest checkpoint; None when nothing was signed yet."""
    c = schema.checkpoints.c
    query = sa.select(c.size, c.at, c.note).order_by(c.size.desc(), c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return row and Signed(row.size, datetime.fromisoformat(row.at), row.note)


class State(Struct, frozen=True):
    """How many entries the log has, how many of them the newest checkpoint covers, and how old that is."""

    size: int
    signed: int
    age: timedelta | None

    @property
    def due(self) -> bool:
        """Whether a hundred entries came since the newest checkpoint, or any while it grew five minutes old."""
        since = self.size - self.signed
        return since >= log.CHECKPOINT_EVERY or (since > 0 and (self.age is None or self.age >= EVERY))


def state(connection: Connection) -> State:
    """Return how far the log is signed."""
    last = newest(connection)
    size = connection.scalar(sa.select(sa.func.max(schema.log.c.seq))) or 0
    return State(size, last.size if last else 0, datetime.now(UTC) - last.at if last else None)


def log_keys(connection: Connection) -> list[PublicKey]:
    """Return the keys that the log names, oldest first: one for each data folder that ever signed."""
    logged = schema.log.c
    bodies = connection.scalars(sa.select(logged.body).where(logged.kind == KEY_ENTRY).order_by(logged.seq))
    return [read_key(json.loads(body)["key"]) for body in bodies]


def hash_of(connection: Connection, spans: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return the hashes of these subtrees, from the few rows they are put together from."""
    places = {place for span in spans for place in span_places(*span)}
    c = schema.log.c
    found = connection.execute(sa.select(c.seq, c.leaf, c.subtree).where(c.seq.in_(places)))
    rows = {row.seq: Node(bytes.fromhex(row.leaf), bytes.fromhex(row.subtree)) for row in found}
    if missing := places - rows.keys():
        raise LogError(f"entry {min(missing)} is missing. `wellcited log verify` looks at the whole log.")
    return [span_hash(*span, rows) for span in spans]


def proof_of(connection: Connection, answer_id: str, signed: Signed) -> str | None:
    """Return a proof that an answer's entry is under a checkpoint (https://c2sp.org/tlog-proof), the entry with it.

    None when the checkpoint is older than the answer. Raises `LibraryError` when there is no such answer.
    """
    logged, a = schema.log.c, schema.answers.c
    query = sa.select(schema.log).join_from(schema.log, schema.answers, logged.seq == a.seq).where(a.id == answer_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise LibraryError(f"answer {answer_id}: there is none of this id. Copy it whole, as the answer shows it.")
    if row.seq > signed.size:
        return None
    hashes = hash_of(connection, inclusion_spans(row.seq, signed.size))
    path = "".join(f"{_written(one)}\n" for one in hashes)
    return f"{PROOF}\nextra {_written(log.row_bytes(row))}\nindex {row.seq - 1}\n{path}\n{signed.note}"


def _written(held: bytes) -> str:
    return base64.b64encode(held).decode()


def compare_with(connection: Connection, note: str, keys: Sequence[PublicKey] = ()) -> Checkpoint:
    """Hold the log against a checkpoint from outside; returns what that says.

    Raises `VerifyError`, which says ROLLBACK or REWRITE by name. To be run beside `log.verify`, which holds the entries
    against the hashes that this reads.
    """
    named, head = log_keys(connection), log.head(connection)
    now = Checkpoint(named[0].name if named else "no name yet", head.seq, bytes.fromhex(head.root))
    compare(now, lambda size: root_at(connection, size), note, [*keys, *named])
    return read_checkpoint(note)


def root_at(connection: Connection, size: int) -> bytes:
    """Return the root over the first entries, from what their rows hold."""
    return hash_of(connection, [(0, size)])[0] if size else EMPTY
