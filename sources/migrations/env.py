"""Alembic's entry: runs the migrations on the connection that `sources.database.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from sources.database import lock

# Any number that no other lock of ours uses.
_MIGRATING = 7001

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None)
with context.begin_transaction():
    # Replicas that start together on PostgreSQL migrate one after the other.
    lock(connection, _MIGRATING)
    context.run_migrations()
