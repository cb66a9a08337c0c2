"""The policy says what it must in words people can read, its lines are fresh, and a bad one is named."""

import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import astuple, fields

import assistant
import assistant.policy as policy_module
from assistant.policy import LOCALE, Helpline, Policy, PolicyError, Wordings, linked, load_policy, locales

FOLDER = Path(assistant.__file__).parent
DATA = (FOLDER / "policy.toml").read_bytes()
POLICY = load_policy()
WORDINGS = {field.name: getattr(POLICY.wordings, field.name) for field in fields(Wordings)}
CARDS = ["crisis_card", "crisis_card_someone_else", "emergency_card"]


def sentences(text: str) -> list[str]:
    """The text's English sentences. The few Spanish words are for readers of Spanish."""
    english = (
        re.sub(r"En español:[^.]*\.", "", text).replace("988lifeline.org", "988").replace("findahelpline.com", "it")
    )
    return [part for part in re.split(r"[.?!:]\s+|[.?!:]$|\n\n", english) if part.strip()]


def syllables(word: str) -> int:
    vowels = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and vowels > 1
    return max(1, vowels - silent)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text."""
    words = re.findall(r"[A-Za-z']+", " ".join(sentences(text)))
    per_sentence = len(words) / len(sentences(text))
    return 0.39 * per_sentence + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_digest_covers_both_files_and_nothing_else() -> None:
    assert load_policy().digest == POLICY.digest
    assert load_policy(DATA + b"\n# a word more").digest != POLICY.digest
    rules = (FOLDER / "rules.toml").read_bytes()
    assert load_policy(DATA, rules).digest == POLICY.digest
    assert load_policy(DATA, rules + b"\n").digest != POLICY.digest
    assert len(POLICY.digest) == len(sha256().hexdigest())


def test_it_says_that_no_clinician_has_reviewed_it_yet() -> None:
    assert POLICY.reviewed_by == "not yet reviewed by a clinician"


@pytest.mark.parametrize("name", WORDINGS)
def test_a_wording_is_plain_text_in_paragraphs(name: str) -> None:
    text = WORDINGS[name]
    assert text == text.strip()
    assert text
    assert "<" not in text
    assert "{" not in text
    assert "\n" not in text.replace("\n\n", "")


@pytest.mark.parametrize("name", WORDINGS)
def test_a_wording_reads_at_eighth_grade_or_below(name: str) -> None:
    assert grade(WORDINGS[name]) <= 8.0


@pytest.mark.parametrize("name", WORDINGS)
def test_every_number_in_a_wording_belongs_to_a_helpline(name: str) -> None:
    numbers = re.findall(r"(?<![\w-])\d[\d-]*\d(?![\w-])", WORDINGS[name])
    assert set(numbers) <= {line.number for line in POLICY.helplines}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_has_the_lines_and_says_that_nobody_reads_along(name: str) -> None:
    links = {link for _, link in linked(WORDINGS[name], POLICY.helplines)}
    assert {"tel:911", "tel:988", "sms:988"} <= links
    assert "Nobody is reading along" in WORDINGS[name]
    assert "988 y oprima el 2" in WORDINGS[name]


def test_the_emergency_card_has_poison_help_and_the_crisis_card_veterans() -> None:
    assert "tel:18002221222" in {link for _, link in linked(POLICY.wordings.emergency_card, POLICY.helplines)}
    assert "Veterans: call 988, then press 1" in POLICY.wordings.crisis_card


def test_the_one_line_notice_is_one_line() -> None:
    assert "\n" not in POLICY.wordings.crisis_line
    assert {"tel:911", "tel:988"} <= {link for _, link in linked(POLICY.wordings.crisis_line, POLICY.helplines)}


@pytest.mark.parametrize("line", POLICY.helplines, ids=lambda line: line.name)
def test_a_helpline_was_checked_within_180_days(line: Helpline) -> None:
    assert line.source_url
    assert line.verified_on is not None
    assert line.verified_on <= date.today() + timedelta(days=1)
    assert date.today() - line.verified_on <= timedelta(days=180), f"check {line.name} against {line.source_url}"


@pytest.mark.parametrize("name", WORDINGS)
def test_linking_loses_no_character(name: str) -> None:
    assert "".join(text for text, _ in linked(WORDINGS[name], POLICY.helplines)) == WORDINGS[name]


def test_a_number_is_a_call_or_a_text_message_as_the_words_say() -> None:
    segments = linked("Call 988, or text 988. Call or text 988. Chat at 988lifeline.org, not 1988.", POLICY.helplines)
    assert [segment for segment in segments if segment[1]] == [
        ("988", "tel:988"),
        ("988", "sms:988"),
        ("988", "tel:988"),
        ("988lifeline.org", "https://988lifeline.org"),
    ]
    assert linked("988", ()) == [("988", None)]


def test_the_limits_are_those_of_the_design() -> None:
    assert astuple(POLICY.limits) == (500, 4000, 65536, 3)


def test_topics_have_names_and_words_of_their_own() -> None:
    names = [topic.name for topic in POLICY.topics]
    words = [word.casefold() for topic in POLICY.topics for word in topic.words]
    assert {"ketamine", "SSRIs", "SNRIs", "antidepressants"} <= set(names)
    assert len(words) == len(set(words))


OTHERS = [locale for locale in locales() if locale != LOCALE]


def checked(locale: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Policy:
    """The policy of a locale as if somebody had checked its lines today."""
    text = (FOLDER / "locales" / f"{locale}.toml").read_text(encoding="utf-8")
    (folder / f"{locale}.toml").write_text(
        text.replace("\nsource_url", f"\nverified_on = {date.today()}\nsource_url"), encoding="utf-8"
    )
    monkeypatch.setattr(policy_module, "_LOCALES", folder)
    return load_policy(locale=locale)


def test_five_more_countries_are_prepared() -> None:
    assert OTHERS == ["en-AU", "en-CA", "en-GB", "en-IE", "en-NZ"]


@pytest.mark.parametrize("locale", OTHERS)
def test_a_locale_whose_lines_nobody_checked_cannot_be_switched_on(locale: str) -> None:
    with pytest.raises(PolicyError, match=rf"verified_on.*check this line against https://.*{locale}\.toml"):
        load_policy(locale=locale)


def test_a_locale_there_is_none_of_is_named_with_those_there_are() -> None:
    with pytest.raises(PolicyError, match="'fr-FR': use one of en-US, en-AU"):
        load_policy(locale="fr-FR")
    with pytest.raises(PolicyError, match="use one of"):
        load_policy(locale="../policy")


@pytest.mark.parametrize("locale", OTHERS)
def test_a_locale_names_its_own_lines_and_no_american_one(
    locale: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = checked(locale, monkeypatch, tmp_path)
    assert policy.locale == locale
    assert policy.digest != POLICY.digest
    for name in WORDINGS:
        text = getattr(policy.wordings, name)
        numbers = set(re.findall(r"(?<![\w-])\d[\d -]*\d(?![\w-])", text))
        assert numbers <= {line.number for line in policy.helplines}, name
        assert grade(text) <= 8.0, name
        assert "".join(part for part, _ in linked(text, policy.helplines)) == text
        assert "(US)" not in text
    for name in CARDS:
        text = getattr(policy.wordings, name)
        schemes = {link.partition(":")[0] for _, link in linked(text, policy.helplines) if link}
        assert {"tel", "sms", "https"} <= schemes, name
        assert "Nobody is reading along" in text


def test_a_word_to_send_leads_to_a_text_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = checked("en-GB", monkeypatch, tmp_path)
    links = linked(policy.wordings.crisis_card, policy.helplines)
    assert ("85258", "sms:85258") in links
    assert ("116 123", "tel:116123") in links


def changed(old: str, new: str) -> bytes:
    text = DATA.decode()
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("old", "new", "table", "key"),
    [
        ("version = 1", 'version = "one"', "policy", "version"),
        ("version = 1", "", "policy", "version"),
        ("passages_shown = 3", "passages_shown = 0", "limits", "passages_shown"),
        ("passages_shown = 3", "passages_shown = true", "limits", "passages_shown"),
        ("triaged_characters = 4000", "triaged_characters = 400", "limits", "triaged_characters"),
        ("passages_shown = 3", "passages_shown = 3\npasages = 1", "limits", "pasages"),
        ('number = "911"', 'number = "nine"', "helplines", "number"),
        ('how = ["call", "text", "chat"]', 'how = ["fax"]', "helplines", "how"),
        ("verified_on = 2026-11-21", 'verified_on = "lately"', "helplines", "verified_on"),
        ("https://www.911.gov", "http://www.911.gov", "helplines", "source_url"),
        ('words = ["SNRI"', 'words = ["", "SNRI"', "topics", "words"),
    ],
)
def test_a_bad_setting_is_named(old: str, new: str, table: str, key: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(changed(old, new))
    assert (caught.value.table, caught.value.key) == (table, key)
    assert caught.value.next_step in str(caught.value)


@pytest.mark.parametrize("value", ["nan", "inf", '"much"', "true"])
def test_a_gate_without_a_usable_number_is_refused(value: str) -> None:
    text = re.sub(r"(?m)^threshold = .*$", f"threshold = {value}", DATA.decode())
    with pytest.raises(PolicyError, match="threshold"):
        load_policy(text.encode())


def test_an_empty_wording_and_a_file_that_is_no_toml_are_refused() -> None:
    emptied = re.sub(r'(?s)no_answer = """.*?"""', 'no_answer = ""', DATA.decode())
    with pytest.raises(PolicyError, match="no_answer"):
        load_policy(emptied.encode())
    with pytest.raises(PolicyError, match="TOML"):
        load_policy(b"version = ")


def test_a_bad_rule_is_a_bad_policy_and_names_the_rule() -> None:
    rules = (FOLDER / "rules.toml").read_bytes().replace(b'level = "emergency"', b'level = "urgent"', 1)
    with pytest.raises(PolicyError, match=r"overdose-taken.*level"):
        load_policy(DATA, rules)
