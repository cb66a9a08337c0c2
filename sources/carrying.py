"""The whole library as one file, and back: articles, revisions, states, marks, history, phrasings and curated questions.

One JSON file, or a ZIP archive of CSV files, one a table. What comes out of a library goes into an empty one, on either
database (`sources.taking_over`), and out of that comes the same file, byte for byte.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sources import schema
from sources.database import metadata
from sources.library import LibraryError

Rows = list[dict[str, Any]]
Library = dict[str, Rows]
"""Rows by table, as plain JSON: dates and moments are written as ISO 8601, moments in UTC."""

VERSION = 1
_MARK = "wellcited library"
# A CSV cell that a spreadsheet might run as a formula gets an apostrophe, and so does one that would be read as nothing.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
_MOST_UNPACKED = 1_000_000_000
NOT_OURS = "Give a file that wellcited export-library wrote."


def tables() -> list[sa.Table]:
    """Return the tables of the library, each after those that it names."""
    ours = {id(table) for table in vars(schema).values() if isinstance(table, sa.Table)}
    return [table for table in metadata.sorted_tables if id(table) in ours]


def taken_out(connection: Connection) -> Library:
    """Read the whole library."""
    return {table.name: list(_rows(connection, table)) for table in tables()}


def _rows(connection: Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    for row in connection.execute(sa.select(table)).mappings():
        yield {column.name: _plain(row[column.name]) for column in table.c}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # SQLite gives back the same moment without saying that it is UTC.
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def to_json(library: Library) -> bytes:
    """Write a library as one JSON file."""
    whole = {_MARK: VERSION, "tables": {name: _ordered(name, rows) for name, rows in library.items()}}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def from_json(content: bytes) -> Library:
    """Read a library that `to_json` wrote. Raises `LibraryError` for anything else."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        raise LibraryError(f"the file is no JSON. {NOT_OURS}") from None
    if not isinstance(whole, dict) or whole.get(_MARK) != VERSION or not isinstance(whole.get("tables"), dict):
        raise LibraryError(f"the file is no library of this version. {NOT_OURS}")
    found: Library = whole["tables"]
    return found


def to_csv(library: Library) -> bytes:
    """Write a library as a ZIP archive of one CSV file a table; the same library gives the same bytes."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, rows in library.items():
                # No moment of packing, so that it does not differ.
                archive.writestr(zipfile.ZipInfo(f"{name}.csv"), _csv(name, rows), zipfile.ZIP_DEFLATED)
        return file.getvalue()


def from_csv(content: bytes, most: int = _MOST_UNPACKED) -> Library:
    """Read a library that `to_csv` wrote, of up to `most` bytes unpacked. Raises `LibraryError` for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > most:
                raise LibraryError(f"the file unpacks to {size / 10**6:,.0f} MB, more than {most / 10**6:,.0f} MB.")
            return {name.removesuffix(".csv"): _from_csv(name, archive.read(name)) for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, UnicodeError, csv.Error):
        raise LibraryError(f"the file is damaged, or no ZIP archive of CSV files. {NOT_OURS}") from None


def _csv(name: str, rows: Rows) -> str:
    columns = [column.name for column in metadata.tables[name].c]
    with io.StringIO(newline="") as out:
        written = csv.writer(out, lineterminator="\r\n")
        written.writerow(columns)
        written.writerows([_cell(row[column]) for column in columns] for row in _ordered(name, rows))
        return out.getvalue()


def _cell(value: Any) -> str:
    """Write a value so that it can be told from nothing, and that no spreadsheet runs it."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if not text or text.startswith(_RISKY) else text


def _from_csv(name: str, content: bytes) -> Rows:
    table = {f"{one.name}.csv": one for one in tables()}.get(name)
    if table is None:
        raise LibraryError(f"the file holds {name}, which is no part of a library. {NOT_OURS}")
    before = csv.field_size_limit(2**31 - 1)
    try:
        lines = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    finally:
        csv.field_size_limit(before)
    if not lines or any(len(line) != len(lines[0]) for line in lines):
        raise LibraryError(f"{name}: its lines are not of one length. {NOT_OURS}")
    columns = [column_of(table, column) for column in lines[0]]
    return [{one.name: _value(one, cell) for one, cell in zip(columns, line, strict=True)} for line in lines[1:]]


def _value(column: sa.Column[Any], cell: str) -> Any:
    if cell == "":
        return None
    text = cell.removeprefix("'")
    if isinstance(column.type, sa.Integer | sa.Boolean | sa.JSON):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise LibraryError(f"{column}: {text[:60]} is no value of this column. {NOT_OURS}") from None
    return text


def _ordered(name: str, rows: Rows) -> Rows:
    """Return rows in one order whatever the database: by their keys, as characters are numbered."""
    keys = [column.name for column in metadata.tables[name].primary_key]
    return sorted(rows, key=lambda row: tuple(row[key] for key in keys))


def column_of(table: sa.Table, name: str) -> sa.Column[Any]:
    """Return a column by its name. Raises `LibraryError` when the table has none of it."""
    if name not in table.c:
        raise LibraryError(f"{table.name}: {name[:60]} is no column of it. {NOT_OURS}")
    return table.c[name]
