"""What waits for whom, worked out from the library's own nouns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy.engine import Connection

from sources.editing import waiting_edits
from sources.library import SHOWN_MONTHS, State, months_from
from sources.overview import ArticleLine, article_lines, comments, edited_by
from web.access import Role
from web.staff.article_views import moment
from web.staff.pages import DeskView, HistoryRow
from web.staff.people import Person, everybody
from web.staff.queue_pages import QueuePart, QueueRow
from web.views import written

SOON_DAYS = 30
ARTICLES = "/staff/articles"
_WORKS = frozenset({Role.CURATOR, Role.CLINICIAN})


class Queue(Struct, frozen=True):
    """All that can wait: articles, edits that wait by revision, who is who, and revisions this person cut anew."""

    lines: Sequence[ArticleLine]
    edits: Mapping[tuple[str, str], tuple[Collection[str | None], int]]
    names: Mapping[str, str]
    edited: Collection[tuple[str, str]]

    def owner(self, line: ArticleLine) -> str:
        """Name of who looks after an article; empty for nobody."""
        return self.names.get(line.owner or "", "")


def read_queue(connection: Connection, person: Person) -> Queue:
    """Read what can wait, as this person sees it."""
    names = {one.id: one.name for one in everybody(connection)}
    return Queue(article_lines(connection), waiting_edits(connection), names, edited_by(connection, person.id))


def parts(queue: Queue, person: Person, today: date) -> tuple[QueuePart, ...]:
    """Return what waits for this person, and what of theirs waits for others."""
    works, clinician = bool(person.roles & _WORKS), Role.CLINICIAN in person.roles
    approvals = list(_approvals(queue, person))
    found = [
        _part("approve", "To approve", "Brought in or edited by others.", [row for row, mine in approvals if not mine])
        if works else None,
        _part("claims", "Flagged claims", "They stay out until a clinician lets them pass.", _claims(queue))
        if clinician else None,
        _part("again", "To look at again", "", _due(queue, today)) if works else None,
        _part("unowned", "Drafts that nobody looks after", "", _unowned(queue)) if works else None,
        _part("yours", "Waits for others", "You brought it in or edited it.", [row for row, mine in approvals if mine]),
    ]  # fmt: skip
    return tuple(part for part in found if part is not None)


def _part(name: str, words: str, hint: str, rows: Sequence[QueueRow]) -> QueuePart:
    return QueuePart(name, words, hint, tuple(rows), "Nothing waits here.")


def _approvals(queue: Queue, person: Person) -> Iterator[tuple[QueueRow, bool]]:
    """Revisions in review and edits that wait, each with whether they are this person's own."""
    for line in queue.lines:
        for one in line.revisions:
            key = line.article.id, one.digest
            if one.state is State.IN_REVIEW:
                mine = one.author == person.id or key in queue.edited
                yield _row(queue, line, f"revision {one.ordinal}, by {one.created_by}", f"?revision={one.digest}"), mine
            if key in queue.edits:
                editors, count = queue.edits[key]
                words = "1 edit" if count == 1 else f"{count} edits"
                place = f"/revisions/{one.digest}/cut"
                yield _row(queue, line, f"{words} of revision {one.ordinal}", place), person.id in editors


def _claims(queue: Queue) -> list[QueueRow]:
    waiting = [one for one in queue.lines if one.flagged and one.newest.state in (State.IN_REVIEW, State.APPROVED)]
    return [
        _row(queue, one, f"{one.flagged} passage{'s' if one.flagged > 1 else ''} with flagged claims")
        for one in waiting
    ]


def _due(queue: Queue, today: date) -> list[QueueRow]:
    """Articles that visitors see and that are to be looked at again soon, the most urgent first."""
    rows = []
    for line in queue.lines:
        if State.APPROVED not in line.states:
            continue
        until = shown_until(line)
        if until is not None and until < today:
            rows.append(
                (until, _row(queue, line, f"visitors are no longer shown it since {written(until)}", urgent=True))
            )
        elif line.review_by is not None and line.review_by <= today + timedelta(days=SOON_DAYS):
            over = line.review_by < today
            words = f"{'was due' if over else 'due'} {written(line.review_by)}"
            words += f"; visitors are shown it until {written(until)}" if until and over else ""
            rows.append((line.review_by, _row(queue, line, words, urgent=over)))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def _unowned(queue: Queue) -> list[QueueRow]:
    drafts = [one for one in queue.lines if State.DRAFT in one.states and not queue.owner(one)]
    return [_row(queue, one, f"draft by {one.newest.created_by}, {moment(one.newest.created_at)}") for one in drafts]


def _row(queue: Queue, line: ArticleLine, what: str, place: str = "", *, urgent: bool = False) -> QueueRow:
    title = line.article.attributes.title or line.article.id
    return QueueRow(f"{ARTICLES}/{line.article.id}{place}", title, what, queue.owner(line), urgent)


def shown_until(line: ArticleLine) -> date | None:
    """Return the last day on which visitors are shown an article if nobody reviews it; None where nobody ever has."""
    return None if line.last_review is None else months_from(line.last_review, SHOWN_MONTHS)


def desk_view(connection: Connection, line: ArticleLine, person: Person) -> DeskView:
    """Return who looks after an article, its last review, and what staff said about it."""
    people = [one for one in everybody(connection) if one.active and one.roles & _WORKS]
    names = {one.id: one.name for one in everybody(connection)}
    until = shown_until(line)
    said = comments(connection, line.article.id)
    return DeskView(
        owner=names.get(line.owner or "", ""),
        mine=line.owner == person.id,
        people=tuple((one.id, one.name) for one in people),
        last_review=written(line.last_review) or "",
        shown_until=written(until) or "",
        no_longer_shown=until is not None and until < date.today(),
        comments=tuple(HistoryRow(moment(one.at), one.who, one.words, "") for one in said),
    )
