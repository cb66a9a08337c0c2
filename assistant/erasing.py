"""Erasing the words of a question, at somebody's will or after a term: the answer and its log entry stay, the words go.

The log holds a salted digest of the words; they and the salt go, so nobody can try words against it any more, and the
log still verifies. What was carried from the question into the search for later ones of its conversation goes too, and
so do the words the visitor may have written about the answer.

Words are overwritten with as many spaces, in place. Deleting a row would make SQLite move its neighbours, and a copy of
a moved row may stay in the unused part of a page, where erasing that row later would not reach it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection, Engine

from assistant import log, schema
from sources.database import empty_journal, reading, rewrite, writing

VISITOR = "visitor"
TERM = "term"
_NO_SALT = "0" * 32
# Words whose term is over go some at a time, so that answers need not wait long for the database.
_AT_A_TIME = 50
# What a visitor says of an answer may replace words said before.
_WORDS_WENT = ("erasure", "feedback")


class Erased(Struct, frozen=True):
    """What an erasure did: `found` whether there were words to erase, `journal_too` whether SQLite's journal has none left."""

    found: bool
    journal_too: bool


class Older(Struct, frozen=True):
    """What erasing after a term did: how many questions went, how many words about answers, and `journal_too` as above."""

    questions: int
    feedback: int
    journal_too: bool


def erase_question(engine: Engine, answer_id: str, by: str = VISITOR) -> Erased:
    """Erase the words of the question that an answer was given to, and write into the log that it was done, and by whom."""
    with writing(engine) as connection:
        found = _erase(connection, answer_id, by)
    return Erased(found, empty_journal(engine) if found else True)


def erase_older(engine: Engine, days: int) -> Older:
    """Erase the words of every question, and about every answer, that are this many days old or more; each is logged."""
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    questions = sum(_erased_some(engine, before))
    feedback = _erase_old_feedback(engine, before)
    return Older(questions, feedback, sweep(engine) if questions or feedback else True)


def newest_erasure(engine: Engine) -> int:
    """Return the place in the log of the newest entry by which words may have gone; 0 if there is none."""
    logged = schema.log.c
    with reading(engine) as connection:
        return connection.scalar(sa.select(sa.func.max(logged.seq)).where(logged.kind.in_(_WORDS_WENT))) or 0


def sweep(engine: Engine) -> bool:
    """Take words that were erased out of where the database still has them; False if it has to be tried again."""
    journal = empty_journal(engine)
    return rewrite(engine, [schema.questions.name, schema.feedback.name]) and journal


def _erased_some(engine: Engine, before: str) -> Iterator[int]:
    """Erase some questions at a time until none is left; yields how many each time."""
    a, q, logged = schema.answers.c, schema.questions.c, schema.log.c
    query = (
        sa.select(a.id)
        .join_from(schema.answers, schema.log, logged.seq == a.seq)
        .join(schema.questions, q.answer_id == a.id)
        .where(logged.at <= before, sa.func.trim(q.text) != "")
        .order_by(a.seq)
        .limit(_AT_A_TIME)
    )
    while True:
        # Looked for beside those who write: in a long log that takes seconds, and no answer may wait for it.
        with reading(engine) as connection:
            newest = connection.scalar(sa.select(sa.func.max(logged.seq)).where(logged.at <= before))
            ids = list(connection.scalars(query.where(a.seq <= newest))) if newest else []
        if not ids:
            return
        with writing(engine) as connection:
            erased = sum([_erase(connection, id_, TERM) for id_ in ids])
        # What `kept` takes for erased, although a blank of another kind is left in it, must not go round and round.
        if not erased:
            return
        yield erased


def _erase_old_feedback(engine: Engine, before: str) -> int:
    """Erase words that were written about an answer whose own question is gone already, or was never that old."""
    f = schema.feedback.c
    query = sa.select(f.answer_id).where(f.at <= before, sa.func.trim(f.words) != "")
    with writing(engine) as connection:
        erased = [id_ for id_ in list(connection.scalars(query)) if _erase_feedback(connection, id_)]
        entries = [_entry(id_, TERM, carried=[], feedback=True) for id_ in erased]
        log.append(connection, entries)
    return len(erased)


def _entry(answer_id: str, by: str, *, carried: list[str], feedback: bool) -> log.Entry:
    return log.Entry("erasure", {"answer": answer_id, "by": by, "carried": carried, "feedback": feedback})


def _erase(connection: Connection, answer_id: str, by: str) -> bool:
    q = schema.questions
    row = connection.execute(sa.select(q).where(q.c.answer_id == answer_id).with_for_update()).one_or_none()
    if row is None or schema.kept(row.text) is None:
        return False
    changed = q.update().where(q.c.answer_id == answer_id)
    values = {"text": blanks(row.text), "searched": blanks(row.searched), "salt": _NO_SALT}
    connection.execute(changed.values(values))
    carried = _erase_carried(connection, answer_id)
    said = _erase_feedback(connection, answer_id)
    log.append(connection, [_entry(answer_id, by, carried=carried, feedback=said)])
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
