"""The turns of a conversation, as far as a later turn needs them; kept by an unguessable id, with no cookie."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.recall import Turn

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Conversation:
    """A conversation so far: how many turns, the last one if its words are still there, and whether it was a crisis."""

    id: str
    turns: int = 0
    last: Turn | None = None
    crisis: bool = False


def new_id() -> str:
    """Make an id that nobody can guess: 128 random bits in hex."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Whether a text has the form of a conversation's or answer's id."""
    return _ID.fullmatch(text) is not None


def load(connection: Connection, conversation: str) -> Conversation:
    """Return a conversation as it stands; one that nobody began is empty."""
    a, q = schema.answers.c, schema.questions.c
    row = connection.execute(
        sa.select(a.turn, a.topic, a.crisis, q.searched)
        .join_from(schema.answers, schema.questions, q.answer_id == a.id, isouter=True)
        .where(a.conversation == conversation)
        .order_by(a.turn.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return Conversation(conversation)
    return Conversation(conversation, row.turn, Turn(row.searched or "", row.topic), row.crisis)
