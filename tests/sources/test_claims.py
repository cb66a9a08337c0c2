import json
import time
from pathlib import Path
from typing import Any

import pytest

from sources.claims import claims

# 120 sentences each, by two hands who saw neither the rules nor each other's: the rules were widened on the first set only.
TUNE, REPORT = (Path(__file__).parent / f"claims_{half}.jsonl" for half in ("tune", "report"))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("This medicine does not cause withdrawal symptoms.", "no-withdrawal"),
        ("It has a lower risk of dependence.", "no-withdrawal"),
        ("Ketamine is not addictive.", "not-addictive"),
        ("It is a non-addictive option.", "not-addictive"),
        ("Ketamine is a safe treatment.", "safe"),
        ("This makes it a safer option.", "safe"),
        ("Ketamine is completely safe.", "safe"),
        ("It has fewer side effects than tablets.", "fewer-side-effects"),
        ("There are no serious side effects.", "fewer-side-effects"),
        ("Ketamine is FDA-approved for depression.", "approved-ketamine"),
        ("It can cure depression.", "cure"),
        ("We guarantee relief.", "guarantee"),
        ("The brain gets permanently better.", "guarantee"),
        ("The treatment prevents suicide.", "prevents-suicide"),
        ("It has been shown to significantly reduce suicidal thoughts.", "prevents-suicide"),
        ("A revolutionary treatment.", "superlative"),
        ("The usual amount is 50 mg.", "dose"),
        ("It worked in 70% of patients.", "percentage"),
        ("He committed suicide.", "suicide-wording"),
        ("A lethal dose is large.", "method"),
    ],
)
def test_a_claim_that_a_clinician_would_stop_is_flagged(text: str, rule: str) -> None:
    assert rule in [claim.rule for claim in claims(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Tell your clinician if a symptom gets worse.",
        "In a trial of 100 people, 37 percent felt better (STAR*D, Rush and colleagues, 2006).",
        "Keep medicines in a safe place.",
        "Esketamine may raise blood pressure for a short time.",
        "About half of the people in the study had side effects.",
    ],
)
def test_plain_statements_are_not_flagged(text: str) -> None:
    assert claims(text) == ()


@pytest.mark.parametrize(("file", "most_missed", "most_needless"), [(TUNE, 0, 1), (REPORT, 5, 10)])
def test_the_written_sentences_are_told_apart(file: Path, most_missed: int, most_needless: int) -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    missed = [row["text"] for row in rows if row["stop"] and not claims(row["text"])]
    needless = [row["text"] for row in rows if not row["stop"] and claims(row["text"])]
    assert len(missed) <= most_missed, missed
    assert len(needless) <= most_needless, needless


@pytest.mark.parametrize(
    "words",
    [
        "a ",
        "no ",
        "n't ",
        "5% (a) ",
        "stop it ",
        "ketamine ",
        "you will ",
        "(",
        "Some people feel better on an antidepressant and others do not, and nobody can tell beforehand ",
    ],
)
def test_a_long_text_without_a_full_stop_takes_time_in_proportion(words: str) -> None:
    text = (words * 20_000)[:20_000]
    start = time.process_time()
    claims(text)
    # Half a second at most; a pattern that backtracks would take minutes.
    assert time.process_time() - start < 10
