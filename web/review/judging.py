"""The queue: drawing samples, judging their answers without seeing what others said, and deciding where two differ."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException

from assistant.review.counting import without_threshold
from assistant.review.looking import look
from assistant.review.sampling import MOST, STRATA, Drawing, Stratum, keep_sample
from assistant.review.schema import samples
from assistant.review.verdicts import Item, VerdictError, give, item, items
from sources.database import reading, writing
from web.access import Role, only
from web.review.answer_views import as_given
from web.review.answers import answer_page, looked_at
from web.review.pages import ItemPage, QueuePage, SamplePage, SampleRow, review_frame, shown
from web.review.verdict_views import read_verdict, sampled_row, verdict_form, verdict_row
from web.staff.article_views import moment
from web.staff.guard import REVIEW, Visit, Visited
from web.views import written
from web.wording import days_of, no_date

QUEUE = f"{REVIEW}/queue"
router = APIRouter(prefix=REVIEW, include_in_schema=False, default_response_class=HTMLResponse)
_DAYS = 30
_BOUNDS = ("since", "until")
_SAID = {
    "drawn": "The sample is drawn. It waits below for two people.",
    "judged": "Your verdict is kept.",
    "withheld": "Your verdict is kept, and the passages of that answer are withdrawn.",
    "late": "Others have settled that answer in the meantime.",
}
_SUGGESTED = {Stratum.random: "10"}


@router.get("/queue")
@only(Role.CLINICIAN)
def queue(request: Request, visit: Visited, said: str = "") -> Response:
    """Show what waits, and the form to draw a sample."""
    return shown(_queue_page(request, visit, _SAID.get(said, "")))


@router.post("/queue")
@only(Role.CLINICIAN)
def draw(request: Request, visit: Visited) -> Response:
    """Draw a sample and put it into the queue."""
    drawing, errors = _drawing(visit)
    if not errors:
        try:
            keep_sample(request.app.state.engine, drawing, who=visit.person.name)
        except ValueError as error:
            errors["sizes"] = str(error)
    if errors:
        values = {name: visit.text(name) for name in ("seed", "since", "until", *Stratum)}
        return shown(replace(_queue_page(request, visit), errors=errors, values=values), 422)
    return RedirectResponse(f"{QUEUE}?said=drawn", 303)


@router.get("/queue/next")
@only(Role.CLINICIAN)
def next_item(request: Request, visit: Visited, said: str = "") -> Response:
    """Lead to the next answer that waits for this person."""
    with reading(request.app.state.engine) as connection:
        waiting = _waiting(items(connection), visit)
    also = f"?said={said}" if said in _SAID else ""
    return RedirectResponse(f"{_path(waiting[0])}{also}" if waiting else f"{QUEUE}{also}", 303)


@router.get("/queue/{sample_id}")
@only(Role.CLINICIAN)
def sample(request: Request, visit: Visited, sample_id: str) -> Response:
    """Show the answers of a sample, and what was said of those that are settled."""
    state = request.app.state
    with reading(state.engine) as connection:
        every = items(connection, sample_id)
        row = next((one for one in _samples(connection, every) if one.id == sample_id), None)
        found = [(one, look(connection, one.answer_id, state.assistant.policy)) for one in every]
    if row is None:
        raise HTTPException(404)
    rows = tuple(sampled_row(one, looked) for one, looked in found if looked is not None)
    return shown(SamplePage(review_frame(request), row, rows, mine=bool(_waiting(every, visit))))


@router.get("/queue/{sample_id}/{answer_id}")
@only(Role.CLINICIAN)
def one_item(request: Request, visit: Visited, sample_id: str, answer_id: str, said: str = "") -> Response:
    """Show one answer of a sample, to be judged."""
    return shown(_item_page(request, visit, sample_id, answer_id, _SAID.get(said, "")))


@router.post("/queue/{sample_id}/{answer_id}")
@only(Role.CLINICIAN)
def judge_item(request: Request, visit: Visited, sample_id: str, answer_id: str) -> Response:
    """Keep a verdict on an answer of a sample, and lead to the next."""
    page = _item_page(request, visit, sample_id, answer_id)
    given, errors = read_verdict(visit, page.turn.question)
    if given is None:
        return shown(replace(page, form=verdict_form(visit, errors)), 422)
    try:
        with writing(request.app.state.engine) as connection:
            person = visit.person
            gone = give(connection, answer_id, given, person=person.id, who=person.name, sample_id=sample_id)
    except VerdictError:
        return RedirectResponse(f"{QUEUE}/next?said=late", 303)
    return RedirectResponse(f"{QUEUE}/next?said={'withheld' if gone else 'judged'}", 303)


@router.post("/answers/{answer_id}/verdict")
@only(Role.CLINICIAN)
def judge(request: Request, visit: Visited, answer_id: str) -> Response:
    """Keep a verdict on an answer that no sample asked for."""
    page = answer_page(request, visit, answer_id)
    given, errors = read_verdict(visit, page.turn.question)
    if given is None:
        return shown(replace(page, form=verdict_form(visit, errors), errors=errors), 422)
    try:
        with writing(request.app.state.engine) as connection:
            gone = give(connection, answer_id, given, person=visit.person.id, who=visit.person.name)
    except VerdictError as error:
        return shown(replace(page, errors={"verdict": str(error)}), 422)
    return RedirectResponse(f"{REVIEW}/answers/{answer_id}?said={'withheld' if gone else 'judged'}", 303)


def _path(one: Item) -> str:
    return f"{QUEUE}/{one.sample_id}/{one.answer_id}"


def _waiting(every: Sequence[Item], visit: Visit) -> list[Item]:
    """What waits for this person: first what nobody else has begun to disagree on."""
    mine = [one for one in every if one.waits_for(visit.person.id)]
    return sorted(mine, key=lambda one: len(one.verdicts) >= 2)


def _drawing(visit: Visit) -> tuple[Drawing, dict[str, str]]:
    days, errors = days_of({name: visit.text(name) for name in _BOUNDS})
    errors |= {name: no_date("Nothing") for name in _BOUNDS if name not in days | errors}
    sizes: dict[Stratum, int] = {}
    for stratum in Stratum:
        typed = visit.text(stratum).strip() or "0"
        if typed.isascii() and typed.isdigit() and len(typed) < 6:
            sizes[stratum] = int(typed)
        else:
            errors[stratum] = f"{typed} is no number of answers."
    if not errors and not 0 < sum(sizes.values()) <= MOST:
        errors["sizes"] = f"Ask for 1 to {MOST} answers in all; these are {sum(sizes.values())}."
    seed = visit.text("seed").strip()
    if not 0 < len(seed) <= 32:
        errors["seed"] = "Write 1 to 32 characters. The same seed draws the same sample."
    # A day that is wrong is never drawn by: the form comes back.
    since, until = (days.get(name, date.min) for name in _BOUNDS)
    return Drawing(seed, since, until, 0, sizes), errors


def _queue_page(request: Request, visit: Visit, said: str = "") -> QueuePage:
    with reading(request.app.state.engine) as connection:
        every = items(connection)
        rows = _samples(connection, every)
        unknown = without_threshold(connection)
    waiting = _waiting(every, visit)
    deciding = sum(len(one.verdicts) >= 2 for one in waiting)
    today = datetime.now(UTC).date()
    values: Mapping[str, str] = {
        "seed": secrets.token_hex(4),
        "since": (today - timedelta(_DAYS)).isoformat(),
        "until": today.isoformat(),
        **{stratum.value: _SUGGESTED.get(stratum, "0") for stratum in Stratum},
    }
    return QueuePage(
        frame=review_frame(request, said),
        waiting=len(waiting) - deciding,
        deciding=deciding,
        strata=tuple((one.value, words) for one, words in STRATA.items()),
        most=MOST,
        values=values,
        samples=rows,
        unknown=unknown,
    )


def _samples(connection: Connection, every: Sequence[Item]) -> tuple[SampleRow, ...]:
    found = []
    for row in connection.execute(sa.select(samples).order_by(samples.c.at.desc())):
        within = [one for one in every if one.sample_id == row.id]
        kinds = ", ".join(f"{STRATA[Stratum(name)].lower()}: {size}" for name, size in row.strata.items() if size)
        found.append(
            SampleRow(
                id=row.id,
                when=moment(row.at),
                who=row.who,
                drawn_by=f"{written(row.since)} to {written(row.until)}; {kinds}",
                seed=row.seed,
                answers=len(within),
                settled=sum(one.final is not None for one in within),
                differ=sum(one.differ for one in within if len(one.verdicts) >= 2),
            )
        )
    return tuple(found)


def _item_page(request: Request, visit: Visit, sample_id: str, answer_id: str, said: str = "") -> ItemPage:
    looked, state = looked_at(request, answer_id), request.app.state
    with reading(state.engine) as connection:
        one = item(connection, sample_id, answer_id)
        waiting = _waiting(items(connection), visit)
    if one is None:
        raise HTTPException(404)
    frame = review_frame(request, said)
    turn, outer = as_given(looked, state.assistant.policy, state.settings, frame.nonce)
    open_ = one.waits_for(visit.person.id)
    decides = open_ and len(one.verdicts) >= 2
    others = one.verdicts if one.final is not None or decides else ()
    return ItemPage(
        frame=frame,
        sample_id=sample_id,
        answer_id=answer_id,
        # Why it was drawn may say what to think of it.
        stratum="" if one.final is None else STRATA[Stratum(one.stratum)],
        outer=outer,
        turn=turn,
        others=tuple(verdict_row(verdict, named=one.final is not None) for verdict in others),
        form=verdict_form() if open_ else None,
        final=one.final is not None,
        left=len(waiting),
    )
