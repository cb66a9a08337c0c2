"""Publishes that were begun on a page: how far each is and what came of it, kept where every server can see it.

One at a time. Cancelling is a row's state, which the publishing process looks at on its way and once more in the very
transaction that makes an edition live, so a publish that was cancelled never goes live after all.
"""

from __future__ import annotations

import secrets
from enum import StrEnum

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy.engine import Connection

from sources.database import lock
from web.staff import schema
from web.staff.people import Person

# A process that has not been heard of for so long is taken to be gone.
SILENT_SECONDS = 60
_BEGINNING = 7008
_GONE = "The process that published ended before it was done. Nothing was changed. Publish again."


class BuildState(StrEnum):
    """How a publish stands."""

    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Purpose(StrEnum):
    """What is built: an edition to go live, or a draft that is only to be tried."""

    PUBLISH = "publish"
    DRAFT = "draft"


UNDER_WAY = (BuildState.RUNNING, BuildState.CANCELLING)


class Failed(Struct, frozen=True):
    """A question that stopped a publish: what was expected, what was so, and what would be.

    Staff keep it, or else (`kept` is false) it came with the library and the live edition answers it rightly.
    """

    question: str
    kind: str
    expected: str
    before: str
    now: str
    kept: bool = True


class Build(Struct, frozen=True):
    """One publish; `all_the_same` says that somebody publishes although questions went wrong."""

    id: str
    person: str
    why: str
    all_the_same: bool
    state: BuildState
    step: str
    done: int
    total: int
    started_at: int
    said: str
    wrong: tuple[str, ...]
    failures: tuple[Failed, ...] = ()
    purpose: Purpose = Purpose.PUBLISH


class BusyError(Exception):
    """Another publish is under way."""


class CancelledError(Exception):
    """Somebody has cancelled this publish."""


def begin(
    connection: Connection,
    person: Person,
    why: str,
    now: int,
    *,
    all_the_same: bool,
    purpose: Purpose = Purpose.PUBLISH,
) -> str:
    """Begin a publish or a draft; returns its id. Raises `BusyError` while another is under way."""
    lock(connection, _BEGINNING)
    before = newest(connection, now)
    if before is not None and before.state in UNDER_WAY:
        raise BusyError
    # No two begin in the same second, so that it is plain which is the newest.
    now = max(now, before.started_at + 1) if before else now
    values = {
        "id": secrets.token_hex(16), "person_id": person.id, "why": why, "all_the_same": all_the_same,
        "state": BuildState.RUNNING, "step": "Starting", "done": 0, "total": 0, "started_at": now, "seen_at": now,
        "said": "", "wrong": [], "purpose": purpose,
    }  # fmt: skip
    connection.execute(schema.builds.insert().values(**values))
    return str(values["id"])


def newest(connection: Connection, now: int, purpose: Purpose | None = None) -> Build | None:
    """Return what was begun last, of one purpose if that is named; one whose process is gone counts as failed."""
    rows, people = schema.builds.c, schema.people.c
    query = sa.select(schema.builds, people.name).join_from(schema.builds, schema.people, rows.person_id == people.id)
    query = query if purpose is None else query.where(rows.purpose == purpose)
    row = connection.execute(query.order_by(rows.started_at.desc(), rows.id).limit(1)).one_or_none()
    if row is None:
        return None
    state, said = BuildState(row.state), row.said
    if state in UNDER_WAY and row.seen_at < now - SILENT_SECONDS:
        state, said = BuildState.FAILED, _GONE
    return Build(
        row.id, row.name, row.why, row.all_the_same, state, row.step, row.done, row.total, row.started_at, said,
        tuple(one for one in row.wrong if isinstance(one, str)),
        tuple(Failed(**one) for one in row.wrong if isinstance(one, dict)), Purpose(row.purpose),
    )  # fmt: skip


def progress(connection: Connection, build_id: str, step: str, done: int, total: int, now: int) -> None:
    """Write down how far a publish is. Raises `CancelledError` when somebody has cancelled it."""
    _go_on(connection, build_id)
    _change(connection, build_id, step=step, done=done, total=total, seen_at=now)


def heard_of(connection: Connection, build_id: str, now: int) -> None:
    """Write down that the process still runs."""
    _change(connection, build_id, seen_at=now)


def went_live(connection: Connection, build_id: str, edition: str, said: str) -> None:
    """End a publish well, in the transaction that makes its edition live. Raises `CancelledError` if it was cancelled."""
    _go_on(connection, build_id)
    _change(connection, build_id, state=BuildState.DONE, said=said, edition=edition)


def ended(
    connection: Connection,
    build_id: str,
    state: BuildState,
    said: str,
    wrong: tuple[str, ...] = (),
    failures: tuple[Failed, ...] = (),
) -> None:
    """End a publish that changed nothing, unless it has ended already."""
    rows = schema.builds
    connection.execute(
        rows.update()
        .where(rows.c.id == build_id, rows.c.state.in_(UNDER_WAY))
        .values(state=state, said=said, wrong=[*wrong, *(asdict(one) for one in failures)])
    )


def cancel(connection: Connection, build_id: str) -> None:
    """Ask a publish to stop, if it is still under way."""
    rows = schema.builds
    connection.execute(
        rows.update()
        .where(rows.c.id == build_id, rows.c.state == BuildState.RUNNING)
        .values(state=BuildState.CANCELLING)
    )


def _go_on(connection: Connection, build_id: str) -> None:
    rows = schema.builds.c
    state = connection.scalar(sa.select(rows.state).where(rows.id == build_id).with_for_update())
    if state != BuildState.RUNNING:
        raise CancelledError


def _change(connection: Connection, build_id: str, **values: object) -> None:
    connection.execute(schema.builds.update().where(schema.builds.c.id == build_id).values(**values))
