"""Taking a whole library over from a file: only into an empty one, and only what a library can hold.

A file may come from anywhere, so each revision is held to its digest, each passage to its place, each column to its kind
and each closed list to its words, before anything is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sources import canonical, schema
from sources.article import PassageKind
from sources.carrying import NOT_OURS, Library, Rows, column_of, tables
from sources.editing import Action, Standing
from sources.library import LibraryError, State, document_from_json, passage_id
from sources.pairs import Tie, Verdict
from sources.questions import Kind
from sources.warnings import WarningState


def take_in_library(connection: Connection, library: Library) -> Mapping[str, int]:
    """Put a library into an empty one; returns how many rows each table got.

    Raises `LibraryError` where the library is not empty, or the file is not one that a library came out into: a part or
    a value is unknown, a revision is not what its digest says, or a passage stands where it does not belong.
    """
    _check_empty(connection)
    known = {table.name for table in tables()}
    for name in library:
        if name not in known:
            raise LibraryError(f"the file holds {name}, which is no part of a library. {NOT_OURS}")
    rows = {table: [_row(table, row) for row in _listed(library, table.name)] for table in tables()}
    _check_texts(rows[schema.revisions], rows[schema.passages])
    _check_lists(rows)
    for table, values in rows.items():
        if values:
            try:
                connection.execute(table.insert(), values)
            except sa.exc.IntegrityError:
                raise LibraryError(
                    f"{table.name}: a row is there twice, or names one that is not. {NOT_OURS}"
                ) from None
        _count_on(connection, table)
    return {table.name: len(values) for table, values in rows.items()}


def _listed(library: Library, name: str) -> Sequence[Any]:
    found = library.get(name, [])
    if not isinstance(found, list):
        raise LibraryError(f"{name}: it is no list of rows. {NOT_OURS}")
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
        raise LibraryError(f"{table.name}: a row is no object. {NOT_OURS}")
    values = {name: _taken(column_of(table, name), value) for name, value in row.items()}
    for column in table.c:
        if column.name not in values:
            if not column.nullable and column.server_default is None:
                raise LibraryError(f"{column}: it is missing from a row. {NOT_OURS}")
            values[column.name] = _default(column)
    return values


def _default(column: sa.Column[Any]) -> Any:
    """Return what a row of an older library has in a column that it did not know."""
    if column.server_default is None:
        return None
    return {"true": True, "false": False}.get(str(getattr(column.server_default, "arg", "")).lower())


def _taken(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise LibraryError(f"{column}: it is empty in a row. {NOT_OURS}")
        return None
    expected, read = KINDS[type(column.type)]
    try:
        if type(value) not in expected:
            raise ValueError(value)
        return read(value)
    except ValueError:
        raise LibraryError(f"{column}: {str(value)[:60]} is no value of this column. {NOT_OURS}") from None


def _moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError(value)
    return found.astimezone(UTC)


def _text(value: str) -> str:
    if "\0" in value or (not value.isprintable() and any("\ud800" <= one <= "\udfff" for one in value)):
        raise ValueError(value)
    return value


KINDS: Mapping[type, tuple[tuple[type, ...], Callable[[Any], Any]]] = {
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
        if not fits or passage_id(*where) != one["id"]:
            raise LibraryError(f"passage {one['id']}: it is not where its revision says. {NOT_OURS}")


def _check_lists(rows: Mapping[sa.Table, Rows]) -> None:
    """Refuse words that are none of a closed list, and lists that hold something else than they do here."""
    for (table, name), known in _CLOSED.items():
        if wrong := next((row[name] for row in rows[table] if row[name] not in known), None):
            raise LibraryError(f"{table.name}.{name}: {wrong[:60]} is no value of this column. {NOT_OURS}")
    for table, name, fits in _LISTS:
        if not all(isinstance(row[name], list) and all(map(fits, row[name])) for row in rows[table]):
            raise LibraryError(f"{table.name}.{name}: a list holds something else than it does here. {NOT_OURS}")


def _is_words(value: Any) -> bool:
    return isinstance(value, str)


def _is_claim(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("rule", "words", "reason"))


def _is_span(value: Any) -> bool:
    if not isinstance(value, list) or [type(one) for one in value] != [int, int, list, str, bool]:
        return False
    return all(map(_is_words, value[2])) and value[3] in set(PassageKind)


_CLOSED: Mapping[tuple[sa.Table, str], Collection[str | None]] = {
    (schema.caveats, "state"): set(Tie),
    (schema.differences, "state"): set(Verdict),
    (schema.warnings, "state"): set(WarningState),
    (schema.edits, "action"): set(Action),
    (schema.edits, "state"): set(Standing),
    (schema.curated_questions, "kind"): {None, *Kind},
}
_LISTS: tuple[tuple[sa.Table, str, Callable[[Any], bool]], ...] = (
    (schema.passages, "heading", _is_words),
    (schema.passages, "claims", _is_claim),
    (schema.edits, "before", _is_span),
    (schema.edits, "after", _is_span),
    (schema.curated_questions, "gold", _is_words),
)


def _check_document(revision: Mapping[str, Any]) -> None:
    try:
        document_from_json(revision["document"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise LibraryError(
            f"revision {revision['digest'][:12]}: what it was made of cannot be read. {NOT_OURS}"
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
