"""Sessions: a random token in a cookie, its SHA-256 in the database, and two clocks that end it.

The digest takes in the cookie's name, so a session that began over https is found only by its `__Host-` cookie, which
no other site, page or subdomain can set.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection, Engine

from sources.database import reading, writing
from web.staff import schema
from web.staff.people import Person, by_id

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 3600
PLAIN_COOKIE, SECURE_COOKIE = "wellcited_staff", "__Host-wellcited_staff"
# A session's last use is written down this often: a write for every page would help nobody.
_NOTED_EVERY = 60


class Session(Struct, frozen=True):
    """An open session: whose it is, and the secret that its forms carry."""

    person: Person
    digest: str
    form_token: str


def begin(connection: Connection, person: Person, cookie: str, now: int) -> str:
    """Open a session and forget those that have ended; returns the token for the cookie of this name."""
    rows = schema.sessions
    over = (rows.c.used_at <= now - IDLE_SECONDS) | (rows.c.started_at <= now - LONGEST_SECONDS)
    connection.execute(rows.delete().where(over))
    token = secrets.token_urlsafe(32)
    values = {"digest": _digest(cookie, token), "person_id": person.id, "started_at": now, "used_at": now}
    connection.execute(rows.insert().values(**values))
    return token


def find(engine: Engine, cookie: str, token: str, now: int) -> Session | None:
    """Return the session of a cookie; None for one that is unknown, over, or whose person may no longer sign in."""
    rows = schema.sessions.c
    digest = _digest(cookie, token)
    with reading(engine) as connection:
        row = connection.execute(
            sa.select(rows.person_id, rows.used_at).where(
                rows.digest == digest, rows.used_at > now - IDLE_SECONDS, rows.started_at > now - LONGEST_SECONDS
            )
        ).one_or_none()
        person = by_id(connection, row.person_id) if row else None
    if row is None or person is None or not person.active:
        return None
    if now - row.used_at >= _NOTED_EVERY:
        with writing(engine) as connection:
            connection.execute(schema.sessions.update().where(rows.digest == digest).values(used_at=now))
    return Session(person, digest, _form_token(token))


def end(connection: Connection, session: Session) -> None:
    """End one session."""
    connection.execute(schema.sessions.delete().where(schema.sessions.c.digest == session.digest))


def end_all(connection: Connection, person: Person) -> None:
    """End every session of a person, here and elsewhere."""
    connection.execute(schema.sessions.delete().where(schema.sessions.c.person_id == person.id))


def open_sessions(connection: Connection, person: Person) -> int:
    """How many sessions a person has open, as far as nobody has noticed that one is over."""
    query = sa.select(sa.func.count()).where(schema.sessions.c.person_id == person.id)
    return connection.scalar(query) or 0


def same_token(given: str, right: str) -> bool:
    """Whether a form carries its session's secret; takes as long whatever is wrong with it."""
    return hmac.compare_digest(given.encode(), right.encode())


def _digest(cookie: str, token: str) -> str:
    return hashlib.sha256(f"{cookie}={token}".encode()).hexdigest()


def _form_token(token: str) -> str:
    """Return a secret that follows from a session's and does not give it away."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()
