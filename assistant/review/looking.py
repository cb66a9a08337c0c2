"""One answer as a clinician looks at it: what was given, what the log keeps of how it came about, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.circumstances import CircumstancesError, policy_kept
from assistant.feedback import Feedback, feedback_on
from assistant.policy import Policy


class Looked(Struct, frozen=True):
    """A stored answer (as `Answer.stored` wrote it) with its entry in the log.

    `question` is None where its words were erased. `previous` and `next` are ids of the answers before and after it in
    its conversation. `policy` is the one it was given under, None where that is not stored.
    """

    id: str
    seq: int
    at: str
    turn: int
    question: str | None
    answer: Mapping[str, Any]
    entry: Mapping[str, Any]
    previous: str | None
    next: str | None
    feedback: Feedback | None
    policy: Policy | None


def look(connection: Connection, answer_id: str, today: Policy) -> Looked | None:
    """Return an answer; None when there is none of this id. `today` spares reading the policy where it is the same."""
    a, q, logged = schema.answers.c, schema.questions.c, schema.log.c
    row = connection.execute(
        sa.select(a.conversation, a.turn, a.body, q.text, logged.seq, logged.at, logged.body.label("entry"))
        .join_from(schema.answers, schema.log, logged.seq == a.seq)
        .join(schema.questions, q.answer_id == a.id, isouter=True)
        .where(a.id == answer_id)
    ).one_or_none()
    if row is None:
        return None
    answer = json.loads(row.body)
    return Looked(
        id=answer_id,
        seq=row.seq,
        at=row.at,
        turn=row.turn,
        question=schema.kept(row.text),
        answer=answer,
        entry=json.loads(row.entry),
        previous=_beside(connection, row, a.turn < row.turn, a.turn.desc()),
        next=_beside(connection, row, a.turn > row.turn, a.turn),
        feedback=feedback_on(connection, [answer_id]).get(answer_id),
        policy=_policy(connection, answer["policy"], today),
    )


def _beside(connection: Connection, row: Any, where: sa.ColumnElement[bool], order: Any) -> str | None:
    a = schema.answers.c
    query = sa.select(a.id).where(a.conversation == row.conversation, where).order_by(order).limit(1)
    return connection.scalar(query)


def _policy(connection: Connection, digest: str, today: Policy) -> Policy | None:
    if digest == today.digest:
        return today
    try:
        return policy_kept(connection, digest)
    except CircumstancesError:
        return None


def why_not(candidate: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], policy: Policy | None) -> str:
    """Say in words why the gate turned a candidate down; `policy` is the one that it was judged under."""
    read = [one for one in candidates if one.get("logit") is not None]
    if read and candidate.get("logit") is None:
        return "not read: others were nearer"
    if policy is None or candidate.get("probability") is None:
        return "did not pass the gate; the threshold was not kept" if policy is None else "did not pass the gate"
    threshold = policy.gate.threshold if read else policy.nearness.threshold
    if candidate["probability"] < round(threshold * 1_000_000):
        return f"below the threshold of {threshold:.1%}"
    return "far less likely than the best passage"
