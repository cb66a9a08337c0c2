"""The visitor's pages: one frozen class per template, and `render`, which turns one into HTML.

A template sees its page and the nonce of the response, nothing else. Every text is escaped where it is shown, and a
quoted passage reaches the page unchanged: the text inside its `<blockquote>` is the passage, character for character.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup
from msgspec import Struct

from web.embedding import EMBED

HERE = Path(__file__).parent

Segment = tuple[str, str | None]
"""A piece of a fixed wording: its text, and the address it links to, if any."""

Piece = tuple[str, bool]
"""A piece of a passage: its text, and whether it is the sentence that answers."""


class NoticeText(Struct, frozen=True):
    """A fixed wording written by people; a blank line in it starts a new paragraph."""

    kind: str
    segments: tuple[Segment, ...]


class Frame(Struct, frozen=True):
    """What every page carries: the site's name, the disclaimer, and how to get help.

    `embedded_in` lists the sites that may show the page in a frame, where its header and footer are compact; None for a
    page of its own.
    """

    site_name: str
    disclaimer: NoticeText
    crisis_line: NoticeText
    reach_a_person: NoticeText
    nonce: str
    about_library: str
    embedded_in: tuple[str, ...] | None = None

    @property
    def home(self) -> str:
        """The address of the conversation that this page belongs to."""
        return "/" if self.embedded_in is None else EMBED


class SourceLine(Struct, frozen=True):
    """Where a passage comes from. Dates are already written out, such as "21 November 2026".

    `at_quote` is `url` with what makes a browser open it at the quoted words, where that can be told. With `address`, our
    own page of it in full, addresses are written out, for paper has no links.
    """

    title: str
    publisher: str | None
    author: str | None
    published: str | None
    reviewed: str | None
    url: str | None
    sells_treatment: bool | None
    sample: bool
    source_page: str
    at_quote: str | None = None
    address: str | None = None
    funding: str | None = None


class CheckLink(Struct, frozen=True):
    """Where a quote can be checked, and the id of the part of the page that takes up what was found."""

    path: str
    part: str


class Quote(Struct, frozen=True):
    """A passage, word for word: the texts of `pieces`, joined, are the passage.

    `caveats` belong with it and stand right below it; `others` are sources that do not say the same and stand beside
    it. `tie` is the wording that says so. Without `check` there is nothing stored that it could be checked against.
    """

    pieces: tuple[Piece, ...]
    heading: tuple[str, ...]
    source: SourceLine
    warnings: tuple[str, ...] = ()
    also_in: tuple[SourceLine, ...] = ()
    tie: str | None = None
    caveats: tuple["Quote", ...] = ()
    others: tuple["Quote", ...] = ()
    check: CheckLink | None = None


REASONS: Mapping[str, str] = {
    "not_my_question": "It does not answer my question",
    "outdated": "It is outdated",
    "unclear": "It is unclear",
    "seems_wrong": "It seems wrong",
    "unsafe": "It seems unsafe",
}
"""Why an answer did not help, as visitors say it; the keys are those of `assistant.feedback.Reason`."""


class FeedbackBox(Struct, frozen=True):
    """What a visitor said of an answer (`helpful` is None before that), and the form to say it.

    `open` shows the form for reason and words; `quiet` makes it one line, below a card. `card` is help for a visitor
    whose words are a plea, and comes first.
    """

    path: str
    part: str
    helpful: bool | None = None
    reason: str | None = None
    words: str = ""
    open: bool = False
    quiet: bool = False
    error: str | None = None
    card: NoticeText | None = None


class Turn(Struct, frozen=True):
    """One question and what was shown for it. Crisis and emergency turns show their card and no quotes.

    `question` is None where its words were erased, or are left out. `receipt` is where the answer can be kept.
    """

    question: str | None
    outcome: str
    topic: str | None = None
    notices: tuple[NoticeText, ...] = ()
    quotes: tuple[Quote, ...] = ()
    message: NoticeText | None = None
    suggestions: tuple[str, ...] = ()
    answer_id: str | None = None
    receipt: str | None = None
    feedback: FeedbackBox | None = None

    @property
    def card_only(self) -> bool:
        """Whether nothing but the card may be shown."""
        return self.outcome in ("crisis", "emergency")


class ConversationPage(Struct, frozen=True):
    """The transcript so far, newest turn last, and the form for the next question.

    `offers` is the address of ready-made questions to offer while one types; `said` is what a screen reader is told
    where it is not that an answer is ready.
    """

    frame: Frame
    turns: tuple[Turn, ...] = ()
    conversation: str | None = None
    starters: tuple[str, ...] = ()
    question: str = ""
    error: str | None = None
    limit: int = 500
    topic: str | None = None
    unavailable: str | None = None
    topic_forgotten: bool = False
    offers: str = ""
    said: str | None = None

    @property
    def at_once(self) -> bool:
        """Whether it is the first page, which is to be readable before anything else has come."""
        return not self.turns and self.error is None and self.said is None

    @property
    def status(self) -> str:
        """What a screen reader is told once the page is there; empty where an error speaks for itself."""
        if self.said is not None:
            return self.said
        if self.error or not self.turns:
            return ""
        no_answer = self.turns[-1].outcome == "no_answer"
        return "Answer ready: no approved article answers this question" if no_answer else "Answer ready"


class StartOverPage(Struct, frozen=True):
    """Asks whether a conversation is to be ended, where no script can ask in a dialog."""

    frame: Frame
    conversation: str


class ReceiptPage(Struct, frozen=True):
    """One answer to keep or to print: all of it, with when it was asked, its edition and its reference.

    `path` is its own address; `wordless` says that the visitor wants their words left out; `keep_days` is after how many
    days their words are erased in any case, None for never.
    """

    frame: Frame
    turn: Turn
    path: str
    asked_at: str
    edition: str
    disclaimer: NoticeText
    wordless: bool = False
    keep_days: int | None = None


class DeletePage(Struct, frozen=True):
    """Asks whether the words of a question are to be erased, or says that they are."""

    frame: Frame
    path: str
    done: bool = False


class CheckStep(Struct, frozen=True):
    """One thing that was worked out again, in a sentence; `detail` are its figures."""

    what: str
    passed: bool
    detail: str = ""


class CheckPage(Struct, frozen=True):
    """What came of checking a quote: the verdict, and each step. `quote` is None where it is no longer shown."""

    frame: Frame
    part: str
    verdict: str
    passed: bool
    steps: tuple[CheckStep, ...]
    quote: Quote | None = None


class FeedbackPage(Struct, frozen=True):
    """The feedback on one answer, on a page of its own; `status` is what a screen reader is told."""

    frame: Frame
    box: FeedbackBox
    status: str = ""


class Part(Struct, frozen=True):
    """A stretch of a source: a "heading", a "passage", a "reference", or a "gap" whose text says why nothing is shown there."""

    kind: str
    text: str
    level: int = 1
    passage_id: str = ""
    marked: bool = False
    warnings: tuple[str, ...] = ()


class SourcePage(Struct, frozen=True):
    """An article as approved, with the quoted passage marked where the link asked for one."""

    frame: Frame
    source: SourceLine
    parts: tuple[Part, ...]


class CrisisPage(Struct, frozen=True):
    """The crisis lines on a page of their own, linked from every header."""

    frame: Frame
    cards: tuple[NoticeText, ...]


class SafetyRow(Struct, frozen=True):
    """What was tried, and how often triage did right by it in English and in Spanish, such as "159 of 160 (97 to 100 %)"."""

    tried: str
    english: str
    spanish: str


class HelplineRow(Struct, frozen=True):
    """A helpline: whom one reaches, how, when, where that is said, and the day it was last checked."""

    name: str
    ways: tuple[Segment, ...]
    hours: str
    languages: str
    source: str
    checked: str


class SafetyPage(Struct, frozen=True):
    """What the assistant does and does not do, what happens in a crisis, how well that works, and who checked what."""

    frame: Frame
    rows: tuple[SafetyRow, ...]
    measured_on: str
    messages: int
    set_digest: str
    helplines: tuple[HelplineRow, ...]
    reviewed_by: str
    policy_version: int
    policy_digest: str


class ErrorPage(Struct, frozen=True):
    """What went wrong, in one heading and one sentence, and what to do next."""

    frame: Frame
    status: int
    heading: str
    detail: str
    next_step: str


class ApiField(Struct, frozen=True):
    """A parameter, or a field of a body: `type` links to the schemas it names, `limits` says what is accepted."""

    name: str
    where: str
    type: tuple[Segment, ...]
    required: bool
    description: str
    limits: str


class ApiResponse(Struct, frozen=True):
    """One answer an operation may give; `media` pairs a media type with the type of its content."""

    status: str
    description: str
    media: tuple[tuple[str, tuple[Segment, ...]], ...]


class ApiOperation(Struct, frozen=True):
    """A method on a path."""

    method: str
    path: str
    anchor: str
    summary: str
    description: str
    parameters: tuple[ApiField, ...]
    body: tuple[tuple[str, tuple[Segment, ...]], ...]
    responses: tuple[ApiResponse, ...]


class ApiSchema(Struct, frozen=True):
    """A named object and its fields, or, where it has none, the type it stands for."""

    name: str
    anchor: str
    description: str
    type: tuple[Segment, ...]
    fields: tuple[ApiField, ...]


class ApiPage(Struct, frozen=True):
    """A reference of the JSON interface, readable without a script."""

    frame: Frame
    title: str
    version: str
    operations: tuple[ApiOperation, ...]
    description: str = ""
    schemas: tuple[ApiSchema, ...] = ()


class Colour(Struct, frozen=True):
    """A colour of the stylesheet, by day and in the dark."""

    name: str
    day: str
    dark: str


class Contrast(Struct, frozen=True):
    """The contrast ratio of one colour on another, 1 to 21, and the least that it may be."""

    text: str
    ground: str
    least: float
    day: float
    dark: float


class Patterns(Struct, frozen=True):
    """What every page is made of. `sizes` and `spaces` pair a name with its value; the rest are components."""

    colours: tuple[Colour, ...]
    contrasts: tuple[Contrast, ...]
    sizes: tuple[tuple[str, str], ...]
    spaces: tuple[tuple[str, str], ...]
    notices: tuple[NoticeText, ...]
    cards: tuple[NoticeText, ...]
    quotes: tuple[tuple[str, Quote], ...]
    sides: Quote
    message: NoticeText
    checks: tuple[CheckPage, ...]
    boxes: tuple[tuple[str, FeedbackBox], ...]


class PatternsPage(Struct, frozen=True):
    """Every component in every state, and the names of the pages that show whole states."""

    frame: Frame
    patterns: Patterns
    pages: tuple[str, ...]


Page = (
    ConversationPage
    | StartOverPage
    | SourcePage
    | ReceiptPage
    | DeletePage
    | CheckPage
    | FeedbackPage
    | CrisisPage
    | SafetyPage
    | ErrorPage
    | ApiPage
    | PatternsPage
)

TEMPLATES: dict[type[Page], str] = {
    ConversationPage: "conversation.html",
    StartOverPage: "start_over.html",
    SourcePage: "source.html",
    ReceiptPage: "receipt.html",
    DeletePage: "delete.html",
    CheckPage: "check.html",
    FeedbackPage: "feedback.html",
    CrisisPage: "crisis.html",
    SafetyPage: "safety.html",
    ErrorPage: "error.html",
    ApiPage: "api.html",
    PatternsPage: "patterns.html",
}


def render(page: Page) -> str:
    """The page as one HTML document."""
    return environment().get_template(TEMPLATES[type(page)]).render(page=page, nonce=page.frame.nonce)


@cache
def environment() -> jinja2.Environment:
    """The one Jinja environment: it escapes everything, and a name that is missing is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["asset"] = asset
    env.globals["stylesheet"] = stylesheet
    env.globals["REASONS"] = REASONS
    for function in (lines, paragraphs, href, ways, heading_levels):
        env.filters[function.__name__] = function
    return env


