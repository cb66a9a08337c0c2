"""Tables of the audit. All are only ever added to, which the database holds everybody to (migration 0010).

`answer_facts` and `answer_traits` say again what the log says of an answer, in columns that are quick to search.
"""

from __future__ import annotations

import sqlalchemy as sa

from sources.database import metadata

# `probability` is that of the most probable passage, `threshold` what it had to reach, both in millionths; None where
# nothing was searched, or the answer is from before thresholds were kept here.
answer_facts = sa.Table(
    "answer_facts",
    metadata,
    sa.Column("seq", sa.ForeignKey("log.seq"), primary_key=True, autoincrement=False),
    sa.Column("answer_id", sa.String(32), nullable=False, unique=True),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("edition", sa.String(64), nullable=False),
    sa.Column("probability", sa.Integer),
    sa.Column("threshold", sa.Integer),
)
sa.Index("answer_facts_by_outcome", answer_facts.c.outcome, answer_facts.c.seq)

# What an answer showed and which rules spoke: `kind` is "passage", "article" or "rule".
answer_traits = sa.Table(
    "answer_traits",
    metadata,
    sa.Column("kind", sa.String(10), primary_key=True),
    sa.Column("value", sa.String(80), primary_key=True),
    sa.Column("seq", sa.ForeignKey("log.seq"), primary_key=True, autoincrement=False),
)

# `upto` is the log's size when the sample was drawn: with it, the days and the seed the same sample is drawn again.
samples = sa.Table(
    "samples",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("seed", sa.String(32), nullable=False),
    sa.Column("since", sa.String(10), nullable=False),
    sa.Column("until", sa.String(10), nullable=False),
    sa.Column("upto", sa.BigInteger, nullable=False),
    sa.Column("strata", sa.JSON, nullable=False),
)
sampled = sa.Table(
    "sampled",
    metadata,
    sa.Column("sample_id", sa.ForeignKey("samples.id"), primary_key=True),
    sa.Column("answer_id", sa.ForeignKey("answers.id"), primary_key=True),
    sa.Column("stratum", sa.String(30), nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
)

# `place` is 1 or 2 for the two who do not see each other, 3 for the one who decides between them; `sample_id` is empty
# for a verdict that was not asked for by a sample.
verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("answer_id", sa.ForeignKey("answers.id"), nullable=False, index=True),
    sa.Column("sample_id", sa.String(32), nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("person", sa.String(32), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("judgement", sa.String(30), nullable=False),
    sa.Column("harm", sa.String(10), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.UniqueConstraint("sample_id", "answer_id", "place", name="verdicts_place"),
    sa.UniqueConstraint("sample_id", "answer_id", "person", name="verdicts_person"),
)

actions = sa.Table(
    "actions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("answer_id", sa.ForeignKey("answers.id"), nullable=False, index=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("due", sa.Date, nullable=False),
)
# Looking whether an action did what it was for; one that did closes it.
action_checks = sa.Table(
    "action_checks",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("action_id", sa.ForeignKey("actions.id"), nullable=False, index=True),
    sa.Column("works", sa.Boolean, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
)
