"""Accounts held against the log: a name, a role or a switch that was changed past it is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.beside import Entries, Logged
from web.staff import schema

_SWITCHES = {"switched on": True, "switched off": False}


def differing_people(connection: Connection) -> Iterator[str]:
    """Say of every account that is not as the log has it what is wrong with it, in a sentence with its id."""
    said: dict[str, list[Logged]] = defaultdict(list)
    for entry in Entries(connection)["people"]:
        if entry.body.get("person"):
            said[entry.body["person"]].append(entry)
    for row in connection.execute(sa.select(schema.people)):
        entries = said.pop(row.id, [])
        if not entries:
            yield f"account {row.id} ({row.name}): no entry of the log speaks of it, so it was put in past the log."
            continue
        bodies = [entry.body for entry in entries]
        roles = [body["roles"] for body in bodies if "roles" in body]
        switched = [_SWITCHES[body["what"]] for body in bodies if body["what"] in _SWITCHES]
        named = [body["name"] for body in bodies if "name" in body]
        as_logged = (named[-1] if named else row.name, roles[-1] if roles else [], switched[-1] if switched else True)
        if (row.name, sorted(row.roles), row.active) != as_logged:
            yield f"account {row.id} ({row.name}): its name, roles or switch are not what the log says; they were changed."
    yield from (
        f"account {id_}: it is gone, and entry {those[-1].seq} of the log speaks of it." for id_, those in said.items()
    )
