"""Looking back at single answers: who was shown a passage, and whether an answer is what it claims to be.

A check works everything out again from what is stored, and says in plain words what it found: visitors read the same
sentences as auditors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from assistant import log, schema
from assistant.review.gathering import gather
from assistant.review.schema import answer_facts, answer_traits
from assistant.transcript import answer_companions
from assistant.verifier import leaf_hash
from index import publishing
from index.companions import read_companions
from index.desk import editions_folder
from index.edition import EditionError, passage_ids
from index.publishing import PublishingError
from index.texts import EditionTexts, edition_texts
from sources.library import LibraryError, is_approved, revision_text, withdrawn_passages

Showing = Collection[str]
"""Ids of the passages that visitors are shown today."""


class Finding(Struct, frozen=True):
    """One thing that was checked, in a sentence.

    `current` marks what may change without anything being wrong: a passage that was shown is no longer. `detail` are
    figures for whoever wants to check them, `hint` is for staff alone.
    """

    what: str
    passed: bool
    detail: str = ""
    hint: str = ""
    current: bool = False


class _Stored(Struct, frozen=True):
    """An answer as stored, and its entry in the log."""

    body: str
    answer: Mapping[str, Any]
    entry: Any
    said: Mapping[str, Any]


def answers_with(connection: Connection, passage_id: str) -> list[tuple[str, str]]:
    """When and in which answers a passage was shown, oldest first, as (time, answer id)."""
    gather(connection)
    logged, t, f = schema.log.c, answer_traits.c, answer_facts.c
    query = (
        sa.select(logged.at, f.answer_id)
        .join_from(answer_traits, schema.log, logged.seq == t.seq)
        .join(answer_facts, f.seq == t.seq)
        .where(t.kind == "passage", t.value == passage_id)
        .order_by(t.seq)
    )
    return [(row.at, row.answer_id) for row in connection.execute(query)]


def verify_answer(connection: Connection, data: Path, answer_id: str) -> list[Finding]:
    """Check a stored answer: in the log, unchanged, and every quotation word for word, approved and shown today.

    Raises `LibraryError` when there is no such answer.
    """
    stored = _stored(connection, answer_id)
    if stored is None:
        raise LibraryError(f"answer {answer_id}: there is none of this id. Copy it whole, as the answer shows it.")
    findings = [*_record(stored)]
    if not stored.answer:
        return findings
    findings += _companions(stored.answer, stored.said)
    places = range(len(stored.answer["passages"]))
    if places:
        texts, edition = _edition(connection, data, stored.answer["edition"])
        showing = showing_now(connection, data)
        findings.append(edition)
        for place in places:
            findings += _quotation(connection, stored.answer, place, texts, showing)
    return findings


def verify_quotation(
    connection: Connection, data: Path, answer_id: str, passage_id: str, showing: Showing
) -> list[Finding] | None:
    """Check one quotation of an answer in the same steps; None when there is no such answer or it did not quote that."""
    stored = _stored(connection, answer_id)
    if stored is None or passage_id not in stored.answer.get("passage_ids", ()):
        return None
    texts, edition = _edition(connection, data, stored.answer["edition"])
    place = stored.answer["passage_ids"].index(passage_id)
    return [*_record(stored), edition, *_quotation(connection, stored.answer, place, texts, showing)]


def showing_now(connection: Connection, data: Path) -> Showing:
    """Work out which passages visitors are shown today, without a running server; none when nothing can be searched."""
    live = publishing.live(connection)
    if live is None:
        return frozenset()
    try:
        folder = editions_folder(data) / live.edition
        there = passage_ids(folder) if folder.exists() else edition_texts(connection, data, live.edition).places.keys()
    except (EditionError, PublishingError):
        return frozenset()
    hidden = withdrawn_passages(connection)
    return frozenset(there) - hidden - read_companions(connection, there, hidden).blocked.keys()


def _stored(connection: Connection, answer_id: str) -> _Stored | None:
    a, logged = schema.answers.c, schema.log.c
    row = connection.execute(
        sa.select(a.body.label("answer"), schema.log)
        .join_from(schema.answers, schema.log, logged.seq == a.seq)
        .where(a.id == answer_id)
    ).one_or_none()
    return None if row is None else _Stored(row.answer, _read(row.answer), row, _read(row.body))


def _read(body: str) -> Mapping[str, Any]:
    """Return what a stored body says; nothing where it was changed so that it cannot be read."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _record(stored: _Stored) -> Iterator[Finding]:
    row = stored.entry
    whole = leaf_hash(log.row_bytes(row)).hex() == row.leaf
    digest = hashlib.sha256(stored.body.encode()).hexdigest()
    committed = (stored.said.get("answer_digest"), stored.said.get("answer"))
    same = whole and (digest, stored.answer.get("answer")) == committed
    yield Finding(
        "The answer is exactly the one that was written to our log before it was shown."
        if same
        else "The answer is not the one that was written to our log before it was shown: one of the two was changed.",
        same,
        detail=f"entry {row.seq} of the log, {row.at}",
        hint="" if same else "`wellcited log verify` looks at the whole log.",
    )


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
        yield Finding(f"Passage {one['passage']} was shown as a {why}.", row.items() >= one.items())


