"""What clinicians audit by: facts of answers that are quick to search, samples, verdicts, actions, and warnings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# Each table that is only added to, with what finds a row that a new one would replace.
GUARDED = {
    "answer_facts": "SELECT 1 FROM answer_facts WHERE seq = NEW.seq",
    "answer_traits": "SELECT 1 FROM answer_traits WHERE kind = NEW.kind AND value = NEW.value AND seq = NEW.seq",
    "samples": "SELECT 1 FROM samples WHERE id = NEW.id",
    "sampled": "SELECT 1 FROM sampled WHERE sample_id = NEW.sample_id AND answer_id = NEW.answer_id",
    "verdicts": "SELECT 1 FROM verdicts WHERE id = NEW.id OR (sample_id = NEW.sample_id AND answer_id = NEW.answer_id "
    "AND (place = NEW.place OR person = NEW.person))",
    "actions": "SELECT 1 FROM actions WHERE id = NEW.id",
    "action_checks": "SELECT 1 FROM action_checks WHERE id = NEW.id",
}
_PAGE = 500


def upgrade() -> None:
    """Make the tables, fill those that repeat the log, and guard all that are only added to."""
    op.create_index("log_by_time", "log", ["at"])
    _make_facts()
    _make_judging()
    op.create_table(
        "warnings",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("passage_id", sa.String(length=24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["passage_id"], ["passages.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    _fill(op.get_bind())
    for table, same in GUARDED.items():
        _guard(table, same)


def _make_facts() -> None:
    op.create_table(
        "answer_facts",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.String(length=64), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=True),
        sa.Column("threshold", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["log.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("answer_id"),
    )
    op.create_index("answer_facts_by_outcome", "answer_facts", ["outcome", "seq"])
    op.create_table(
        "answer_traits",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["log.seq"]),
        sa.PrimaryKeyConstraint("kind", "value", "seq"),
    )


def _make_judging() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sampled",
        sa.Column("sample_id", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("stratum", sa.String(length=30), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"]),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"]),
        sa.PrimaryKeyConstraint("sample_id", "answer_id"),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("sample_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("judgement", sa.String(length=30), nullable=False),
        sa.Column("harm", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sample_id", "answer_id", "place", name="verdicts_place"),
        sa.UniqueConstraint("sample_id", "answer_id", "person", name="verdicts_person"),
    )
    op.create_index(op.f("ix_verdicts_answer_id"), "verdicts", ["answer_id"])
    op.create_table(
        "actions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_actions_answer_id"), "actions", ["answer_id"])
    op.create_table(
        "action_checks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action_id", sa.String(length=32), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_action_checks_action_id"), "action_checks", ["action_id"])


def _fill(connection: sa.Connection) -> None:
    """Take the facts of every answer there is from the log; what was damaged is left out, as `log verify` names it."""
    page = sa.text(
        "SELECT a.seq, a.id, a.outcome, l.body AS entry, a.body AS answer FROM answers a JOIN log l ON l.seq = a.seq "
        "WHERE a.seq > :after ORDER BY a.seq LIMIT :page"
    )
    fact = sa.text(
        "INSERT INTO answer_facts (seq, answer_id, outcome, edition, probability) "
        "VALUES (:seq, :answer_id, :outcome, :edition, :probability)"
    )
    trait = sa.text("INSERT INTO answer_traits (kind, value, seq) VALUES (:kind, :value, :seq)")
    after = 0
    while rows := connection.execute(page, {"after": after, "page": _PAGE}).all():
        after = rows[-1].seq
        told = [one for row in rows if (one := _told(row)) is not None]
        if told:
            connection.execute(fact, [one for one, _ in told])
        if traits := [one for _, those in told for one in those]:
            connection.execute(trait, traits)


def _told(row: Any) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """Facts and traits of an answer; None where its entry or itself was damaged, which must not stop a server."""
    try:
        entry, answer = json.loads(row.entry), json.loads(row.answer)
        return _fact(row, entry), list(_traits(row.seq, entry, answer))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _fact(row: Any, entry: dict[str, Any]) -> dict[str, Any]:
    candidates = entry.get("candidates") or []
    read = [one for one in candidates if one.get("logit") is not None]
    probability = max((one["probability"] for one in read or candidates if "probability" in one), default=None)
    return {
        "seq": row.seq, "answer_id": row.id, "outcome": row.outcome, "edition": entry.get("edition") or "",
        "probability": probability,
    }  # fmt: skip


def _traits(seq: int, entry: dict[str, Any], answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    found = {
        "passage": answer.get("passage_ids") or [],
        "article": [one["article"]["id"] for one in answer.get("passages") or []],
        "rule": (entry.get("triage") or {}).get("rules") or [],
    }
    for kind, values in found.items():
        for value in dict.fromkeys(values):
            yield {"kind": kind, "value": value, "seq": seq}


def _guard(table: str, same: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        said = f"SELECT RAISE(ABORT, '{table}: it is only ever added to; nothing in it is changed or removed')"
        for change in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} BEGIN {said}; END")
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({same}) BEGIN {said}; END")
        return
    for change, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"{table}_no_{change.split()[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH {each} EXECUTE FUNCTION only_added_to()")
