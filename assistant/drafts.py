"""A draft edition: what a publish would make now, to be tried by staff. It is never live, and no visitor is asked it.

One is kept, the newest: its files lie in the data folder, and on PostgreSQL in the database too, for every server.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection, Engine

from assistant.publish import Ready, build_approved
from index import publishing, schema
from index.desk import Library, encoders_folder, opened_encoder, opened_reader, with_companions
from index.edition import Edition, open_edition
from index.encoder import ExportedEncoder
from index.model import Model
from sources import schema as schema_of_library
from sources.database import reading, writing
from sources.library import withdrawn_passages

# What is said about an article, and not what visitors are told.
_CHANGES_NOTHING = ("comment", "owner", "review", "review by")


class Draft(Struct, frozen=True):
    """The draft that there is; `older` says that the library has changed since."""

    digest: str
    built_at: datetime
    who: str
    older: bool


def drafts_folder(data: Path) -> Path:
    """Return where a data folder keeps its draft."""
    return data / "drafts"


def build_draft(
    engine: Engine,
    data: Path,
    model: Model,
    *,
    who: str,
    on_step: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    within: Callable[[Connection, str], None] = lambda connection, digest: None,
) -> str:
    """Build the draft of all that is approved, in place of the one before; returns its digest.

    `within` is called in the transaction that puts it there; what it raises stops it. Raises as `publish` does.
    """
    folder = drafts_folder(data)
    ready = build_approved(engine, data, model, folder, on_step=on_step, on_progress=on_progress)
    digest = ready.edition.digest
    try:
        on_step("Keeping it")
        with writing(engine) as connection:
            within(connection, digest)
            _keep(connection, data, ready, who)
    except BaseException:
        with reading(engine) as connection:
            there = draft(connection)
        if there is None or there.digest != digest:
            shutil.rmtree(ready.built.folder, ignore_errors=True)
        raise
    for other in folder.iterdir():
        if other.name != digest:
            shutil.rmtree(other, ignore_errors=True)
    return digest


def _keep(connection: Connection, data: Path, ready: Ready, who: str) -> None:
    if connection.dialect.name == "postgresql":
        publishing.share_files(connection, ready.built.folder)
        publishing.share_files(connection, encoders_folder(data) / ready.edition.encoder)
    connection.execute(schema.drafts.delete())
    values = {
        "digest": ready.edition.digest, "manifest": ready.built.manifest.decode(), "built_at": datetime.now(UTC),
        "who": who, "curated": ready.curated,
    }  # fmt: skip
    connection.execute(schema.drafts.insert().values(**values))


def draft(connection: Connection) -> Draft | None:
    """Return the draft that there is; None before the first."""
    d = schema.drafts.c
    row = connection.execute(sa.select(d.digest, d.built_at, d.who, d.curated)).one_or_none()
    if row is None:
        return None
    c = schema_of_library.curation.c
    since = sa.select(c.id).where(c.id > row.curated, c.action.not_in(_CHANGES_NOTHING)).limit(1)
    return Draft(row.digest, row.built_at, row.who, older=connection.scalar(since) is not None)


class Opened(Struct, frozen=True):
    """A draft's edition and encoder, which many questions are asked of."""

    edition: Edition
    encoder: ExportedEncoder


def open_draft(connection: Connection, data: Path, digest: str) -> Opened:
    """Open a draft, brought from the database where the data folder lacks it.

    Raises `EditionError`, `EncoderError` or `PublishingError` when it is damaged or nowhere.
    """
    folder = drafts_folder(data) / digest
    if not (folder / "manifest.json").exists():
        d = schema.drafts.c
        manifest = connection.scalar(sa.select(d.manifest).where(d.digest == digest))
        files = json.loads(manifest)["files"] if manifest else {}
        publishing.fetch_files(connection, folder, files.items())
        publishing.fetch_files(connection, folder, [("manifest.json", digest)])
    edition = open_edition(folder)
    return Opened(edition, opened_encoder(connection, data, edition))


def library_of(connection: Connection, opened: Opened, reads: bool) -> Library:
    """Return the library that visitors would have with this draft: without what must not be shown today."""
    reader = opened_reader() if reads else None
    library = Library(opened.edition, opened.encoder, withdrawn_passages(connection), reader)
    return with_companions(connection, library)
