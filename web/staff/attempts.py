"""Slowing down, then stopping, whoever tries passwords: by the name that was typed, whether or not there is such a
person, and by network address. An attempt is counted before the password is looked at, so trying many at once is no use.
"""

from __future__ import annotations

import hashlib
import ipaddress

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from sources.database import lock
from web.staff import schema

FORGOTTEN_AFTER = 15 * 60
LOCKED_SECONDS = 15 * 60
# Failures without any wait, then seconds that double with each, then locked. Many people may share an address.
_FREE_BY_NAME, _FREE_BY_ADDRESS = 4, 20
_DOUBLINGS = 5
_ROWS_KEPT_SECONDS = 24 * 3600
_COUNTING = 7007


class _Counter(Struct, frozen=True):
    digest: str
    free: int


def begin(connection: Connection, name: str, address: str, now: int) -> int:
    """Count an attempt; returns the seconds to wait before another may be made, 0 when this one may go on.

    An attempt that has to wait is not counted again.
    """
    lock(connection, _COUNTING)
    rows = schema.attempts.c
    connection.execute(schema.attempts.delete().where(rows.last_at < now - _ROWS_KEPT_SECONDS))
    counters = _counters(name, address)
    query = sa.select(sa.func.max(rows.not_before)).where(rows.digest.in_([one.digest for one in counters]))
    wait = max(0, (connection.scalar(query) or 0) - now)
    if not wait:
        for counter in counters:
            _count(connection, counter, now)
    return wait


def succeeded(connection: Connection, name: str, address: str) -> None:
    """Forget the failures of a name, and take back the one that was counted for the address."""
    rows = schema.attempts
    by_name, by_address = _counters(name, address)
    connection.execute(rows.delete().where(rows.c.digest == by_name.digest))
    values = {"failures": sa.func.coalesce(rows.c.failures, 1) - 1, "not_before": 0}
    connection.execute(rows.update().where(rows.c.digest == by_address.digest).values(**values))


def pause(failures: int, free: int) -> int:
    """Seconds to wait after so many failures.

    >>> [pause(n, free=4) for n in (4, 5, 6, 9, 10)]
    [0, 2, 4, 32, 900]
    """
    over = failures - free
    return 0 if over <= 0 else LOCKED_SECONDS if over > _DOUBLINGS else 2**over


def network(address: str) -> str:
    """Return what counts as one address: of IPv6 the first 64 bits, for a household or an office has all of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def _counters(name: str, address: str) -> tuple[_Counter, _Counter]:
    keys = (f"name {name.strip().casefold()}", f"address {network(address)}")
    by_name, by_address = (hashlib.sha256(key.encode()).hexdigest() for key in keys)
    return _Counter(by_name, _FREE_BY_NAME), _Counter(by_address, _FREE_BY_ADDRESS)


def _count(connection: Connection, counter: _Counter, now: int) -> None:
    rows = schema.attempts
    row = connection.execute(
        sa.select(rows.c.failures, rows.c.last_at).where(rows.c.digest == counter.digest)
    ).one_or_none()
    failures = 1 if row is None or row.last_at < now - FORGOTTEN_AFTER else row.failures + 1
    values = {"failures": failures, "last_at": now, "not_before": now + pause(failures, counter.free)}
    if row is None:
        connection.execute(rows.insert().values(digest=counter.digest, **values))
    else:
        connection.execute(rows.update().where(rows.c.digest == counter.digest).values(**values))
