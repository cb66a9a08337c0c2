"""Who paid for an article."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Add a column."""
    op.add_column("articles", sa.Column("funding", sa.Text(), nullable=True))
