"""Every page of the visitor, in the states it can be in, held to what always holds."""

import importlib
import re
from itertools import pairwise
from typing import Any, Literal

import pytest
from fastapi import FastAPI
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import asdict, replace
from playwright.sync_api import Browser

from assistant.feedback import Reason
from assistant.policy import load_policy
from assistant.safety import safety_figures
from web import views
from web.pages import (
    HERE,
    REASONS,
    CheckLink,
    CheckPage,
    CheckStep,
    ConversationPage,
    CrisisPage,
    DeletePage,
    ErrorPage,
    FeedbackBox,
    FeedbackPage,
    Frame,
    NoticeText,
    Page,
    Part,
    Piece,
    Quote,
    ReceiptPage,
    SourceLine,
    SourcePage,
    StartOverPage,
    Turn,
    asset,
    heading_levels,
    href,
    lines,
    paragraphs,
    render,
    stylesheet,
    ways,
)
from web.reference import api_page

html: Any = importlib.import_module("lxml.html")  # lxml ships no types

DISCLAIMER = NoticeText(
    "disclaimer",
    (
        ("These are quotes from published articles. They are general information, not advice about you.\n\n", None),
        ("Please talk to a doctor or a pharmacist before you start, stop or change a medicine.", None),
    ),
)
FRAME = Frame(
    site_name="Harbour Clinic answers",
    disclaimer=DISCLAIMER,
    crisis_line=NoticeText(
        "crisis_line",
        (
            ("If you are thinking about suicide, call or text ", None),
            ("988", "tel:988"),
            (" at any time. It is free and private.", None),
        ),
    ),
    reach_a_person=NoticeText(
        "reach_a_person",
        (
            ("Call the clinic on ", None),
            ("555 0100", "tel:+15550100"),
            (", Monday to Friday from 9 to 5, or ", None),
            ("write to us", "https://clinic.example/contact"),
            (".", None),
        ),
    ),
    nonce="n0nce",
    about_library="14 articles from 6 publishers. Last checked on 21 November 2026.",
)
CLINIC = SourceLine(
    title="How quickly does ketamine work?",
    publisher="Riverside Infusion Clinic",
    author="Dana Whitfield",
    published="25 April 2025",
    reviewed="3 March 2026",
    url="https://riverside.example/blog/how-quickly",
    sells_treatment=True,
    sample=False,
    source_page="/sources/how-quickly?passage=p2#p2",
)
SAMPLE = SourceLine(
    title="What to expect in the first weeks of an SSRI",
    publisher=None,
    author=None,
    published=None,
    reviewed=None,
    url=None,
    sells_treatment=False,
    sample=True,
    source_page="/sources/first-weeks?passage=p4#p4",
)
SPEED = Quote(
    pieces=(
        ("People often ask how long they have to wait. ", False),
        ("In the studies described here, many people felt a lift in mood within 24 to 48 hours of a session.", True),
        (" For some it took several sessions, and for some it did not help at all.", False),
    ),
    heading=("Comparing the two", "Speed of relief"),
    source=CLINIC,
    warnings=("The early relief often fades within days. Ask how it will be followed up.",),
    also_in=(SAMPLE,),
    check=CheckLink("/answers/a_4f19c2/quotes/p2", "check-a_4f19c2-p2"),
)
EFFECTS = Quote(
    pieces=(
        ("Common effects in the first two weeks:\n• Nausea, which is often milder when the tablet is taken", False),
        (" with food\n• Trouble sleeping\n\n", False),
        ("They usually settle within two weeks.", True),
    ),
    heading=("The first two weeks",),
    source=SAMPLE,
)
CRISIS_CARD = NoticeText(
    "crisis_card",
    (
        ("You deserve help right now.\n\nYou can call ", None),
        ("988", "tel:988"),
        (" or text ", None),
        ("988", "sms:988"),
        (" day and night. People there listen, and you need not give your name. There is a chat at ", None),
        ("988lifeline.org", "https://988lifeline.org"),
        (" too.\n\nIf you are in danger at this moment, call ", None),
        ("911", "tel:911"),
        (".", None),
    ),
)
EMERGENCY_CARD = NoticeText(
    "emergency_card",
    (
        ("This may be an emergency. Call ", None),
        ("911", "tel:911"),
        (" and stay on the line.\n\nFor poisoning you can also call ", None),
        ("1-800-222-1222", "tel:18002221222"),
        (", free, day and night.", None),
    ),
)
PERSONAL = NoticeText(
    "personal_advice",
    (("This page cannot say what is right for you. Below is general information only.", None),),
)
BOX = FeedbackBox("/answers/a_4f19c2/feedback", "feedback-a_4f19c2")
ANSWERED = Turn(
    question="How fast does ketamine work?",
    outcome="answered",
    topic="ketamine",
    notices=(replace(FRAME.crisis_line),),
    quotes=(SPEED, EFFECTS),
    suggestions=("What happens during a session?",),
    answer_id="a_4f19c2",
    receipt="/answers/a_4f19c2",
    feedback=BOX,
)
NO_ANSWER = Turn(
    question="Is psilocybin legal in Oregon?",
    outcome="no_answer",
    message=NoticeText(
        "no_answer",
        (("No approved article answers this.\n\nTry other words, or one of the questions below.", None),),
    ),
    suggestions=("How fast does ketamine work?", "What are common side effects of SSRIs?"),
    answer_id="a_5b20aa",
    receipt="/answers/a_5b20aa",
    feedback=replace(BOX, part="feedback-a_5b20aa", helpful=False, reason="unclear"),
)
CRISIS = Turn(
    question="I don't want to be here anymore",
    outcome="crisis",
    notices=(CRISIS_CARD,),
    answer_id="a_6c",
    receipt="/answers/a_6c",
    feedback=replace(BOX, part="feedback-a_6c", quiet=True),
)
ERASED = Turn(question=None, outcome="no_answer", message=NO_ANSWER.message, answer_id="a_8e")
EMERGENCY = Turn("I took the whole bottle", "emergency", notices=(EMERGENCY_CARD,), answer_id="a_7d")
MASKED = replace(
    NO_ANSWER,
    question="Call me at [phone number removed]. Is ketamine safe?",
    notices=(NoticeText("masked", (("We took something out of your text.", None),)),),
)
STARTERS = (
    "How fast does ketamine work?",
    "How long do SSRIs take to work?",
    "What are common side effects of SSRIs?",
    "What happens during a ketamine session?",
)
OPENAPI: dict[str, object] = {
    "openapi": "3.1.0",
    "info": {"title": "Wellcited API", "version": "1", "description": "Quotes from approved articles, as JSON."},
    "paths": {
        "/api/ask": {
            "post": {
                "summary": "Ask a question",
                "description": "Returns quoted passages, or says that none answers.",
                "parameters": [
                    {"name": "trace", "in": "query", "schema": {"type": "boolean", "default": False}},
                    {"$ref": "#/components/parameters/missing"},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ask"}}}},
                "responses": {
                    "200": {
                        "description": "The answer",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
                    },
                    "422": {"description": "Not a question"},
                },
            }
        },
        "/sources/{article}": {
            "get": {"responses": {"200": {"content": {"text/html": {"schema": {"type": "string"}}}}}}
        },
    },
    "components": {
        "schemas": {
            "Ask": {
                "type": "object",
                "required": ["question"],
                "properties": {
                    "question": {"type": "string", "maxLength": 4000, "description": "What the visitor asks."},
                    "conversation": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
            },
            "Answer": {
                "type": "object",
                "required": ["outcome", "passages"],
                "properties": {
                    "outcome": {"enum": ["answered", "no_answer"], "type": "string"},
                    "passages": {"type": "array", "items": {"$ref": "#/components/schemas/Passage"}},
                    "edition": {"const": "today"},
                    "extra": True,
                },
            },
            "Passage": {
                "type": "object",
                "description": "A quote, word for word.",
                "properties": {
                    "text": {"type": "string"},
                    "highlights": {
                        "type": "array",
                        "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "integer"}]},
                    },
                    "published": {"type": ["string", "null"], "format": "date"},
                },
            },
        }
    },
}

WRITTEN_OUT = replace(SPEED, source=replace(CLINIC, address="https://site.example/sources/how"))
RECEIPT = ReceiptPage(
    FRAME,
    replace(ANSWERED, quotes=(WRITTEN_OUT, EFFECTS)),
    "/answers/a_4f19c2",
    "21 November 2026, 17:31 UTC",
    "e" * 64,
    DISCLAIMER,
)

PAGES: dict[str, Page] = {
    "empty": ConversationPage(FRAME, starters=STARTERS),
    "answered": ConversationPage(FRAME, turns=(ANSWERED,), conversation="c_1", topic="ketamine"),
    "no_answer": ConversationPage(FRAME, turns=(NO_ANSWER,), conversation="c_1"),
    "personal": ConversationPage(
        FRAME, turns=(Turn("Should I stop my SSRI?", "personal_advice", notices=(PERSONAL,), quotes=(EFFECTS,)),)
    ),
    "crisis": ConversationPage(FRAME, turns=(CRISIS,), conversation="c_1"),
    "emergency": ConversationPage(FRAME, turns=(EMERGENCY,), conversation="c_1"),
    "long": ConversationPage(FRAME, turns=(ERASED, NO_ANSWER, CRISIS, ANSWERED), conversation="c_1", topic="ketamine"),
    "error": ConversationPage(
        FRAME,
        turns=(NO_ANSWER,),
        conversation="c_1",
        question="x" * 501,
        error="Your question has 501 characters. Please shorten it to 500.",
    ),
    "masked": ConversationPage(FRAME, turns=(MASKED,), conversation="c_1"),
    "edited": ConversationPage(FRAME, turns=(ANSWERED,), conversation="c_1", question="How fast?", said=""),
    "start over": StartOverPage(FRAME, "c_1"),
    "unavailable": ConversationPage(FRAME, unavailable="You can still find help on this page. Please try again later."),
    "source": SourcePage(
        FRAME,
        CLINIC,
        (
            Part("heading", "Comparing the two", level=2),
            Part("passage", "Ketamine and SSRIs act on different systems in the brain.", passage_id="p1"),
            Part("heading", "Speed of relief", level=4),
            Part(
                "passage",
                "".join(text for text, _ in SPEED.pieces),
                passage_id="p2",
                marked=True,
                warnings=SPEED.warnings,
            ),
            Part("gap", "One part was taken out by a clinician on 3 March 2026."),
            Part("heading", "What to expect", level=2),
            Part("passage", "".join(text for text, _ in EFFECTS.pieces), passage_id="p3"),
        ),
    ),
    "receipt": RECEIPT,
    "receipt_without_words": replace(RECEIPT, wordless=True),
    "receipt_of_a_card": replace(RECEIPT, turn=CRISIS, path="/answers/a_6c"),
    "delete": DeletePage(FRAME, "/answers/a_4f19c2"),
    "deleted": DeletePage(FRAME, "/answers/a_4f19c2", done=True),
    "check": CheckPage(
        FRAME, "check-a-p", "This quote checks out.", True, (CheckStep("As it was.", True, "e" * 64),), SPEED
    ),
    "check_failed": CheckPage(
        FRAME,
        "check-a-p",
        "This quote does not check out.",
        False,
        (CheckStep("As it was.", True), CheckStep("The text was changed.", False, f"it is {'a' * 64}")),
    ),
    "feedback": FeedbackPage(FRAME, BOX),
    "feedback_more": FeedbackPage(FRAME, replace(BOX, helpful=False, open=True, reason="unsafe", words="No.")),
    "feedback_kept": FeedbackPage(FRAME, replace(BOX, helpful=True), "Thank you. Your feedback is kept."),
    "feedback_too_long": FeedbackPage(
        FRAME, replace(BOX, helpful=True, open=True, words="x" * 1001, error="You wrote 1,001 characters.")
    ),
    "feedback_plea": FeedbackPage(FRAME, replace(BOX, helpful=False, card=CRISIS_CARD), "Help is shown here."),
    "help": CrisisPage(FRAME, (CRISIS_CARD, EMERGENCY_CARD)),
    "failure": ErrorPage(
        FRAME, 404, "This page does not exist", "The address may be old.", "Ask your question on the first page."
    ),
    "api": api_page(FRAME, OPENAPI),
    "safety": views.safety(FRAME, load_policy(), safety_figures()),
}

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"))
PIECES = st.lists(st.tuples(TEXT, st.booleans()))

every_page = pytest.mark.parametrize("name", PAGES)


def parsed(page: Page) -> Any:
    return html.document_fromstring(render(page))


def find(node: Any, selector: str) -> list[Any]:
    """What a simple CSS selector finds: tag, .class, #id, [name], [name="value"], a space for "inside", commas."""
    return list(node.xpath(" | ".join(f".//{xpath(one)}" for one in selector.split(", "))))


def xpath(selector: str) -> str:
    steps = []
    for step in selector.split(" "):
        tag = re.match(r"[\w-]*", step)
        tests = [f'[contains(concat(" ", @class, " "), " {name} ")]' for name in re.findall(r"\.([\w-]+)", step)]
        tests += [f'[@id="{name}"]' for name in re.findall(r"#([\w-]+)$", step)]
        tests += [f"[@{test}]" for test in re.findall(r"\[([^]]+)\]", step)]
        steps.append(f"{(tag and tag[0]) or '*'}{''.join(tests)}")
    return "//".join(steps)


def words_of(notice: NoticeText) -> str:
    return "".join(text for text, _ in notice.segments)


@every_page
def test_every_page_carries_disclaimer_crisis_line_and_a_person(name: str) -> None:
    page = parsed(PAGES[name])
    for notice in (FRAME.disclaimer, FRAME.crisis_line, FRAME.reach_a_person):
        assert words_of(notice) in [one.text_content() for one in find(page, "footer .wording")]
    assert [link.text_content() for link in find(page, 'header a[href="/crisis"]')] == ["In crisis?"]


@pytest.mark.parametrize("name", ["answered", "personal", "no_answer"])
def test_the_disclaimer_follows_the_quotes_of_an_answer(name: str) -> None:
    page = parsed(PAGES[name])
    [shown] = find(page, "main .disclaimer")
    assert shown.text_content() == words_of(DISCLAIMER)
    assert name == "no_answer" or shown.getprevious().get("class") in ("quote", "further")


@given(PIECES)
@example([("Effects:\n• Nausea\n  • Sleep\n\n", False), ("They  settle.\n", True), ("\n• x", True)])
def test_a_quote_is_the_passage_character_for_character(pieces: list[Piece]) -> None:
    quote = replace(SPEED, pieces=tuple(pieces))
    page = parsed(ConversationPage(FRAME, turns=(replace(ANSWERED, quotes=(quote,)),)))
    [shown] = find(page, "blockquote")
    assert shown.text_content() == "".join(text for text, _ in pieces)


@given(TEXT)
def test_a_source_shows_its_passages_character_for_character(text: str) -> None:
    page = parsed(SourcePage(FRAME, CLINIC, (Part("passage", text, passage_id="p", marked=True),)))
    [shown] = find(page, "#p .text")
    assert shown.text_content() == text


@given(PIECES)
def test_lines_join_to_the_passage(pieces: list[Piece]) -> None:
    joined = "".join("".join(text for text, _ in line.runs) + line.end for line in lines(pieces))
    assert joined == "".join(text for text, _ in pieces)


@given(st.lists(st.tuples(TEXT, st.sampled_from([None, "tel:988"]))))
def test_paragraphs_join_to_the_wording(segments: list[tuple[str, str | None]]) -> None:
    joined = "".join("".join(text for text, _ in words) + gap for words, gap in paragraphs(segments))
    assert joined == "".join(text for text, _ in segments)


def test_only_the_answering_sentence_is_marked() -> None:
    marks = find(parsed(PAGES["answered"]), "blockquote mark")
    assert [mark.text_content() for mark in marks] == [
        text for q in (SPEED, EFFECTS) for text, marked in q.pieces if marked
    ]


def test_every_quote_names_its_source() -> None:
    figures = find(parsed(PAGES["answered"]), "figure")
    assert len(figures) == 2
    for figure, quote in zip(figures, (SPEED, EFFECTS), strict=True):
        [caption] = find(figure, "figcaption")
        source, words = quote.source, caption.text_content()
        assert source.title in words
        assert (source.publisher or "Publisher not stated") in words
        assert (source.published or "date not stated") in words
        assert source.source_page in [link.get("href") for link in find(caption, "a")]
        assert source.url is None or source.url in [link.get("href") for link in find(caption, "a")]


def test_labels_say_who_sells_and_what_is_a_sample() -> None:
    first, second = find(parsed(PAGES["answered"]), "figure")
    assert find(first, ".tag.interest")[0].text_content() == "Published by a clinic that offers this treatment"
    assert find(second, ".tag.sample")[0].text_content() == "Sample article, not reviewed by a clinician"
    assert not find(second, ".tag.interest")


def test_the_first_quote_is_open_and_a_closed_one_still_names_its_source() -> None:
    page = parsed(PAGES["answered"])
    assert len(find(page, "details figure")) == 1
    summary = find(page, "details summary")[0].text_content()
    assert SAMPLE.title in summary
    assert "Publisher not stated · date not stated" in summary


@pytest.mark.parametrize("name", ["crisis", "emergency"])
def test_a_card_stands_first_and_alone(name: str) -> None:
    page = parsed(PAGES[name])
    [answer] = find(page, ".answer")
    assert answer[0].get("class") == f"card {name}-card"
    assert not find(page, "blockquote, .suggestions, details")
    assert find(page, "textarea")


def test_a_card_shows_no_quote_even_when_it_is_handed_one() -> None:
    for turn in (CRISIS, EMERGENCY):
        page = parsed(ConversationPage(FRAME, turns=(replace(turn, quotes=(SPEED,), suggestions=STARTERS),)))
        assert not find(page, "blockquote, .suggestions")


def test_notices_come_before_quotes() -> None:
    [answer] = find(parsed(PAGES["answered"]), ".answer")
    assert [one.get("class") for one in answer][:2] == ["notice crisis-line", "quote"]


def test_a_card_offers_each_number_once_as_a_button() -> None:
    assert ways(CRISIS_CARD) == (("Call 988", "tel:988"), ("Text 988", "sms:988"), ("Call 911", "tel:911"))


def test_the_line_for_feedback_comes_after_all_help_of_a_card() -> None:
    [answer] = find(parsed(PAGES["crisis"]), ".answer")
    assert [one.get("class") for one in answer] == ["card crisis-card", "answer-id", "feedback quiet-line"]


def test_a_receipt_is_not_for_search_engines_and_writes_addresses_out() -> None:
    page = parsed(PAGES["receipt"])
    assert [one.get("content") for one in find(page, '[name="robots"]')] == ["noindex"]
    shown = [one.text_content() for one in find(page, ".address a")]
    assert shown == [CLINIC.url, "https://site.example/sources/how"]
    assert len(find(page, "main blockquote")) == 2
    assert not find(page, "details")


def test_a_receipt_can_leave_the_words_out() -> None:
    assert ANSWERED.question in parsed(PAGES["receipt"]).text_content()
    assert ANSWERED.question not in parsed(PAGES["receipt_without_words"]).text_content()


def test_the_receipt_of_a_card_has_no_passage() -> None:
    page = parsed(replace(RECEIPT, turn=replace(CRISIS, quotes=(SPEED,))))
    assert find(page, ".crisis-card")
    assert not find(page, "blockquote")


def test_the_reasons_are_those_that_are_kept() -> None:
    assert set(REASONS) == set(Reason)


def test_no_answer_offers_other_questions_and_a_person() -> None:
    page = parsed(PAGES["no_answer"])
    assert [one.text_content() for one in find(page, ".suggestions button")] == list(NO_ANSWER.suggestions)
    assert words_of(FRAME.reach_a_person) == find(page, "main .person .wording")[0].text_content()


@every_page
def test_forms_post_and_no_question_is_in_an_address(name: str) -> None:
    page = parsed(PAGES[name])
    for form in find(page, "form"):
        assert form.get("action") in ("/", "/#latest", "/#question", "/start-over") or form.get("action").startswith(
            "/answers/"
        )
        # What a visitor writes is never part of an address.
        assert form.get("method") == "post" or not find(form, "input, textarea")
        assert form.get("method") == "post" or form.get("action").startswith("/answers/")
    for link in find(page, "[href]"):
        assert "question" not in link.get("href")


def test_every_form_of_a_conversation_stays_in_it() -> None:
    for form in find(parsed(PAGES["answered"]), "form"):
        of_an_answer = form.get("action").startswith("/answers/")
        assert [one.get("value") for one in find(form, '[name="conversation"]')] == ([] if of_an_answer else ["c_1"])


def test_the_topic_is_shown_and_can_be_dropped() -> None:
    [form] = find(parsed(PAGES["answered"]), "form.topic")
    assert " ".join(form.text_content().split()) == "About: ketamine · change the topic"
    [button] = find(form, "button")
    assert (button.get("name"), button.get("value")) == ("forget_topic", "1")


def test_an_error_keeps_the_question_and_stands_by_its_field() -> None:
    page = parsed(PAGES["error"])
    [field] = find(page, "textarea")
    assert field.text_content().strip() == "x" * 501
    assert field.get("maxlength") is None
    described = [page.get_element_by_id(one).text_content() for one in field.get("aria-describedby").split()]
    assert any("501 characters" in one for one in described)
    assert find(page, "title")[0].text_content().startswith("Error: ")


def test_the_newest_answer_is_where_the_form_leads() -> None:
    [latest] = find(parsed(PAGES["long"]), "#latest")
    assert (latest.tag, latest.text_content()) == ("h2", "Answer")
    assert parsed(PAGES["long"]).get_element_by_id("status").text_content() == "Answer ready"


HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


def hostile(value: Any) -> Any:
    """The same page with hostile text in every field that may hold text."""
    if isinstance(value, Struct):
        named = asdict(value)
        return type(value)(**{key: old if key in ("kind", "outcome") else hostile(old) for key, old in named.items()})
    if isinstance(value, tuple):
        return tuple(hostile(one) for one in value)
    return HOSTILE if isinstance(value, str) else value


@every_page
def test_every_field_is_escaped(name: str) -> None:
    page = parsed(hostile(PAGES[name]))
    assert {one.get("src") for one in find(page, "script")} <= {asset("wellcited.js"), asset("questions.js")}
    assert not find(page, '[onerror], [src="x"]')
    assert HOSTILE in page.text_content()


def test_an_address_that_could_run_code_is_not_linked() -> None:
    source = replace(CLINIC, url="javascript:alert(1)")
    assert "javascript:" not in render(SourcePage(FRAME, source, ()))
    for address in ("javascript:x", "//evil.example", "/\\evil.example", "data:text/html,x", "", "http://[", None):
        assert href(address) is None
    for address in ("https://a.example", "tel:988", "sms:988", "/sources/a", "#schema-ask"):
        assert href(address) == address


@every_page
def test_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    page = parsed(PAGES[name])
    attributes = {key for one in page.iter() if isinstance(one.tag, str) for key in one.attrib}
    assert not {key for key in attributes if key == "style" or key.startswith("on")}
    assert not find(page, "iframe, object, embed")
    # Only the pages that are to be readable at once hold the stylesheet themselves, and no other style.
    for style in find(page, "style"):
        assert (style.text, style.get("nonce")) == (stylesheet(), FRAME.nonce)
    assert bool(find(page, "style")) == (name in ("empty", "unavailable", "help"))
    loaded = [one.get("src") or one.get("href") for one in find(page, "[src], link")]
    assert all(
        re.fullmatch(r"/static/(wellcited\.css|(wellcited|questions)\.js|favicon\.svg)\?v=\w{12}", one)
        for one in loaded
    )
    for script in find(page, "script"):
        assert script.get("nonce") == FRAME.nonce
        assert not script.text


@every_page
def test_headings_are_in_order_and_ids_unique(name: str) -> None:
    page = parsed(PAGES[name])
    levels = [int(one.tag[1]) for one in find(page, "h1, h2, h3, h4, h5, h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    ids = [one.get("id") for one in find(page, "[id]")]
    assert len(ids) == len(set(ids))


@every_page
def test_every_field_has_a_label_and_every_control_a_name(name: str) -> None:
    page = parsed(PAGES[name])
    labelled = {one.get("for") for one in find(page, "label")}
    for field in find(page, "textarea, select, input"):
        assert field.get("type") == "hidden" or field.get("id") in labelled
    for control in find(page, "a, button, summary"):
        assert control.text_content().strip()
    assert page.get("lang") == "en"
    assert find(page, "a.skip")


@given(st.lists(st.integers(1, 6)))
def test_source_headings_never_skip_a_level(levels: list[int]) -> None:
    found = [level for _, level in heading_levels(Part("heading", "x", level=level) for level in levels)]
    assert all(2 <= level <= 6 for level in found)
    assert all(later <= earlier + 1 for earlier, later in pairwise([1, *found]))


def test_a_gap_says_why() -> None:
    [gap] = find(parsed(PAGES["source"]), ".gap")
    assert "taken out by a clinician" in gap.text_content()


def test_the_marked_passage_is_where_the_link_leads() -> None:
    page = parsed(PAGES["source"])
    assert find(page.get_element_by_id("p2"), "mark")
    assert len(find(page, "mark")) == 1


def test_the_scripts_are_small_and_no_file_reaches_elsewhere() -> None:
    for name, most in (("wellcited.js", 9_216), ("questions.js", 6_144)):
        script = (HERE / "static" / name).read_text()
        assert len(script.encode()) <= most
        assert not re.search(r"https?:|localStorage|sessionStorage|indexedDB|caches|cookie|innerHTML", script)
    assert not re.search(r"https?:|@import|url\(", stylesheet())


def test_only_the_last_question_can_be_edited_and_only_where_its_words_are_known() -> None:
    forms = find(parsed(PAGES["long"]), "form.edit")
    assert [find(one, '[name="edit"]')[0].get("value") for one in forms] == [ANSWERED.question]
    erased = ConversationPage(FRAME, turns=(replace(ANSWERED, question=None),), conversation="c_1")
    assert not find(parsed(erased), "form.edit")


def test_nothing_stands_between_a_question_and_its_card() -> None:
    for name in ("crisis", "emergency"):
        page = parsed(PAGES[name])
        assert not find(page, ".asked form")
        assert len(find(page, "form.edit")) == 1


def test_starting_over_asks_in_a_dialog_and_the_way_back_comes_first() -> None:
    [dialog] = find(parsed(PAGES["answered"]), "dialog")
    assert dialog.get("open") is None
    assert [one.text_content() for one in find(dialog, "button")] == ["Keep this conversation", "Start over"]
    assert [one.get("formmethod") for one in find(dialog, "button")] == ["dialog", None]
    assert [one.get("name") for one in find(parsed(PAGES["start over"]), "main button")] == ["show", "sure"]
    assert not find(parsed(PAGES["empty"]), "dialog, form.restart")


def test_what_is_shown_again_is_not_announced_as_an_answer() -> None:
    assert parsed(PAGES["edited"]).get_element_by_id("status").text_content() == ""
    assert find(parsed(PAGES["edited"]), "textarea")[0].get("autofocus") is not None


@every_page
def test_a_person_is_named_beside_the_crisis_link_on_every_page(name: str) -> None:
    page = parsed(PAGES[name])
    links = find(page, "header .help-links a")
    assert [link.text_content() for link in links] == ["In crisis?", "Talk to a person"]
    place = page.get_element_by_id(links[1].get("href").removeprefix("#"))
    assert place.getparent().tag == "footer"
    assert words_of(FRAME.reach_a_person) in place.text_content()


def test_forms_give_a_browser_nothing_to_restore() -> None:
    for name in PAGES:
        for form in find(parsed(PAGES[name]), "form"):
            assert form.get("autocomplete") == "off", name


def test_the_reference_names_types_and_links_them() -> None:
    page = parsed(PAGES["api"])
    words = " ".join(page.text_content().split())
    for expected in (
        "POST /api/ask",
        "list of Passage",
        "at most 4000 characters",
        "string or null",
        "[integer, integer]",
    ):
        assert expected in words
    for link in [one for one in find(page, "main a") if one.get("href").startswith("#")]:
        assert page.get_element_by_id(link.get("href")[1:]) is not None


def test_the_reference_of_a_real_application() -> None:
    app = FastAPI(title="Real")

    @app.get("/things/{name}")
    def thing(name: str, limit: int = 3, tags: str | None = None) -> dict[str, list[int]]:
        """What a thing is."""
        return {name: [limit], tags or "": []}

    words = " ".join(parsed(api_page(FRAME, app.openapi())).text_content().split())
    assert "object of list of integer" in words
    assert "3 when left out" in words
    assert "HTTPValidationError" in words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "$ref", "anyOf", "items", "enum", "properties", "default", "required", "content"]),
            inner,
            max_size=4,
        )
    ),
)


@given(JSON, JSON, JSON)
def test_the_reference_bears_any_document(operation: object, schema: object, info: object) -> None:
    openapi = {"info": info, "paths": {"/a": {"get": operation}}, "components": {"schemas": {"A": schema}}}
    assert "<h1>" in render(api_page(FRAME, openapi))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_an_accessibility_rule(browser: Browser, scheme: Literal["light", "dark"]) -> None:
    axe: Any = importlib.import_module("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    for name, sample in PAGES.items():
        page.set_content(render(sample))
        page.add_style_tag(path=HERE / "static/wellcited.css")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        assert axe.run(page).response["violations"] == [], name
    page.close()
