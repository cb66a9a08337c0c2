"""What tables say beside the log, held against its entries: verdicts, samples, actions, warnings, curation and the like.

The log itself and the answers are held by `assistant.log.verify`. The tables here say again what entries say, in a form
that pages can search; whoever changes a row past the log is found, and named by the row's id. What the log does not say
of a row, such as its passwords or the moment to the second, is not held.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.review import schema as review
from assistant.review.gathering import best_probability, traits_of
from assistant.verifier import canonical
from index import schema as index
from sources import schema as library
from sources.curation import SUPERSEDED, Change
from sources.library import State

KINDS = (
    "verdict", "sample", "action", "action check", "warning", "curation", "publish", "rollback", "gap", "feedback",
    "erasure", "library", "people",
)  # fmt: skip
Said = Mapping[str, Any]
Rows = Iterable[tuple[Any, Said]]


class Logged(Struct, frozen=True):
    """An entry of the log: its place and what it says."""

    seq: int
    kind: str
    body: Said


class Entries(defaultdict[str, list[Logged]]):
    """The entries of the log that tables say again, by kind, in order."""

    def __init__(self, connection: Connection) -> None:
        """Read them."""
        super().__init__(list)
        c = schema.log.c
        query = sa.select(c.seq, c.kind, c.body).where(c.kind.in_(KINDS)).order_by(c.seq)
        for row in connection.execute(query):
            self[row.kind].append(Logged(row.seq, row.kind, json.loads(row.body)))

    def by(self, kind: str, name: str) -> dict[str, Logged]:
        """Return the last entry of a kind for each value of one of its names."""
        return {str(one.body[name]): one for one in self[kind]}


def differing(connection: Connection) -> Iterator[str]:
    """Say of every row that is not as the log has it what is wrong with it, in a sentence with its id."""
    entries = Entries(connection)
    yield from _judged(connection, entries)
    yield from _acted(connection, entries)
    yield from _warned(connection, entries)
    yield from _curated(connection, entries)
    yield from _states(connection, entries)
    yield from _published(connection, entries)
    yield from _gaps(connection, entries)
    yield from _feedback(connection, entries)
    yield from _erased(connection, entries)
    yield from _facts(connection)


def same(noun: str, rows: Rows, said: Mapping[str, Logged]) -> Iterator[str]:
    """Hold rows, each with its id and what it says, against the entry that says the same; only what an entry names counts."""
    left = dict(said)
    for id_, row in rows:
        entry = left.pop(str(id_), None)
        if entry is None:
            yield f"{noun} {id_}: no entry of the log speaks of it, so it was put in past the log."
            continue
        wrong = [name for name, value in row.items() if name in entry.body and value != entry.body[name]]
        if wrong:
            yield f"{noun} {id_}: its {' and '.join(wrong)} is not what entry {entry.seq} of the log says; it was changed."
    yield from (
        f"{noun} {id_}: it is gone, and entry {entry.seq} of the log speaks of it." for id_, entry in left.items()
    )


def as_many(noun: str, rows: Rows, said: Sequence[tuple[Logged, Said]]) -> Iterator[str]:
    """Hold rows against entries that do not name their ids: each says what one of the others says."""
    unheld = Counter(canonical(body) for _, body in said)
    for id_, row in rows:
        key = canonical(row)
        if not unheld[key]:
            yield f"{noun} {id_}: no entry of the log says what it says; it was changed or put in past the log."
        unheld[key] -= 1
    for entry, body in said:
        if unheld[canonical(body)] > 0:
            unheld[canonical(body)] -= 1
            yield f"entry {entry.seq} of the log: no {noun} says what it says; that was changed or removed."


def _judged(connection: Connection, entries: Entries) -> Iterator[str]:
    rows = ((row.id, {**_of(row, "sample_id place person who judgement harm words"), "answer": row.answer_id})
            for row in connection.execute(sa.select(review.verdicts)))  # fmt: skip
    yield from same("verdict", rows, entries.by("verdict", "verdict"))
    drawn = defaultdict(list)
    s = review.sampled.c
    for row in connection.execute(sa.select(review.sampled).order_by(s.sample_id, s.place)):
        drawn[row.sample_id].append([row.answer_id, row.stratum])
    found = ((row.id, {**_of(row, "who seed since until upto strata"), "answers": drawn[row.id]})
             for row in connection.execute(sa.select(review.samples)))  # fmt: skip
    yield from same("sample", found, entries.by("sample", "sample"))


def _acted(connection: Connection, entries: Entries) -> Iterator[str]:
    rows = ((row.id, {**_of(row, "who what owner"), "answer": row.answer_id, "due": row.due.isoformat()})
            for row in connection.execute(sa.select(review.actions)))  # fmt: skip
    yield from same("action", rows, entries.by("action", "action"))
    checks = ((row.id, {**_of(row, "who works found"), "action": row.action_id})
              for row in connection.execute(sa.select(review.action_checks)))  # fmt: skip
    yield from as_many("action check", checks, [(one, one.body) for one in entries["action check"]])


def _warned(connection: Connection, entries: Entries) -> Iterator[str]:
    said = entries.by("warning", "warning")
    rows = [(row.id, _of(row, "passage_id words state")) for row in connection.execute(sa.select(library.warnings))]
    if _taken_in(entries, "warnings"):  # those came in with a library, of which the log has only the digest
        rows = [one for one in rows if one[0] in said]
    yield from same("warning", rows, said)


def _curated(connection: Connection, entries: Entries) -> Iterator[str]:
    names = " ".join(Change.__struct_fields__)
    first = _taken_in(entries, "curation")
    query = sa.select(library.curation).order_by(library.curation.c.id).offset(first)
    rows = [(row.id, _of(row, names)) for row in connection.execute(query)]
    blank = asdict(Change("", "", "", None, None, None, None, ""))
    said = [(one, {**blank, **one.body}) for one in entries["curation"]]
    known = {canonical(one) for _, one in said}
    # That a revision gave way to the next one was not logged at first.
    rows = [one for one in rows if one[1]["why"] != SUPERSEDED or canonical(one[1]) in known]
    yield from as_many("act of curation", rows, said)


def _states(connection: Connection, entries: Entries) -> Iterator[str]:
    """Hold what decides whether visitors see a text: a revision's state, and that a withdrawn passage stays so."""
    r, p = library.revisions.c, library.passages.c
    moved = {
        (one.body["article_id"], one.body["revision"]): one
        for one in entries["curation"]
        if one.body["action"] == "move"
    }
    for row in connection.execute(sa.select(r.article_id, r.digest, r.state)):
        entry = moved.get((row.article_id, row.digest))
        if entry and row.state not in (entry.body["to_state"], State.RETIRED):
            yield (
                f"revision {row.digest[:12]} of {row.article_id}: it is {row.state}, and by entry {entry.seq} of the log "
                f"{entry.body['to_state']}; it was changed."
            )
    withdrawn = {one.body["passage_id"]: one for one in entries["curation"] if one.body["action"] == "withdraw"}
    shown = set(connection.scalars(sa.select(p.id).where(p.withdrawn.is_(False))))
    for id_, entry in withdrawn.items():
        if id_ in shown:
            yield f"passage {id_}: it is not withdrawn any more, and entry {entry.seq} of the log withdrew it for good."


