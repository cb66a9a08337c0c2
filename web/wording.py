"""How pages write counts, sentences and days: the same on every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, which takes an s for more than one: "1 answer", "1,200 answers"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def sentence(words: object) -> str:
    """Begin words, or what an error says, with a capital letter, and leave the rest as it is."""
    text = str(words)
    return text[:1].upper() + text[1:]


def no_date(text: str) -> str:
    """Say what is wrong with a day."""
    return f"{text} is no date. Write it as 2027-05-31."


def days_of(
    values: Mapping[str, str], names: Iterable[str] = ("since", "until")
) -> tuple[dict[str, date], dict[str, str]]:
    """Return the days that a form names (none for what is left empty), and by field what is wrong with one."""
    days, errors = {}, {}
    for name in names:
        try:
            if typed := values[name].strip():
                days[name] = date.fromisoformat(typed)
        except ValueError:
            errors[name] = no_date(typed)
    return days, errors
