"""The database: one URL, SQLite or PostgreSQL, brought to today's schema before anything reads it.

Reads run outside any transaction of ours; writes take the write lock at once, so that what a write has read is still
true when it commits. SQLite comes with pysqlite3 (3.51.3 or later): older ones may corrupt a write-ahead log, and with
those a rollback journal is used instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy.engine import Connection, Engine

metadata = sa.MetaData()

# https://sqlite.org/wal.html, "The WAL-reset bug": fixed in 3.51.3.
_WAL_IS_SOUND = (3, 51, 3)
_BUSY_MILLISECONDS = 10_000
# After so many pages of 4 KiB SQLite takes what the write-ahead log holds over into the database. Its own 1,000 are some
# eighty answers, each of which writes about the same pages: those are written once for four times as many.
_JOURNAL_PAGES = 4_000
# How often, and each time how long, whoever empties the write-ahead log waits for those who still read from it: writers
# wait with it.
_EMPTYING_TRIES = 8
_EMPTYING_MILLISECONDS = 500
# How long those who write answers may at most have to wait behind whoever writes a table anew and waits for it himself.
_REWRITING_MILLISECONDS = 2_000
MIGRATIONS = Path(__file__).parent / "migrations"
# The newest migration; a test holds it equal to what Alembic finds, so that serving need not load Alembic to know.
HEAD = "0012"


class DatabaseError(Exception):
    """The database cannot be opened; says which one, why, and what to do next."""

    def __init__(self, url: str, reason: str, next_step: str) -> None:
        super().__init__(f"database {url}: {reason}. {next_step}")
        self.next_step = next_step


def open_database(data: Path, url: str | None = None) -> Engine:
    """Open the database of a data folder, or the one a URL names, without changing it.

    Raises `DatabaseError` when the URL is of another kind or the folder cannot be made.
    """
    # `hide_parameters`: an error must never carry a visitor's words into a server's log. Pages over thousands of passages
    # read as many small lists, which orjson does in a fifth of the time.
    if url is None:
        return _sqlite(data / "wellcited.sqlite")
    if url.startswith("sqlite:///"):
        return _sqlite(Path(url.removeprefix("sqlite:///")))
    if not url.startswith("postgresql+psycopg://"):
        raise DatabaseError(
            url.split(":", 1)[0],
            "is of a kind Wellcited does not know",
            "Give postgresql+psycopg://user@host/name, or leave WELLCITED_DATABASE_URL out to use SQLite.",
        )
    return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True, json_deserializer=orjson.loads)


def upgrade(engine: Engine) -> None:
    """Bring the database to today's schema; does nothing, and loads nothing, where it already is."""
    if _revision(engine) == HEAD:
        return
    # Imported here: Alembic costs a tenth of a second that a server with an up-to-date database need not pay.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for reading; each statement sees what is committed when it runs."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that holds the write lock; commits at the end, rolls back on an error."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def changing(connection: Connection) -> Iterator[Connection]:
    """Yield a connection to write with: this one where it is in a transaction, else another in one of its own."""
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        yield connection
        return
    with writing(connection.engine) as own:
        yield own


def empty_journal(engine: Engine) -> bool:
    """Take what was overwritten out of SQLite's write-ahead log, too, once it is committed.

    False if somebody read from it all the while; it then goes the next time. For PostgreSQL there is `rewrite`.
    """
    if engine.dialect.name != "sqlite":
        return True
    with reading(engine) as connection:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_EMPTYING_MILLISECONDS}")
        try:
            for _ in range(_EMPTYING_TRIES):
                if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0:
                    return True
            return False
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")


def rewrite(engine: Engine, tables: Sequence[str]) -> bool:
    """Write these tables anew without what was overwritten in them, which PostgreSQL keeps between the rows otherwise.

    Nobody reads or writes them meanwhile, so this is for now and then. False if somebody held one of them for too long;
    what was overwritten then goes the next time. SQLite overwrites in place and has nothing to write anew.
    """
    if engine.dialect.name != "postgresql":
        return True
    with reading(engine) as connection:
        connection.exec_driver_sql(f"SET lock_timeout = '{_REWRITING_MILLISECONDS}ms'")
        try:
            connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(tables)}")
        except sa.exc.OperationalError:
            return False
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


def lock(connection: Connection, name: int) -> None:
    """Hold a named lock until the transaction ends. SQLite's one write lock already is that."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:name)"), {"name": name})


def _revision(engine: Engine) -> str | None:
    with reading(engine) as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return found


def _sqlite(path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(
            str(path), f"its folder cannot be made ({error.strerror})", "Name a folder that you may write to."
        ) from error
    engine = sa.create_engine(f"sqlite:///{path}", module=sqlite, hide_parameters=True, json_deserializer=orjson.loads)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    # SQLAlchemy opens the transactions itself (below), so the driver must not.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is erased is overwritten with zeros, not only let go of.
    connection.execute("PRAGMA secure_delete = ON")
    sound = sqlite.sqlite_version_info >= _WAL_IS_SOUND
    journal, synchronous = ("WAL", "FULL") if sound else ("DELETE", "EXTRA")
    # A read-only disk cannot change the journal; reading goes on, and the first write says what is wrong.
    with suppress(sqlite.OperationalError):
        connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_JOURNAL_PAGES}")


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
