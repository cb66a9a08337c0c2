"""For how many questions each passage was looked at, day by day: counted from the log as it grows, never twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from importlib import import_module

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from assistant import schema
from assistant.log import of_kind
from sources.database import lock, reading, writing

# One name for every database in use: whoever counts holds it.
_COUNTING = 7013
_AT_A_TIME = 2_000


def caught_up(engine: Engine) -> None:
    """Count what the log says of answers since the last time; answers go on being written meanwhile."""
    while _count_some(engine):
        pass


def counts(connection: Connection, after: str) -> Mapping[str, int]:
    """Return for how many answers each passage was looked at on the days after this one (YYYY-MM-DD, UTC).

    What is not counted yet is read from the log.
    """
    c = schema.considered.c
    query = sa.select(c.passage_id, sa.func.sum(c.times)).where(c.day > after).group_by(c.passage_id)
    found = Counter({row[0]: int(row[1]) for row in connection.execute(query)})
    for (day, passage), times in _counted(connection, _upto(connection), _newest(connection)).items():
        if day > after:
            found[passage] += times
    return found


def _count_some(engine: Engine) -> bool:
    """Count the next entries; false when there is none left. Reads and counts outside the write, which is short."""
    with reading(engine) as connection:
        upto, newest = _upto(connection), _newest(connection)
        last = min(newest, upto + _AT_A_TIME)
        times = _counted(connection, upto, last)
    if last == upto:
        return False
    with writing(engine) as connection:
        lock(connection, _COUNTING)
        # Another server may have counted these meanwhile; then they are not counted again.
        if _upto(connection) == upto:
            _add(connection, times)
            connection.execute(schema.considered_upto.delete())
            connection.execute(schema.considered_upto.insert().values(seq=last))
    return last < newest


def _upto(connection: Connection) -> int:
    return connection.scalar(sa.select(schema.considered_upto.c.seq)) or 0


def _newest(connection: Connection) -> int:
    return connection.scalar(sa.select(sa.func.max(schema.log.c.seq))) or 0


def _counted(connection: Connection, above: int, last: int) -> Counter[tuple[str, str]]:
    """Count the answers among entries of the log above a place and up to another, by day and passage."""
    logged = schema.log.c
    query = sa.select(logged.at, logged.body).where(logged.seq > above, logged.seq <= last, of_kind("answer"))
    return Counter((row.at[:10], passage) for row in connection.execute(query) for passage in _passages(row.body))


def _passages(body: str) -> set[str]:
    try:
        said = json.loads(body)
    except ValueError:
        return set()  # `log verify` tells of a damaged entry; nobody else has to stop for it
    return {one["passage"] for one in said.get("candidates", ()) if "passage" in one} | set(said.get("shown", ()))


def _add(connection: Connection, times: Mapping[tuple[str, str], int]) -> None:
    if not times:
        return
    # Each dialect is a library of its own, and a server has one of them loaded already.
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    table = schema.considered
    insert = dialect.insert(table)
    added = insert.on_conflict_do_update(
        index_elements=[table.c.day, table.c.passage_id], set_={"times": table.c.times + insert.excluded.times}
    )
    connection.execute(
        added, [{"day": day, "passage_id": passage, "times": count} for (day, passage), count in sorted(times.items())]
    )
