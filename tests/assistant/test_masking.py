"""What tells who wrote a question is taken out of it, and what a health question or a person in danger needs is not."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from assistant.masking import mask
from assistant.policy import Wordings, load_policy, locales

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LINES = tuple(line.number for line in load_policy().helplines)
BRACKETS = re.compile(r"\[(?:e-mail|phone number|card number|social security number|record number|number) removed\]")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def right(row: dict[str, Any]) -> bool:
    """Whether what must go has gone, and nothing went where nothing had to."""
    masked = mask(row["text"], LINES)
    return not any(one in masked.text for one in row["gone"]) and bool(masked.kinds) == bool(row["gone"])


@pytest.mark.parametrize(("name", "most", "least"), [("masking.jsonl", 85, 92), ("masking_report.jsonl", 42, 48)])
def test_messages_written_for_it_are_masked_or_left(name: str, most: int, least: int) -> None:
    asked = rows(name)
    personal, plain = [row for row in asked if row["gone"]], [row for row in asked if not row["gone"]]
    found, left = sum(map(right, personal)), sum(map(right, plain))
    print(f"{name}: {found} of {len(personal)} masked, {left} of {len(plain)} left")  # noqa: T201
    assert (len(personal), len(plain)) == (most, least)
    assert [row["text"] for row in asked if not right(row)] == []


def test_each_kind_is_named_as_what_it_is() -> None:
    for row in rows("masking.jsonl"):
        assert set(mask(row["text"], LINES).kinds) == set(row["kinds"]), row["text"]


def test_nothing_is_taken_out_of_what_was_written_for_triage_the_reader_and_the_library() -> None:
    """Some 20,000 messages and as many questions and passages that hold no personal number."""
    texts = [line for path in ROOT.glob("assistant/triage_sets/*/*.jsonl") for line in strings(path)]
    texts += [line for path in ROOT.glob("index/training/written/*.jsonl") for line in strings(path)]
    texts += [path.read_text(encoding="utf-8") for path in ROOT.glob("sources/starter/*.md")]
    assert len(texts) > 35_000
    assert [text for text in texts if mask(text).kinds] == []


def strings(path: Path) -> list[str]:
    def inside(value: Any) -> list[str]:
        if isinstance(value, str):
            return [value]
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [one for part in parts for one in inside(part)]

    return [one for line in path.read_text(encoding="utf-8").splitlines() for one in inside(json.loads(line))]


@pytest.mark.parametrize("name", [field.name for field in fields(Wordings)])
def test_no_wording_of_ours_is_masked(name: str) -> None:
    wording = getattr(load_policy().wordings, name)
    assert mask(wording).text == wording


@pytest.mark.parametrize("locale", locales())
def test_no_help_line_is_ever_masked(locale: str) -> None:
    policy = (ROOT / "assistant" / ("policy.toml" if locale == "en-US" else f"locales/{locale}.toml")).read_text()
    numbers = [number for number in re.findall(r'^number = "(.+)"', policy, re.MULTILINE) if number]
    assert numbers
    for number in numbers:
        for text in (f"Should I call {number}?", f"my number is {number}", number, f"text {number.replace(' ', '-')}"):
            assert mask(text, numbers).text == text


def test_a_mask_says_where_something_was_and_a_search_looks_past_it() -> None:
    masked = mask("I am jo@example.org and 512-555-0143, or jim@example.org. Is 20 mg a lot?")
    assert masked.text == "I am [e-mail removed] and [phone number removed], or [e-mail removed]. Is 20 mg a lot?"
    assert masked.searched == "I am and , or . Is 20 mg a lot?"
    assert masked.kinds == ("e-mail", "phone number")
    assert mask("jo@example.org").searched == "[e-mail removed]"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
DENSE = st.text("0123456789 -+().@abeginst:#/,%\n\u2011\u00a0\u0665\uff15\u200b", max_size=60)
DIGIT = st.sampled_from("0123456789")


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGIT, min_size=count, max_size=count)


@given(TEXT | DENSE)
def test_what_is_left_is_left_as_it_was(text: str) -> None:
    masked = mask(text)
    rest = iter(BRACKETS.split(masked.text)) if masked.kinds else iter([text])
    place = 0
    for part in rest:
        place = text.index(part, place) + len(part)
    assert (masked.text == text) == (not masked.kinds)


@given(TEXT | DENSE)
def test_a_second_mask_finds_nothing_new_of_the_same(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once or mask(mask(once).text).text == mask(once).text


@given(st.text("abcdefghijkmnopqrstuvwxyz. ,?!'\n", max_size=80))
def test_a_text_without_a_digit_or_an_address_stays(text: str) -> None:
    spoken = re.search(r"\b(?:at|arroba)\b", text)
    assert spoken or mask(text).text == text


@given(
    TEXT,
    st.from_regex(
        r"[a-z][a-z0-9._+-]{0,20}[a-z0-9]@[a-z][a-z0-9-]{0,12}[a-z0-9]\.(?:com|org|co\.uk|health)", fullmatch=True
    ),
)
def test_no_address_gets_through(text: str, address: str) -> None:
    assert address not in mask(f"{text} {address} {text}").text


@given(
    st.sampled_from(["{}-{}-{}", "({}) {}-{}", "{}.{}.{}", "{} {} {}", "+1 {} {} {}", "1-{}-{}-{}", "{}{}{}"]),
    st.data(),
)
def test_no_american_number_gets_through(shape: str, data: st.DataObject) -> None:
    area = data.draw(st.integers(201, 999).filter(lambda one: one not in (800, 833, 844, 855, 866, 877, 888)).map(str))
    number = shape.format(
        area, data.draw(st.integers(200, 999).map(str)), data.draw(digits(4).filter(lambda d: d[3] != "0"))
    )
    assert number not in mask(f"Please ring {number} tomorrow").text
    assert number not in mask(f"I take sertraline, {number}, is that right?").text


@pytest.mark.parametrize("region", ["GB", "AU", "NZ", "IE", "ES", "MX", "CA", "DE", "FR", "IN"])
@pytest.mark.parametrize("kind", [phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
def test_numbers_of_many_countries_do_not_get_through(region: str, kind: int) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None
    abroad = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    home = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert abroad[-4:] not in mask(f"my mobile {abroad} if you can").text
    assert home[-4:] not in mask(f"call me on {home} please").text


@given(digits(16).map(lambda number: number.replace("0", "7")), st.sampled_from(["", " ", "-"]))
def test_no_card_in_groups_and_no_long_number_gets_through(number: str, gap: str) -> None:
    card = gap.join(("4" + number[1:])[at : at + 4] for at in (0, 4, 8, 12))
    assert card not in mask(f"charged to {card} twice").text


@given(st.integers(1, 899), st.integers(1, 99), st.integers(1, 9999))
def test_no_social_security_number_gets_through(area: int, group: int, serial: int) -> None:
    number = f"{area:03}-{group:02}-{serial:04}"
    if not all(part.endswith("0") for part in number.split("-")) and not serial == group == 0:
        assert number not in mask(f"it is {number}, I think").text


@given(
    st.sampled_from(
        ["{} mg", "{}mg", "{} mg/kg", "{} mcg", "{} ml", "{}%", "{} percent", "in {}", "{} weeks", "{} people"]
    ),
    st.integers(1, 2100) | st.floats(0.01, 900).map(lambda one: round(one, 2)),
)
def test_amounts_years_and_shares_stay(shape: str, amount: float) -> None:
    text = f"Is {shape.format(amount)} right, or {shape.format(amount * 2)}?"
    assert mask(text).text == text


@given(st.dates())
def test_dates_stay(day: Any) -> None:
    for shape in ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%d/%m/%y", "%B %d, %Y"):
        text = f"Since {day.strftime(shape)} I take 20 mg, since {day.strftime(shape)} 10 mg"
        assert mask(text).text == text


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "1 ", "+1", "@a", "a@", "a.", "call 555 ", "0800 ", "policy number ", "id 1-", "x at y dot ", "6 7 8 ", "(at)",
     "A1 ", "ES12 1234 ", "mrn 1a", "650 111 222 ", "512-555-0143 ", "+111111111111111111a ", "\u0661"],
)  # fmt: skip
def test_the_longest_text_is_masked_in_a_moment(piece: str) -> None:
    text = (piece * 60_000)[:60_000]
    began = time.process_time()
    mask(text)
    assert time.process_time() - began < 5
