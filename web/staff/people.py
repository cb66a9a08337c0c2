"""The people who may sign in, and the one-time links with which they choose a password.

All functions work within the caller's transaction, so that a change and its log entry are one. `now` is in whole
seconds since 1970. What a person got wrong is a `FieldError` that names the field.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection, Row

from assistant import log
from sources.database import lock
from web.access import Role
from web.staff import schema
from web.staff.passwords import PasswordError, checked, hashed

LINK_HOURS = 24
_CHANGING = 7006
_SIGN_IN_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,62}[a-z0-9]")
_MOST_NAME = 100


class Person(Struct, frozen=True):
    """Somebody with an account. `joined`: has chosen a password; `uses_codes`: signs in with an authenticator's, too."""

    id: str
    sign_in_name: str
    name: str
    roles: frozenset[Role]
    active: bool
    joined: bool
    uses_codes: bool


class Link(Struct, frozen=True):
    """A one-time link that still works; without a person it makes the first admin."""

    digest: str
    person: Person | None


class FieldError(ValueError):
    """Something in a form that cannot be used; the message says what is wrong and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def digest_of(token: str) -> str:
    """Return what is kept of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def first_link(connection: Connection, now: int, *, who: str | None = None) -> str | None:
    """Return the token of a link that makes the first admin; None once there is anybody. Logged if somebody asks for it."""
    if connection.scalar(sa.select(sa.func.count()).select_from(schema.people)):
        return None
    if who is not None:
        log.append(connection, [log.Entry("people", {"who": who, "person": None, "what": "made the first link"})])
    return _new_link(connection, None, now)