@cache
def asset(name: str) -> str:
    """The address of a file in `static/`; the digest in it changes with the content, so it may be cached for good."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


@cache
def stylesheet() -> Markup:
    """The stylesheet itself, for pages that are to be readable before anything else has come."""
    return Markup((HERE / "static" / "wellcited.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file


class Line(Struct, frozen=True):
    """One line of a passage. `runs` and then `end` (a newline or nothing), joined, are its text."""

    bullet: bool
    runs: tuple[Piece, ...]
    end: str


def lines(pieces: Iterable[Piece]) -> tuple[Line, ...]:
    """The passage line by line, so that list items can be indented; joined, the lines are the passage.

    >>> [line.bullet for line in lines([("Effects:\\n• Nausea", False)])]
    [False, True]
    """
    rows: list[list[Piece]] = [[]]
    for text, marked in pieces:
        first, *rest = text.split("\n")
        rows[-1].append((first, marked))
        rows.extend([(row, marked)] for row in rest)
    return tuple(_line(row, end="" if row is rows[-1] else "\n") for row in rows)


def _line(row: list[Piece], end: str) -> Line:
    runs = tuple((text, marked and not text.isspace()) for text, marked in row if text)
    return Line("".join(text for text, _ in runs).lstrip().startswith("• "), runs, end)


def paragraphs(segments: Iterable[Segment]) -> tuple[tuple[tuple[Segment, ...], str], ...]:
    """The wording by paragraph, each with the newlines that followed it; joined, they are the wording."""
    found: list[tuple[tuple[Segment, ...], str]] = []
    current: list[Segment] = []
    for text, target in segments:
        *full, last = re.split(r"(\n{2,})", text)
        for words, gap in zip(full[::2], full[1::2], strict=True):
            found.append(((*current, *_kept(words, target)), gap))
            current = []
        current.extend(_kept(last, target))
    return (*found, (tuple(current), "")) if current else tuple(found)


def _kept(text: str, target: str | None) -> tuple[Segment, ...]:
    return ((text, target),) if text else ()


def href(address: str | None) -> str | None:
    """The address if a page may link to it: the web, a call, a text message, a mail, or this site."""
    if not address:
        return None
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return None
    local = not scheme and address.startswith(("/", "#")) and not address.startswith(("//", "/\\"))
    return address if local or scheme in ("https", "http", "tel", "sms", "mailto") else None


def ways(notice: NoticeText) -> tuple[tuple[str, str], ...]:
    """The numbers a card names, as (label, address), each once and in order: they become large buttons.

    >>> ways(NoticeText("crisis_card", (("Call ", None), ("988", "tel:988"))))
    (('Call 988', 'tel:988'),)
    """
    verbs = {"tel": "Call", "sms": "Text"}
    found: dict[str, str] = {}
    for text, target in notice.segments:
        if target and (verb := verbs.get(target.partition(":")[0])):
            found.setdefault(target, f"{verb} {text}")
    return tuple((label, target) for target, label in found.items())


def heading_levels(parts: Iterable[Part]) -> tuple[tuple[Part, int], ...]:
    """Each part with the level of its heading, from 2 to 6, never skipping one on the way down (0: not a heading)."""
    open_levels: list[int] = []
    found: list[tuple[Part, int]] = []
    for part in parts:
        if part.kind != "heading":
            found.append((part, 0))
            continue
        while open_levels and open_levels[-1] >= part.level:
            open_levels.pop()
        open_levels.append(part.level)
        found.append((part, min(len(open_levels) + 1, 6)))
    return tuple(found)
