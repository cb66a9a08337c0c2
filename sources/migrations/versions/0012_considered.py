"""How often each passage was looked at for a question, by day: counted from the log, which says it answer by answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables; a running server fills them from the log."""
    op.create_table(
        "considered",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("passage_id", sa.String(length=80), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "passage_id"),
    )
    op.create_table(
        "considered_upto",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
