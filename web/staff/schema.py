"""Tables of the people who sign in and of what they have in hand. Times are whole seconds since 1970 (UTC).

Nothing here opens anything by itself: of a password there is only its Argon2id hash, of a session and a link only the
SHA-256 of a random token, of who tried to sign in only a SHA-256 (people type passwords into the wrong field).
"""

from __future__ import annotations

import sqlalchemy as sa

from sources.database import metadata

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("sign_in_name", sa.String(64), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("password", sa.Text),
    sa.Column("secret", sa.String(64)),
    sa.Column("new_secret", sa.String(64)),
    sa.Column("last_code", sa.BigInteger),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("sign_in_name", name="people_sign_in_name"),
    sa.UniqueConstraint("name", name="people_name"),
)

# One-time links: with a person, to choose a password; without one, to make the first admin.
links = sa.Table(
    "links",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id")),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger, nullable=False),
)

# Failed attempts to sign in, by the name that was typed and by network address.
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("not_before", sa.BigInteger, nullable=False),
)

# Documents that were read and are not in the library: somebody is looking at what cleaning made of them.
arrivals = sa.Table(
    "arrivals",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)

# Each time somebody pressed "Publish": how far it is, and what came of it.
builds = sa.Table(
    "builds",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("all_the_same", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("wrong", sa.JSON, nullable=False),
    sa.Column("edition", sa.String(64)),
    # "publish", or "draft" for one that is only to be tried.
    sa.Column("purpose", sa.String(20), nullable=False, server_default="publish"),
)
