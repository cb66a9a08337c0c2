"""Finds numbers that tell who wrote a text: of telephones, cards, insurances and records.

A number is found by its shape or by the words before it, and where that is not enough it is checked: telephone numbers
with `phonenumbers`, check digits with `stdnum`. A number of nine digits or more that is no quantity is found, known or
not. The text is expected as `assistant.identifiers` expects it, and the same holds of the work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import phonenumbers
from phonenumbers import PhoneNumberType
from stdnum import iban, isbn, luhn
from stdnum.es import dni, nie
from stdnum.ie import pps
from stdnum.mx import curp

from assistant.identifiers import Span

_PHONE, _CARD, _SOCIAL = "phone number", "card number", "social security number"
_RECORD, _NUMBER = "record number", "number"


def numbers(text: str, public: frozenset[str]) -> Iterator[Span]:
    """Numbers that tell who wrote a text, the surest kinds first; `public` holds those that are left, in digits."""
    yield from _named(text, public)
    yield from _coded(text)
    yield from _cards(text)
    yield from _phones(text, public)
    yield from _long(text, public)


# Numbers of records, by the words before them.

_WHOSE = (
    "medical|health|healthcare|patient|hospital|clinic|chart|insurance|insurer|member|membership|subscriber|policy|plan|"
    "group|claim|case|file|account|acct|record|prescription|rx|medicare|medicaid|nhs|passport|drivers?|driver's|driving|"
    "licen[cs]e|tax|employee|student|customer|reference|booking|appointment|beneficiary|enrollee|bank|credit|debit|identity"
)
_WHAT = "medical|health|record|card|file|policy|plan|insurance|licen[cs]e|member|account|patient|care"
_BY_ITSELF = (
    r"ref(?:erence)?(?: ?#| (?:code|numbers?))?|(?:driver'?s )?licen[cs]e|cin|mrn|nhs|emrn|hicn|mbi|medicare|medicaid|passport|"
    r"(?:my|his|her|our|the|patient|member) id|id (?:number|no\.?|card)"
)
_SOCIALLY = (
    r"ssn|social (?:security|insurance)(?: (?:number|no\.?|num|card|#))?|national insurance(?: (?:number|no\.?))?|(?-i:SIN)|"
    r"(?:n[uú]mero de )?seguro social"
)
_IN_SPANISH = (
    r"(?:n[uú]mero|n[º°o]\.?|num\.?) de (?:afiliad[oa]|seguro|(?:la )?seguridad social|historia(?: cl[ií]nica)?|expediente|"
    r"paciente|p[oó]liza|tarjeta(?: sanitaria)?|cuenta|pasaporte|identificaci[oó]n|registro|caso|socio)|"
    r"dni|nie|curp|historia cl[ií]nica|expediente|p[oó]liza"
)
_NAMED = re.compile(
    rf"\b(?:(?P<social>{_SOCIALLY})|(?:{_WHOSE})(?: (?:{_WHAT}))?(?: ?#| (?:numbers?|no\.?|num|nr|id|code|card))|"
    rf"{_BY_ITSELF}|{_IN_SPANISH})(?: (?:number|no\.?|num))? ?(?:(?:is|was|es|are|=|#|-|:) ?){{0,3}}"
    r"(?P<id>[a-z]{0,5}-?\d[0-9a-z]{0,30}(?:[-/. ]?[0-9a-z]{0,6}\d[0-9a-z]{0,30}){0,6})(?!\w)",
    re.IGNORECASE,
)
# What is named like a record and is everybody's: papers, trials, genes, books, medicines.
_EVERYBODYS = re.compile(
    r"(?:nct|pmc|pmid|isrctn|chembl|eudract|doi|rs|ich|icd|dsm|cyp|ssri|snri|covid|sars)[- ]?\d", re.IGNORECASE
)
_YEARS = re.compile(r"(?:19|20)\d\d(?:[ -](?:19|20)?\d\d)*")


def _named(text: str, public: frozenset[str]) -> Iterator[Span]:
    for found in _NAMED.finditer(text):
        start, end = found.span("id")
        if _UNIT.match(text, end) and " " in found["id"]:  # "MRN 123456 20 mg"
            end = text.rindex(" ", start, end)
        number = text[start:end]
        digits = _digits(number)
        telling = found["social"] or "mrn" in found[0].lower() or re.search("[a-z]", number, re.IGNORECASE)
        if len(digits) < (4 if telling else 5) or _YEARS.fullmatch(number) or _EVERYBODYS.match(number):
            continue
        if digits not in public:
            yield start, end, _SOCIAL if found["social"] else _CARD if _is_card(digits) else _RECORD


# Numbers that show by their shape, their letters or a check digit what they are.

_BENEFICIARY = r"[1-9][{letter}][{letter}0-9]\d-?[{letter}][{letter}0-9]\d-?[{letter}]{{2}}\d\d".format(
    letter="AC-HJKMNP-RT-Y"
)
_CODED: tuple[tuple[str, Callable[[str], object], str], ...] = (
    (r"(?<![\w.-])\d{3}([- ])\d\d\1\d{4}(?![\w-]|\.\d)", lambda number: not _round(number), _SOCIAL),
    (rf"\b{_BENEFICIARY}\b", bool, _RECORD),
    (r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]\b", bool, _SOCIAL),  # UK national insurance
    (r"\b\d{8}[ -]?[A-Za-z]\b", dni.is_valid, _RECORD),
    (r"\b[XYZxyz][ -]?\d{7}[ -]?[A-Za-z]\b", nie.is_valid, _RECORD),
    (r"\b\d{7}[A-Wa-w][A-Ia-i]?\b", pps.is_valid, _SOCIAL),
    (r"\b[A-Za-z]{4}\d{6}[HMhm][A-Za-z]{5}[0-9A-Za-z]\d\b", curp.is_valid, _RECORD),
    (r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", iban.is_valid, _RECORD),
    # letters and many digits, as insurers number their members
    (r"\b[A-Za-z]{1,4}-?\d{8,20}\b", lambda number: not _EVERYBODYS.match(number), _RECORD),
)
_COMPILED = tuple((re.compile(pattern), holds, kind) for pattern, holds, kind in _CODED)


def _coded(text: str) -> Iterator[Span]:
    for pattern, holds, kind in _COMPILED:
        for found in pattern.finditer(text):
            if holds(found[0]) and not _UNIT.match(text, found.end()):
                yield found.start(), found.end(), kind


# Payment cards in groups: four of four, or four, six and five. One typed without a gap is known by its check digit.

_GROUPED_CARD = re.compile(
    r"(?<![\w.-])(?:[3-6]\d{3}([ -])\d{4}\1\d{4}\1\d{2,7}|3\d{3}([ -])\d{6}\2\d{4,5})(?![\w-]|\.\d)"
)


def _cards(text: str) -> Iterator[Span]:
    found = (one for one in _GROUPED_CARD.finditer(text) if not _round(one[0]))
    yield from ((one.start(), one.end(), _CARD) for one in found)


# Telephone numbers: the shape of North America, one with a plus, others that ring somewhere, any that is to be called.

_START, _END = r"(?<![\w.+@])(?<!\d[-/])", r"(?![\w@]|[-/.]\d)"
_AMERICAN = re.compile(
    rf"{_START}(?:1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .\-/])\d{{3}}[ .-]?\d{{4}}(?: ?(?:x|ext\.?) ?\d{{1,5}})?{_END}"
)
_PLUS = re.compile(r"\+ ?\d[\d ().\-/]{5,22}\d")
_ELSEWHERE = re.compile(
    rf"{_START}(?:\(?0(?!00)\d{{2,4}}\)?(?:[ .-]\d{{2,6}}){{1,4}}|\(?0\d\)?[ .-]\d{{3,4}}[ .-]\d{{4}}|"
    rf"[6-9]\d\d(?:[ -]\d{{3}}){{2}}|[6-9]\d\d(?:[ -]\d\d){{3}}|[2-9]\d[ -]\d{{4}}[ -]\d{{4}}|"
    rf"1[38]00[ -]\d{{3}}[ -]\d{{3}}){_END}"
)
_CALLING = (
    r"(?:call|phone|tel|telephone|cell|cellphone|mobile|text|sms|fax|whats ?app|reach|ring|dial|contact|my number|"
    r"num(?:ber)?(?::| is)|celular|tel[eé]fono|m[oó]vil|ll[aá]m[a-z]{1,6}|mi n[uú]mero)"
)
_TO_BE_CALLED = re.compile(
    rf"\b{_CALLING}(?!\w)[^\d\n]{{0,24}}?(\+?\(?\d[\d ().-]{{5,18}}\d)(?!\w|[-. ]?\d)", re.IGNORECASE
)
# Whose national numbers are looked for, besides those of North America.
_REGIONS = ("GB", "AU", "NZ", "IE", "ES", "MX")
_FREE_AMERICAN = re.compile(r"1?8(?:00|33|44|55|66|77|88)\d{7}")
_FREE_ELSEWHERE = re.compile(r"0800|0808|0500|0508|1800|[89]00")


def _phones(text: str, public: frozenset[str]) -> Iterator[Span]:
    for found in _PLUS.finditer(text):
        yield from _international(text, found, public)
    shaped = [(found.start(), found.end(), True) for found in _AMERICAN.finditer(text)]
    shaped += [(found.start(), found.end(), _rings(found[0])) for found in _ELSEWHERE.finditer(text)]
    shaped += [(found.start(1), found.end(1), _could_ring(found[1])) for found in _TO_BE_CALLED.finditer(text)]
    for start, end, rings in shaped:
        number = text[start:end]
        if rings and not _round(number) and not _UNIT.match(text, end) and not _public(number, public):
            yield start, end, _PHONE


def _international(text: str, found: re.Match[str], public: frozenset[str]) -> Iterator[Span]:
    """The longest beginning of what follows a plus that is a telephone number somewhere, unless it is a public one."""
    gaps = [found.start() + gap.start() for gap in re.finditer(r"[ ./-]", found[0])]
    for end in (found.end(), *reversed(gaps)):
        number = text[found.start() : end]
        parsed = None if text[end : end + 1].isalnum() else _parsed(number, None)
        if parsed is not None and phonenumbers.is_possible_number(parsed):
            # A help line may have its country's code before it: "+44 116 123".
            if len(_digits(number)) >= 8 and not _public(number, public) and str(parsed.national_number) not in public:
                yield found.start(), end, _PHONE
            return


def _rings(number: str) -> bool:
    parsed = (_parsed(number, region) for region in _REGIONS)
    return any(one is not None and phonenumbers.is_possible_number(one) for one in parsed)


def _could_ring(number: str) -> bool:
    return 7 <= len(_digits(number)) <= 15 and not _YEARS.fullmatch(number)


def _public(number: str, public: frozenset[str]) -> bool:
    """Whether a number is a help line's, or free of charge somewhere: nobody's own number is."""
    digits = _digits(number)
    if digits in public or _FREE_AMERICAN.fullmatch(digits):
        return True
    return bool(_FREE_ELSEWHERE.match(digits)) and any(_is_free(number, region) for region in _REGIONS)


def _is_free(number: str, region: str) -> bool:
    parsed = _parsed(number, region)
    return parsed is not None and phonenumbers.number_type(parsed) == PhoneNumberType.TOLL_FREE


def _parsed(number: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


# Whatever is left that has nine digits or more and is no quantity.

_LONG = re.compile(r"(?<![\w.,/])\d{9,}(?!\w|[.,]\d)")
_QUANTITY = re.compile(r"\d+?0{6,}")
_UNIT = re.compile(
    r" ?(?:%|(?:mg|mcg|µg|μg|ug|g|kg|lbs?|ml|cl|l|iu|units?|ng|nmol|mmol|msec|ms|bpm|mmhg|percent|por ciento|people|"
    r"persons?|personas|patients?|participants?|adults?|children|users?|cases?|milligrams?|micrograms?|years?|weeks?|days?|"
    r"hours?|minutes?|times|dollars|usd|euros?|calories|kcal|steps|cells|neurons?)\b)",
    re.IGNORECASE,
)


def _long(text: str, public: frozenset[str]) -> Iterator[Span]:
    for found in _LONG.finditer(text):
        number = found[0]
        quantity = _QUANTITY.fullmatch(number) or _UNIT.match(text, found.end())
        book = len(number) == 13 and isbn.is_valid(number)
        if not quantity and not book and not _public(number, public):
            yield found.start(), found.end(), _kind_of(number)


def _kind_of(digits: str) -> str:
    if _is_card(digits):
        return _CARD
    return _PHONE if re.fullmatch(r"1?[2-9]\d{9}|0\d{9,10}", digits) else _NUMBER


def _is_card(digits: str) -> bool:
    return 13 <= len(digits) <= 19 and bool(luhn.is_valid(digits))


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _round(number: str) -> bool:
    """Whether it is an amount, "734 000 000", or amounts in a row, all tens: "250 500 1000"."""
    groups = re.findall(r"\d+", number)
    amount = len(groups) > 1 and not any(group.strip("0") for group in groups[1:])
    return amount or all(group.endswith("0") for group in groups)