def _taken_in(entries: Entries, table: str) -> int:
    """How many rows of a table came in with a whole library, which the log names by its digest alone."""
    return sum(int(one.body.get("rows", {}).get(table, 0)) for one in entries["library"])


def _published(connection: Connection, entries: Entries) -> Iterator[str]:
    p = index.publishing.c
    rows = (
        (row.id, _of(row, "edition who why")) for row in connection.execute(sa.select(p.id, p.edition, p.who, p.why))
    )
    both = sorted([*entries["publish"], *entries["rollback"]], key=lambda one: one.seq)
    said = [(one, {name: one.body[name] for name in ("edition", "who", "why")}) for one in both]
    yield from as_many("publishing", rows, said)


def _gaps(connection: Connection, entries: Entries) -> Iterator[str]:
    names = "who decision answers why owner passage_id"
    found = connection.execute(sa.select(schema.gaps)).all()
    back = {one.body["id"]: one for one in entries["gap"] if "id" in one.body}
    said = [(one, one.body) for one in entries["gap"] if "id" not in one.body]
    yield from as_many("decision on a gap", ((row.id, _of(row, names)) for row in found), said)
    wrong = [row.id for row in found if row.taken_back != (row.id in back)]
    yield from (f"decision on a gap {id_}: whether it holds is not what the log says; it was changed." for id_ in wrong)


def _feedback(connection: Connection, entries: Entries) -> Iterator[str]:
    last = entries.by("feedback", "answer")
    said = {id_: one for id_, one in last.items() if one.body["helpful"] is not None}
    rows = [(row.answer_id, _of(row, "helpful reason")) for row in connection.execute(sa.select(schema.feedback))]
    yield from same("feedback on answer", rows, said)


def _erased(connection: Connection, entries: Entries) -> Iterator[str]:
    a, q = schema.answers.c, schema.questions.c
    gone = sa.select(a.id).join_from(schema.answers, schema.questions, q.answer_id == a.id, isouter=True)
    gone = gone.where(q.text.is_(None) | (sa.func.trim(q.text) == "")).order_by(a.seq)
    said = {one.body["answer"] for one in entries["erasure"]}
    for id_ in connection.scalars(gone):
        if id_ not in said:
            yield f"question of answer {id_}: its words are gone, and no entry of the log says that they were erased."


def _facts(connection: Connection) -> Iterator[str]:
    """Hold what answers are found by; what has yet to be gathered of the newest ones is no fault."""
    f, t, logged = review.answer_facts.c, review.answer_traits.c, schema.log.c
    query = (
        sa.select(
            f.seq, f.answer_id, f.outcome, f.edition, f.probability, logged.body, schema.answers.c.body.label("given")
        )
        .join_from(review.answer_facts, schema.log, logged.seq == f.seq, isouter=True)
        .join(schema.answers, schema.answers.c.seq == f.seq, isouter=True)
        .order_by(f.seq)
    )
    traits: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for seq, kind, value in connection.execute(sa.select(t.seq, t.kind, t.value)):
        traits[seq].add((kind, value))
    for row in connection.execute(query).yield_per(500):
        entry = json.loads(row.body or "{}")
        answer = json.loads(row.given or "{}")
        told = (row.answer_id, row.outcome, row.edition, row.probability)
        best = best_probability(entry.get("candidates") or ())
        if told != (entry.get("answer"), entry.get("outcome"), entry.get("edition") or "", best):
            yield f"answer {row.answer_id}: what it is found by is not what entry {row.seq} of the log says; it was changed."
        if traits.pop(row.seq, set()) != set(traits_of(entry, {"passages": (), "passage_ids": (), **answer})):
            yield f"answer {row.answer_id}: the passages, articles or rules it is found by are not those of the answer."
    newest = sa.select(sa.func.max(f.seq)).scalar_subquery()
    missing = sa.select(schema.answers.c.id).where(
        schema.answers.c.seq < newest, schema.answers.c.seq.not_in(sa.select(f.seq))
    )
    for id_ in connection.scalars(missing):
        yield f"answer {id_}: it cannot be found any more; what it was found by is gone."
    yield from (f"entry {seq} of the log: passages or rules are said of it, and it is no answer." for seq in traits)


def _of(row: Any, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}
