"""Which sentences of two articles are proposed as differing, and which must be left alone."""

from __future__ import annotations

import pytest

from sources.article import Attributes
from sources.differences import differences, statements
from sources.library import Article, Passage

SUBJECTS = ("lamp", "bridge", "tower")

MUST = [
    ("The lamp oil lasts four to eight weeks in winter.", "In winter the lamp oil lasts 4-6 weeks.", "other numbers"),
    ("Repairs of a bridge take about ten days.", "Repairs of a bridge take three weeks.", "other numbers"),
    (
        "Most visitors of the tower climb it within two hours.",
        "Visitors climb the tower in 3 to 4 hours.",
        "other numbers",
    ),
    (
        "Storms damage 30 percent of the lamp glass.",
        "About 60 % of the lamp glass is damaged by storms.",
        "other numbers",
    ),
    ("The tower is open to visitors in winter.", "The tower is not open to visitors in winter.", "one says yes"),
    ("Salt water damages the bridge piles.", "Salt water does not damage the bridge piles.", "one says yes"),
    ("The lamp oil has a strong smell.", "The lamp oil has no strong smell.", "one says yes"),
]
MUST_NOT = [
    # The same in other words.
    ("The lamp oil lasts four to six weeks in winter.", "In winter the lamp oil lasts 4-6 wks."),
    ("Repairs of a bridge take two weeks.", "Repairs of a bridge take 14 days."),
    ("Repairs of a bridge take five weeks.", "Repairs of a bridge take four to six weeks."),
    # About something else.
    ("The lamp oil lasts four to eight weeks in winter.", "The tower oil lasts 4-6 weeks in winter."),
    ("Repairs of a bridge take about ten days.", "Painting a bridge takes three weeks of dry weather."),
    (
        "Repairs of a bridge take ten days.",
        "Repairs of a bridge are paid for by the county within six weeks of winter.",
    ),
    # Of several amounts nobody can say which is meant; of doses none are compared.
    ("The lamp oil lasts 4 weeks, or 6 weeks in summer.", "The lamp oil lasts 8 weeks in summer."),
    ("Fill the lamp oil with 50 mg of salt.", "Fill the lamp oil with 100 mg of salt."),
    # A no that leaves the yes standing.
    ("The tower may be open to visitors in winter.", "The tower may not be open to visitors in winter."),
    ("The tower is open to visitors in winter.", "The tower is not always open to visitors in winter."),
    ("The tower is open to visitors in winter.", "If it snows the tower is not open to visitors in winter."),
    ("Is the tower open to visitors in winter?", "The tower is not open to visitors in winter."),
    ("The tower is open to visitors in winter.", "The tower is not open to dogs and bicycles."),
    # Years of references are no amounts.
    ("The bridge needs new piles (Lund, 2 years, 2019).", "The bridge needs new piles (Reed, 9 years, 2021)."),
]


def passage(id_: str, article: str, text: str, heading: tuple[str, ...] = ()) -> Passage:
    return Passage(id_, Article(article, Attributes(title="A book")), "r", 0, len(text), heading, text)


def subjects(text: str) -> frozenset[str]:
    return frozenset(one for one in SUBJECTS if one in text.casefold())


def proposed(*passages: Passage) -> list[str]:
    return [one.because for one in differences(list(statements(passages, subjects)))]


@pytest.mark.parametrize(("one", "other", "because"), MUST)
def test_a_difference_is_proposed(one: str, other: str, because: str) -> None:
    (found,) = proposed(passage("a", "one", one), passage("b", "two", other))
    assert found.startswith(because)


@pytest.mark.parametrize(("one", "other"), MUST_NOT)
def test_nothing_is_proposed(one: str, other: str) -> None:
    assert proposed(passage("a", "one", one), passage("b", "two", other)) == []


def test_an_article_does_not_differ_from_itself() -> None:
    one, other, _ = MUST[0]
    assert proposed(passage("a", "one", one), passage("b", "one", other)) == []


def test_a_sentence_without_a_subject_has_that_of_its_heading() -> None:
    one, other = "The oil lasts 4 to 8 weeks in winter.", "In winter oil lasts 4 to 6 weeks."
    lamp, bridge = ("Lamps",), ("Bridges",)
    assert proposed(passage("a", "one", one, lamp), passage("b", "two", other, bridge)) == []
    assert len(proposed(passage("a", "one", one, lamp), passage("b", "two", other, lamp))) == 1


def test_a_pair_of_passages_is_proposed_once_under_one_name() -> None:
    text, other = f"{MUST[0][0]} {MUST[4][0]}", f"{MUST[0][1]} {MUST[4][1]}"
    a, b = passage("a", "one", text), passage("b", "two", other)
    (found,) = differences(list(statements([a, b], subjects)))
    (again,) = differences(list(statements([b, a], subjects)))
    assert found.id == again.id
