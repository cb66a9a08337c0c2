"""Finding answers, and one answer a page: as the visitor saw it, with the steps by which it came about.

What is looked for stands in the address, so that a list can be come back to; but words may be a visitor's, and no
address holds those: with words in it a search is sent and paged through by POST.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from starlette.exceptions import HTTPException

from assistant.conversation import is_id
from assistant.review.actions import listed
from assistant.review.counting import without_threshold
from assistant.review.facts import NEAR_BAND, Wanted, find
from assistant.review.looking import Looked, look
from assistant.review.verdicts import NO_SAMPLE, known_of, verdicts_on
from sources.database import reading
from sources.overview import passage_line
from web.access import Role, only
from web.review import answer_views as views
from web.review.pages import AnswerPage, AnswersPage, review_frame, shown
from web.review.verdict_views import action_row, verdict_form, verdict_row
from web.staff import people
from web.staff.article_views import passage_row
from web.staff.guard import REVIEW, Visit, Visited
from web.wording import days_of

ON_A_PAGE = 25
SAID = {
    "judged": "Your verdict is kept.",
    "withheld": "Your verdict is kept, and the passages of this answer are withdrawn.",
    "action": "The action is kept.",
}
FIELDS = ("since", "until", "outcome", "article", "passage", "rule", "band", "feedback", "edition", "words")
router = APIRouter(prefix=REVIEW, include_in_schema=False, default_response_class=HTMLResponse)


@router.get("")
@only(Role.CLINICIAN)
def list_answers(request: Request, visit: Visited) -> Response:
    """Show the newest answers, or those that were looked for without words."""
    return _list(request, {name: value for name, value in request.query_params.items() if name != "words"})


@router.post("")
@only(Role.CLINICIAN)
def search(request: Request, visit: Visited) -> Response:
    """Look for answers; where no words are looked for, lead to an address that says the same."""
    given = {name: visit.text(name).strip() for name in (*FIELDS, "before", "after")}
    if given["words"]:
        return _list(request, given)
    said = urlencode({name: value for name, value in given.items() if value})
    return RedirectResponse(f"{REVIEW}?{said}" if said else REVIEW, 303)


@router.get("/answers/{answer_id}")
@only(Role.CLINICIAN)
def answer(request: Request, visit: Visited, answer_id: str, said: str = "") -> Response:
    """Show one answer."""
    return shown(answer_page(request, visit, answer_id, SAID.get(said, "")))


def _list(request: Request, given: Mapping[str, str]) -> Response:
    values = {name: given.get(name, "").strip() for name in FIELDS}
    days, errors = days_of(values)
    wanted = Wanted(days.get("since"), days.get("until"), **{name: values[name] for name in FIELDS[2:]})
    with reading(request.app.state.engine) as connection:
        found = find(connection, wanted, ON_A_PAGE, before=_place(given, "before"), after=_place(given, "after"))
        unknown = without_threshold(connection) if values["band"] == NEAR_BAND else 0
        articles = tuple(sorted(views.titles(connection).items(), key=lambda one: one[1].casefold()))
    rows = tuple(views.row(one) for one in found.rows)
    first, last = (str(found.rows[0].seq), str(found.rows[-1].seq)) if found.rows else ("", "")
    page = AnswersPage(
        frame=review_frame(request),
        rows=rows,
        values=values,
        choices={**views.choices(request.app.state.assistant.policy), "article": articles},
        newer={"after": first} if found.newer and rows else None,
        older={"before": last} if found.older and rows else None,
        errors=errors,
        unknown=unknown,
    )
    return shown(page, 422 if errors else 200)


def _place(given: Mapping[str, str], name: str) -> int:
    """Return a place in the log that an address names; 0 for none."""
    value = given.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def looked_at(request: Request, answer_id: str) -> Looked:
    """Return an answer as it is stored; one that is not there is an address that leads nowhere."""
    found = None
    if is_id(answer_id):
        with reading(request.app.state.engine) as connection:
            found = look(connection, answer_id, request.app.state.assistant.policy)
    if found is None:
        raise HTTPException(404)
    return found


def answer_page(request: Request, visit: Visit, answer_id: str, said: str = "") -> AnswerPage:
    """Put together the page of one answer."""
    looked, state = looked_at(request, answer_id), request.app.state
    with reading(state.engine) as connection:
        ids = {one["passage"] for one in looked.entry.get("candidates", ())} | set(looked.answer["passage_ids"])
        lines = {id_: line for id_ in ids if (line := passage_line(connection, id_)) is not None}
        titles = views.titles(connection, {line.article_id for line in lines.values()})
        verdicts = known_of(connection, answer_id)
        given = verdicts_on(connection, answer_id, NO_SAMPLE)
        actions = listed(connection, answer_id)
        everybody = tuple(one.name for one in people.everybody(connection) if one.active)
    library = state.assistant.desk.library_if_any()
    known = {id_: (titles.get(line.article_id, line.article_id), line.text) for id_, line in lines.items()}
    states = {id_: passage_row(line, library).state for id_, line in lines.items()}
    frame = review_frame(request, said)
    page = views.answer_page(frame, looked, known, states, state.assistant.policy, state.settings)
    mine = any(one.person == visit.person.id for one in given)
    return replace(
        page,
        verdicts=tuple(verdict_row(one) for one in verdicts),
        form=None if mine else verdict_form(),
        actions=tuple(action_row(one, date.today()) for one in actions),
        people=everybody,
    )
