"""What visitors could not find, and what becomes of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from assistant import gaps
from assistant.feedback import Given
from assistant.gaps import Decision, Group, Miss, Settled
from index.desk import Library
from sources.database import reading, writing
from sources.library import LibraryError
from sources.near import Known, holding, known_passages
from web.access import Role, only
from web.staff import people
from web.staff.addresses import STAFF
from web.staff.article_views import moment
from web.staff.frame import frame_of, shown
from web.staff.gap_pages import (
    PERIODS,
    DecisionRow,
    FeedbackRow,
    GapRow,
    MissesPage,
    NearRow,
)
from web.staff.guard import Visit, Visited
from web.wording import sentence

MISSES = f"{STAFF}/misses"
router = APIRouter(prefix=STAFF, include_in_schema=False, default_response_class=HTMLResponse)

_USUAL_DAYS = 30
_ID = re.compile("[0-9a-f]{24}")
_MOST_WORDS = 300
_MOST_DECIDED, _MOST_FEEDBACK = 50, 50
_REASONS = {
    "not_my_question": "not my question",
    "outdated": "outdated",
    "unclear": "unclear",
    "seems_wrong": "seems wrong",
    "unsafe": "unsafe",
}
# Whoever needs so many questions at once has cleared a page by hand; a form holds no more.
_MOST_AT_ONCE = gaps.MOST


@router.get("/misses")
@only(Role.CURATOR, Role.CLINICIAN)
def misses(request: Request, visit: Visited, days: str = "", said: str = "") -> Response:
    """Show what visitors could not find."""
    return shown(_page(request, visit, days_of(days), said))


@router.post("/misses/cover")
@only(Role.CURATOR)
def cover(request: Request, visit: Visited) -> Response:
    """Add a phrasing to the passage that answers."""
    passage_id = visit.text("passage").strip()
    if passage_id in ("", "other"):
        passage_id, problem = _other(request, visit.text("other").strip())
        if problem:
            return _refused(request, visit, "other", problem)
    words = visit.text("phrasing")
    doing = partial(gaps.cover, passage_id=passage_id, words=words, who=visit.person.name)
    return _settle(request, visit, "phrasing", "gap_covered", doing)


@router.post("/misses/needs-source")
@only(Role.CURATOR)
def needs_source(request: Request, visit: Visited) -> Response:
    """Note that an article is wanted, and who looks for it."""
    owner, why = visit.text("owner"), visit.text("wanted")
    with reading(request.app.state.engine) as connection:
        known = dict(_owners(connection))
    if owner not in known:
        return _refused(request, visit, "owner", "Choose who looks for a source.")
    doing = partial(gaps.needs_source, owner=owner, why=why, who=visit.person.name)
    return _settle(request, visit, "wanted", "gap_noted", doing)


@router.post("/misses/out-of-scope")
@only(Role.CURATOR)
def out_of_scope(request: Request, visit: Visited) -> Response:
    """Say that such questions are refused on purpose."""
    doing = partial(gaps.out_of_scope, why=visit.text("why"), who=visit.person.name)
    return _settle(request, visit, "why", "gap_refused", doing)


@router.post("/misses/take-back")
@only(Role.CURATOR)
def take_back(request: Request, visit: Visited) -> Response:
    """Let the questions of a decision wait again."""
    number = visit.text("decision")
    try:
        with writing(request.app.state.engine) as connection:
            gaps.take_back(
                connection,
                int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0,
                who=visit.person.name,
            )
    except LibraryError as error:
        return _refused(request, visit, "decided", str(error))
    return RedirectResponse(f"{MISSES}?days={days_of(visit.text('days'))}&said=gap_again", 303)


def _other(request: Request, typed: str) -> tuple[str, str]:
    """Return the id of the passage that is named by its id or by words that only it holds, or else what is wrong."""
    if not typed or _ID.fullmatch(typed):
        return typed, "" if typed else "Choose the passage that answers, or type words of it."
    with reading(request.app.state.engine) as connection:
        found = holding(connection, typed[:_MOST_WORDS], 2)
    if not found:
        return "", "No passage that visitors may be shown holds all these words."
    return found[0].id, "" if len(found) == 1 else "Several passages hold these words. Type more of them."


def _settle(
    request: Request, visit: Visit, field: str, said: str, decide: Callable[[Connection, Sequence[Miss]], None]
) -> Response:
    """Decide about the questions of the form as they are kept now."""
    ids = visit.texts("answer")[:_MOST_AT_ONCE]
    try:
        with writing(request.app.state.engine) as connection:
            group = gaps.misses(connection, PERIODS[-1][0], ids)
            if not group:
                raise LibraryError("the words of these questions were erased meanwhile.")
            decide(connection, group)
    except LibraryError as error:
        return _refused(request, visit, field, str(error))
    return RedirectResponse(f"{MISSES}?days={days_of(visit.text('days'))}&said={said}", 303)


def _refused(request: Request, visit: Visit, field: str, words: str) -> Response:
    """Show the page again with what was typed, and what is wrong beside it."""
    page = _page(request, visit, days_of(visit.text("days")))
    key = visit.texts("answer")[0] if visit.texts("answer") else ""
    names = ("phrasing", "other", "passage", "wanted", "owner", "why")
    typed = {f"{key}-{name}": visit.text(name) for name in names}
    # Where its questions are not on the page any more, it stands at the top.
    where = f"{key}-{field}" if key in {one.key for one in page.groups} else "-decided"
    return shown(replace(page, errors={where: sentence(words)}, typed=typed), 422)


def _page(request: Request, visit: Visit, days: int, said: str = "") -> MissesPage:
    library: Library | None = request.app.state.assistant.desk.library_if_any()
    with reading(request.app.state.engine) as connection:
        decided = gaps.decisions(connection)
        found = gaps.misses(connection, days) if library else []
        made = gaps.groups(found, decided, partial(_encoded, library)) if library else []
        near = known_passages(connection, {one.passage_id for group in made for one in group.nearest})
        given = gaps.not_helpful(connection, days)[:_MOST_FEEDBACK]
        owners = _owners(connection)
    names = dict(owners)
    return MissesPage(
        frame=frame_of(request, "misses", said),
        days=days,
        groups=tuple(_group(one, near, names) for one in made),
        decided=tuple(_decision(one, names) for one in decided[:_MOST_DECIDED]),
        feedback=tuple(_feedback(one) for one in given),
        owners=owners,
        may_settle=Role.CURATOR in visit.person.roles,
        searchable=library is not None,
        most=gaps.MOST,
    )


def _encoded(library: Library, texts: Sequence[str]) -> gaps.Vectors:
    return np.stack([vector for vector, _, _ in library.encoder.read_together(list(texts))])


def _group(group: Group, near: dict[str, Known], owners: dict[str, str]) -> GapRow:
    questions = Counter(one.question for one in group.misses)
    rows = tuple(
        NearRow(known.id, known.title, known.heading, known.text, round(one.probability * 100))
        for one in group.nearest
        if (known := near.get(one.passage_id))
    )
    return GapRow(
        key=group.misses[0].answer_id,
        answers=tuple(one.answer_id for one in group.misses),
        questions=tuple(questions.items()),
        asked=len(group.misses),
        newest=moment(max(one.at for one in group.misses)),
        nearest=rows,
        before=f"{_what(group.before, owners)}, {moment(group.before.at)}" if group.before else "",
    )


def _decision(one: Settled, owners: dict[str, str]) -> DecisionRow:
    return DecisionRow(one.id, moment(one.at), one.who, _what(one, owners), one.why, len(one.answers), one.passage_id)


def _what(one: Settled, owners: dict[str, str]) -> str:
    if one.decision is Decision.COVERED:
        return "covered by a phrasing"
    if one.decision is Decision.NEEDS_SOURCE:
        return f"needs a source, looked for by {owners.get(one.owner or '', 'somebody who has left')}"
    return "out of scope on purpose"


def _feedback(one: Given) -> FeedbackRow:
    reason = _REASONS[one.feedback.reason.value] if one.feedback.reason else ""
    return FeedbackRow(one.answer["answer"], moment(one.at), one.question or "", reason, one.feedback.words)


def _owners(connection: Connection) -> tuple[tuple[str, str], ...]:
    everybody = people.everybody(connection)
    return tuple((one.id, one.name) for one in everybody if one.active and Role.CURATOR in one.roles)


def days_of(typed: str) -> int:
    """Return one of the periods, whatever was typed."""
    return int(typed) if typed in {str(days) for days, _ in PERIODS} else _USUAL_DAYS
