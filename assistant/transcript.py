"""A conversation as it was shown, for showing it again: checked word by word, and without what was withdrawn since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant import schema
from sources.library import revision_text, withdrawn_passages

MOST_TURNS = 20


@dataclass(frozen=True)
class PastTurn:
    """A question and the stored answer to it (as `Answer.stored` wrote it); None where the words were erased.

    `withheld` counts quotations that are no longer shown: withdrawn, or no longer the words of their revision.
    """

    question: str | None
    answer: Mapping[str, Any]
    withheld: int


def transcript(connection: Connection, conversation: str) -> list[PastTurn]:
    """Return the latest turns of a conversation, oldest first."""
    a, q = schema.answers.c, schema.questions.c
    query = (
        sa.select(a.body, q.text)
        .join_from(schema.answers, schema.questions, q.answer_id == a.id, isouter=True)
        .where(a.conversation == conversation)
        .order_by(a.turn.desc())
        .limit(MOST_TURNS)
    )
    rows = list(connection.execute(query))[::-1]
    hidden = withdrawn_passages(connection) if rows else frozenset()
    return [checked(connection, row.text, json.loads(row.body), hidden) for row in rows]


def checked(
    connection: Connection, question: str | None, answer: Mapping[str, Any], hidden: frozenset[str]
) -> PastTurn:
    """Leave out of a stored answer what must not be shown any more."""
    shown = [
        (passage, passage_id, also_in)
        for passage, passage_id, also_in in zip(
            answer["passages"], answer["passage_ids"], answer["also_in"], strict=True
        )
        if passage_id not in hidden and _verbatim(connection, passage)
    ]
    passages, ids, also = ([row[n] for row in shown] for n in range(3))
    kept = {**answer, "passages": passages, "passage_ids": ids, "also_in": also}
    return PastTurn(question, kept, len(answer["passages"]) - len(shown))


def _verbatim(connection: Connection, passage: Mapping[str, Any]) -> bool:
    text = revision_text(connection, passage["article"]["id"], passage["article"]["revision"])
    return text is not None and text[passage["start"] : passage["end"]] == passage["text"]
