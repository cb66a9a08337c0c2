"""Warnings: what a clinician wants to be known before a passage is read, bound to it and shown above it at once.

A warning holds for the words it was written on: when an article is revised, it goes on with the passage that has the
same words, as caveats do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from sources import schema
from sources.curation import Change, named, record
from sources.library import LibraryError
from sources.pairs import called_today

MOST_CHARACTERS = 300


class WarningState(StrEnum):
    """Whether a warning is shown."""

    BOUND = "bound"
    LIFTED = "lifted"


class PassageWarning(Struct, frozen=True):
    """A warning and the passage it was written on."""

    id: str
    passage_id: str
    words: str
    state: WarningState


def warn(connection: Connection, passage_id: str, words: str, *, who: str, why: str) -> tuple[PassageWarning, Change]:
    """Bind a warning to a passage: from now on the passage is never shown without it.

    Raises `LibraryError` where there is no such passage, no reason, or the words are none or too many.
    """
    if not 0 < len(words) <= MOST_CHARACTERS:
        raise LibraryError(f"words: {len(words)} characters; a warning has 1 to {MOST_CHARACTERS}.")
    one = PassageWarning(secrets.token_hex(6), passage_id, words, WarningState.BOUND)
    change = _recorded(connection, one, "bind warning", None, who, why)
    values = {"id": one.id, "passage_id": passage_id, "words": words, "state": one.state}
    connection.execute(schema.warnings.insert().values(values))
    return one, change


def lift(connection: Connection, warning_id: str, *, who: str, why: str) -> tuple[PassageWarning, Change]:
    """Let a passage be shown without a warning again. Raises `LibraryError` where it is not bound, or without a reason."""
    w = schema.warnings
    row = connection.execute(sa.select(w).where(w.c.id == warning_id)).one_or_none()
    if row is None or row.state != WarningState.BOUND:
        raise LibraryError(
            f"warning {warning_id}: none of this id is bound. The page of its passage lists those that are."
        )
    one = PassageWarning(row.id, row.passage_id, row.words, WarningState.LIFTED)
    change = _recorded(connection, one, "lift warning", WarningState.BOUND, who, why)
    connection.execute(w.update().where(w.c.id == warning_id).values(state=one.state))
    return one, change


def _recorded(
    connection: Connection, one: PassageWarning, action: str, before: WarningState | None, who: str, why: str
) -> Change:
    if not why.strip():
        raise LibraryError(f"passage {one.passage_id}: this needs a reason, which the log keeps. Give one.")
    p = schema.passages.c
    query = sa.select(p.article_id, p.revision).where(p.id == one.passage_id)
    row: Any = connection.execute(query).one_or_none()
    if row is None:
        raise LibraryError(f"passage {one.passage_id}: there is none of this id. Every answer that showed it names it.")
    change = Change(named(who), action, row.article_id, row.revision, one.passage_id, before, one.state, why)
    return record(connection, change)


def bound_warnings(connection: Connection) -> dict[str, tuple[PassageWarning, ...]]:
    """Return the warnings that are shown, in one order, by the id that their passage has today."""
    w = schema.warnings.c
    query = sa.select(schema.warnings).where(w.state == WarningState.BOUND).order_by(w.id)
    rows = [PassageWarning(row.id, row.passage_id, row.words, WarningState.BOUND) for row in connection.execute(query)]
    today = called_today(connection, {one.passage_id for one in rows}) if rows else {}
    found: dict[str, list[PassageWarning]] = {}
    for one in rows:
        # What was quoted from the text it was written on keeps it, too.
        for id_ in dict.fromkeys((one.passage_id, today[one.passage_id])):
            found.setdefault(id_, []).append(one)
    return {id_: tuple(those) for id_, those in found.items()}


def words_of(bound: Mapping[str, tuple[PassageWarning, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the words alone, by passage id."""
    return {id_: tuple(one.words for one in those) for id_, those in bound.items()}
