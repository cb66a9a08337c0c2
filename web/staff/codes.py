"""Codes of an authenticator app (TOTP, RFC 6238): six digits every 30 seconds, each of use once.

What makes codes and pictures is imported when somebody uses codes: a server that answers visitors need not hold it.
"""

from __future__ import annotations

import base64
import io

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from web.staff import schema
from web.staff.people import Person

_STEP_SECONDS = 30
# A telephone's clock may be one step off.
_STEPS_OFF = (0, -1, 1)


def offer(connection: Connection, person: Person) -> None:
    """Keep a new secret for a person to put into an app; it counts only once a code of it was given."""
    import pyotp

    _change(connection, person, new_secret=pyotp.random_base32())


def offered(connection: Connection, person: Person) -> str | None:
    """Return the secret that waits for its first code."""
    p = schema.people.c
    secret: str | None = connection.scalar(sa.select(p.new_secret).where(p.id == person.id))
    return secret


def confirm(connection: Connection, person: Person, code: str, now: int) -> bool:
    """Take the offered secret into use if the code is one of it."""
    secret = offered(connection, person)
    step = _step(secret, code, now) if secret else None
    if step is None:
        return False
    _change(connection, person, secret=secret, new_secret=None, last_code=step)
    return True


def switch_off(connection: Connection, person: Person) -> None:
    """Sign this person in without codes from now on."""
    _change(connection, person, secret=None, new_secret=None, last_code=None)


def accepted(connection: Connection, person: Person, code: str, now: int) -> bool:
    """Whether a code is right and was not used before, nor one after it; it is then used."""
    p = schema.people.c
    row = connection.execute(sa.select(p.secret, p.last_code).where(p.id == person.id).with_for_update()).one()
    step = _step(row.secret, code, now) if row.secret else None
    if step is None or (row.last_code is not None and step <= row.last_code):
        return False
    _change(connection, person, last_code=step)
    return True


def address(secret: str, person: Person, site_name: str) -> str:
    """Return the address that an app reads from a picture."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=person.sign_in_name, issuer_name=site_name.replace(":", " "))


def picture(secret: str, person: Person, site_name: str) -> str:
    """Return the picture of that address, as an address of its own that a page may show."""
    import segno

    buffer = io.BytesIO()
    made = segno.make(address(secret, person, site_name), error="m")
    made.save(buffer, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def _step(secret: str, code: str, now: int) -> int | None:
    """Return the step of time that a code belongs to; None for a wrong one."""
    import pyotp

    digits = "".join(code.split())
    one = pyotp.TOTP(secret)
    for off in _STEPS_OFF:
        step = now // _STEP_SECONDS + off
        if pyotp.utils.strings_equal(digits, one.generate_otp(step)):
            return step
    return None


def _change(connection: Connection, person: Person, **values: object) -> None:
    connection.execute(schema.people.update().where(schema.people.c.id == person.id).values(**values))
