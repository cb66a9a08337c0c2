"""Corrective actions: what is done about an answer, by whom and until when, and whether it worked."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import log
from assistant.review.schema import action_checks, actions


class Check(Struct, frozen=True):
    """Somebody looked whether an action did what it was for, and what they found."""

    at: str
    who: str
    works: bool
    found: str


class Action(Struct, frozen=True):
    """A corrective action; `owner` is the name of who carries it out."""

    id: str
    at: str
    who: str
    answer_id: str
    what: str
    owner: str
    due: date
    checks: tuple[Check, ...] = ()

    @property
    def open(self) -> bool:
        """Whether nobody has found yet that it worked."""
        return not self.checks or not self.checks[-1].works


def act(connection: Connection, answer_id: str, what: str, owner: str, due: date, *, who: str) -> str:
    """Keep an action and log it in the caller's transaction; returns its id."""
    id_, at = secrets.token_hex(16), datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {"who": who, "what": what, "owner": owner}
    connection.execute(actions.insert().values(id=id_, at=at, answer_id=answer_id, due=due, **told))
    body = {**told, "action": id_, "answer": answer_id, "due": due.isoformat()}
    log.append(connection, [log.Entry("action", body)])
    return id_


def check(connection: Connection, action_id: str, found: str, *, works: bool, who: str) -> None:
    """Keep what came of looking whether an action worked, and log it; one that did is closed with that."""
    id_, at = secrets.token_hex(16), datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {"who": who, "works": works, "found": found}
    connection.execute(action_checks.insert().values(id=id_, at=at, action_id=action_id, **told))
    log.append(connection, [log.Entry("action check", {**told, "action": action_id})])


def listed(connection: Connection, answer_id: str | None = None) -> list[Action]:
    """Return the actions about an answer, or all, with their checks; those due first come first."""
    a, c = actions.c, action_checks.c
    checks: dict[str, list[Check]] = {}
    for row in connection.execute(sa.select(action_checks).order_by(c.at, c.id)):
        checks.setdefault(row.action_id, []).append(Check(row.at, row.who, row.works, row.found))
    query = sa.select(a.id, a.at, a.who, a.answer_id, a.what, a.owner, a.due).order_by(a.due, a.at)
    if answer_id is not None:
        query = query.where(a.answer_id == answer_id)
    return [Action(*row, checks=tuple(checks.get(row.id, ()))) for row in connection.execute(query)]


def by_id(rows: Sequence[Action], action_id: str) -> Action | None:
    """Return one of these actions."""
    return next((one for one in rows if one.id == action_id), None)
