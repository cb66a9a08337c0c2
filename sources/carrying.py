"""The whole library as one file, and back: articles, revisions, states, marks, history, phrasings and curated questions.

One JSON file, or a ZIP archive of CSV files, one a table. What comes out of a library goes into an empty one, on either
database, and out of that comes the same file, byte for byte. A file may come from anywhere, so each revision is held to
its digest, and each passage to its place, before anything is kept.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sources import canonical, schema
from sources.article import PassageKind
from sources.database import metadata
from sources.library import LibraryError, State, document_from_json, passage_id

Rows = list[dict[str, Any]]
Library = dict[str, Rows]
"""Rows by table, as plain JSON: dates and moments are written as ISO 8601, moments in UTC."""

VERSION = 1
_MARK = "wellcited library"
# A CSV cell that a spreadsheet might run as a formula gets an apostrophe, and so does one that would be read as nothing.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
_MOST_UNPACKED = 1_000_000_000
_NOT_OURS = "Give a file that wellcited export-library wrote."


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
        raise LibraryError(f"the file is no JSON. {_NOT_OURS}") from None
    if not isinstance(whole, dict) or whole.get(_MARK) != VERSION or not isinstance(whole.get("tables"), dict):
        raise LibraryError(f"the file is no library of this version. {_NOT_OURS}")
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
        raise LibraryError(f"the file is damaged, or no ZIP archive of CSV files. {_NOT_OURS}") from None


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
        raise LibraryError(f"the file holds {name}, which is no part of a library. {_NOT_OURS}")
    before = csv.field_size_limit(2**31 - 1)
    try:
        lines = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    finally:
        csv.field_size_limit(before)
    if not lines or any(len(line) != len(lines[0]) for line in lines):
        raise LibraryError(f"{name}: its lines are not of one length. {_NOT_OURS}")
    columns = [_column(table, column) for column in lines[0]]
    return [{one.name: _value(one, cell) for one, cell in zip(columns, line, strict=True)} for line in lines[1:]]


def _value(column: sa.Column[Any], cell: str) -> Any:
    if cell == "":
        return None
    text = cell.removeprefix("'")
    if isinstance(column.type, sa.Integer | sa.Boolean | sa.JSON):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise LibraryError(f"{column}: {text[:60]} is no value of this column. {_NOT_OURS}") from None
    return text


def _ordered(name: str, rows: Rows) -> Rows:
    """Return rows in one order whatever the database: by their keys, as characters are numbered."""
    keys = [column.name for column in metadata.tables[name].primary_key]
    return sorted(rows, key=lambda row: tuple(row[key] for key in keys))


def take_in_library(connection: Connection, library: Library) -> Mapping[str, int]:
    """Put a library into an empty one; returns how many rows each table got.

    Raises `LibraryError` where the library is not empty, or the file is not one that a library came out into: a part or
    a value is unknown, a revision is not what its digest says, or a passage stands where it does not belong.
    """
    _check_empty(connection)
    known = {table.name for table in tables()}
    for name in library:
        if name not in known:
            raise LibraryError(f"the file holds {name}, which is no part of a library. {_NOT_OURS}")
    rows = {table: [_row(table, row) for row in _listed(library, table.name)] for table in tables()}
    _check_texts(rows[schema.revisions], rows[schema.passages])
    for table, values in rows.items():
        if values:
            try:
                connection.execute(table.insert(), values)
            except sa.exc.IntegrityError:
                raise LibraryError(
                    f"{table.name}: a row is there twice, or names one that is not. {_NOT_OURS}"
                ) from None
        _count_on(connection, table)
    return {table.name: len(values) for table, values in rows.items()}


def _listed(library: Library, name: str) -> Sequence[Any]:
    found = library.get(name, [])
    if not isinstance(found, list):
        raise LibraryError(f"{name}: it is no list of rows. {_NOT_OURS}")
    return found


def _check_empty(connection: Connection) -> None:
    for table in tables():
        if connection.scalar(sa.select(sa.func.count()).select_from(table)):
            raise LibraryError(
                f"this library is not empty: it has {table.name.replace('_', ' ')}. A whole library goes only into an empty one."
            )


def _row(table: sa.Table, row: Any) -> dict[str, Any]:
    """Return a row as the database takes it; what an older file lacks gets its default."""
    if not isinstance(row, dict):
        raise LibraryError(f"{table.name}: a row is no object. {_NOT_OURS}")
    values = {name: _taken(_column(table, name), value) for name, value in row.items()}
    for column in table.c:
        if column.name not in values:
            if not column.nullable and column.server_default is None:
                raise LibraryError(f"{column}: it is missing from a row. {_NOT_OURS}")
            values[column.name] = _default(column)
    return values


def _default(column: sa.Column[Any]) -> Any:
    """Return what a row of an older library has in a column that it did not know."""
    if column.server_default is None:
        return None
    return {"true": True, "false": False}.get(str(getattr(column.server_default, "arg", "")).lower())


def _column(table: sa.Table, name: str) -> sa.Column[Any]:
    if name not in table.c:
        raise LibraryError(f"{table.name}: {name[:60]} is no column of it. {_NOT_OURS}")
    return table.c[name]


def _taken(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise LibraryError(f"{column}: it is empty in a row. {_NOT_OURS}")
        return None
    expected, read = _KINDS[type(column.type)]
    try:
        if type(value) not in expected:
            raise ValueError(value)
        return read(value)
    except ValueError:
        raise LibraryError(f"{column}: {str(value)[:60]} is no value of this column. {_NOT_OURS}") from None


def _moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError(value)
    return found.astimezone(UTC)


def _text(value: str) -> str:
    if "\0" in value or (not value.isprintable() and any("\ud800" <= one <= "\udfff" for one in value)):
        raise ValueError(value)
    return value


_KINDS: Mapping[type, tuple[tuple[type, ...], Callable[[Any], Any]]] = {
    sa.String: ((str,), _text),
    sa.Text: ((str,), _text),
    sa.Integer: ((int,), int),
    sa.Boolean: ((bool,), bool),
    sa.Date: ((str,), date.fromisoformat),
    sa.DateTime: ((str,), _moment),
    sa.JSON: ((list, dict), lambda value: value),
}


def _check_texts(revisions: Rows, passages: Rows) -> None:
    texts: dict[tuple[str, str], str] = {}
    for one in revisions:
        if canonical.digest(one["text"]) != one["digest"] or one["state"] not in set(State):
            raise LibraryError(
                f"revision {one['digest'][:12]} of {one['article_id']} was changed: its digest is another."
            )
        _check_document(one)
        texts[one["article_id"], one["digest"]] = one["text"]
    for one in passages:
        where = (one["article_id"], one["revision"], one["start"], one["end"])
        text = texts.get(where[:2])
        fits = text is not None and 0 <= one["start"] < one["end"] <= len(text) and one["kind"] in set(PassageKind)
        if not fits or passage_id(*where) != one["id"] or not all(isinstance(part, str) for part in one["heading"]):
            raise LibraryError(f"passage {one['id']}: it is not where its revision says. {_NOT_OURS}")


def _check_document(revision: Mapping[str, Any]) -> None:
    try:
        document_from_json(revision["document"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise LibraryError(
            f"revision {revision['digest'][:12]}: what it was made of cannot be read. {_NOT_OURS}"
        ) from None


def _count_on(connection: Connection, table: sa.Table) -> None:
    """Let PostgreSQL number the next row after those that came with numbers of their own; SQLite does by itself."""
    keys = list(table.primary_key)
    if connection.dialect.name != "postgresql" or len(keys) != 1 or not isinstance(keys[0].type, sa.Integer):
        return
    newest = connection.scalar(sa.select(sa.func.max(keys[0])))
    if newest is not None:
        sequence = sa.func.pg_get_serial_sequence(table.name, keys[0].name)
        connection.execute(sa.select(sa.func.setval(sequence, newest)))
