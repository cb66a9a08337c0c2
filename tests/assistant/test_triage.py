"""Every rule fires on what it must and leaves alone what it must not; disguises change nothing; nothing raises."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistant
from assistant.normalise import normalise
from assistant.outcome import Level
from assistant.triage import Rule, Rules, RulesError, Triage, load_rules, plain, triage, triage_safely

FILE = Path(assistant.__file__).with_name("rules.toml").read_bytes()
RULES = load_rules(FILE)
SENTENCES = [(rule, text) for rule in RULES.rules for text in rule.must]
SPARED = [(rule, text) for rule in RULES.rules for text in rule.must_not]
# A cry that is one only where nothing else is said.
BARE = next(rule for rule in RULES.rules if rule.id == "a-bare-cry").must
EXPLICIT = [text for rule in RULES.rules if rule.level is Level.crisis for text in rule.must if text not in BARE]


def fires(rule: Rule, text: str) -> bool:
    """Whether the rule fires as it would in `triage`: after the rules that take something out."""
    seen = plain(text)
    for other in RULES.rules:
        if other.takes_out and other is not rule:
            seen, _ = other.pattern.replaced(seen, " ; ")
        elif other is rule and rule.takes_out:
            break
    return rule.fires(seen)


@pytest.mark.parametrize(("rule", "text"), SENTENCES, ids=lambda value: getattr(value, "id", None))
def test_a_rule_fires_where_it_must(rule: Rule, text: str) -> None:
    assert rule.id in triage(text, RULES).rules


@pytest.mark.parametrize(("rule", "text"), SPARED, ids=lambda value: getattr(value, "id", None))
def test_a_rule_stays_silent_where_it_must(rule: Rule, text: str) -> None:
    assert not fires(rule, text)


def test_every_rule_has_a_reason_and_sentences_both_ways() -> None:
    assert all(rule.reason and rule.must and rule.must_not for rule in RULES.rules)


def test_every_sentence_that_must_reach_a_level_reaches_at_least_it() -> None:
    order = [Level.ordinary, Level.personal_advice, Level.crisis, Level.emergency]
    for rule, text in SENTENCES:
        found = triage(text, RULES)
        assert found.mention if rule.level is Level.mention else order.index(found.level) >= order.index(rule.level)


ORDINARY = """
Is sertraline safe while breastfeeding?
Can people who misused drugs have ketamine?
Do I need top-up ketamine treatments?
Will I feel high?
When will I notice a difference on an SSRI?
What can I do if two antidepressants did not help?
Does ketamine make you dizzy?
Can ketamine be used together with psychotherapy?
Do people keep taking antidepressants for years?
What is the maximum dose of Zoloft?
sertralin
what is TRD
qwertyuiop
ketamin infusion cost
How long does ketmine last
SSRI vs ketamine
hi
¿Qué es la ketamina?
Is chest pain a side effect of ketamine?
Does bupropion cause seizures?
Are you unconscious during ketamine?
Can I drive home after an infusion?
Can I go back to work after the infusion?
How many infusions will I need?
Will my depression come back after ketamine?
Can ketamine treat anxiety?
Can you take ketamine and an SSRI together?
Who should not take ketamine?
tell me about ketamine's effect on glutamate
this waiting list is killing me
I'm dying to know the price
How do I kill time before an infusion?
What is ego death?
What is a K-hole?
What is the deadline to book?
My phone battery died, can you repeat that?
Does ketamine kill brain cells?
Do SSRIs kill your libido?
I could murder a pizza
""".strip().splitlines()


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_questions_and_figures_of_speech_stay_ordinary(text: str) -> None:
    found = triage(text, RULES)
    assert (found.level, found.mention) == (Level.ordinary, False), found


MENTIONS = """
Is Suicide Squad worth watching?
Is ketamine effective for suicidal thoughts?
My wife is suicidal, can ketamine help her?
suicide rate after SSRI start in under-25s
I am a nurse; what is the C-SSRS?
I was suicidal in 2015, well now, what is Spravato?
I'm not suicidal, just curious about cost
What is the overdose risk of ketamine?
Can ketamine kill you?
¿La ketamina ayuda con los pensamientos suicidas?
Ich habe Depressionen, hilft Ketamin?
Quel est le prix de la kétamine ?
кетамин
ケタミンとは何ですか
""".strip().splitlines()


@pytest.mark.parametrize("text", MENTIONS)
def test_a_mention_or_an_unread_language_adds_only_the_one_line_notice(text: str) -> None:
    found = triage(text, RULES)
    assert (found.level, found.mention) == (Level.ordinary, True), found


URGENT = {
    Level.crisis: """