def link(connection: Connection, token: str, now: int) -> Link | None:
    """Return a link by its token; None for one that is unknown, used or expired, or whose purpose is gone."""
    rows = schema.links.c
    query = sa.select(rows.digest, rows.person_id).where(
        rows.digest == digest_of(token), rows.used_at.is_(None), rows.expires_at > now
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.person_id is None:
        return None if everybody(connection) else Link(row.digest, None)
    person = by_id(connection, row.person_id)
    return Link(row.digest, person) if person and person.active else None


def make_first_admin(
    connection: Connection, token: str, sign_in_name: str, name: str, password: str, now: int
) -> Person:
    """Use the first link. Raises `FieldError`, also where somebody was quicker."""
    lock(connection, _CHANGING)
    found = link(connection, token, now)
    if found is None or found.person is not None:
        raise FieldError("password", "This link was used or has expired. Ask for a new one.")
    roles = frozenset({Role.ADMIN})
    person = _add(connection, sign_in_name, name, roles, now)
    _use(connection, found, person, password, now)
    _log(connection, person.name, person, "made the first admin", roles=sorted(roles))
    return person


def choose_password(connection: Connection, token: str, password: str, now: int) -> Person:
    """Use a link that somebody was given. Raises `FieldError`."""
    lock(connection, _CHANGING)
    found = link(connection, token, now)
    if found is None or found.person is None:
        raise FieldError("password", "This link was used or has expired. Ask an admin for a new one.")
    _use(connection, found, found.person, password, now)
    _log(connection, found.person.name, found.person, "chose a password by a link")
    return found.person


def invite(connection: Connection, sign_in_name: str, name: str, roles: Collection[Role], now: int, *, who: str) -> str:
    """Add a person who has yet to choose a password; returns the token of the link for it. Raises `FieldError`."""
    lock(connection, _CHANGING)
    if not roles:
        raise FieldError("roles", "Choose at least one role, or the person can do nothing.")
    person = _add(connection, sign_in_name, name, frozenset(roles), now)
    _log(connection, who, person, "invited", roles=sorted(roles))
    return _new_link(connection, person.id, now)


def reset(connection: Connection, person_id: str, now: int, *, who: str) -> str:
    """Take a person's password and codes away and end what is open; returns the token of a link to choose a new one."""
    lock(connection, _CHANGING)
    person = _existing(connection, person_id)
    if not person.active:
        raise FieldError("person", f"{person.name} is switched off. Switch the account on first.")
    _end_all(connection, person_id)
    _change(connection, person_id, password=None, secret=None, new_secret=None, last_code=None)
    _log(connection, who, person, "reset")
    return _new_link(connection, person_id, now)


def set_roles(connection: Connection, person_id: str, roles: Collection[Role], *, who: str) -> None:
    """Give a person these roles and no others, at once. Raises `FieldError` for none, or where no admin would be left."""
    lock(connection, _CHANGING)
    person = _existing(connection, person_id)
    if not roles:
        raise FieldError("roles", "Choose at least one role, or switch the account off.")
    if Role.ADMIN not in roles:
        _another_admin(connection, person, "roles")
    _change(connection, person_id, roles=sorted(roles))
    _log(connection, who, person, "given roles", roles=sorted(roles))


def set_active(connection: Connection, person_id: str, active: bool, *, who: str) -> None:
    """Switch an account on or off; off ends what is open at once. Raises `FieldError` where no admin would be left."""
    lock(connection, _CHANGING)
    person = _existing(connection, person_id)
    if not active:
        _another_admin(connection, person, "person")
        _end_all(connection, person_id)
    _change(connection, person_id, active=active)
    _log(connection, who, person, "switched on" if active else "switched off")


def change_password(connection: Connection, person: Person, password: str) -> None:
    """Keep a new password and end what is open elsewhere. Raises `FieldError`."""
    _keep_password(connection, person, password)
    _end_all(connection, person.id)
    _log(connection, person.name, person, "changed the password")


def everybody(connection: Connection) -> list[Person]:
    """Everybody who has an account, by name."""
    rows = connection.execute(sa.select(schema.people).order_by(schema.people.c.name))
    return [_person(row) for row in rows]


def by_id(connection: Connection, person_id: str) -> Person | None:
    """Return a person; None when there is none of this id."""
    row = connection.execute(sa.select(schema.people).where(schema.people.c.id == person_id)).one_or_none()
    return None if row is None else _person(row)


def by_name(connection: Connection, name: str) -> Person | None:
    """Return the person who goes by a name, either the one to sign in with or the one in the log."""
    p = schema.people.c
    query = sa.select(schema.people).where((p.name == name.strip()) | (p.sign_in_name == name.strip().casefold()))
    row = connection.execute(query.order_by(p.id)).first()
    return None if row is None else _person(row)


def log_event(connection: Connection, kind: str, person: Person | None, what: str) -> None:
    """Write into the log what somebody did; what was typed by somebody unknown is not kept."""
    body = {"person": person.id if person else None, "who": person.name if person else "unknown", "what": what}
    log.append(connection, [log.Entry(kind, body)])


def _existing(connection: Connection, person_id: str) -> Person:
    person = by_id(connection, person_id)
    if person is None:
        raise FieldError("person", "There is no such person. The list shows everybody.")
    return person


def _another_admin(connection: Connection, person: Person, field: str) -> None:
    others = [
        one
        for one in everybody(connection)
        if one.id != person.id and one.active and Role.ADMIN in one.roles and one.joined
    ]
    if Role.ADMIN in person.roles and not others:
        raise FieldError(field, f"{person.name} is the only admin. Make somebody else an admin first.")


def _add(connection: Connection, sign_in_name: str, name: str, roles: frozenset[Role], now: int) -> Person:
    short, full = sign_in_name.strip().casefold(), " ".join(name.split())
    if not _SIGN_IN_NAME.fullmatch(short):
        raise FieldError("sign_in_name", "Write 2 to 64 letters from a to z, digits, or . _ @ + - such as ada.ng.")
    if not full or len(full) > _MOST_NAME or not full.isprintable():
        raise FieldError("name", f"Write the person’s name as the log is to show it, up to {_MOST_NAME} characters.")
    for field, value in (("sign_in_name", short), ("name", full)):
        if by_name(connection, value) is not None:
            raise FieldError(field, f"{value} is taken by another person. Choose another.")
    values = {"id": secrets.token_hex(16), "sign_in_name": short, "name": full, "roles": sorted(roles), "active": True}
    connection.execute(schema.people.insert().values(made_at=now, **values))
    return Person(values["id"], short, full, roles, True, False, False)  # type: ignore[arg-type]


def _use(connection: Connection, found: Link, person: Person, password: str, now: int) -> None:
    rows = schema.links
    _keep_password(connection, person, password)
    connection.execute(rows.update().where(rows.c.digest == found.digest).values(used_at=now))


def _keep_password(connection: Connection, person: Person, password: str) -> None:
    try:
        kept = hashed(checked(password, person.name, person.sign_in_name))
    except PasswordError as error:
        raise FieldError("password", str(error)) from None
    _change(connection, person.id, password=kept)


def _new_link(connection: Connection, person_id: str | None, now: int) -> str:
    """Make a link; older ones for the same purpose no longer work."""
    rows = schema.links
    token = secrets.token_urlsafe(32)
    same = rows.c.person_id.is_(None) if person_id is None else rows.c.person_id == person_id
    connection.execute(rows.delete().where(same, rows.c.used_at.is_(None)))
    values = {"digest": digest_of(token), "person_id": person_id, "expires_at": now + LINK_HOURS * 3600}
    connection.execute(rows.insert().values(**values))
    return token


def _change(connection: Connection, person_id: str, **values: Any) -> None:
    connection.execute(schema.people.update().where(schema.people.c.id == person_id).values(**values))


def _end_all(connection: Connection, person_id: str) -> None:
    connection.execute(schema.sessions.delete().where(schema.sessions.c.person_id == person_id))


def _person(row: Row[Any]) -> Person:
    roles = frozenset(Role(one) for one in row.roles)
    return Person(
        row.id, row.sign_in_name, row.name, roles, row.active, row.password is not None, row.secret is not None
    )


def _log(connection: Connection, who: str, person: Person, what: str, **more: Any) -> None:
    body = {"who": who, "person": person.id, "name": person.name, "what": what, **more}
    log.append(connection, [log.Entry("people", body)])
