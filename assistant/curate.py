"""Curation with its log entry: each change of the library and what the log says of it are one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy.engine import Connection, Engine

from assistant import log
from sources import curation, edits, pairs, phrasings, warnings
from sources.article import Attributes, Document
from sources.curation import Change, Flagged
from sources.database import writing
from sources.differences import Difference
from sources.editing import Desired
from sources.library import Imported, LibraryError, State, Status, stored_document, take_in
from sources.questions import CuratedQuestion, curated_questions, name_of, remove_question
from sources.questions import add_questions as store_questions


class Approval(Struct, frozen=True):
    """What an approval did: revisions approved, passages let pass, and those whose claims keep them out."""

    approved: int
    accepted: int
    flagged: tuple[Flagged, ...]


def import_document(
    engine: Engine,
    document: Document,
    *,
    file_name: str,
    who: str,
    given: Attributes,
    article_id: str | None = None,
    restored: Collection[int] = (),
    person: str | None = None,
    complete: bool = False,
) -> Imported:
    """Take a document in and log it, if it changed anything.

    `person` is the id of who does it, if they have an account; `complete` is that of `sources.cleaning.clean`.
    """
    with writing(engine) as connection:
        imported = take_in(
            connection, document, file_name=file_name, who=who, given=given, restored=restored, article_id=article_id,
            author=person,
            complete=complete,
        )  # fmt: skip
        _log_import(connection, imported, file_name, who)
    return imported


def restore(
    engine: Engine, article_id: str, revision: str, ordinals: Sequence[int], *, who: str, person: str | None = None
) -> Imported:
    """Make a new draft revision in which dropped blocks are back."""
    with writing(engine) as connection:
        document = stored_document(connection, article_id, revision)
        name = f"{article_id} with {len(ordinals)} restored"
        imported = take_in(
            connection,
            document,
            file_name=name,
            who=who,
            restored=frozenset(ordinals),
            article_id=article_id,
            author=person,
        )
        _log_import(connection, imported, name, who)
    return imported


def approve(
    engine: Engine,
    articles: Collection[str] | None,
    *,
    who: str,
    why: str,
    accept: str | None,
    person: str | None = None,
) -> Approval:
    """Approve what waits of these articles (None: of all); with `accept`, a reason, let their claims pass too.

    `person` is the id of who does it, if they have an account: then nothing may be among it that they brought in.
    """
    with writing(engine) as connection:
        changes: list[Change] = []
        revisions = _waiting(connection, articles)
        for article_id, revision in revisions:
            changes += curation.approve(connection, article_id, revision, who=who, why=why, person=person)
        accepted = 0
        if accept is not None:
            for one in _flagged(connection, articles):
                changes.append(curation.accept_claims(connection, one.passage_id, who=who, why=accept))
                accepted += 1
        _log_changes(connection, changes)
        flagged = _flagged(connection, articles)
    return Approval(len(revisions), accepted, flagged)


def _waiting(connection: Connection, articles: Collection[str] | None) -> list[tuple[str, str]]:
    waiting = [one for one in curation.waiting(connection) if articles is None or one[0] in articles]
    # Of several waiting revisions of an article only the newest is meant; the older ones stay drafts.
    return list({article_id: (article_id, revision) for article_id, revision in waiting}.values())


def _flagged(connection: Connection, articles: Collection[str] | None) -> tuple[Flagged, ...]:
    return tuple(one for one in curation.flagged(connection) if articles is None or one.article_id in articles)


def move(
    engine: Engine, article_id: str, revision: str, to: State, *, who: str, why: str, person: str | None = None
) -> None:
    """Move one revision one step and log it; nobody with an account approves what they brought in."""
    with writing(engine) as connection:
        _log_changes(connection, curation.move(connection, article_id, revision, to, who=who, why=why, person=person))


def accept_claims(engine: Engine, *passage_ids: str, who: str, why: str) -> None:
    """Let flagged passages pass, all or none, and log each."""
    with writing(engine) as connection:
        _log_changes(connection, [curation.accept_claims(connection, one, who=who, why=why) for one in passage_ids])


def set_review_by(engine: Engine, article_id: str, day: date | None, *, who: str) -> None:
    """Set the day by which an article is to be looked at again, and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [curation.set_review_by(connection, article_id, day, who=who)])


def set_details(engine: Engine, article_id: str, details: Attributes, *, who: str) -> None:
    """Change what is known about an article, and log it; visitors see it after the next publish."""
    with writing(engine) as connection:
        change = curation.set_details(connection, article_id, details, who=who)
        _log_changes(connection, [change] if change else [])


