"""A question put in the library's words: which word replaces which, and lists that cannot be used."""

from __future__ import annotations

import pytest

from index.lexical import LexicalIndex
from index.synonyms import SynonymsError, load_synonyms, synonyms

PASSAGES = [
    "Sertraline can cause weight gain. Sertraline is sold as Zoloft.",
    "Sertraline may lower interest in sex.",
    "Ketamine-assisted therapy pairs ketamine with talking.",
    "Some people vomit after an infusion of ketamine, and some after a second infusion.",
]


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("will zoloft make me put on weight?", "will sertraline make me weight gain?"),
        ("Zoloft", "sertraline"),
        ("does sertraline help", None),  # that is how the library says it
        ("do troches hurt", None),  # no passage has the other word
        ("the drip", "the infusion"),
        ("is ketamine-assisted psychotherapy safe", "is ketamine-assisted therapy safe"),
        ("does it lower my sex drive", "does it lower my interest in sex"),
        ("does ketamine hurt", None),
        ("zoloftish", None),
        ("", None),
    ],
)
def test_a_question_in_other_words(question: str, other: str | None) -> None:
    assert synonyms().put_differently(question, LexicalIndex.build(PASSAGES).common) == other


def test_two_medicines_never_stand_for_each_other() -> None:
    substances = {"sertraline", "fluoxetine", "citalopram", "escitalopram", "ketamine", "esketamine", "ssri", "snris"}
    for group in synonyms().groups:
        assert len(substances & set(group)) <= 1, group


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ('[["sertraline"]]', "one word only"),
        ('[["a", "b"], ["b", "c"]]', "in another group too"),
        ('[["Zoloft", "sertraline"]]', "lower case"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(groups: str, reason: str) -> None:
    rows = "\n".join(f"[[groups]]\nwords = {words}" for words in groups[1:-1].replace("], [", "]|[").split("|"))
    with pytest.raises(SynonymsError, match=reason):
        load_synonyms(f"version = 1\n{rows}".encode())
