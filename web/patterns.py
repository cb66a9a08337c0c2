"""`/patterns`: every component in every state, and every page in its states, so that they can be looked at and tried.

All of it is made of texts that say what they are; no passage here is from an article, and none speaks of health. What
can be sent comes back here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from msgspec import Struct
from msgspec.structs import replace

from assistant.policy import Policy
from web import views
from web.access import Role, public
from web.pages import (
    CheckLink,
    CheckPage,
    CheckStep,
    Colour,
    Contrast,
    ConversationPage,
    DeletePage,
    ErrorPage,
    FeedbackBox,
    FeedbackPage,
    Frame,
    NoticeText,
    Page,
    Part,
    Patterns,
    PatternsPage,
    Quote,
    ReceiptPage,
    SourceLine,
    SourcePage,
    StartOverPage,
    Turn,
    render,
    stylesheet,
)
from web.protection import PATTERNS
from web.review.pages import shown as render_review
from web.review.patterns import review_patterns
from web.staff.comparing import compared
from web.staff.pages import StaffFrame, StaffPatternsPage
from web.staff.pages import render as render_staff
from web.visitor import frame_of

HERE = PATTERNS
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# What is written in which colour on which ground, with the ratio that WCAG 2.2 asks for: 4.5 for words (1.4.3), 3 for the
# edges by which a control is known (1.4.11).
PAIRS: tuple[tuple[str, str, float], ...] = (
    *(("ink", ground, 4.5) for ground in ("page", "sheet", "tint", "note", "crisis", "emergency")),
    *(("muted", ground, 4.5) for ground in ("page", "sheet", "note")),
    *(("accent", ground, 4.5) for ground in ("page", "sheet", "tint", "note")),
    ("accent-strong", "page", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-strong", 4.5),
    ("mark-ink", "mark", 4.5),
    ("crisis-line", "crisis", 4.5),
    ("emergency-line", "emergency", 4.5),
    ("page", "crisis-line", 4.5),
    ("page", "emergency-line", 4.5),
    ("error", "page", 4.5),
    ("error", "sheet", 4.5),
    ("edge", "page", 3),
    ("edge", "sheet", 3),
    ("mark-line", "page", 3),
    ("note-line", "page", 3),
    ("crisis-line", "page", 3),
    ("emergency-line", "page", 3),
)
_DECLARED = re.compile(r"--([\w-]+):\s*([^;]+);")
_SIZES = ("fine", "small", "read", "large", "larger", "display")


@router.get(HERE)
@public
def patterns(request: Request) -> HTMLResponse:
    """Show every component in every state."""
    frame, policy = frame_of(request), request.app.state.assistant.policy
    return HTMLResponse(render(PatternsPage(frame, _patterns(policy), tuple(pages(frame, policy)))))


@router.post(HERE)
@router.post(HERE + "/{rest:path}")
@public
def sent(rest: str = "") -> RedirectResponse:
    """Lead back: nothing that is sent from here means anything."""
    return RedirectResponse(HERE, 303)


@router.get(HERE + "/staff")
@public
def of_staff(request: Request) -> HTMLResponse:
    """Show what the pages of staff have in addition."""
    return HTMLResponse(render_staff(staff_patterns(_staff_frame(request))))


@router.get(HERE + "/review")
@public
def of_review(request: Request) -> HTMLResponse:
    """Show what the pages of clinicians have beyond those of staff."""
    frame = replace(_staff_frame(request), place="review")
    return render_review(review_patterns(frame, (_ANSWERED, _REFUSED, _ERASED), frame_of(request)))


def _staff_frame(request: Request) -> StaffFrame:
    return StaffFrame(
        site_name=request.app.state.settings.site_name,
        nonce=request.scope["state"]["nonce"],
        name="A person",
        roles=frozenset(Role),
        place="articles",
        said="What was just done.",
    )


@router.get(HERE + "/{name}")
@public
def one_page(request: Request, name: str) -> HTMLResponse:
    """Show one page in one of its states."""
    page = pages(frame_of(request), request.app.state.assistant.policy).get(name)
    if page is None:
        raise HTTPException(404)
    return HTMLResponse(render(page))


class Tokens(Struct, frozen=True):
    """The values that the stylesheet declares, by name: by day, and those that differ in the dark."""

    day: Mapping[str, str]
    dark: Mapping[str, str]


@cache
def tokens() -> Tokens:
    """Read the values from the stylesheet itself, so that this page cannot tell another story."""
    day, dark = (dict(_DECLARED.findall(block)) for block in re.findall(r":root \{(.*?)\}", stylesheet(), re.S)[:2])
    return Tokens(day, dark)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it; colours are #rgb or #rrggbb."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    shares = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrasts() -> Iterator[Contrast]:
    """Return the ratio of every pair, by day and in the dark."""
    found = tokens()
    dark = {**found.day, **found.dark}
    for text, ground, least in PAIRS:
        yield Contrast(
            text, ground, least, contrast(found.day[text], found.day[ground]), contrast(dark[text], dark[ground])
        )


def _patterns(policy: Policy) -> Patterns:
    day, dark = tokens().day, tokens().dark
    return Patterns(
        colours=tuple(Colour(name, value, dark[name]) for name, value in day.items() if name in dark),
        contrasts=tuple(contrasts()),
        sizes=tuple((name, day[name]) for name in _SIZES),
        spaces=tuple((name, value) for name, value in day.items() if name.startswith("space-")),
        notices=tuple(_notices(policy, "crisis_line personal_advice withheld_dose masked conflict")),
        cards=tuple(_cards(policy)),
        quotes=(("A passage", _PLAIN), ("With a warning and “also in”", _WARNED), ("A caveat", _with_caveat(policy))),
        sides=_side_by_side(policy),
        message=views.notice("no_answer", policy.wordings.no_answer, policy),
        checks=(_check("pattern-pass", passed=True), _check("pattern-fail", passed=False)),
        boxes=tuple(_boxes(policy)),
    )


def _notices(policy: Policy, kinds: str) -> Iterator[NoticeText]:
    for kind in kinds.split():
        yield views.notice(kind, getattr(policy.wordings, kind), policy)


def _cards(policy: Policy) -> Iterator[NoticeText]:
    words = policy.wordings
    yield views.notice("crisis_card", words.crisis_card, policy)
    yield views.notice("crisis_card", words.crisis_card_someone_else, policy)
    yield views.notice("emergency_card", words.emergency_card, policy)


_SOURCE = SourceLine(
    title="The title of an article",
    publisher="Its publisher",
    author="Its author",
    published="25 April 2026",
    reviewed="3 October 2026",
    url="https://example.org/article",
    sells_treatment=False,
    sample=False,
    source_page=f"{HERE}/source#passage",
)
_OTHER = replace(_SOURCE, title="The title of another article", sells_treatment=True)
_UNKNOWN = replace(_SOURCE, title="", publisher=None, author=None, published=None, reviewed=None, url=None, sample=True)
_PLAIN = Quote(
    pieces=(
        ("The text of a passage stands here exactly as it does in its article. ", False),
        ("The sentence that answers the question is marked.", True),
        (" Whatever else belongs to the passage is shown with it:\n• a first item of a list\n• a second one", False),
    ),
    heading=("A chapter", "A section in it"),
    source=_SOURCE,
    check=CheckLink(f"{HERE}/check", "pattern-check"),
)
_WARNED = replace(
    _PLAIN,
    pieces=(("A passage on which a clinician has put a warning.", True), (" The warning stands above it.", False)),
    heading=("A chapter",),
    source=_OTHER,
    warnings=("What the clinician wants to be known before this is read.",),
    also_in=(_SOURCE, _UNKNOWN),
    check=None,
)
_SAMPLE = replace(
    _PLAIN,
    pieces=(("A passage of an article of which little is known. Each thing that is missing is said.", False),),
    heading=(),
    source=_UNKNOWN,
    check=None,
)


_ANSWERED = Turn("What somebody asked?", "answered", topic="a subject", quotes=(replace(_PLAIN, check=None),))
_REFUSED = Turn("What else somebody asked?", "no_answer", suggestions=("A question that an article answers?",))
_ERASED = Turn(None, "no_answer")


def _with_caveat(policy: Policy) -> Quote:
    pieces = (("What qualifies the passage above. It never goes without it.", False),)
    return replace(_PLAIN, check=None, caveats=(replace(_SAMPLE, pieces=pieces, tie=policy.wordings.caveat),))


def _side_by_side(policy: Policy) -> Quote:
    pieces = (("A passage of another article, which does not say the same. Neither stands first.", True),)
    other = replace(_SAMPLE, pieces=pieces, source=_OTHER, tie=policy.wordings.differs)
    return replace(_PLAIN, check=None, others=(other,))


def _check(part: str, *, passed: bool) -> CheckPage:
    steps = (
        CheckStep("The answer is as it was given.", True, 64 * "0"),
        CheckStep("These characters of the article are the quote.", passed, "characters 120 to 168"),
    )
    verdict = "This quote checks out." if passed else "This quote does not check out."
    return CheckPage(_NO_FRAME, part, verdict, passed, steps, _PLAIN if passed else None)


def _boxes(policy: Policy) -> Iterator[tuple[str, FeedbackBox]]:
    box = FeedbackBox(HERE, "pattern-feedback")
    no = replace(box, helpful=False)
    card = views.notice("crisis_card", policy.wordings.crisis_card, policy)
    yield "Asked for", box
    yield "It helped", replace(box, helpful=True, part="pattern-helped")
    yield "It did not", replace(no, reason="outdated", part="pattern-reason")
    yield "Open", replace(no, open=True, part="pattern-open")
    long = "What somebody wrote, which is more than there is room for."
    yield (
        "Too long",
        replace(box, helpful=True, open=True, part="pattern-long", words=long, error="You wrote too much."),
    )
    yield "Below a card", replace(box, quiet=True, part="pattern-quiet")
    yield "For a visitor whose words are a plea", replace(no, card=card, part="pattern-plea")


def pages(frame: Frame, policy: Policy) -> dict[str, Page]:
    """Return the pages of a visitor by the name of their state; those that need no example are linked from the list."""
    conversation = "0" * 32
    asked = "What somebody asked?"
    box = FeedbackBox(HERE, "pattern-feedback")
    answered = Turn(
        question=asked,
        outcome="answered",
        topic="a subject",
        quotes=(_PLAIN, _with_caveat(policy), replace(_SAMPLE, check=None)),
        answer_id="0" * 32,
        receipt=f"{HERE}/receipt",
        feedback=box,
    )
    differs = replace(
        answered, notices=tuple(_notices(policy, "conflict")), quotes=(_side_by_side(policy),), feedback=None
    )
    refused = Turn(
        question=asked,
        outcome="no_answer",
        message=views.notice("no_answer", policy.wordings.no_answer, policy),
        suggestions=("A question that an article answers?", "Another one?"),
        answer_id="0" * 32,
        feedback=box,
    )
    advice = replace(
        answered,
        outcome="personal_advice",
        notices=tuple(_notices(policy, "crisis_line personal_advice masked")),
        quotes=(_WARNED,),
    )
    crisis, someone_else, emergency = _cards(policy)
    card = Turn(asked, "crisis", notices=(crisis,), answer_id="0" * 32, feedback=replace(box, quiet=True))
    starters = ("A ready-made question?", "A longer one, which takes two lines on a small screen?", "A third?")

    def talk(*turns: Turn, topic: str | None = None) -> ConversationPage:
        return ConversationPage(frame, turns=turns, conversation=conversation, topic=topic)

    receipt = ReceiptPage(
        frame=frame,
        turn=replace(answered, quotes=tuple(map(_on_paper, answered.quotes))),
        path=HERE,
        asked_at="21 November 2026, 17:31 UTC",
        edition="0" * 64,
        disclaimer=frame.disclaimer,
    )
    return {
        "first": ConversationPage(frame, starters=starters),
        "search-gone": ConversationPage(frame, unavailable=policy.wordings.search_unavailable),
        "answer": talk(answered, topic="a subject"),
        "differs": talk(differs),
        "no-answer": talk(refused),
        "advice": talk(advice),
        "crisis": talk(card),
        "crisis-of-another": talk(replace(card, notices=(someone_else,))),
        "emergency": talk(replace(card, outcome="emergency", notices=(emergency,))),
        "conversation": talk(
            Turn(None, "no_answer", message=refused.message), differs, card, answered, topic="a subject"
        ),
        "too-long": replace(talk(refused), question=60 * "words ", error="360 characters, and the limit is fewer."),
        "start-over": StartOverPage(frame, conversation),
        "source": SourcePage(frame, _OTHER, tuple(_parts())),
        "receipt": receipt,
        "receipt-without-words": replace(receipt, wordless=True),
        "receipt-of-a-card": replace(receipt, turn=card),
        "delete": DeletePage(frame, HERE),
        "deleted": DeletePage(frame, HERE, done=True),
        "check": replace(_check("pattern-check", passed=True), frame=frame),
        "check-failed": replace(_check("pattern-check", passed=False), frame=frame),
        "feedback": FeedbackPage(frame, replace(box, helpful=False, open=True)),
        "feedback-kept": FeedbackPage(frame, replace(box, helpful=True), "Thank you. Your feedback is kept."),
        "error": ErrorPage(frame, 404, "What went wrong", "In which way it did.", "What to do next."),
    }


def staff_patterns(frame: StaffFrame) -> StaffPatternsPage:
    """Return the components of staff with texts that say what they are."""
    old = "A line that stays.\nA line as it was.\nA line that goes."
    new = "A line that stays.\nA line as it is now.\nA line that stays as well."
    known = ("title", "publisher", "author", "url", "published", "reviewed", "licence", "sells", "funding")
    return StaffPatternsPage(
        frame=frame,
        states=("draft", "in review", "approved", "retired"),
        compared=compared(old, new),
        values=dict.fromkeys(known, "") | {"title": "The title of an article", "sells": "yes"},
        errors={"published": "What is wrong with it, and what to do next.", "sells": "What is wrong here."},
    )


def _on_paper(quote: Quote) -> Quote:
    written_out = replace(quote.source, address=f"https://example.org{HERE}/source")
    return replace(quote, source=written_out, check=None, caveats=tuple(map(_on_paper, quote.caveats)))


def _parts() -> Iterable[Part]:
    words = "".join(text for text, _ in _PLAIN.pieces)
    yield Part("heading", "A chapter", level=2)
    yield Part("passage", "A passage that nobody asked for. It stands where it does in the article.")
    yield Part("heading", "A section in it", level=3)
    yield Part("passage", words, passage_id="passage", marked=True, warnings=("A warning of a clinician.",))
    yield Part("gap", "A part of the article is left out here: it was not approved for answering questions.")
    yield Part("passage", "The next passage.\n• with a list\n• of two items")


# A part of a page that is shown within another carries none of its own.
_NO_TEXT = NoticeText("", ())
_NO_FRAME = Frame("", _NO_TEXT, _NO_TEXT, _NO_TEXT, "", "")
