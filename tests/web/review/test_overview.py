"""The overview's counts and charts, and that each chart says no more and no less than its table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from assistant.outcome import Outcome
from assistant.review import verdicts
from assistant.review.counting import agreement, by_day, calibration
from assistant.review.verdicts import Given, Harm, Item, Judgement, Verdict
from sources.database import reading, writing
from tests.web.review.conftest import OUTCOMES, fill
from tests.web.staff.conftest import Browsing, text
from web.review import charts

TODAY = datetime.now(UTC).date()
FINE = Given(Judgement.appropriate, Harm.none, "")


def test_questions_are_counted_by_day_and_outcome_without_a_gap(engine: Engine) -> None:
    fill(engine, 60)
    with reading(engine) as connection:
        counted = by_day(connection, TODAY - timedelta(6), TODAY + timedelta(1))  # midnight may pass
    assert len(counted.days) == 8
    assert sum(counted.of()) == 60
    assert counted.of()[:5] == (0, 0, 0, 0, 0)
    for one in Outcome:
        assert sum(counted.of(one)) == sum(OUTCOMES[n % 8] is one for n in range(60))
    assert sum(counted.of(Outcome.crisis, Outcome.emergency)) == 15


def test_calibration_counts_what_showed_passages_alone(engine: Engine) -> None:
    fill(engine, 100)
    judged = []
    with writing(engine) as connection:
        for n in range(100):
            given = FINE if n < 70 else Given(Judgement.wrong_passage, Harm.low, "Another passage says it.")
            verdicts.give(connection, f"{n:032x}", given, person="ada", who="Ada")
        judged = verdicts.direct_verdicts(connection)
        points = calibration(connection, judged)
    shows = [n for n in range(100) if OUTCOMES[n % 8] in (Outcome.answered, Outcome.personal_advice)]
    assert sum(one.count for one in points) == len(shows)
    assert [one.right for one in points][-1] == 0
    assert points[0].right == points[0].count
    assert all(one.low <= one.right / one.count <= one.high for one in points)


def item(first: Judgement, second: Judgement) -> Item:
    def one(place: int, said: Judgement) -> Verdict:
        return Verdict("", "a", "s", place, str(place), "", said, Harm.none, "")

    return Item("s", "a", "random", (one(1, first), one(2, second)))


def test_agreement_is_that_of_the_two_who_did_not_see_each_other() -> None:
    both = [item(Judgement.appropriate, Judgement.appropriate)] * 8 + [item(Judgement.unsafe, Judgement.misleading)] * 2
    count, measures = agreement([*both, Item("s", "b", "random", ())])
    assert count == 10
    assert [one.name for one in measures] == ["Percent agreement", "Cohen’s kappa", "Gwet’s AC1"]
    assert measures[0].value == 0.8


def test_a_column_is_as_high_as_its_count_and_inside_the_chart() -> None:
    days = [date(2026, 11, 1) + timedelta(n) for n in range(30)]
    chart = charts.columns(days, [n % 7 for n in range(30)])
    heights = {one.said: one.height for one in chart.rects}
    assert heights["07 Nov: 6"] == pytest.approx(2 * heights["04 Nov: 3"], abs=0.02)
    assert all(one.x + one.width <= charts.WIDTH and one.y >= 0 for one in chart.rects)
    assert charts.columns([], []).rects == ()


def test_an_interval_lies_where_its_numbers_say() -> None:
    chart = charts.intervals([("a", 0.5, 0.0, 1.0), ("b", 0.0, -0.5, 0.5)])
    whole, other = (one for one in chart.lines if one.kind == "interval")
    middle = next(dot for dot in chart.dots if dot.y == whole.y1)
    assert middle.x == pytest.approx((whole.x1 + whole.x2) / 2)
    assert other.x2 == pytest.approx(middle.x)
    at = charts.calibrated([(0.5, 0.5, 0.2, 0.8)])
    even = next(one for one in at.lines if one.kind == "even")
    assert (at.dots[0].x, at.dots[0].y) == ((even.x1 + even.x2) / 2, (even.y1 + even.y2) / 2)


def test_every_figure_has_its_table_and_no_words_of_visitors(ada: Browsing, engine: Engine) -> None:
    page = ada.get("/review/overview?days=7")
    assert "geese" not in text(page)
    titles = [text(one) for one in page.xpath("//section[@class='figure']/h2")]
    assert len(titles) == 9
    assert page.xpath("//a[@aria-current='page' and text()='7 days']")
    assert "No answer was judged yet." in text(page)
    assert len(page.xpath("//svg")) == len(page.xpath("//svg[@role='img' and @aria-label]")) == 5
    columns = page.xpath("//section[h2[@id='outcomes']]//tbody/tr")
    assert [row.xpath("string(td)") for row in columns][:2] == ["29 (48%)", "8 (13%)"]
    assert not page.xpath("//*[@style]")
    # A period that there is none of is the usual one.
    assert ada.get("/review/overview?days=9").xpath("//a[@aria-current='page' and text()='30 days']")
