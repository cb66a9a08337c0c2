"""The overview: what was asked and how it came out, what reviewers said, and what is due; each figure with its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.engine import Connection

from assistant.outcome import Outcome
from assistant.review.counting import Calibrated, Days, agreement, by_day, calibration, judged_as
from assistant.review.verdicts import direct_verdicts, items, settled
from sources.database import reading
from sources.library import State
from sources.overview import ArticleLine, article_lines
from web.access import Role, only
from web.review import charts
from web.review.answer_views import OUTCOMES
from web.review.pages import Figure, OverviewPage, Table, review_frame, shown
from web.review.verdict_views import JUDGEMENTS
from web.staff.guard import REVIEW, Visited
from web.views import written
from web.wording import counted

router = APIRouter(prefix=REVIEW, include_in_schema=False, default_response_class=HTMLResponse)
PERIODS = (7, 30, 90)
_SOON = timedelta(60)
_LISTED = 12


@router.get("/overview")
@only(Role.CLINICIAN)
def overview(request: Request, visit: Visited, days: str = "30") -> Response:
    """Show the figures of the last days."""
    period = int(days) if days in map(str, PERIODS) else 30
    today = datetime.now(UTC).date()
    with reading(request.app.state.engine) as connection:
        tally = by_day(connection, today - timedelta(period - 1), today)
        figures = (*_asked(tally), *_judged(connection), _articles(article_lines(connection), today))
    return shown(OverviewPage(review_frame(request), figures, period, PERIODS))


def _asked(tally: Days) -> Iterator[Figure]:
    total = tally.of()
    yield _daily("questions", "Questions", tally, total)
    sums = [(words, sum(tally.counts[one])) for one, words in OUTCOMES.items()]
    said = [f"{count} ({count / sum(total):.0%})" if count else "0" for _, count in sums]
    yield Figure(
        "outcomes",
        "How they came out",
        f"{counted(sum(total), 'question')}.",
        charts.rows([name.split(",")[0] for name, _ in sums], [count for _, count in sums], said),
        Table(("Came out as", "Questions"), tuple(zip((name for name, _ in sums), said, strict=True))),
    )
    yield _daily("refusals", "Refusals", tally, tally.of(Outcome.no_answer))
    yield _daily("cards", "Crisis and emergency cards", tally, tally.of(Outcome.crisis, Outcome.emergency))
    yield _daily("advice", "Questions about the person’s own care", tally, tally.of(Outcome.personal_advice))


def _daily(id_: str, title: str, tally: Days, counts: Sequence[int]) -> Figure:
    listed = tuple((written(day) or "", str(count)) for day, count in zip(tally.days, counts, strict=True) if count)
    return Figure(
        id_,
        f"{title} by day",
        f"{sum(counts)} in {len(counts)} days; {max(counts)} at most on a day."
        if sum(counts)
        else "None in these days.",
        charts.columns(tally.days, counts) if sum(counts) else None,
        Table(("Day", title), listed[::-1], "Days that are not listed have none."),
    )


def _judged(connection: Connection) -> Iterator[Figure]:
    every = items(connection)
    judged = list(settled(every, direct_verdicts(connection)))
    counts = judged_as(judged)
    names, said = [JUDGEMENTS[one] for one in counts], [str(count) for count in counts.values()]
    yield Figure(
        "verdicts",
        "Verdicts",
        f"{counted(len(judged), 'answer')} judged so far, on any day."
        if judged
        else "No answer was judged yet. Draw a sample in the queue.",
        charts.rows(names, list(counts.values()), said) if judged else None,
        Table(("Verdict", "Answers"), tuple(zip(names, said, strict=True))),
    )
    count, measures = agreement(every)
    yield Figure(
        "agreement",
        "Agreement of two reviewers",
        f"On {counted(count, 'answer')}, with 95 % intervals."
        if count
        else "No answer was judged by two reviewers yet. Draw a sample in the queue.",
        charts.intervals([(one.name, one.value, one.low, one.high) for one in measures]) if measures else None,
        Table(
            ("Measure", "Value", "95 % interval"),
            tuple((one.name, f"{one.value:.2f}", f"{one.low:.2f} to {one.high:.2f}") for one in measures),
            "Where nearly all verdicts are of one kind, kappa is low although reviewers agree, and where a reviewer gave "
            "but one kind it cannot be said; AC1 can.",
        ),
    )
    yield _calibration(calibration(connection, judged))


def _calibration(points: Sequence[Calibrated]) -> Figure:
    return Figure(
        "calibration",
        "Does the probability hold?",
        "Of answers that showed passages: how often these were judged appropriate or incomplete, by the probability said."
        if points
        else "No answer that showed passages was judged yet.",
        charts.calibrated([(one.probability, one.right / one.count, one.low, one.high) for one in points])
        if points
        else None,
        Table(
            ("Probability said", "Right", "95 % interval"),
            tuple(
                (f"{one.probability:.0%}", f"{one.right} of {one.count}", f"{one.low:.0%} to {one.high:.0%}")
                for one in points
            ),
        ),
    )


def _articles(lines: Sequence[ArticleLine], today: date) -> Figure:
    due = sorted(
        (one.review_by, one.article.attributes.title or one.article.id)
        for one in lines
        if one.review_by is not None and one.review_by <= today + _SOON and one.states != (State.RETIRED,)
    )
    left = [(day - today).days for day, _ in due]
    said = [f"{days} days left" if days >= 0 else f"{-days} days over" for days in left]
    names = [title for _, title in due]
    unset = sum(one.review_by is None and one.states != (State.RETIRED,) for one in lines)
    return Figure(
        "articles",
        "Articles to be looked at again",
        f"{counted(len(due), 'article')} due within 60 days or over." + (f" {unset} without a day." if unset else ""),
        charts.rows(names[:_LISTED], left[:_LISTED], said[:_LISTED]) if due else None,
        Table(
            ("Article", "Look again by", "That is"),
            tuple((name, written(day) or "", words) for (day, name), words in zip(due, said, strict=True)),
        ),
    )
