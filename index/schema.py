"""Tables of the editions: which there are, which was live when, and their files for replicas without a shared disk."""

from __future__ import annotations

import sqlalchemy as sa

from sources.database import metadata

editions = sa.Table(
    "editions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("manifest", sa.Text, nullable=False),
    sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
)

# What a publish would have made, to be tried by staff: never live. `curated` is the newest row of `curation` it knew.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("manifest", sa.Text, nullable=False),
    sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("curated", sa.Integer, nullable=False),
)

# The row with the highest id names the live edition: publishing is one insert.
publishing = sa.Table(
    "publishing",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("edition", sa.ForeignKey("editions.digest"), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

files = sa.Table(
    "edition_files",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
