"""What answers can be found by is taken from the log behind the visitors' backs, so that no answer waits for it.

Whoever reads `answer_facts` or `answer_traits` calls `gather` first and so misses none, however new; a server does it now
and then, so that there is little left to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.circumstances import CircumstancesError, policy_kept
from assistant.log import of_kind
from assistant.policy import Policy
from assistant.review.schema import answer_facts, answer_traits
from sources.database import changing, lock

MILLION = 1_000_000
_GATHERING = 7012
# Visitors' answers wait for the write lock while one page is written: some milliseconds.
_PAGE = 200
_FACTS, _TRAITS = answer_facts.insert(), answer_traits.insert()
_Row = tuple[dict[str, Any], list[dict[str, Any]]]


def gather(connection: Connection) -> None:
    """Write what the answers since the last time can be found by, in the caller's transaction where there is one.

    An answer whose entry or words were damaged is left out: `log verify` names it.
    """
    policies: dict[str, Policy | None] = {}
    after = _newest(connection)
    while entries := _entries(connection, after):
        rows = [one for entry in _with_answers(connection, entries) if (one := _told(connection, entry, policies))]
        with changing(connection) as own:
            _keep(own, rows)
        # Not the newest that was kept: where all of a page was damaged, the next one is looked at all the same.
        after = entries[-1].seq


def best_probability(candidates: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the highest probability, in millionths, among the candidates that were read; of all where none was."""
    read = [one for one in candidates if one.get("logit") is not None]
    return max((one["probability"] for one in read or candidates if "probability" in one), default=None)


def traits_of(entry: Mapping[str, Any], answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return by what an answer can be found, each kind with a value, once. Raises where entry or answer was damaged."""
    found = [("passage", one) for one in answer["passage_ids"]]
    found += [("article", one["article"]["id"]) for one in answer["passages"]]
    found += [("rule", one) for one in entry.get("triage", {}).get("rules", ())]
    return list(dict.fromkeys(found))


def _newest(connection: Connection) -> int:
    return connection.scalar(sa.select(sa.func.max(answer_facts.c.seq))) or 0


def _entries(connection: Connection, after: int) -> Sequence[Any]:
    """Read the entries of the next answers after a place in the log."""
    logged = schema.log.c
    query = sa.select(logged.seq, logged.body).where(logged.seq > after, of_kind("answer"))
    query = query.order_by(logged.seq).limit(_PAGE)
    return connection.execute(query).all()


def _with_answers(connection: Connection, entries: Sequence[Any]) -> Iterator[tuple[int, Any, str]]:
    """Yield place, entry and stored answer of those whose entry can be read and whose answer is there."""
    said = [(row.seq, entry) for row in entries if (entry := _read(row.body))]
    ids = [entry["answer"] for _, entry in said]
    query = sa.select(schema.answers.c.id, schema.answers.c.body).where(schema.answers.c.id.in_(ids))
    stored = {row.id: row.body for row in connection.execute(query)}
    for seq, entry in said:
        if entry["answer"] in stored:
            yield seq, entry, stored[entry["answer"]]


def _read(body: str) -> dict[str, Any]:
    """Read an entry; an empty one where it was damaged."""
    try:
        entry = json.loads(body)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) and isinstance(entry.get("answer"), str) else {}


def _told(connection: Connection, told: tuple[int, Any, str], policies: dict[str, Policy | None]) -> _Row | None:
    """Facts and traits of an answer; None where it or its entry was damaged, which must stop nothing."""
    seq, entry, body = told
    try:
        policy = _policy(connection, entry, policies)
        traits = [{"kind": kind, "value": value, "seq": seq} for kind, value in traits_of(entry, json.loads(body))]
        return _facts(seq, entry, policy), traits
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _policy(connection: Connection, entry: Mapping[str, Any], policies: dict[str, Policy | None]) -> Policy | None:
    digest = entry["policy"]
    if digest not in policies:
        try:
            policies[digest] = policy_kept(connection, digest)
        except (CircumstancesError, ValueError, KeyError):
            policies[digest] = None  # from before policies were kept, or damaged
    return policies[digest]


def _keep(connection: Connection, rows: Sequence[_Row]) -> None:
    # Another process may have gathered the same answers meanwhile.
    lock(connection, _GATHERING)
    newest = _newest(connection)
    new = [one for one in rows if one[0]["seq"] > newest]
    if new:
        connection.execute(_FACTS, [facts for facts, _ in new])
    if traits := [trait for _, those in new for trait in those]:
        connection.execute(_TRAITS, traits)


def _facts(seq: int, entry: Mapping[str, Any], policy: Policy | None) -> dict[str, Any]:
    candidates = entry.get("candidates", ())
    read = any(one.get("logit") is not None for one in candidates)
    threshold = None
    if policy is not None and candidates:
        threshold = round((policy.gate.threshold if read else policy.nearness.threshold) * MILLION)
    return {
        "seq": seq,
        "answer_id": entry["answer"],
        "outcome": entry["outcome"],
        "edition": entry["edition"],
        "probability": best_probability(candidates),
        "threshold": threshold,
    }
