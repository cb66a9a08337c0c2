"""Tables of what was asked and answered. The log, its checkpoints and the answers are only ever
added to, which the database holds everybody to (migration 0005); a question's words stand apart, erasable."""

from __future__ import annotations

import sqlalchemy as sa

from sources.database import metadata

# `leaf` and `subtree` are hashes in hex: of the entry, and of the largest perfect subtree of the tree that it ends.
log = sa.Table(
    "log",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(30), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("leaf", sa.String(64), nullable=False),
    sa.Column("subtree", sa.String(64), nullable=False),
)
sa.Index("log_by_time", log.c.at)

# Signed statements of the log's size and root; also only added to.
checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False, index=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
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

# What decided answers besides what was asked, and the policies, each by the SHA-256 that the log names it by.
circumstances = sa.Table(
    "circumstances",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
policies = sa.Table(
    "policies",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

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

# What staff decided about refused questions: the answers that were given to them, never their words.
gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("decision", sa.String(20), nullable=False),
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("owner", sa.String(32)),
    sa.Column("passage_id", sa.String(24)),
    sa.Column("taken_back", sa.Boolean, nullable=False),
)

# For how many answers of a day (UTC) each passage was looked at. The log says it answer by answer; these rows are counted
# from it, up to the one place that `considered_upto` names, and could be counted anew at any time.
considered = sa.Table(
    "considered",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("passage_id", sa.String(80), primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
)
considered_upto = sa.Table(
    "considered_upto",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
)


def kept(words: str | None) -> str | None:
    """Return a visitor's words as a row holds them; None where they were erased, or the row is gone."""
    return words if words and words.strip() else None
