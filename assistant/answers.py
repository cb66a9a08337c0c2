"""Looking back at single answers: who was shown a passage, and whether an answer is what it claims to be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant import log, schema
from assistant.transcript import answer_companions
from index.desk import editions_folder
from index.edition import EditionError, open_edition
from sources.library import LibraryError, revision_text


@dataclass(frozen=True)
class Finding:
    """One thing that was checked."""

    what: str
    passed: bool


def answers_with(connection: Connection, passage_id: str) -> list[tuple[str, str]]:
    """When and in which answers a passage was shown, oldest first, as (time, answer id)."""
    logged, a = schema.log.c, schema.answers.c
    query = (
        sa.select(logged.at, a.id, a.body)
        .join_from(schema.answers, schema.log, logged.seq == a.seq)
        .where(a.body.contains(passage_id, autoescape=True))
        .order_by(logged.seq)
    )
    return [(row.at, row.id) for row in connection.execute(query) if passage_id in json.loads(row.body)["passage_ids"]]


def verify_answer(connection: Connection, data: Path, answer_id: str) -> list[Finding]:
    """Check a stored answer: in the log, unchanged, and every quotation word for word from its edition's revision.

    Raises `LibraryError` when there is no such answer.
    """
    a, logged = schema.answers.c, schema.log.c
    row = connection.execute(
        sa.select(a.body.label("answer"), schema.log)
        .join_from(schema.answers, schema.log, logged.seq == a.seq)
        .where(a.id == answer_id)
    ).one_or_none()
    if row is None:
        raise LibraryError(f"answer {answer_id}: there is none of this id. Copy it whole, as the answer shows it.")
    stored, said = json.loads(row.answer), json.loads(row.body)
    digest = hashlib.sha256(row.answer.encode()).hexdigest()
    whole = log.entry_hash(row.seq, row.at, row.kind, row.body.encode(), row.previous) == row.hash
    return [
        Finding(f"entry {row.seq} of the log, written {row.at}, has the hash it was given", whole),
        Finding("the answer is the one the log entry commits to", digest == said["answer_digest"]),
        *_companions(stored, said),
        *_quotations(connection, data, stored),
    ]


def _companions(stored: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Finding]:
    """Hold what was shown beside other passages against the reasons the log keeps."""
    shown = [
        {"passage": id_, "role": one[0], "beside": one[1]}
        for id_, one in zip(stored["passage_ids"], answer_companions(stored), strict=True)
        if one
    ]
    reasons = {row["passage"]: row for row in said.get("companions", [])}
    for one in shown:
        row = reasons.get(one["passage"], {})
        why = f"{one['role']} beside passage {one['beside']} ({row.get('because', 'no reason in the log')})"
        yield Finding(f"passage {one['passage']} was shown as a {why}", row.items() >= one.items())


def _quotations(connection: Connection, data: Path, stored: Mapping[str, Any]) -> Iterator[Finding]:
    if not stored["passages"]:
        return
    try:
        edition = open_edition(editions_folder(data) / stored["edition"])
    except EditionError as error:
        yield Finding(str(error), passed=False)
        return
    for passage, passage_id in zip(stored["passages"], stored["passage_ids"], strict=True):
        article = passage["article"]
        text = revision_text(connection, article["id"], article["revision"]) or ""
        same_digest = hashlib.sha256(text.encode()).hexdigest() == article["revision"]
        quoted = text[passage["start"] : passage["end"]]
        place = f"characters {passage['start']} to {passage['end']} of revision {article['revision'][:12]}"
        yield Finding(f"the text of revision {article['revision'][:12]} has the SHA-256 that names it", same_digest)
        yield Finding(f"“{passage['text'][:40]}…” is {place}", quoted == passage["text"])
        yield Finding(f"passage {passage_id} is in edition {edition.digest[:12]}", edition.quoted(passage_id) == quoted)
