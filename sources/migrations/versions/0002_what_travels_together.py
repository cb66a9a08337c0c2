"""Caveats that travel with a passage, sources that differ, and the second passage a change is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add both tables and the column."""
    op.add_column("curation", sa.Column("other_id", sa.String(length=24), nullable=True))
    op.create_table(
        "caveats",
        sa.Column("passage_id", sa.String(length=24), nullable=False),
        sa.Column("caveat_id", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["passage_id"], ["passages.id"]),
        sa.ForeignKeyConstraint(["caveat_id"], ["passages.id"]),
        sa.PrimaryKeyConstraint("passage_id", "caveat_id"),
    )
    op.create_table(
        "differences",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("first_id", sa.String(length=24), nullable=False),
        sa.Column("second_id", sa.String(length=24), nullable=False),
        sa.Column("first_sentence", sa.Text(), nullable=False),
        sa.Column("second_sentence", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["passages.id"]),
        sa.ForeignKeyConstraint(["second_id"], ["passages.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
