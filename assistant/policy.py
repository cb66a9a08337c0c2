"""The reviewed clinical settings: wordings, help lines, limits, the gate, topics and rules, under one digest."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import TypeVar

import tomli
from msgspec import Struct
from msgspec.structs import fields

from assistant.triage import Rules, RulesError, load_rules

T = TypeVar("T")

_FOLDER = Path(__file__).parent
_LOCALES = _FOLDER / "locales"
_WAYS = frozenset({"call", "text", "chat"})
# The locale whose words and lines stand in policy.toml itself.
LOCALE = "en-US"
_UNCHECKED = (
    "check this line against {line.source_url}, write the day into assistant/locales/{locale}.toml, and start again; "
    "or leave WELLCITED_LOCALE out"
)


Decision = TypeVar("Decision", "Nearness", "Gate", "Raising")


class PolicyError(ValueError):
    """A policy that cannot be used. Names the table, the key, the value and the next step."""

    def __init__(self, table: str, key: str, value: object, next_step: str):
        self.table, self.key, self.value, self.next_step = table, key, value, next_step
        super().__init__(f"policy file: table [{table}], key {key!r}, value {value!r}: {next_step}")


class Wordings(Struct, frozen=True):
    """The fixed texts, one for each occasion. Plain text; an empty line starts a new paragraph."""

    disclaimer: str
    crisis_line: str
    crisis_card: str
    crisis_card_someone_else: str
    emergency_card: str
    personal_advice: str
    no_answer: str
    withheld_dose: str
    masked: str
    conflict: str
    caveat: str
    differs: str
    search_unavailable: str
    reach_a_person: str


class Helpline(Struct, frozen=True):
    """A line people can reach. `verified_on` is the day somebody last held it against `source_url`, None for never yet."""

    name: str
    number: str
    how: tuple[str, ...]
    hours: str
    languages: tuple[str, ...]
    source_url: str
    verified_on: date | None
    chat: str = ""
    extra: str = ""


class Limits(Struct, frozen=True):
    """The largest of each thing that is taken in or shown."""

    question_characters: int
    triaged_characters: int
    body_bytes: int
    passages_shown: int


class Chosen(Struct, frozen=True):
    """Who set a decision when and why, and for which encoder, by the SHA-256 of its weights: with another one it is void."""

    chosen_by: str
    chosen_on: str
    why: str
    encoder: str


class Nearness(Chosen, frozen=True):
    """Weights of search's measurements: below `least` nothing is read, and without a reader `threshold` decides."""

    bias: float
    similarity: float
    sentence_similarity: float
    word_similarity: float
    coverage: float
    least: float
    threshold: float

    @property
    def weights(self) -> tuple[float, ...]:
        """Weights in the order of the measurements."""
        return self.similarity, self.sentence_similarity, self.word_similarity, self.coverage


class Gate(Chosen, frozen=True):
    """Weights of the evidence, and the threshold between an answer and a no.

    A passage is shown beside the most probable one only if it is at least `beside` times as probable. What is shown is
    put in order by its odds and `nearness` times its odds by nearness.
    """

    reader: str
    bias: float
    word_similarity: float
    logit: float
    contrast: float
    threshold: float
    beside: float
    nearness: float

    @property
    def weights(self) -> tuple[float, ...]:
        """Weights of the similarity word by word, the reader's logit and the contrast."""
        return self.word_similarity, self.logit, self.contrast


class Raising(Chosen, frozen=True):
    """From which value on what the model hears raises a question's level, or adds the one-line notice (`mention`).

    From `dose` on a question for advice is one about an amount, or how often, and nothing is quoted for it.
    From `named` on suicide or self-harm is named, which brings the notice, too. `model` is the SHA-256 of the model's file
    (see `assistant.raising`).
    """

    model: str
    crisis: float
    mention: float
    emergency: float
    personal_advice: float
    dose: float
    named: float


class Topic(Struct, frozen=True):
    """Something a conversation can be about, and the words that say so; `includes` names topics it is the whole of."""

    name: str
    words: tuple[str, ...]
    includes: tuple[str, ...] = ()


class PolicyFiles(Struct, frozen=True):
    """The texts a policy is read from: policy.toml, rules.toml and, for another locale than its own, that locale's."""

    locale: str
    policy: bytes
    rules: bytes
    own: bytes | None = None


class Policy(Struct, frozen=True):
    """Everything a clinician reviews. `digest` is the SHA-256 of the bytes of all its `files`, in hexadecimal."""

    version: int
    locale: str
    reviewed_by: str
    reviewed_on: str
    wordings: Wordings
    helplines: tuple[Helpline, ...]
    limits: Limits
    nearness: Nearness
    gate: Gate
    raising: Raising
    topics: tuple[Topic, ...]
    rules: Rules
    digest: str
    files: PolicyFiles