def withdraw(engine: Engine, passage_id: str, *, who: str, why: str) -> None:
    """Take a passage from view at once and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [curation.withdraw(connection, passage_id, who=who, why=why)])


def edit(
    engine: Engine, article_id: str, revision: str, desired: Desired, *, who: str, why: str, person: str | None = None
) -> None:
    """Carry out an edit of how a revision is cut, or let it wait for another person, and log it."""
    with writing(engine) as connection:
        _log_changes(connection, edits.edit(connection, article_id, revision, desired, who=who, why=why, person=person))


def undo_edit(
    engine: Engine, article_id: str, revision: str, edit_id: int, *, who: str, why: str, person: str | None = None
) -> None:
    """Undo an edit, or propose to, and log it."""
    with writing(engine) as connection:
        _log_changes(connection, edits.undo(connection, article_id, revision, edit_id, who=who, why=why, person=person))


def approve_edits(
    engine: Engine, article_id: str, revision: str, last: int, *, who: str, why: str, person: str | None = None
) -> None:
    """Put the edits that wait in force and log it; `last` is the newest of them that the person has seen."""
    with writing(engine) as connection:
        changes = edits.approve_edits(connection, article_id, revision, last, who=who, why=why, person=person)
        _log_changes(connection, changes)


def turn_down_edits(engine: Engine, article_id: str, revision: str, last: int, *, who: str, why: str) -> None:
    """Turn down the edits that wait and log it."""
    with writing(engine) as connection:
        _log_changes(connection, edits.turn_down_edits(connection, article_id, revision, last, who=who, why=why))


def add_phrasing(engine: Engine, passage_id: str, words: str, *, who: str) -> None:
    """Attach a phrasing to a passage and log it; search uses it after the next publish."""
    with writing(engine) as connection:
        _log_changes(connection, [phrasings.add_phrasing(connection, passage_id, words, who=who)])


def take_phrasing_away(engine: Engine, phrasing_id: int, *, who: str) -> None:
    """Take a phrasing away and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [phrasings.take_phrasing_away(connection, phrasing_id, who=who)])


def review(engine: Engine, article_id: str, day: date, *, who: str, why: str) -> None:
    """Say that an article was looked at again and holds, and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [curation.review(connection, article_id, day, who=who, why=why)])


def set_owner(engine: Engine, article_id: str, owner: str | None, *, who: str, name: str) -> None:
    """Give an article to somebody to look after (the id of their account), and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [curation.set_owner(connection, article_id, owner, who=who, name=name)])


def comment(engine: Engine, article_id: str, words: str, *, who: str) -> None:
    """Say something about an article to the other staff, and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [curation.comment(connection, article_id, words, who=who)])


def bind_caveat(engine: Engine, passage_id: str, caveat_id: str, *, who: str, why: str) -> None:
    """Bind a caveat to a passage at once and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [pairs.bind(connection, passage_id, caveat_id, who=who, why=why)])


def release_caveat(engine: Engine, passage_id: str, caveat_id: str, *, who: str, why: str) -> None:
    """Let a passage be shown without a caveat again, at once, and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [pairs.release(connection, passage_id, caveat_id, who=who, why=why)])


def warn(engine: Engine, passage_id: str, words: str, *, who: str, why: str) -> None:
    """Bind a warning to a passage at once and log it, with its words."""
    with writing(engine) as connection:
        one, change = warnings.warn(connection, passage_id, words, who=who, why=why)
        _log_changes(connection, [change])
        log.append(connection, [_warning_entry(one, change)])


def lift_warning(engine: Engine, warning_id: str, *, who: str, why: str) -> None:
    """Let a passage be shown without a warning again, at once, and log it."""
    with writing(engine) as connection:
        one, change = warnings.lift(connection, warning_id, who=who, why=why)
        _log_changes(connection, [change])
        log.append(connection, [_warning_entry(one, change)])


def _warning_entry(one: warnings.PassageWarning, change: Change) -> log.Entry:
    body = {"who": change.who, "why": change.why, "warning": one.id, "passage_id": one.passage_id, "words": one.words}
    return log.Entry("warning", {**body, "state": one.state.value})


def settle_difference(
    engine: Engine, difference: Difference | pairs.Settled, verdict: pairs.Verdict, *, who: str, why: str
) -> None:
    """Confirm or dismiss a difference between two sources at once and log it."""
    with writing(engine) as connection:
        _log_changes(connection, [pairs.settle(connection, difference, verdict, who=who, why=why)])


def add_questions(engine: Engine, questions: Collection[CuratedQuestion], *, who: str, why: str) -> int:
    """Add curated questions, replacing those of the same words, and log it; returns how many there are now."""
    body = {
        "who": who,
        "why": why,
        "questions": [
            {"question": one.question, "must_answer": one.must_answer, **({"kind": one.kind} if one.kind else {})}
            for one in questions
        ],
    }
    with writing(engine) as connection:
        count = store_questions(connection, questions)
        log.append(connection, [log.Entry("curated questions", body)])
    return count


def change_question(
    engine: Engine, before: str | None, question: CuratedQuestion | None, *, who: str, why: str
) -> None:
    """Put one question in another's place, add one (`before` is None) or remove one, and log it without its words.

    Raises `LibraryError` when the one before is gone, or another has the words.
    """
    with writing(engine) as connection:
        there = {one.question for one in curated_questions(connection)}
        if question is not None and question.question != before and question.question in there:
            raise LibraryError("there is a question of these words already. Change that one.")
        if before is not None and not remove_question(connection, before):
            raise LibraryError("this question was removed already.")
        if question is not None:
            store_questions(connection, [question])
        kind = question.kind if question else None
        names = [name_of(one) if one else None for one in (before, question.question if question else None)]
        body = {"who": who, "why": why, "before": names[0], "after": names[1], "kind": kind}
        log.append(connection, [log.Entry("question", body)])


def _log_import(connection: Connection, imported: Imported, file_name: str, who: str) -> None:
    if imported.status is Status.UNCHANGED:
        return
    body = {
        "who": who,
        "file": file_name,
        "article": imported.article_id,
        "revision": imported.revision,
        "status": imported.status.value,
        "dropped": len(imported.cleaned.dropped),
    }
    log.append(connection, [log.Entry("import", body)])


def _log_changes(connection: Connection, changes: Sequence[Change]) -> None:
    log.append(connection, [log.Entry("curation", asdict(change)) for change in changes])
