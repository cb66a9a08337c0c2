"""Erasing the words of a question at the visitor's will: the answer and its log entry stay, the words go for good.

The log holds a salted digest of the words; they and the salt go, so nobody can try words against it any more, and the
log still verifies. What was carried from the question into the search for later ones of its conversation goes too, and
so do the words the visitor may have written about the answer.

Words are overwritten with as many spaces, in place. Deleting a row would make SQLite move its neighbours, and a copy of
a moved row may stay in the unused part of a page, where erasing that row later would not reach it.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from assistant import log, schema
from sources.database import empty_journal, writing

_NO_SALT = "0" * 32


@dataclass(frozen=True)
class Erased:
    """What an erasure did: `found` whether there were words to erase, `journal_too` whether nothing of them is left."""

    found: bool
    journal_too: bool


def erase_question(engine: Engine, answer_id: str) -> Erased:
    """Erase the words of the question that an answer was given to, and write into the log that it was done."""
    with writing(engine) as connection:
        found = _erase(connection, answer_id)
    return Erased(found, empty_journal(engine) if found else True)


def _erase(connection: Connection, answer_id: str) -> bool:
    q = schema.questions
    row = connection.execute(sa.select(q).where(q.c.answer_id == answer_id).with_for_update()).one_or_none()
    if row is None or schema.kept(row.text) is None:
        return False
    changed = q.update().where(q.c.answer_id == answer_id)
    values = {"text": blanks(row.text), "searched": blanks(row.searched), "salt": _NO_SALT}
    connection.execute(changed.values(values))
    carried = _erase_carried(connection, answer_id)
    said = _erase_feedback(connection, answer_id)
    body = {"answer": answer_id, "by": "visitor", "carried": carried, "feedback": said}
    log.append(connection, [log.Entry("erasure", body)])
    return True


def _erase_carried(connection: Connection, answer_id: str) -> list[str]:
    """Erase what later turns were searched for where it is more than their own words; returns their answers' ids."""
    a, q = schema.answers.c, schema.questions
    place = connection.execute(sa.select(a.conversation, a.turn).where(a.id == answer_id)).one()
    query = (
        sa.select(q)
        .join_from(q, schema.answers, q.c.answer_id == a.id)
        .where(a.conversation == place.conversation, a.turn > place.turn, q.c.searched != q.c.text)
        .order_by(a.turn)
    )
    # A card was not searched for, and what was erased before has nothing left.
    rows = [row for row in connection.execute(query) if schema.kept(row.searched)]
    for row in rows:
        values = {"searched": blanks(row.searched)}
        connection.execute(q.update().where(q.c.answer_id == row.answer_id).values(values))
    return [row.answer_id for row in rows]


def _erase_feedback(connection: Connection, answer_id: str) -> bool:
    f = schema.feedback
    words = schema.kept(connection.scalar(sa.select(f.c.words).where(f.c.answer_id == answer_id)))
    if words is None:
        return False
    connection.execute(f.update().where(f.c.answer_id == answer_id).values(words=blanks(words)))
    return True


def blanks(words: str) -> str:
    """Return as many spaces as a text has bytes: SQLite then writes them exactly where the text stood."""
    return " " * len(words.encode())