def load_policy(data: bytes | None = None, rules: bytes | None = None, locale: str = LOCALE) -> Policy:
    """Return the policy of the given bytes, or of the files that come with Wellcited, as visitors of a locale see it.

    Raises PolicyError, also for a locale one of whose help lines nobody has checked yet.
    """
    data = (_FOLDER / "policy.toml").read_bytes() if data is None else data
    rules = (_FOLDER / "rules.toml").read_bytes() if rules is None else rules
    return policy_of(PolicyFiles(locale, data, rules, _locale_file(locale)))


@lru_cache(maxsize=8)
def policy_of(files: PolicyFiles) -> Policy:
    """Return the policy that these texts are; the same texts are read once. Raises PolicyError."""
    data, rules, own, locale = files.policy, files.rules, files.own, files.locale
    table = {**_parsed(data), **({} if own is None else {"locale": locale})}
    if own is not None:
        local = _parsed(own)
        table["wordings"] = {**_of("policy", table, "wordings", dict), **_of("locale", local, "wordings", dict)}
        table["helplines"] = _of("locale", local, "helplines", list)
    helplines = tuple(_helpline(row) for row in _of("policy", table, "helplines", list))
    for line in helplines:
        if line.verified_on is None:
            raise PolicyError("helplines", "verified_on", line.name, _UNCHECKED.format(line=line, locale=locale))
    return Policy(
        version=_of("policy", table, "version", int),
        locale=locale,
        reviewed_by=_of("policy", table, "reviewed_by", str),
        reviewed_on=_of("policy", table, "reviewed_on", str),
        wordings=_wordings(_of("policy", table, "wordings", dict)),
        helplines=helplines,
        limits=_limits(_of("policy", table, "limits", dict)),
        nearness=_decision(Nearness, "nearness", _of("policy", table, "nearness", dict)),
        gate=_decision(Gate, "gate", _of("policy", table, "gate", dict)),
        raising=_decision(Raising, "raising", _of("policy", table, "raising", dict)),
        topics=tuple(_topic(row) for row in _of("policy", table, "topics", list)),
        rules=_rules(rules),
        digest=_digest(data, rules, *([] if own is None else [own])),
        files=files,
    )


def linked(text: str, helplines: Sequence[Helpline]) -> list[tuple[str, str | None]]:
    """The text in order, in segments, each with where it leads: tel:, sms:, https: or nowhere (None).

    The segments joined are the text. A number said after "text" alone is a text message, every other one a call.
    """
    places = _places(helplines)
    if not places:
        return [(text, None)]
    pattern = "|".join(re.escape(words) for words in sorted(places, key=len, reverse=True))
    segments: list[tuple[str, str | None]] = []
    done = 0
    for found in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text):
        segments += [(text[done : found.start()], None), (found[0], _lead(text[: found.start()], places[found[0]]))]
        done = found.end()
    return [segment for segment in [*segments, (text[done:], None)] if segment[0]]


def _places(helplines: Sequence[Helpline]) -> dict[str, str]:
    """Each number and web address as it stands in a wording, with its link."""
    numbers = {line.number: address_of(line) for line in helplines}
    chats = {line.chat.removeprefix("https://"): line.chat for line in helplines}
    return {words: link for words, link in (numbers | chats).items() if words}


def address_of(line: Helpline) -> str:
    """Return where a line's number leads: a call, or a text message where it takes no calls."""
    digits = re.sub(r"\D", "", line.number)
    return f"tel:{digits}" if "call" in line.how else f"sms:{digits}"


def _lead(before: str, link: str) -> str:
    texting = re.search(r"\btext (?:[A-Z]+ to )?$", before) and not re.search(
        r"\bcall or text $", before, re.IGNORECASE
    )
    return link.replace("tel:", "sms:") if texting else link


def _digest(policy: bytes, *others: bytes) -> str:
    # The lengths keep two different sets of files from reading as the same bytes.
    first = [len(one).to_bytes(8, "big") + one for one in (policy, *others[:-1])]
    return sha256(b"".join(first) + others[-1]).hexdigest()


def locales() -> tuple[str, ...]:
    """Return every locale there are words for, switched on or not."""
    return (LOCALE, *sorted(path.stem for path in _LOCALES.glob("*.toml")))


def _locale_file(locale: str) -> bytes | None:
    """Return the file of a locale; None for that of policy.toml itself."""
    if locale == LOCALE:
        return None
    if locale not in locales():
        raise PolicyError("locale", "WELLCITED_LOCALE", locale, f"use one of {', '.join(locales())}")
    return (_LOCALES / f"{locale}.toml").read_bytes()


