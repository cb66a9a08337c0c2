"""Each rule on sentences written for it: what it must find, and what it must leave alone."""

from __future__ import annotations

import pytest

from sources.caveats import RULES, Placed, found_caveats, qualifies

BEFORE = "Swimming in the lake calms many people."
MUST = [
    ("however", "However, it may not be suitable for people with ear infections."),
    ("however", "However, the water is cold until June."),
    ("however", "The north bank, however, is steep."),
    ("but", "But the north bank is steep."),
    ("but", "But when the wind is strong, stay on the shore."),
    ("even so", "Even so, some swimmers feel worse afterwards."),
    ("even so", "That said, nobody has counted them."),
    ("even so", "Nevertheless, ask a lifeguard first."),
    ("not this", "This does not apply to children under six."),
    ("not this", "This may not be safe for people with a weak heart."),
    ("not this", "It is not suitable for everyone."),
    ("not this", "These are not recommended in winter."),
    ("not this", "They should not be used together with fins."),
    ("not this", "It isn’t right for those who fear deep water."),
    ("not this", "This does not mean that the lake is warm."),
    ("not everyone", "Not everyone can swim in cold water."),
    ("exceptions", "Exceptions: the two small bays in the east."),
    ("exceptions", "The only exception is the harbour."),
    ("exceptions", "There are some exceptions to this."),
    ("exceptions", "Unless a lifeguard is there, stay near the shore."),
    ("caution", "Caution: the ice is thin."),
    ("caution", "Warning. The current is strong."),
    ("do not if", "Do not swim if you have a fever."),
    ("do not if", "Don't go in alone when it is dark."),
    ("do not if", "You should not dive unless the water is deep."),
    ("do not if", "Avoid the lake while the blue algae are in bloom."),
    ("do not if", "Never swim without telling someone."),
]
MUST_NOT = [
    "The lake is thirty metres deep.",
    "However you get there, bring a towel.",
    "The keeper of the north bank, who has lived there for years, however, disagrees.",
    "But how do people get there?",
    "But why?",
    "Butter is sold at the kiosk.",
    "This is true for the river as well.",
    "This does wonders for the mood.",
    "It is not far from the station.",
    "They are not the only swimmers.",
    "Not everyone knows the small bay in the east.",
    "Exceptional swimmers cross it in an hour.",
    "Exceptionally clear water lets one see the ground.",
    "Warnings are given out at the kiosk.",
    "Do not forget your towel.",
    "Never mind the ducks.",
    "The kiosk is closed. However, the bakery is open.",
]
ENDINGS = [
    "All bays are open to swimmers, with two exceptions.",
    "All bays are open, but there are exceptions:",
    "Dogs may swim here except in the following months:",
]
NO_ENDINGS = [
    "The view is exceptional.",
    "There were exceptions in the past. Today all bays are open.",
    "All bays are open to swimmers.",
]


@pytest.mark.parametrize(("rule", "after"), MUST)
def test_a_rule_finds_what_it_must(rule: str, after: str) -> None:
    found = qualifies(BEFORE, after)
    assert found is not None
    assert found.name == rule


@pytest.mark.parametrize("after", MUST_NOT)
def test_no_rule_finds_what_it_must_not(after: str) -> None:
    assert qualifies(BEFORE, after) is None


@pytest.mark.parametrize("before", ENDINGS)
def test_an_announced_exception_binds_what_follows(before: str) -> None:
    found = qualifies(before, "The two small bays in the east belong to the birds.")
    assert found is not None
    assert found.name == "announces exceptions"


@pytest.mark.parametrize("before", NO_ENDINGS)
def test_other_endings_bind_nothing(before: str) -> None:
    assert qualifies(before, "The two small bays in the east belong to the birds.") is None


def test_every_rule_has_an_example() -> None:
    assert {rule for rule, _ in MUST} | {"announces exceptions"} == set(RULES)


def test_only_the_next_passage_of_the_same_heading_counts() -> None:
    passages = [
        Placed("a", ("Lakes",), BEFORE),
        Placed("b", ("Lakes",), "However, it is cold."),
        Placed("c", ("Lakes",), "But not for long."),
        Placed("d", ("Rivers",), "However, rivers are colder."),
    ]
    assert [(one.passage_id, one.caveat_id, one.rule) for one in found_caveats(passages)] == [
        ("a", "b", "however"),
        ("b", "c", "but"),
    ]
