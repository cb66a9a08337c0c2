"""What the pages of clinicians are made of, in every state, with texts that say what they are; for the pattern page."""

from __future__ import annotations

from datetime import date, timedelta

from web.pages import Frame, Turn
from web.review import charts
from web.review.answer_views import NOT_KEPT
from web.review.pages import (
    ActionRow,
    AgainView,
    AnswerRow,
    CandidateRow,
    CheckRow,
    Figure,
    KinRow,
    ReviewPatternsPage,
    ShownPassage,
    Step,
    Table,
    VerdictForm,
    VerdictRow,
)
from web.review.verdict_views import HARMS, JUDGEMENTS
from web.staff.pages import StaffFrame

_WHEN, _DAY, _ID = "21 November 2026, 17:31 UTC", "5 December 2026", "0" * 32
_MEASURED = (("Similarity", "0.71"), ("Rank by meaning", "1"), ("Reader", "2.10"))
_CHECKS = (CheckRow("A second person", _WHEN, False, "What was found at first."),)
_FIRST = date(2026, 11, 1)


def review_patterns(frame: StaffFrame, turns: tuple[Turn, ...], outer: Frame) -> ReviewPatternsPage:
    """Return the components; `turns` are answers to be shown as a visitor saw them, within `outer`."""
    action = ActionRow(_ID, _ID, "What is to be done", "Its owner", _DAY, False, "A person", _WHEN, True, ())
    return ReviewPatternsPage(
        frame=frame,
        turns=turns,
        outer=outer,
        rows=(
            AnswerRow(_ID, _WHEN, "answered", "84%", "A question that helped?", True),
            AnswerRow(_ID, _WHEN, "answered", "15%", "A question whose answer did not help, of several lines on a phone?", False),
            AnswerRow(_ID, _WHEN, "crisis card", "", None, None),
        ),
        agains=tuple(_agains(turns[0], outer)),
        steps=tuple(
            Step(name, (f"What came of it: {name.lower()}.",))
            for name in ("Triage", "Topic", "Search", "Read", "Gate", "Compose", "Record")
        ),
        candidates=(
            CandidateRow("a", "An article whose passage was shown", "Its words.", True, "shown", "84%", _MEASURED),
            CandidateRow("b", "One that was turned down", "Its words.", False, "below the threshold of 13.2%", "9%", _MEASURED),
            CandidateRow(
                "c", "One of an older answer", "", False, "did not pass the gate; the threshold was not kept",
                f"probability {NOT_KEPT}", (("Similarity", NOT_KEPT),),
            ),
        ),
        passages=(
            ShownPassage("a", "An article", "Its words.", "shown to visitors", False),
            ShownPassage("b", "Another article", "Its words.", "withdrawn", True),
        ),
        verdicts=(
            VerdictRow("A person", _WHEN, "Appropriate", "None", ""),
            VerdictRow("", "", "Incomplete", "Low", "What a reviewer wrote, whose name is not said yet."),
            VerdictRow("A third person", _WHEN, "Incomplete", "Low", "Why it was decided so.", decided=True),
        ),
        form=VerdictForm(
            tuple((one.value, words) for one, words in JUDGEMENTS.items()),
            tuple((one.value, words) for one, words in HARMS.items()),
            errors={"judgement": "Choose one.", "harm": "Choose one.", "words": "What is wrong with these words."},
        ),
        actions=(
            action,
            ActionRow(_ID, _ID, "What is late", "Its owner", _DAY, True, "A person", _WHEN, True, _CHECKS),
            ActionRow(
                _ID, _ID, "What worked", "Its owner", _DAY, False, "A person", _WHEN, False,
                (*_CHECKS, CheckRow("A second person", _WHEN, True, "What was found then.")),
            ),
        ),
        kin=(
            KinRow("a", "An article", "revision of 3 October 2026", "this passage", 12, True),
            KinRow("b", "An article", "revision of 25 April 2026", "the same words", 140, False),
            KinRow("c", "An article", "revision of 25 April 2026", "some of these words", 0, False),
        ),
        figures=tuple(_figures()),
    )  # fmt: skip


def _agains(turn: Turn, outer: Frame) -> list[tuple[str, AgainView]]:
    then = "On the edition it was answered from it comes out as it was given, byte for byte."
    return [
        ("The same", AgainView(then, False, (), None)),
        ("Another one today", AgainView(then, False, ("What is different today.", "What else is."), turn, outer)),
        ("Not as it was given", AgainView("It does not come out as it was given.", True, None, None)),
    ]


def _figures() -> list[Figure]:
    days = [_FIRST + timedelta(n) for n in range(14)]
    counts = [3, 0, 5, 8, 2, 0, 0, 4, 6, 12, 1, 0, 3, 2]
    table = Table(("What it is of", "How many"), (("One", "4"), ("Another", "9")), "What is to be known of it.")
    return [
        Figure("by-day", "By day", "46 in 14 days.", charts.columns(days, counts), table),
        Figure("by-kind", "By kind", "13 in all.", charts.rows(["One", "Another", "None"], [4, 9, 0], ["4", "9", "0"]), table),
        Figure(
            "intervals", "With intervals", "On 20 answers.",
            charts.intervals([("One measure", 0.8, 0.6, 0.9), ("Another", 0.1, -0.2, 0.4)]), table,
        ),
        Figure(
            "calibrated", "Said and true", "Of 20 answers.",
            charts.calibrated([(0.2, 0.1, 0.0, 0.4), (0.8, 0.9, 0.6, 1.0)]), table,
        ),
        Figure("nothing", "Where there is nothing", "None in these days.", None, Table((), ())),
    ]  # fmt: skip
