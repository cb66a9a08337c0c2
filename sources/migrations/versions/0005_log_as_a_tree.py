"""The log as a Merkle tree with signed checkpoints, and what keeps everybody from changing it, the answers, or those.

A log from before was a chain: its hashes are checked one last time, what came of that and the chain's head are logged,
and the tree's hashes take their places.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Each table that is only added to, with what finds a row that a new one would replace.
GUARDED = {
    "log": "SELECT 1 FROM log WHERE seq = NEW.seq",
    "answers": "SELECT 1 FROM answers WHERE id = NEW.id",
    "checkpoints": "SELECT 1 FROM checkpoints WHERE id = NEW.id",
}
_PAGE = 500


def upgrade() -> None:
    """Make the tree, the table and the triggers."""
    op.alter_column("log", "previous", new_column_name="subtree")
    op.alter_column("log", "hash", new_column_name="leaf")
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_checkpoints_size"), "checkpoints", ["size"], unique=False)
    _grow(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _grow(connection: sa.Connection) -> None:
    """Check the chain, put the tree's hashes in the place of its own, and log its end."""
    size, previous, broken = 0, "0" * 64, None
    edge: list[bytes] = []
    page = sa.text("SELECT seq, at, kind, body, subtree, leaf FROM log WHERE seq > :after ORDER BY seq LIMIT :page")
    while rows := connection.execute(page, {"after": size, "page": _PAGE}).all():
        for row in rows:
            if broken is None and (row.seq != size + 1 or row.subtree != previous or row.leaf != _chained(row)):
                broken = size + 1
            for place in range(size, row.seq - 1):
                _grown(edge, place, bytes(32))  # an entry that is missing has no hash; verifying the log names it
            size, previous = row.seq, row.leaf
            _put(connection, edge, size, row.at, row.kind, row.body)
    if size:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = _json({"chain_broken_at": broken, "chain_entries": size, "chain_head": previous})
        insert = "INSERT INTO log (seq, at, kind, body, leaf, subtree) VALUES (:seq, :at, 'tree', :body, '', '')"
        connection.execute(sa.text(insert), {"seq": size + 1, "at": at, "body": body})
        _put(connection, edge, size + 1, at, "tree", body)


def _chained(row: Any) -> str:
    rest = _json({"kind": row.kind, "previous": row.subtree, "seq": row.seq})
    return hashlib.sha256(f'{{"at":{_json(row.at)},"body":{row.body},{rest[1:]}'.encode()).hexdigest()


def _put(connection: sa.Connection, edge: list[bytes], seq: int, at: str, kind: str, body: str) -> None:
    entry = f'{{"at":{_json(at)},"body":{body},"kind":{_json(kind)},"seq":{seq}}}'
    leaf = hashlib.sha256(b"\x00" + entry.encode()).digest()
    values = {"leaf": leaf.hex(), "subtree": _grown(edge, seq - 1, leaf).hex(), "seq": seq}
    connection.execute(sa.text("UPDATE log SET leaf = :leaf, subtree = :subtree WHERE seq = :seq"), values)


def _grown(edge: list[bytes], size: int, node: bytes) -> bytes:
    while size & 1:
        node = hashlib.sha256(b"\x01" + edge.pop() + node).digest()
        size >>= 1
    edge.append(node)
    return node


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _guard_sqlite() -> None:
    for table, same in GUARDED.items():
        said = f"SELECT RAISE(ABORT, '{table}: it is only ever added to; nothing in it is changed or removed')"
        for change in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} BEGIN {said}; END")
        # INSERT OR REPLACE removes a row without asking the trigger above.
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({same}) BEGIN {said}; END")


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'%: it is only ever added to; nothing in it is changed or removed', TG_TABLE_NAME; END $$"
    )
    for table in GUARDED:
        for change, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            name = f"{table}_no_{change.split()[0].lower()}"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH {each} EXECUTE FUNCTION only_added_to()"
            )
