"""The turns of a conversation, as far as a later turn needs them; kept by an unguessable id, with no cookie."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.turns import TURNS, Turn

# Put together once: every follow-up needs it.
_LATEST = (
    sa.select(
        schema.answers.c.turn,
        schema.answers.c.topic,
        schema.answers.c.crisis,
        schema.questions.c.text,
        schema.questions.c.searched,
    )
    .join_from(schema.answers, schema.questions, schema.questions.c.answer_id == schema.answers.c.id, isouter=True)
    .where(schema.answers.c.conversation == sa.bindparam("conversation"))
    .order_by(schema.answers.c.turn.desc())
    .limit(TURNS)
)
_ID = re.compile(r"[0-9a-f]{32}")


class Conversation(Struct, frozen=True):
    """A conversation so far: how many turns, the last few that were searched for, newest first, and whether in crisis."""

    id: str
    turns: int = 0
    recent: tuple[Turn, ...] = ()
    crisis: bool = False

    @property
    def last(self) -> Turn | None:
        """The last turn that was searched for, if any."""
        return self.recent[0] if self.recent else None


def new_id() -> str:
    """Make an id that nobody can guess: 128 random bits in hex."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Whether a text has the form of a conversation's or answer's id."""
    return _ID.fullmatch(text) is not None


def load(connection: Connection, conversation: str) -> Conversation:
    """Return a conversation as it stands; one that nobody began is empty, and for one that was ended a new one begins."""
    found = _loaded(connection, conversation, _LATEST)
    return Conversation(new_id()) if found.turns and has_ended(connection, conversation) else found


def before(connection: Connection, conversation: str, turn: int) -> Conversation:
    """Return a conversation as it stood before one of its turns, also where it has ended since."""
    a = schema.answers.c
    return _loaded(connection, conversation, _LATEST.where(a.turn < turn))


def _loaded(connection: Connection, conversation: str, latest: sa.Select[Any]) -> Conversation:
    rows = connection.execute(latest, {"conversation": conversation}).all()
    if not rows:
        return Conversation(conversation)
    # A card is shown without a search; the question after it goes on from before.
    recent = tuple(_turn(row.topic, row.text, row.searched) for row in rows if row.searched != "")
    return Conversation(conversation, rows[0].turn, recent, rows[0].crisis)


def end(connection: Connection, conversation: str) -> None:
    """End a conversation in the caller's transaction, once and for all; one that nobody began leaves no trace."""
    a = schema.answers.c
    begun = connection.scalar(sa.select(a.id).where(a.conversation == conversation).limit(1)) is not None
    if begun and not has_ended(connection, conversation):
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        connection.execute(schema.endings.insert().values(conversation=conversation, at=at))


def has_ended(connection: Connection, conversation: str) -> bool:
    """Whether its visitor has ended a conversation: then it is shown no more."""
    e = schema.endings.c
    return connection.scalar(sa.select(e.conversation).where(e.conversation == conversation)) is not None


def _turn(topic: str | None, text: str | None, searched: str | None) -> Turn:
    """Return a turn; one whose words were erased has its topic only.

    Where only what was searched for was erased, since it repeated the words of another turn, its own words stand for it.
    """
    asked = schema.kept(text)
    return Turn(schema.kept(searched) or asked or "", topic, asked)
