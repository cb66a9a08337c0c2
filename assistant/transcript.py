"""A conversation as it was shown, for showing it again: checked word by word, and without what was withdrawn since."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.answer import Role
from assistant.conversation import has_ended
from assistant.feedback import Feedback, feedback_on
from sources.library import revision_text, withdrawn_passages
from sources.warnings import bound_warnings, words_of

MOST_TURNS = 20


class PastTurn(Struct, frozen=True):
    """A question and the stored answer to it (as `Answer.stored` wrote it); None where the words were erased.

    `withheld` counts quotations that are no longer shown: withdrawn, or no longer the words of their revision, or
    without the caveat that was shown with them. An answer that is not `recorded` (a card, which is shown all the same)
    cannot be come back to.
    """

    question: str | None
    answer: Mapping[str, Any]
    withheld: int
    feedback: Feedback | None = None
    recorded: bool = True


class PastAnswer(Struct, frozen=True):
    """One turn by its answer's id, and when it was asked (ISO 8601, UTC)."""

    turn: PastTurn
    asked_at: str


def transcript(connection: Connection, conversation: str, also_hidden: frozenset[str] = frozenset()) -> list[PastTurn]:
    """Return the latest turns of a conversation, oldest first; `also_hidden` passages are withheld as withdrawn ones.

    One that its visitor has ended has none.
    """
    if has_ended(connection, conversation):
        return []
    a, q = schema.answers.c, schema.questions.c
    query = (
        sa.select(a.id, a.body, q.text)
        .join_from(schema.answers, schema.questions, q.answer_id == a.id, isouter=True)
        .where(a.conversation == conversation)
        .order_by(a.turn.desc())
        .limit(MOST_TURNS)
    )
    rows = list(connection.execute(query))[::-1]
    hidden = withdrawn_passages(connection) | also_hidden if rows else frozenset()
    given = feedback_on(connection, [row.id for row in rows])
    turns = [checked(connection, schema.kept(row.text), json.loads(row.body), hidden) for row in rows]
    return [replace(turn, feedback=given.get(row.id)) for turn, row in zip(turns, rows, strict=True)]


def past_answer(connection: Connection, answer_id: str, also_hidden: frozenset[str] = frozenset()) -> PastAnswer | None:
    """Return one turn as `transcript` does, by its answer's id; None when there is no such answer."""
    a, q, logged = schema.answers.c, schema.questions.c, schema.log.c
    query = (
        sa.select(a.body, q.text, logged.at)
        .join_from(schema.answers, schema.log, logged.seq == a.seq)
        .join(schema.questions, q.answer_id == a.id, isouter=True)
        .where(a.id == answer_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    hidden = withdrawn_passages(connection) | also_hidden
    turn = checked(connection, schema.kept(row.text), json.loads(row.body), hidden)
    return PastAnswer(replace(turn, feedback=feedback_on(connection, [answer_id]).get(answer_id)), row.at)


def checked(
    connection: Connection, question: str | None, answer: Mapping[str, Any], hidden: frozenset[str]
) -> PastTurn:
    """Leave out of a stored answer what must not be shown any more."""
    rows = list(
        zip(answer["passages"], answer["passage_ids"], answer["also_in"], answer_companions(answer), strict=True)
    )
    gone = {id_ for passage, id_, _, _ in rows if id_ in hidden or not _verbatim(connection, passage)}
    lost = _with_lost(gone, rows)
    shown = [row for row in rows if row[1] not in lost]
    ids, also, companions = ([row[n] for row in shown] for n in (1, 2, 3))
    kept = {
        **answer,
        "passages": _warned(connection, shown),
        "passage_ids": ids,
        "also_in": also,
        "companions": companions,
    }
    if not any(one and one[0] == Role.DIFFERENCE for one in companions):
        # What it speaks of is no longer there.
        kept["notices"] = [one for one in answer["notices"] if one["kind"] != "conflict"]
    return PastTurn(question, kept, len(rows) - len(shown))


def _warned(connection: Connection, rows: Sequence[tuple[Any, str, Any, Any]]) -> list[dict[str, Any]]:
    """Put warnings that were written since above the passages of an old answer, too."""
    warned = words_of(bound_warnings(connection)) if rows else {}
    return [
        {**one, "warnings": [*(w for w in warned.get(id_, ()) if w not in one["warnings"]), *one["warnings"]]}
        for one, id_, _, _ in rows
    ]


def answer_companions(answer: Mapping[str, Any]) -> list[list[str] | None]:
    """Say of each passage of a stored answer what it was there for; older answers had none but those that answer."""
    companions: list[list[str] | None] = answer.get("companions") or [None] * len(answer["passages"])
    return companions


def _with_lost(gone: set[str], rows: Sequence[tuple[Any, str, Any, list[str] | None]]) -> set[str]:
    """Add to the passages that are gone those that have lost a caveat, and what stood beside one that is gone."""
    lost = set(gone)
    for _ in rows:
        for _, id_, _, companion in rows:
            if companion and companion[0] == Role.CAVEAT and id_ in lost:
                lost.add(companion[1])
            # A caveat or another source alone would seem to answer.
            if companion and companion[1] in lost:
                lost.add(id_)
    return lost


def _verbatim(connection: Connection, passage: Mapping[str, Any]) -> bool:
    text = revision_text(connection, passage["article"]["id"], passage["article"]["revision"])
    return text is not None and text[passage["start"] : passage["end"]] == passage["text"]
