"""What an edition quotes from, read without what search needs: for checking a quote against what was published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from sqlalchemy.engine import Connection

from index import publishing
from index.desk import editions_folder
from index.edition import EditionError, open_manifest
from index.files import DamagedError, checked_bytes

_FILES = ("revisions.json", "passages.json")


class EditionTexts(Struct, frozen=True):
    """The text of each revision of an edition, and where in which revision each passage stands."""

    revisions: Mapping[str, str]
    places: Mapping[str, tuple[str, int, int]]


def edition_texts(connection: Connection, data: Path, digest: str) -> EditionTexts:
    """Read an edition's texts from the data folder, or from the database where the folder has no such edition.

    Raises `EditionError` or `PublishingError` for what is missing or is not what was published.
    """
    folder = editions_folder(data) / digest
    if (folder / "manifest.json").exists():
        return _texts(folder)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / digest
        publishing.fetch_edition(connection, folder, _FILES)
        return _texts(folder)


def _texts(folder: Path) -> EditionTexts:
    files = open_manifest(folder)["files"]
    try:
        revisions, passages = (json.loads(checked_bytes(folder / name, files.get(name))) for name in _FILES)
    except DamagedError as error:
        raise EditionError(folder.name, error.path.name, error.reason) from error
    places = {id_: (revision, start, end) for id_, _, revision, start, end, _ in passages["passages"]}
    return EditionTexts(revisions, places)