def _edition(connection: Connection, data: Path, digest: str) -> tuple[EditionTexts | None, Finding]:
    detail = f"edition {digest}"
    try:
        texts = edition_texts(connection, data, digest)
    except (EditionError, PublishingError) as error:
        said = "The edition of the library that was quoted from is damaged, changed or no longer there."
        return None, Finding(said, passed=False, detail=detail, hint=str(error))
    said = "The edition of the library that was quoted from is stored as it was published."
    return texts, Finding(said, passed=True, detail=detail)


def _quotation(
    connection: Connection, answer: Mapping[str, Any], place: int, texts: EditionTexts | None, showing: Showing
) -> Iterator[Finding]:
    """Work out again for one quotation: the text's digest, the span, and whether it is approved and shown today."""
    passage, passage_id = answer["passages"][place], answer["passage_ids"][place]
    start, end, name = passage["start"], passage["end"], passage["article"]["revision"]
    # The text is kept twice, in the library and in the edition; both must be right.
    copies = [revision_text(connection, passage["article"]["id"], name)]
    copies += [texts.revisions.get(name)] if texts else []
    yield _unchanged(copies, name)
    where = texts.places.get(passage_id, (name, start, end)) if texts else (name, start, end)
    listed = texts is None or passage_id in texts.places
    same = listed and where == (name, start, end) and all((text or "")[start:end] == passage["text"] for text in copies)
    yield Finding(
        "The words shown are those that stand there in the article’s text, letter for letter."
        if same
        else "The words shown are not those that stand there in the article’s text.",
        same,
        detail=f"characters {start} to {end} of revision {name[:12]}: “{_short(passage['text'])}”",
    )
    yield _today(connection, passage_id, showing)


def _unchanged(copies: Sequence[str | None], name: str) -> Finding:
    found = [hashlib.sha256((text or "").encode()).hexdigest() for text in copies]
    wrong = next((digest for digest in found if digest != name), None)
    if wrong is None:
        return Finding(
            "The article’s text was not changed: its fingerprint (SHA-256), worked out again just now, is its name.",
            passed=True,
            detail=name,
        )
    if None in copies:
        return Finding("The article’s text is no longer stored.", passed=False, detail=f"revision {name}")
    return Finding(
        "The article’s text was changed: its fingerprint (SHA-256), worked out again just now, is not its name.",
        passed=False,
        detail=f"it is {wrong}; its name is {name}",
    )


def _today(connection: Connection, passage_id: str, showing: Showing) -> Finding:
    if not is_approved(connection, passage_id):
        said = "The passage is no longer approved: it was withdrawn, or the article has a newer text."
        return Finding(said, passed=False, detail=f"passage {passage_id}", current=True)
    if passage_id not in showing:
        said = "The passage is approved, but visitors are not shown it today: it is not in the library that is live."
        return Finding(said, passed=False, detail=f"passage {passage_id}", current=True)
    said = "The passage is still approved, and visitors are shown it today."
    return Finding(said, passed=True, detail=f"passage {passage_id}", current=True)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
