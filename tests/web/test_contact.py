"""How to reach a person: numbers and addresses in what the settings say can be followed by a tap."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from assistant.policy import load_policy
from web import views
from web.contact import contact
from web.pages import ErrorPage, render

html: Any = importlib.import_module("lxml.html")  # lxml ships no types


@pytest.mark.parametrize(
    ("words", "addresses"),
    [
        ("512-555-0100", ["tel:5125550100"]),
        ("(512) 555-0100 or +44 20 7946 0000", ["tel:5125550100", "tel:+442079460000"]),
        ("help@clinic.example", ["mailto:help@clinic.example"]),
        ("https://clinic.example/contact", ["https://clinic.example/contact"]),
        ("See https://clinic.example/contact.", ["https://clinic.example/contact"]),
        (
            "Call 512.555.0100, 9 to 5, or write to front-desk@clinic.example.",
            ["tel:5125550100", "mailto:front-desk@clinic.example"],
        ),
        ("12 Lark Lane, Larkfield 12345-6789, open 9:00-17:30, 24/7 by mail", []),
        ('javascript:hit() "onclick="hit()', []),
        ("Room 1234567890123456", []),
    ],
)
def test_what_can_be_followed_leads_there_and_no_word_is_lost(words: str, addresses: list[str]) -> None:
    pieces = list(contact(words))
    assert "".join(text for text, _ in pieces) == words
    assert [address for _, address in pieces if address] == addresses


def test_every_page_says_it_below_the_fixed_words() -> None:
    policy = load_policy()
    frame = views.frame(policy, "A site", "Call 512-555-0100, 9 to 5.", "n")
    page = html.document_fromstring(render(ErrorPage(frame, 404, "Gone", "It is gone.", "Go on.")))
    fixed, own = page.get_element_by_id("talk-to-a-person").findall(".//p")
    assert fixed.text_content() == policy.wordings.reach_a_person
    assert own.text_content() == "Call 512-555-0100, 9 to 5."
    assert own.xpath("./a/@href") == ["tel:5125550100"]
