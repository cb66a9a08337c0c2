"""From the library's own nouns to what a page of staff shows of them. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from index.desk import Library
from sources.article import PassageKind
from sources.curation import Change
from sources.library import State
from sources.overview import ArticleLine, Done, PassageLine, RevisionLine
from web.access import Role
from web.staff.pages import Action, ArticleRow, HistoryRow, PassageRow, RevisionRow
from web.staff.people import Person
from web.views import written

_WAITS = "waits"
_OVERDUE = "overdue"
_MOVES = {
    State.IN_REVIEW: "sent to review",
    State.DRAFT: "sent back to draft",
    State.APPROVED: "approved",
    State.RETIRED: "retired",
}
_ACTIONS = {
    "details": "changed the details",
    "accept claims": "let flagged claims pass",
    "withdraw": "withdrew a passage",
    "bind caveat": "bound a caveat",
    "release caveat": "released a caveat",
    "join": "joined two passages",
    "split": "split a passage",
    "move heading": "moved a passage under another heading",
    "withhold": "withheld a passage",
    "release": "released a passage",
    "mark promotional": "marked a passage as promotional",
    "mark as content": "marked a passage as content",
    "undo": "undid an edit",
    "give up edit": "gave up an edit that waited",
    "approve edit": "approved an edit",
    "turn down edit": "turned down an edit",
    "add phrasing": "added a phrasing",
    "take phrasing away": "took a phrasing away",
    "review": "looked at it again: it holds",
    "comment": "commented",
    "bind warning": "wrote a warning",
    "lift warning": "lifted a warning",
}
_NEVER = {
    PassageKind.PROMOTIONAL: "promotional, never shown",
    PassageKind.REFERENCES: "list of references, never shown",
}
_EDITED = "You edited these passages. Another person must approve the revision."
_NOT_YOURS = "You brought this revision in. Another person must approve it."


def matches(line: ArticleLine, words: str, state: str) -> bool:
    """Whether an article has all these words in title, publisher, author or address, and is in this state."""
    a = line.article.attributes
    searched = " ".join(filter(None, (a.title, a.publisher, a.author, a.url, line.article.id))).casefold()
    if not all(word in searched for word in words.casefold().split()):
        return False
    if state == _WAITS:
        return line.flagged > 0
    if state == _OVERDUE:
        return is_overdue(line, date.today())
    return not state or state in line.states


def is_overdue(line: ArticleLine, today: date) -> bool:
    """Whether the day by which an article was to be looked at again has passed, and visitors may still see it."""
    return line.review_by is not None and line.review_by < today and line.states != (State.RETIRED,)


def row(line: ArticleLine, today: date) -> ArticleRow:
    """Return an article's row in the list."""
    a = line.article.attributes
    return ArticleRow(
        id=line.article.id,
        title=a.title or line.article.id,
        publisher=a.publisher or "publisher not stated",
        published=written(a.published) or "date not stated",
        states=tuple(line.states),
        passages=line.passages,
        flagged=line.flagged,
        review_by=written(line.review_by) or "",
        overdue=is_overdue(line, today),
        sample=a.sample,
    )


def facts(line: ArticleLine) -> tuple[tuple[str, str], ...]:
    """What is known about an article, as name and words; what nobody has said is said to be so."""
    a = line.article.attributes
    sells = {True: "yes, visitors are told", False: "no", None: "not stated"}[a.sells_treatment]
    known = (
        ("Publisher", a.publisher),
        ("Author", a.author),
        ("Published", written(a.published)),
        ("Reviewed", written(a.reviewed)),
        ("Licence", a.licence),
        ("Publisher sells the treatment", sells),
        ("Paid for by", a.funding),
        ("Name in commands", line.article.id),
    )
    sample = (("Sample", "yes, not reviewed by a clinician"),) if a.sample else ()
    return (*((name, value or "not stated") for name, value in known), *sample)


def revision_row(one: RevisionLine) -> RevisionRow:
    """Return a revision's row."""
    return RevisionRow(one.digest, one.ordinal, one.state, one.created_by, moment(one.created_at), one.file_name)