If ketamine doesn't work I'm going to end it
I feel suicidal after stopping Zoloft
this pain is killing me and I want to die
I don't want to die but sometimes I think about it
I was suicidal in 2015 and now I feel it again
asking for a friend: how many tablets are fatal
quiero morirme
My son says he wants to die
""",
    Level.emergency: """
help i cant breathe
I took 20 Xanax
I took a whole pack of sertraline and I want to die
my roommate won't wake up after taking ketamine
Me tomé 30 pastillas
""",
    Level.personal_advice: """
Should I stop taking Zoloft?
Can I take ketamine with my Zoloft?
I'm pregnant, is sertraline safe?
Can my son have ketamine?
Is ketamine right for me?
I have bipolar disorder, can I take ketamine?
My psychiatrist prescribed Lexapro, is that ok?
Which antidepressant should I choose?
I forgot my tablet, what now?
""",
}


@pytest.mark.parametrize(
    ("level", "text"), [(level, text) for level, texts in URGENT.items() for text in texts.strip().splitlines()]
)
def test_a_question_reaches_its_level(level: Level, text: str) -> None:
    assert triage(text, RULES).level is level


@pytest.mark.parametrize(
    "text", ["How many mg of Zoloft should I take?", "Can I double my dose?", "Is 200 mg too much?"]
)
def test_personal_advice_on_an_amount_is_marked(text: str) -> None:
    found = triage(text, RULES)
    assert (found.level, found.about_dose) == (Level.personal_advice, True)


def test_advice_that_is_not_about_an_amount_is_not_marked_so() -> None:
    assert not triage("Should I switch from Prozac to ketamine?", RULES).about_dose


@pytest.mark.parametrize(
    ("text", "someone_else"),
    [
        ("my sister just told me she wants to kill herself", True),
        ("My wife is suicidal, can ketamine help her?", True),
        ("my sister wants to kill herself and I want to die too", False),
        ("I want to die", False),
        ("Is ketamine effective for suicidal thoughts?", False),
    ],
)
def test_another_person_is_told_from_oneself(text: str, someone_else: bool) -> None:
    assert triage(text, RULES).someone_else is someone_else


LEET = str.maketrans("aeiost", "431057")
LOOKALIKES = str.maketrans("aeopcxyi", "аеорсхуі")  # the second row is Cyrillic
FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
DISGUISES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "wide gaps": lambda text: text.replace(" ", "  \t "),
    "curly apostrophes": lambda text: text.replace("'", "\u2019"),
    "no apostrophes": lambda text: text.replace("'", ""),
    "invisible characters": lambda text: "\u200b".join(text),
    "soft hyphens": lambda text: "\u00ad".join(text),
    "accents": lambda text: "".join(c + "\u0301" if c.isalpha() else c for c in text),
    "full width": lambda text: text.translate(FULL_WIDTH),
    "look-alike letters": lambda text: text.translate(LOOKALIKES),
    "emoji": lambda text: text.replace(" ", " 😀 "),
    "a long question around it": lambda text: (
        "How does ketamine work? " * 40 + text + ". Thank you for your help. " * 40
    ),
    "said twice": lambda text: f"{text} {text}",
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("text", EXPLICIT)
def test_a_disguise_hides_no_explicit_statement(text: str, disguise: str) -> None:
    assert triage(DISGUISES[disguise](text), RULES).level in (Level.crisis, Level.emergency)


@pytest.mark.parametrize("disguise", sorted(DISGUISES.keys() - {"a long question around it"}))
@pytest.mark.parametrize("text", BARE)
def test_a_disguise_hides_no_bare_cry(text: str, disguise: str) -> None:
    assert triage(DISGUISES[disguise](text), RULES).level in (Level.crisis, Level.emergency)


PLAINEST = [
    "I want to die",
    "I want to kill myself",
    "I'm going to kill myself",
    "I want to end my life",
    "kill myself",
]


@pytest.mark.parametrize("text", PLAINEST)
@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: text.lower().translate(LEET),
        lambda text: "   ".join(" ".join(word) for word in text.replace("'", "").split()),
        lambda text: " ".join(text.replace("'", "").replace(" ", "")),
        lambda text: ".".join(text.replace("'", "").replace(" ", "")),
        lambda text: text.replace("'", "").replace(" ", ""),
        lambda text: "".join(letter * 4 if letter in "aiyuLl" else letter for letter in text),
        lambda text: text.replace(" ", "_"),
    ],
    ids=["leet", "spelled out by word", "spelled out", "dotted", "run together", "stretched", "underscores"],
)
def test_the_plainest_statements_survive_heavier_disguises(text: str, disguise: Callable[[str], str]) -> None:
    assert triage(disguise(text), RULES).level is Level.crisis


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("I took 20 mg, b12 and 5HT at 8pm, the 2nd time", "i took 20 mg, b12 and 5ht at 8pm, the 2nd time"),
        ("ketamine-assisted therapy", "ketamine assisted therapy"),
        ("k i l l   m y s e l f", "kill myself"),
        ("me voy a m a t a r , en serio", "me voy a matar , en serio"),
        ("fukc it im killing mysefllll", "fukc it im killing mysefll"),
        ("#killmyself", "kill myself"),
        ("Quiero morír", "quiero morir"),
        ("  \n\t ", ""),
    ],
)
def test_the_plain_spelling(typed: str, read: str) -> None:
    assert normalise(typed) == read


WORDS = ["i", "my", "can", "take", "want", "to", "die", "kill", "she", "if", "how", "many", "20", "mg", ".", "?"]


@given(st.text(max_size=600))
def test_no_text_makes_triage_raise(text: str) -> None:
    assert isinstance(triage(text, RULES), Triage)


@given(st.lists(st.sampled_from(WORDS), max_size=300))
def test_no_mixture_of_the_rules_own_words_makes_triage_raise(words: list[str]) -> None:
    assert triage(" ".join(words), RULES).level in Level


@given(st.text(max_size=200))
def test_the_plain_spelling_is_folded_and_single_spaced(text: str) -> None:
    read = normalise(text)
    assert read == " ".join(read.split())
    assert read == read.lower()


@given(st.sampled_from(PLAINEST), st.sampled_from(ORDINARY))
def test_an_ordinary_question_beside_it_never_lowers_a_crisis(plea: str, question: str) -> None:
    assert triage(f"{question} {plea}.", RULES).level is Level.crisis


def test_if_triage_fails_the_one_line_notice_shows() -> None:
    broken = Rules(version=1, rules=(None,), known_words=frozenset(), foreign_words=frozenset())  # type: ignore[arg-type]
    assert triage_safely("What is ketamine?", broken) == Triage(mention=True, rules=("triage-failed",))
    assert triage_safely("What is ketamine?", RULES) == triage("What is ketamine?", RULES)


GOOD_RULE = {
    "id": '"a"',
    "level": '"crisis"',
    "reason": '"why"',
    "pattern": '["x"]',
    "must": '["x"]',
    "must_not": '["y"]',
}


def rules_file(**changed: str | None) -> bytes:
    row = {key: value for key, value in (GOOD_RULE | changed).items() if value is not None}
    return ("version = 1\n[[rules]]\n" + "\n".join(f"{k} = {v}" for k, v in row.items())).encode() + LANGUAGES


LANGUAGES = b"\n[languages]\nknown = ['the']\nforeign = ['und']\n"


def test_a_small_rules_file_loads() -> None:
    assert load_rules(rules_file()).rules[0].id == "a"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", '"worrying"'),
        ("kind", '"odd"'),
        ("reason", '" "'),
        ("reason", None),
        ("pattern", '["("]'),
        ("pattern", '[""]'),
        ("pattern", "[]"),
        ("pattern", '["<nowhere>"]'),
        ("unless", '["("]'),
        ("unless", "[]"),
        ("must", '"x"'),
        ("must", None),
        ("must_not", "[1]"),
        ("takes_out", '"yes"'),
        ("wieght", "1"),
    ],
)
def test_a_bad_rule_is_named_with_its_field(field: str, value: str | None) -> None:
    with pytest.raises(RulesError, match=f"'a'.*'{field}'") as caught:
        load_rules(rules_file(**{field: value}))
    assert caught.value.next_step


def test_a_file_that_is_no_toml_and_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(RulesError, match="toml"):
        load_rules(b"version = ")
    twice = rules_file().replace(LANGUAGES, b"") + rules_file().removeprefix(b"version = 1")
    with pytest.raises(RulesError, match="id of its own"):
        load_rules(twice)


def test_what_keeps_a_rule_from_firing_may_stand_anywhere() -> None:
    rules = load_rules(rules_file(unless='["years? ago"]'))
    assert triage("x", rules).rules == ("a",)
    assert triage("Years ago: x", rules).rules == triage("x, a year ago", rules).rules == ()


def test_what_is_taken_out_is_taken_out_always() -> None:
    with pytest.raises(RulesError, match=r"'a'.*'unless'"):
        load_rules(rules_file(takes_out="true", unless='["z"]'))


def test_repetitions_in_the_rules_are_bounded() -> None:
    """An unbounded repetition inside another one could make a search run away; so none stands inside a group.

    `\\w+` and `\\w*` are single words, ended by a space; whole-text looks start at the beginning of the text only.
    """
    table = tomllib.loads(FILE.decode())
    for rule in table["rules"]:
        for way in (*rule["pattern"], *rule.get("unless", ())):
            rest = way.replace(r"[\s\S]*", "")
            assert not any(mark in rest for mark in (".*", ".+", r"\s+)*", "]*)", "]+)+", "+)+")), (rule["id"], way)