def _parsed(data: bytes) -> dict[str, object]:
    try:
        return tomli.loads(data.decode())
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError("policy", "toml", str(error), "write it as TOML in UTF-8") from error


def _rules(data: bytes) -> Rules:
    try:
        return load_rules(data)
    except RulesError as error:
        raise PolicyError(f"rules {error.rule}", error.field, error.value, error.next_step) from error


def _wordings(table: Mapping[str, object]) -> Wordings:
    _only("wordings", table, Wordings)
    texts = {field.name: _of("wordings", table, field.name, str).strip() for field in fields(Wordings)}
    for key, text in texts.items():
        if not text:
            raise PolicyError("wordings", key, text, "write the text; a visitor would see nothing")
    return Wordings(**texts)


def _helpline(row: object) -> Helpline:
    table = _row("helplines", row)
    _only("helplines", table, Helpline)
    line = Helpline(
        name=_of("helplines", table, "name", str),
        number=_of("helplines", table, "number", str),
        how=_texts("helplines", table, "how"),
        hours=_of("helplines", table, "hours", str),
        languages=_texts("helplines", table, "languages"),
        source_url=_of("helplines", table, "source_url", str),
        verified_on=_of("helplines", table, "verified_on", date) if "verified_on" in table else None,
        chat=_of("helplines", table, "chat", str, ""),
        extra=_of("helplines", table, "extra", str, ""),
    )
    if not set(line.how) <= _WAYS:
        raise PolicyError("helplines", "how", line.how, "use call, text or chat")
    if not (line.number or line.chat):
        raise PolicyError("helplines", "number", line.number, f"give {line.name} a number or a chat address")
    if line.number and not re.fullmatch(r"\d[\d -]*", line.number):
        raise PolicyError("helplines", "number", line.number, "write digits, spaces and hyphens only")
    for key, url in (("chat", line.chat), ("source_url", line.source_url)):
        if url and not url.startswith("https://"):
            raise PolicyError("helplines", key, url, "write an address that starts with https://")
    return line


def _limits(table: Mapping[str, object]) -> Limits:
    _only("limits", table, Limits)
    limits = {field.name: _of("limits", table, field.name, int) for field in fields(Limits)}
    for key, number in limits.items():
        if number < 1:
            raise PolicyError("limits", key, number, "write a whole number above 0")
    if limits["triaged_characters"] < limits["question_characters"]:
        raise PolicyError("limits", "triaged_characters", limits["triaged_characters"], "at least question_characters")
    return Limits(**limits)


def _decision(kind: type[Decision], name: str, table: Mapping[str, object]) -> Decision:
    _only(name, table, kind)
    texts = {field.name: _of(name, table, field.name, str) for field in fields(kind) if field.type is str}
    numbers = {field.name: _number(name, table, field.name) for field in fields(kind) if field.name not in texts}
    return kind(**texts, **numbers)  # type: ignore[arg-type]


def _topic(row: object) -> Topic:
    table = _row("topics", row)
    _only("topics", table, Topic)
    includes = _texts("topics", table, "includes") if "includes" in table else ()
    return Topic(_of("topics", table, "name", str), _texts("topics", table, "words"), includes)


def _row(table: str, row: object) -> Mapping[str, object]:
    if not isinstance(row, dict):
        raise PolicyError(table, "(row)", row, f"write each as a [[{table}]] table")
    return row


def _only(table: str, row: Mapping[str, object], kind: type) -> None:
    """Refuses a key nobody reads: a misspelt setting would silently do nothing."""
    known = [field.name for field in fields(kind)]
    for key in row.keys() - set(known):
        raise PolicyError(table, key, row[key], f"use only these keys: {', '.join(known)}")


def _texts(table: str, row: Mapping[str, object], key: str) -> tuple[str, ...]:
    values: list[object] = _of(table, row, key, list)
    if not values or not all(isinstance(value, str) and value for value in values):
        raise PolicyError(table, key, values, "write a list of texts, none of them empty")
    return tuple(map(str, values))


def _number(table: str, row: Mapping[str, object], key: str) -> float:
    """The key's number; a whole one counts, an infinite or undefined one does not."""
    value = row.get(key)
    number = float(value) if isinstance(value, int) and not isinstance(value, bool) else _of(table, row, key, float)
    if not isfinite(number):
        raise PolicyError(table, key, value, "write a finite number")
    return number


def _of(table: str, row: Mapping[str, object], key: str, kind: type[T], default: T | None = None) -> T:
    """The key's value, of the kind it must have; the default where it is left out and there is one."""
    value = row.get(key, default)
    if value is None:
        raise PolicyError(table, key, None, "add the key")
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise PolicyError(table, key, value, f"write it as {kind.__name__}")
    return value
