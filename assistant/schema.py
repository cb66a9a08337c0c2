"""Tables of what was asked and answered. The log is only ever added to; a question's words stand apart, erasable."""

from __future__ import annotations

import sqlalchemy as sa

from sources.database import metadata

log = sa.Table(
    "log",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(30), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation", sa.String(32), nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("seq", sa.ForeignKey("log.seq"), nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("topic", sa.Text),
    sa.Column("crisis", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
sa.Index("answers_by_turn", answers.c.conversation, answers.c.turn)

# Conversations that their visitor has ended: they are shown to nobody again, and nothing follows up on them.
endings = sa.Table(
    "endings",
    metadata,
    sa.Column("conversation", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
)

# Words are erased by overwriting them with spaces (`assistant.erasing`), and rows are never deleted: SQLite moves the
# neighbours of a row that goes, and a copy of a moved row may stay in the file where nothing finds it any more.
questions = sa.Table(
    "questions",
    metadata,
    sa.Column("answer_id", sa.ForeignKey("answers.id"), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("searched", sa.Text, nullable=False),
    sa.Column("salt", sa.String(32), nullable=False),
)

# What a visitor said of an answer: one row at most for each; the log keeps that it was said, never the words.
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("answer_id", sa.ForeignKey("answers.id"), primary_key=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String(20)),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
)


def kept(words: str | None) -> str | None:
    """Return a visitor's words as a row holds them; None where they were erased, or the row is gone."""
    return words if words and words.strip() else None
