"""Tables of the library. A revision's text never changes; what changes is its state, with a row of history each time."""

from __future__ import annotations

import sqlalchemy as sa

from sources.database import metadata

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("publisher", sa.Text),
    sa.Column("author", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("published", sa.Date),
    sa.Column("reviewed", sa.Date),
    sa.Column("licence", sa.Text),
    sa.Column("sells_treatment", sa.Boolean),
    sa.Column("funding", sa.Text),
    sa.Column("sample", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("review_by", sa.Date),
    # The day somebody of ours last said that it holds; long after it visitors are no longer shown it.
    sa.Column("last_review", sa.Date),
    # Id of the account of whoever looks after it.
    sa.Column("owner", sa.String(32)),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("article_id", sa.ForeignKey("articles.id"), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    # Id of the person who brought it in, where that is somebody with an account: they must not approve it.
    sa.Column("author", sa.String(32)),
)

_REVISION = ("revisions.article_id", "revisions.digest")

dropped = sa.Table(
    "dropped",
    metadata,
    sa.Column("article_id", sa.String(80), primary_key=True),
    sa.Column("revision", sa.String(64), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(("article_id", "revision"), _REVISION),
)

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("article_id", sa.String(80), nullable=False, index=True),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("heading", sa.JSON, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("claims", sa.JSON, nullable=False),
    sa.Column("flagged", sa.Boolean, nullable=False),
    sa.Column("claims_accepted", sa.Boolean, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    # Set by edits (`sources.edits`), as heading and kind are. Rows out of the cut stay, for past answers name them.
    sa.Column("in_cut", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("withheld", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.ForeignKeyConstraint(("article_id", "revision"), _REVISION),
)

curation = sa.Table(
    "curation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("action", sa.String(30), nullable=False),
    sa.Column("article_id", sa.String(80), nullable=False, index=True),
    sa.Column("revision", sa.String(64)),
    sa.Column("passage_id", sa.String(24)),
    sa.Column("other_id", sa.String(24)),
    sa.Column("from_state", sa.String(20)),
    sa.Column("to_state", sa.String(20)),
    sa.Column("why", sa.Text, nullable=False),
)

# What curators decided about a pair: the passage and its caveat. Who, when and why stand in `curation`.
caveats = sa.Table(
    "caveats",
    metadata,
    sa.Column("passage_id", sa.ForeignKey("passages.id"), primary_key=True),
    sa.Column("caveat_id", sa.ForeignKey("passages.id"), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
)

# What a clinician wants to be known before a passage is read. Who, when and why stand in `curation`.
warnings = sa.Table(
    "warnings",
    metadata,
    sa.Column("id", sa.String(12), primary_key=True),
    sa.Column("passage_id", sa.ForeignKey("passages.id"), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
)

# What curators decided about two passages of different articles that seem not to say the same.
differences = sa.Table(
    "differences",
    metadata,
    sa.Column("id", sa.String(12), primary_key=True),
    sa.Column("first_id", sa.ForeignKey("passages.id"), nullable=False),
    sa.Column("second_id", sa.ForeignKey("passages.id"), nullable=False),
    sa.Column("first_sentence", sa.Text, nullable=False),
    sa.Column("second_sentence", sa.Text, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
)

# What people did to how a revision is cut, each with the spans before and after: [start, end, heading, kind, withheld].
edits = sa.Table(
    "edits",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.String(80), nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("person", sa.String(32)),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("undoes", sa.Integer),
    sa.Column("settled_by", sa.Text),
    sa.ForeignKeyConstraint(("article_id", "revision"), _REVISION),
    sa.Index("edits_by_revision", "article_id", "revision"),
)

# How visitors put what a passage answers; whoever took one away stands beside it.
phrasings = sa.Table(
    "phrasings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("passage_id", sa.ForeignKey("passages.id"), nullable=False, index=True),
    sa.Column("words", sa.String(200), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False),
)

# What staff say to each other about an article.
comments = sa.Table(
    "comments",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("articles.id"), nullable=False, index=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
)

# Questions people wrote for the library: what it must answer (with strings of a right passage), what it must refuse.
curated_questions = sa.Table(
    "curated_questions",
    metadata,
    sa.Column("question", sa.String(500), primary_key=True),
    sa.Column("must_answer", sa.Boolean, nullable=False),
    sa.Column("gold", sa.JSON, nullable=False),
    sa.Column("half", sa.String(10), nullable=False),
    # Of a question that staff keep: what is expected of it (`sources.questions.Kind`), by whom and since when.
    sa.Column("kind", sa.String(20)),
    sa.Column("who", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True)),
)
