"""The pages of clinicians: one frozen class per template, and `render`, which turns one into HTML.

As on all other pages, a template sees its page and nothing else, and every text is escaped where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse
from msgspec import Struct, field
from msgspec.structs import replace

from web.access import Role
from web.pages import Frame, Turn, environment
from web.review.charts import Chart
from web.staff.frame import frame_of
from web.staff.pages import PassageRow, StaffFrame

PARTS = (
    ("answers", "/review", "Answers"),
    ("queue", "/review/queue", "Queue"),
    ("actions", "/review/actions", "Actions"),
    ("overview", "/review/overview", "Overview"),
    ("log", "/review/log", "Log"),
)
_FOR_ADMINS = ("log",)


class AnswerRow(Struct, frozen=True):
    """An answer in the list. `question` is None where its words were erased; `probability` is written out."""

    id: str
    when: str
    outcome: str
    probability: str
    question: str | None
    helpful: bool | None


class AnswersPage(Struct, frozen=True):
    """Answers that match, newest first. `values` is what was looked for; `choices` are those of each list to choose from.

    `newer` and `older` are what to add to `values` to see the next ones, None where there are none. `unknown` answers are
    looked past when those near the threshold are looked for, since theirs was not kept.
    """

    frame: StaffFrame
    rows: tuple[AnswerRow, ...]
    values: Mapping[str, str]
    choices: Mapping[str, tuple[tuple[str, str], ...]]
    newer: Mapping[str, str] | None
    older: Mapping[str, str] | None
    errors: Mapping[str, str] = field(default_factory=dict)
    unknown: int = 0

    @property
    def narrowed(self) -> bool:
        """Whether anything was looked for."""
        return any(self.values.values())


class Step(Struct, frozen=True):
    """One of the seven steps of an answer: what came of it, in sentences."""

    name: str
    said: tuple[str, ...]


class CandidateRow(Struct, frozen=True):
    """A passage that search considered, with its measurements written out and what became of it."""

    passage_id: str
    title: str
    text: str
    shown: bool
    came_of_it: str
    probability: str
    measured: tuple[tuple[str, str], ...]


class ShownPassage(Struct, frozen=True):
    """A passage that the answer showed: what stands in it, and whether visitors see it now."""

    id: str
    title: str
    text: str
    state: str
    withdrawn: bool


class AgainView(Struct, frozen=True):
    """What came of giving an answer again: as it was given, and how today's differs (None: it cannot be told).

    `today` is the answer of today where it differs; `wrong` says that it did not come out as it was given.
    """

    said: str
    wrong: bool
    changes: tuple[str, ...] | None
    today: Turn | None
    outer: Frame | None = None


class VerdictRow(Struct, frozen=True):
    """A verdict, in words; `who` is empty where it must not be said yet."""

    who: str
    when: str
    judgement: str
    harm: str
    words: str
    decided: bool = False


class CheckRow(Struct, frozen=True):
    """What came of looking whether an action worked."""

    who: str
    when: str
    works: bool
    found: str


class ActionRow(Struct, frozen=True):
    """A corrective action: whose it is, until when, and what was found of it. `error` is of the form to look at it."""

    id: str
    answer_id: str
    what: str
    owner: str
    due: str
    overdue: bool
    who: str
    when: str
    open: bool
    checks: tuple[CheckRow, ...]
    error: str = ""
    typed: str = ""


class VerdictForm(Struct, frozen=True):
    """What a verdict can be, as (value, words) each, and what was typed."""

    judgements: tuple[tuple[str, str], ...]
    harms: tuple[tuple[str, str], ...]
    judgement: str = ""
    harm: str = ""
    words: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


class AnswerPage(Struct, frozen=True):
    """One answer as the visitor saw it (`turn`, within the visitor's `outer` frame of that time), and how it came about."""

    frame: StaffFrame
    id: str
    facts: tuple[tuple[str, str], ...]
    outer: Frame
    turn: Turn
    previous: str | None
    next: str | None
    steps: tuple[Step, ...]
    candidates: tuple[CandidateRow, ...]
    passages: tuple[ShownPassage, ...]
    feedback: str
    feedback_words: str
    feedback_given: str = ""
    again: AgainView | None = None
    verdicts: tuple[VerdictRow, ...] = ()
    form: VerdictForm | None = None
    actions: tuple[ActionRow, ...] = ()
    people: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


class RecalledRow(Struct, frozen=True):
    """An answer that showed a passage; `other` says what it showed of the words where it was another passage."""

    id: str
    when: str
    outcome: str
    helpful: bool | None
    other: str = ""


class KinRow(Struct, frozen=True):
    """A passage that has the same words or some of them, what it is of, and how many answers showed it."""

    id: str
    title: str
    since: str
    kinship: str
    count: int
    here: bool


class PassagePage(Struct, frozen=True):
    """A passage with its warnings (id, words), how many answers showed its words by day, and the newest of these.

    `kin` are the passages that have these words or some of them, where there are others than this one.
    """

    frame: StaffFrame
    passage: PassageRow
    article_id: str
    title: str
    withdrawn: bool
    answer: str
    warnings: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, int], ...]
    recalled: tuple[RecalledRow, ...]
    count: int
    kin: tuple[KinRow, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


class SampleRow(Struct, frozen=True):
    """A sample: when it was drawn, by whom, by what, and how far it is."""

    id: str
    when: str
    who: str
    drawn_by: str
    seed: str
    answers: int
    settled: int
    differ: int


class SampledRow(Struct, frozen=True):
    """An answer of a sample: why it was drawn and what was said, both empty while it is open."""

    answer_id: str
    question: str | None
    outcome: str
    stratum: str
    verdict: str


class SamplePage(Struct, frozen=True):
    """The answers of one sample; `mine` says whether any of them waits for this person."""

    frame: StaffFrame
    sample: SampleRow
    rows: tuple[SampledRow, ...]
    mine: bool = False


class QueuePage(Struct, frozen=True):
    """What waits for this person, the form to draw a sample, and the samples there are.

    `waiting` and `deciding` are how many answers wait for a first or second verdict of theirs, and for them to decide.
    `unknown` answers cannot be drawn as near the threshold, since theirs was not kept.
    """

    frame: StaffFrame
    waiting: int
    deciding: int
    strata: tuple[tuple[str, str], ...]
    most: int
    values: Mapping[str, str]
    samples: tuple[SampleRow, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    unknown: int = 0


class ItemPage(Struct, frozen=True):
    """One answer of a sample, to be judged. `others` are the two verdicts to decide between, without names; then `final`."""

    frame: StaffFrame
    sample_id: str
    answer_id: str
    stratum: str
    outer: Frame
    turn: Turn
    others: tuple[VerdictRow, ...]
    form: VerdictForm | None
    final: bool
    left: int


class ActionsPage(Struct, frozen=True):
    """The corrective actions, open ones first."""

    frame: StaffFrame
    open: tuple[ActionRow, ...]
    closed: tuple[ActionRow, ...]


class Table(Struct, frozen=True):
    """What a chart shows, in words and numbers: each row as long as `head`, its first cell naming it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


class Figure(Struct, frozen=True):
    """One figure of the overview: what it says in a sentence, its chart (None where there is nothing), its table."""

    id: str
    title: str
    said: str
    chart: Chart | None
    table: Table


class OverviewPage(Struct, frozen=True):
    """The figures of the last `period` days."""

    frame: StaffFrame
    figures: tuple[Figure, ...]
    period: int
    periods: tuple[int, ...]


class LogPage(Struct, frozen=True):
    """The log: how many entries it has and how many are signed, when, and what can be taken out in which forms."""

    frame: StaffFrame
    size: int
    signed: int
    when: str
    keys: tuple[str, ...]
    forms: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


class ReviewPatternsPage(Struct, frozen=True):
    """What the pages of clinicians are made of beyond those of staff, in every state; each of `agains` with its name."""

    frame: StaffFrame
    turns: tuple[Turn, ...]
    outer: Frame
    rows: tuple[AnswerRow, ...]
    agains: tuple[tuple[str, AgainView], ...]
    steps: tuple[Step, ...]
    candidates: tuple[CandidateRow, ...]
    passages: tuple[ShownPassage, ...]
    verdicts: tuple[VerdictRow, ...]
    form: VerdictForm
    actions: tuple[ActionRow, ...]
    kin: tuple[KinRow, ...]
    figures: tuple[Figure, ...]


ReviewPage = (
    AnswersPage
    | AnswerPage
    | PassagePage
    | QueuePage
    | SamplePage
    | ItemPage
    | ActionsPage
    | OverviewPage
    | LogPage
    | ReviewPatternsPage
)

TEMPLATES: Mapping[type[ReviewPage], str] = {
    AnswersPage: "answers.html",
    AnswerPage: "answer.html",
    PassagePage: "passage.html",
    QueuePage: "queue.html",
    SamplePage: "sample.html",
    ItemPage: "item.html",
    ActionsPage: "actions.html",
    OverviewPage: "overview.html",
    LogPage: "log.html",
    ReviewPatternsPage: "patterns.html",
}


def review_frame(request: Request, said: str = "") -> StaffFrame:
    """Return what every page of clinicians carries; `said` is what was just done, in words."""
    frame = frame_of(request, "review")
    # Of all this, whoever is no clinician uses the log alone.
    return replace(frame, said=said, place=frame.place if Role.CLINICIAN in frame.roles else "log")


def shown(page: ReviewPage, status: int = 200) -> HTMLResponse:
    """Send a page."""
    template = environment().get_template(f"review/{TEMPLATES[type(page)]}")
    return HTMLResponse(
        template.render(page=page, nonce=page.frame.nonce, parts_of_review=parts_for(page.frame)), status
    )


def parts_for(frame: StaffFrame) -> tuple[tuple[str, str, str], ...]:
    """Return the parts of the review that somebody may use: all for a clinician, the log alone for an admin."""
    return PARTS if Role.CLINICIAN in frame.roles else tuple(one for one in PARTS if one[0] in _FOR_ADMINS)
