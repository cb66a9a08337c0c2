import pytest

from sources.claims import claims


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
