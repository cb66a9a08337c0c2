"""A passage that visitors were shown: withhold it, write a warning on it, and see in which answers it stood."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from starlette.exceptions import HTTPException

from assistant import curate
from assistant.conversation import is_id
from assistant.outcome import Outcome
from assistant.review.own_words import WordsError, own
from assistant.review.recalling import Kin, Kinship, Shown, as_csv, by_day, by_kin, kin_of, recall
from sources.database import reading
from sources.library import LibraryError
from sources.overview import article_line, passage_line
from sources.warnings import MOST_CHARACTERS, bound_warnings
from web.access import Role, only
from web.review.answer_views import OUTCOMES, titles
from web.review.answers import looked_at
from web.review.pages import KinRow, PassagePage, RecalledRow, review_frame, shown
from web.staff.article_views import moment, passage_row
from web.staff.guard import REVIEW, Visit, Visited
from web.views import written

router = APIRouter(prefix=f"{REVIEW}/passages", include_in_schema=False, default_response_class=HTMLResponse)
LISTED = 100
SAID = {
    "withdrawn": "Withdrawn. Visitors no longer see this passage. The answers that showed it stand below.",
    "warned": "The warning is shown with the passage from now on.",
    "lifted": "The warning is lifted. The log keeps it.",
}


@router.get("/{passage_id}")
@only(Role.CLINICIAN)
def passage(request: Request, visit: Visited, passage_id: str, answer: str = "", said: str = "") -> Response:
    """Show a passage with its warnings and its recall list; `answer` is the one to lead back to."""
    return shown(_page(request, visit, passage_id, answer, SAID.get(said, "")))


@router.get("/{passage_id}/recall.csv")
@only(Role.CLINICIAN)
def recall_list(request: Request, visit: Visited, passage_id: str) -> Response:
    """Hand out the recall list for a spreadsheet."""
    with reading(request.app.state.engine) as connection:
        if passage_line(connection, passage_id) is None:
            raise HTTPException(404)
        found = "".join(as_csv(recall(connection, kin_of(connection, passage_id))))
    headers = {"Content-Disposition": f'attachment; filename="recall-{passage_id}.csv"'}
    return Response(found, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/{passage_id}/withdraw")
@only(Role.CLINICIAN)
def withdraw(request: Request, visit: Visited, passage_id: str) -> Response:
    """Take the passage from view at once, with a reason."""
    page = _page(request, visit, passage_id, visit.text("answer"))
    why, wrong = _reason(request, page, visit)
    if wrong:
        return shown(replace(page, errors={"withdraw": wrong}, typed={"withdraw": visit.text("why")}), 422)
    curate.withdraw(request.app.state.engine, passage_id, who=visit.person.name, why=why)
    return _back(passage_id, visit, "withdrawn")


@router.post("/{passage_id}/warn")
@only(Role.CLINICIAN)
def warn(request: Request, visit: Visited, passage_id: str) -> Response:
    """Bind a warning to the passage at once."""
    page = _page(request, visit, passage_id, visit.text("answer"))
    words, errors = " ".join(visit.text("words").split()), {}
    why, wrong = _reason(request, page, visit)
    if not 0 < len(words) <= MOST_CHARACTERS:
        errors["words"] = f"Write 1 to {MOST_CHARACTERS} characters; these are {len(words)}."
    if wrong:
        errors["warn"] = wrong
    if errors:
        return shown(replace(page, errors=errors, typed={"words": words, "warn": visit.text("why")}), 422)
    curate.warn(request.app.state.engine, passage_id, words, who=visit.person.name, why=why)
    return _back(passage_id, visit, "warned")


@router.post("/{passage_id}/lift")
@only(Role.CLINICIAN)
def lift(request: Request, visit: Visited, passage_id: str) -> Response:
    """Let the passage be shown without a warning again."""
    page, warning = _page(request, visit, passage_id, visit.text("answer")), visit.text("warning")
    why, wrong = _reason(request, page, visit)
    if wrong:
        return shown(replace(page, errors={f"lift-{warning}": wrong}), 422)
    with suppress(LibraryError):  # somebody else may have lifted it, which is what was wanted
        curate.lift_warning(request.app.state.engine, warning, who=visit.person.name, why=why)
    return _back(passage_id, visit, "lifted")


def _reason(request: Request, page: PassagePage, visit: Visit) -> tuple[str, str]:
    """Return the reason that a form gives, and what is wrong with it, if anything."""
    question = looked_at(request, page.answer).question if page.answer else None
    try:
        return own(visit.text("why"), question), ""
    except WordsError as error:
        return "", str(error)


def _back(passage_id: str, visit: Visit, said: str) -> Response:
    answer = visit.text("answer")
    also = f"&answer={answer}" if is_id(answer) else ""
    return RedirectResponse(f"{REVIEW}/passages/{passage_id}?said={said}{also}", 303)


def _page(request: Request, visit: Visit, passage_id: str, answer: str, said: str = "") -> PassagePage:
    with reading(request.app.state.engine) as connection:
        found = passage_line(connection, passage_id)
        line = article_line(connection, found.article_id) if found else None
        if found is None or line is None:
            raise HTTPException(404)
        warned = bound_warnings(connection).get(passage_id, ())
        kin = kin_of(connection, passage_id)
        rows = recall(connection, kin)
        names = titles(connection, {one.article_id for one in kin})
    library = request.app.state.assistant.desk.library_if_any()
    counts = by_kin(rows)
    return PassagePage(
        frame=review_frame(request, said),
        passage=passage_row(found, library),
        article_id=found.article_id,
        title=line.article.attributes.title or found.article_id,
        withdrawn=found.withdrawn,
        answer=answer if is_id(answer) else "",
        warnings=tuple((one.id, one.words) for one in warned),
        days=tuple((written(day) or day, count) for day, count in by_day(rows)),
        recalled=tuple(_row(one) for one in rows[:LISTED]),
        count=len(rows),
        kin=tuple(_kin_row(one, names, counts) for one in kin) if len(kin) > 1 else (),
    )


def _row(one: Shown) -> RecalledRow:
    other = "" if one.kin.kinship is Kinship.itself else one.kin.kinship.value
    return RecalledRow(one.answer_id, moment(one.at), OUTCOMES[Outcome(one.outcome)], one.helpful, other)


def _kin_row(one: Kin, names: Mapping[str, str], counts: Mapping[str, int]) -> KinRow:
    since = f"revision of {written(one.since.date())}" if one.since else "no longer stored"
    return KinRow(
        one.passage_id, names.get(one.article_id, one.article_id), since, one.kinship.value,
        counts.get(one.passage_id, 0), one.kinship is Kinship.itself,
    )  # fmt: skip
