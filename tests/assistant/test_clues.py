"""Clues spare searches and change nothing: whatever a pattern fits holds one of them."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import assistant
from assistant import clues
from assistant.clues import clues_of, runs
from assistant.evaluation.disguises import DISGUISES, disguised
from assistant.evaluation.triaging import messages
from assistant.training.clues import Finder, found_for, ordinary_texts
from assistant.triage import Rules, load_rules, triage

FILE = Path(assistant.__file__).with_name("rules.toml").read_bytes()
RULES = load_rules(FILE)
FINDER = Finder(["how long does it take to work", "can i drive home after it"])


def without_clues(rules: Rules) -> Rules:
    return replace(rules, rules=tuple(replace(rule, clues=None) for rule in rules.rules))


def test_the_clues_that_ship_are_those_of_the_rules_that_ship() -> None:
    held = clues_of(FILE)
    assert held, "find them anew: python -m assistant.training.clues"
    assert {rule: sorted(found) for rule, found in held.items()} == found_for(RULES, Finder(ordinary_texts()))
    assert len(held) > len(RULES.rules) - 6


def test_with_them_every_message_is_sorted_as_without() -> None:
    whole = without_clues(RULES)
    asked = [one.text for half in ("tune", "report") for one in messages(half)]
    asked += [one.text for one in messages("train")[::50]]
    asked += [disguised(text, name) for n, text in enumerate(asked) for name in DISGUISES if n % 40 == 0]
    asked += [said for rule in RULES.rules for said in (*rule.must, *rule.must_not)]
    assert len(asked) > 6_000
    assert [triage(text, RULES) for text in asked] == [triage(text, whole) for text in asked]


def test_an_ordinary_question_is_searched_for_few_of_the_patterns() -> None:
    texts = ordinary_texts()
    searched = sum(len(RULES.that_may_fit(text)) for text in texts)
    assert len(WHOLE.that_may_fit(texts[0])) == len(RULES.rules)
    assert searched / len(texts) < len(RULES.rules) / 4


# Every way of writing that rules use.
PATTERNS = (
    r"\bkill(?:ing|ed)? me\b",
    r"k[i*]l+ (?:him|her)",
    r"(?:a|the|my) (?:\w+ ){0,2}?(?:gun|rope)s?\b(?! shop)",
    r"(?<!not )want to (?:go|leave)",
    r"^help$|no air",
    r"s[ui]{1,2}c",
    r"(?:red|blue)(?:ish)? (?:\d+ )?pills?",
    r"x?yes+ (?=no)",
    r"(?:ab|c)?def",
)


@given(st.sampled_from(PATTERNS), st.data())
def test_what_a_pattern_fits_holds_one_of_its_clues(pattern: str, data: st.DataObject) -> None:
    found = FINDER.of(pattern)
    assert found
    text = data.draw(st.from_regex(re.compile(pattern, re.ASCII)))
    assert not found.isdisjoint(runs(text))


@pytest.mark.parametrize("pattern", [r"\w+", r"a?b?", r"(?:kill|\d)", r"(?:gun)?", r"a", r"(?=.*kill)"])
def test_what_may_be_anything_has_no_clues(pattern: str) -> None:
    assert FINDER.of(pattern) is None


def test_a_pattern_for_capitals_too_is_refused() -> None:
    with pytest.raises(ValueError, match="capitals"):
        FINDER.of("(?i)kill")


def test_the_rarest_of_a_row_is_taken() -> None:
    assert FINDER.of(r"it take \w+ zebra") == frozenset({" zebr"})
    assert FINDER.of(r"(?:zebra|it take) \w+ lamp") == frozenset({" lamp"})


def test_other_rules_are_searched_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = FILE + b"\n# another file\n"
    assert clues_of(other) == {}
    assert all(rule.clues is None for rule in load_rules(other).rules)
    digest = sha256(FILE).hexdigest()
    for held in ("", "[]", '{"rules_sha256": 1}', json.dumps({"rules_sha256": digest, "clues": []})):
        (tmp_path / "clues.json").write_text(held, encoding="utf-8")
        monkeypatch.setattr(clues, "FILE", tmp_path / "clues.json")
        clues._shipped.cache_clear()
        assert clues_of(FILE) == {}
    clues._shipped.cache_clear()


@given(st.text(max_size=60))
def test_any_text_is_sorted_the_same(text: str) -> None:
    assert triage(text, RULES) == triage(text, WHOLE)


WHOLE = without_clues(RULES)
