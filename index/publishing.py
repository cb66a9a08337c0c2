"""Which edition is live: publish, roll back, and how a server without the publisher's disk gets the files.

Live is the edition of the newest row of `publishing`, so a publish or a rollback is one insert, seen by every process
at its next look. An edition's files lie in the data folder; on PostgreSQL they are kept in the database as well.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from index import schema

KEPT_FOR_ROLLBACK = 5


class PublishingError(Exception):
    """A publish or rollback that cannot be; the message says why and what to do next."""


class Published(Struct, frozen=True):
    """One time an edition went live."""

    id: int
    edition: str
    at: datetime
    who: str
    why: str


def add_edition(connection: Connection, digest: str, manifest: bytes) -> None:
    """Write down that an edition was built; once is enough."""
    e = schema.editions
    if not is_known(connection, digest):
        connection.execute(e.insert().values(digest=digest, manifest=manifest.decode(), built_at=datetime.now(UTC)))


def is_known(connection: Connection, digest: str) -> bool:
    """Whether an edition was live at some time."""
    e = schema.editions.c
    return connection.scalar(sa.select(e.digest).where(e.digest == digest)) is not None


def make_live(connection: Connection, digest: str, *, who: str, why: str) -> None:
    """Switch to an edition that was added before."""
    connection.execute(schema.publishing.insert().values(edition=digest, at=datetime.now(UTC), who=who, why=why))


def live(connection: Connection) -> Published | None:
    """Return what is live now, or None before the first publish."""
    return next(iter(history(connection, 1)), None)


def history(connection: Connection, most: int) -> list[Published]:
    """The latest publishings, newest first."""
    p = schema.publishing.c
    rows = connection.execute(sa.select(p.id, p.edition, p.at, p.who, p.why).order_by(p.id.desc()).limit(most))
    return [Published(*row) for row in rows]


def rollback_choices(connection: Connection) -> list[str]:
    """Digests one may go back to: the last five different editions that were live before the present one."""
    present = live(connection)
    if present is None:
        return []
    p = schema.publishing.c
    newest = sa.func.max(p.id)
    query = sa.select(p.edition).where(p.edition != present.edition).group_by(p.edition).order_by(newest.desc())
    return list(connection.scalars(query.limit(KEPT_FOR_ROLLBACK)))


def roll_back(connection: Connection, to: str | None, *, who: str, why: str) -> str:
    """Make an earlier edition live again: the one before the present, or one of the choices by the start of its digest."""
    choices = rollback_choices(connection)
    matching = [digest for digest in choices if to is None or digest.startswith(to)]
    if not matching:
        shown = ", ".join(digest[:12] for digest in choices) or "none yet"
        raise PublishingError(
            f"there is no edition {to or 'before this one'} to go back to. You can name one of: {shown}."
        )
    make_live(connection, matching[0], who=who, why=why)
    return matching[0]


def share_files(connection: Connection, folder: Path) -> None:
    """Put an edition's or encoder's files into the database, for servers that have only that."""
    f = schema.files
    there = set(connection.scalars(sa.select(f.c.sha256)))
    for path in _files(folder):
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in there:
            connection.execute(f.insert().values(sha256=sha256, content=content))
            there.add(sha256)


def fetch_files(connection: Connection, folder: Path, files: Iterable[tuple[str, str]]) -> None:
    """Write files (name, SHA-256) that are not yet in a folder from the database.

    Raises `PublishingError` when the database lacks one; a file appears under its name only when it is whole.
    """
    f = schema.files.c
    for name, sha256 in files:
        path = folder / name
        if path.exists():
            continue
        content = connection.scalar(sa.select(f.content).where(f.sha256 == sha256))
        if content is None:
            raise PublishingError(
                f"{path}: neither the data folder nor the database has it. Publish again with `wellcited publish --rebuild`."
            )
        _write_whole(path, content)


def fetch_edition(connection: Connection, folder: Path, only: Collection[str] | None = None) -> None:
    """Bring an edition's folder, named by its digest, from the database; its manifest comes last.

    With `only`, just those of its files: for a folder that nobody will open as an edition.
    """
    e = schema.editions.c
    manifest = connection.scalar(sa.select(e.manifest).where(e.digest == folder.name))
    if manifest is None:
        raise PublishingError(
            f"edition {folder.name[:12]}: the database does not know it. Publish with `wellcited publish`."
        )
    files = json.loads(manifest)["files"]
    fetch_files(connection, folder, ((name, files[name]) for name in files if only is None or name in only))
    _write_whole(folder / "manifest.json", manifest.encode())


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
