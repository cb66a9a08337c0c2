"""How people cut passages, phrasings, owners, comments and last reviews, questions that staff keep, and drafts to try."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# An article counts as reviewed when its approved revision was approved; from before there was a history, when it came in.
_LAST_REVIEW = """
UPDATE articles SET last_review = COALESCE(
    (SELECT MAX({approved}) FROM curation c WHERE c.article_id = articles.id AND c.to_state = 'approved'),
    {created}
)
"""


def upgrade() -> None:
    """Add the tables and the columns."""
    op.add_column("articles", sa.Column("last_review", sa.Date(), nullable=True))
    op.add_column("articles", sa.Column("owner", sa.String(length=32), nullable=True))
    op.add_column("passages", sa.Column("in_cut", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("passages", sa.Column("withheld", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("curated_questions", sa.Column("kind", sa.String(length=20), nullable=True))
    op.add_column("curated_questions", sa.Column("who", sa.Text(), nullable=True))
    op.add_column("curated_questions", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("builds", sa.Column("purpose", sa.String(length=20), server_default="publish", nullable=False))
    op.create_table(
        "edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["article_id", "revision"], ["revisions.article_id", "revisions.digest"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("edits_by_revision", "edits", ["article_id", "revision"], unique=False)
    op.create_table(
        "phrasings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.String(length=24), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["passage_id"], ["passages.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_phrasings_passage_id"), "phrasings", ["passage_id"], unique=False)
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_comments_article_id"), "comments", ["article_id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("curated", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    # SQLite keeps a moment as text that begins with its day.
    day = "substr({0}, 1, 10)" if op.get_bind().dialect.name == "sqlite" else "CAST({0} AS DATE)"
    op.execute(_LAST_REVIEW.format(approved=day.format("c.at"), created=day.format("created_at")))
