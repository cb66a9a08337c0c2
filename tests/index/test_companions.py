"""What travels with a passage: caveats and their caveats, what is blocked for lack of one, and sources that differ."""

from __future__ import annotations

from index.companions import Caveat, companions, direct_caveats
from sources.caveats import Found
from sources.pairs import Binding, Settled, Tie, Verdict

SHOWN = frozenset("abcdxy")


def caveats(*pairs: str) -> list[Caveat]:
    """Each pair is a passage and its caveat."""
    return [Caveat(pair[1], pair[0], "rule: but") for pair in pairs]


def travelling(*pairs: str) -> dict[str, str]:
    found = companions(caveats(*pairs), [], SHOWN).caveats
    return {id_: "".join(one.passage_id for one in those) for id_, those in found.items()}


def difference(one: str, other: str, verdict: Verdict) -> Settled:
    return Settled(one + other, one, other, f"{one} says.", f"{other} says.", "other numbers", verdict)


def test_a_caveat_brings_its_own() -> None:
    assert travelling("ab", "bc", "ad") == {"a": "bcd", "b": "c"}


def test_two_that_qualify_each_other_end() -> None:
    assert travelling("ab", "ba") == {"a": "b", "b": "a"}


def test_curators_overrule_the_rules() -> None:
    found = [Found("a", "b", "but"), Found("b", "c", "but")]
    decided = [Binding("a", "b", Tie.REJECTED), Binding("a", "d", Tie.BOUND)]
    assert direct_caveats(found, decided) == [Caveat("c", "b", "rule: but"), Caveat("d", "a", "bound by a curator")]


def test_without_its_caveat_a_passage_is_blocked_and_so_is_what_needs_it() -> None:
    found = companions(caveats("ab", "bz", "cd"), [], SHOWN)
    assert found.blocked == {"b": "z", "a": "b"}
    assert set(found.caveats) == {"c"}


def test_only_a_confirmed_difference_of_two_that_may_be_shown_is() -> None:
    decided = [
        difference("a", "b", Verdict.CONFIRMED),
        difference("a", "c", Verdict.DISMISSED),
        difference("a", "z", Verdict.CONFIRMED),
        difference("x", "y", Verdict.CONFIRMED),
    ]
    others = companions(caveats("xz"), decided, SHOWN).others
    assert {id_: [(one.passage_id, one.sentence) for one in those] for id_, those in others.items()} == {
        "a": [("b", "b says.")],
        "b": [("a", "a says.")],
    }