def passage_row(one: PassageLine, library: Library | None) -> PassageRow:
    """Return a passage with, in words, whether visitors see it; `library` is what they see now."""
    state = _state(one, library)
    return PassageRow(one.id, one.heading, one.text, state, state != _SHOWN, one.claims, state == _FLAGGED)


_SHOWN = "shown to visitors"
_FLAGGED = "stays out, has flagged claims"
_UNPUBLISHED = "approved, not published yet"


def _state(one: PassageLine, library: Library | None) -> str:
    if one.withdrawn:
        return "withdrawn"
    if not one.in_cut:
        return "no passage any more, it was cut anew"
    if one.withheld:
        return "withheld by an editor"
    if one.kind in _NEVER:
        return _NEVER[one.kind]
    if one.waits:
        return _FLAGGED
    if one.revision_state is not State.APPROVED:
        return "retired" if one.revision_state is State.RETIRED else "not approved yet"
    if library is None or one.id not in library.edition.rows:
        return _UNPUBLISHED
    if one.id in library.companions.blocked:
        return "withheld, its caveat cannot be shown"
    return "withheld" if one.id in library.hidden else _SHOWN


def is_unpublished(row: PassageRow) -> bool:
    """Whether the next publish brings a passage to visitors."""
    return row.state == _UNPUBLISHED


def actions(one: RevisionLine, person: Person, *, edited: bool = False) -> tuple[Action, ...]:
    """What this person can do to a revision as it is now; `edited` says that they cut some of it anew."""
    curator, either = Role.CURATOR in person.roles, bool(person.roles & {Role.CURATOR, Role.CLINICIAN})
    refused = _NOT_YOURS if one.author == person.id else _EDITED if edited else None
    possible = {
        State.DRAFT: (
            Action("review", "Send to review", primary=True) if curator else None,
            Action("retire", "Retire", needs_reason=True) if curator else None,
        ),
        State.IN_REVIEW: (
            Action("approve", "Approve", primary=True, refused=refused) if either else None,
            Action("draft", "Back to draft", needs_reason=True) if either else None,
            Action("retire", "Retire", needs_reason=True) if curator else None,
        ),
        State.APPROVED: (Action("retire", "Retire", needs_reason=True) if curator else None,),
        State.RETIRED: (),
    }
    return tuple(action for action in possible[one.state] if action is not None)


def history_rows(done: Sequence[Done], revisions: Sequence[RevisionLine]) -> tuple[HistoryRow, ...]:
    """What was done to an article, newest first, with each revision's coming in."""
    ordinals = {one.digest: one.ordinal for one in revisions}
    changes = [(_aware(one.at), one.change.who, _what(one.change, ordinals), one.change.why) for one in done]
    came_in = [
        (_aware(one.created_at), one.created_by, f"brought in revision {one.ordinal} from {one.file_name}", "")
        for one in revisions
    ]
    ordered = sorted(changes + came_in, key=lambda one: one[0], reverse=True)
    return tuple(HistoryRow(moment(at), who, what, why) for at, who, what, why in ordered)


def _what(change: Change, ordinals: dict[str, int]) -> str:
    number = ordinals.get(change.revision or "")
    if change.action == "move" and change.to_state is not None:
        return f"revision {number} {_MOVES[State(change.to_state)]}"
    if change.action == "review by":
        return f"to be looked at again by {written(change.to_state) or 'no set day'}"
    if change.action == "owner":
        return "handed it to"
    proposed = change.action.removeprefix("propose to ")
    words = _ACTIONS.get(proposed, proposed)
    return words if proposed == change.action else f"proposed an edit: {words}"


def moment(at: str | datetime) -> str:
    """Write a moment out, such as "21 November 2026, 20:15 UTC"."""
    found = _aware(datetime.fromisoformat(at) if isinstance(at, str) else at)
    return f"{written(found.date())}, {found:%H:%M} UTC"


def _aware(at: datetime) -> datetime:
    """Return a moment in UTC; SQLite gives back the same time without saying so."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
