"""A pattern fits where Python's own `re` says it does, also where PCRE2 gives up or may write no machine code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.evaluation.triaging import messages
from assistant.pattern import Pattern, PatternError
from assistant.policy import load_policy
from assistant.triage import plain

ROOT = Path(__file__).parents[2]
RULES = load_policy().rules.rules
ALL = [one for rule in RULES for one in (rule.pattern, rule.unless) if one is not None]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Every sentence of the rules, messages of the tuning half, and two long texts made of them."""
    sentences = [text for rule in RULES for text in (*rule.must, *rule.must_not)]
    asked = [one.text for one in messages("tune")[::3]]
    found = [plain(text) for text in (*sentences, *asked, "жизнь — die", "日本語で死にたい", "")]
    return [*found, " ".join(found)[:20_000], "kill " * 4_000]


def test_every_rule_fits_where_re_says_so(texts: list[str]) -> None:
    assert len(ALL) > 60
    for pattern in ALL:
        sure = re.compile(pattern.written)
        for text in texts:
            assert pattern.found_in(text) == bool(sure.search(text)), (pattern.written[:60], text[:80])
    assert not any("_sure" in vars(pattern) for pattern in ALL), "PCRE2 gave up on one of them"


def test_every_character_that_rules_may_meet_is_of_the_kind_that_re_says() -> None:
    kept = {plain(f"a{chr(code)}")[1:] for code in range(128, sys.maxunicode + 1)}
    for kind in (r"\w", r"\d", r"\s"):
        quick, sure = Pattern(kind), re.compile(kind)
        assert [one for one in kept if quick.found_in(one) != bool(sure.search(one))] == []


def test_every_rule_that_takes_out_takes_out_what_re_would(texts: list[str]) -> None:
    taking = [rule.pattern for rule in RULES if rule.takes_out]
    assert taking
    for pattern in taking:
        sure = re.compile(pattern.written)
        for text in texts:
            assert pattern.replaced(text, " ; ") == sure.subn(" ; ", text)


def test_what_pcre2_gives_up_on_is_searched_all_the_same() -> None:
    twice = Pattern(r"^((?:a|b)+)\1$")
    long = "ab" * 2_000
    with pytest.raises(Exception, match="JIT stack"):
        twice._quick.search(long + "a")
    assert not twice.found_in(long + "a")
    assert twice.found_in(long)
    assert twice.replaced(long, "-") == ("-", 1)
    assert Pattern("die").found_in("\ud800 die")
    assert Pattern("die").replaced("die \ud800", "-") == ("- \ud800", 1)


@pytest.mark.parametrize("written", ["(", "[z-a]", "(?<=a+)b"])
def test_a_pattern_that_is_none_says_where(written: str) -> None:
    with pytest.raises(PatternError, match=r"position \d+"):
        Pattern(written)


def test_a_pattern_that_fits_everywhere_is_known() -> None:
    assert Pattern("a*").fits_empty
    assert not Pattern("a+").fits_empty


# PR_SET_MDWE: no memory of this process may be written and then run, as on hardened systems.
HARDENED = """
import ctypes, sys
refused = ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0
from assistant.pattern import Pattern
pattern = Pattern(r"\\bdie\\b")
print(refused, pattern.found_in("to die"), pattern.found_in("diet"), pattern._quick.jit)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the setting is Linux's")
def test_without_leave_to_write_machine_code_it_searches_without() -> None:
    done = subprocess.run([sys.executable, "-c", HARDENED], cwd=ROOT, capture_output=True, text=True, check=True)
    refused, *found = done.stdout.split()
    if refused == "False":
        pytest.skip("this system cannot refuse it")
    assert found == ["True", "False", "False"]
