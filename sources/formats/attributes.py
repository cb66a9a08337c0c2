"""Attributes that a file states by key and value, checked one by one so that an error names the key and the value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from sources.article import Attributes
from sources.formats import UnreadableError
from sources.formats.blocks import tidy

_SHOWN_LENGTH = 60


def attributes(values: Mapping[str, object]) -> Attributes:
    """The attributes in `values`; an absent or empty value is None.

    Raises `UnreadableError` naming a key nobody knows, or a key and the value it cannot have.
    """
    for key in values:
        if key not in _CHECKS:
            raise UnreadableError(f"it has the unknown key {shown(key)}", f"Use only these keys: {', '.join(_CHECKS)}.")
    checked = {key: _CHECKS[key](key, value) for key, value in values.items() if value not in (None, "")}
    return Attributes(**checked)  # type: ignore[arg-type]  # each check returns the type of its field


def shown(value: object) -> str:
    """`value` as an error quotes it: one short line, whatever it is."""
    if isinstance(value, str | int | float | date):
        text = tidy(str(value))
        return f"“{text[:_SHOWN_LENGTH]}…”" if len(text) > _SHOWN_LENGTH else f"“{text}”"
    return f"a {type(value).__name__}"


def _bad(key: str, value: object, next_step: str) -> UnreadableError:
    return UnreadableError(f"its key “{key}” has the value {shown(value)}", next_step)


def _words(key: str, value: object) -> str | None:
    if not isinstance(value, str):
        raise _bad(key, value, f"Write “{key}” as text, in quotation marks where it looks like a number.")
    return tidy(value) or None


def _address(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip().startswith(("https://", "http://")):
        raise _bad(key, value, "Write a whole web address that starts with https://.")
    if len(value.split()) != 1:
        raise _bad(key, value, "Write a web address without spaces.")
    return value.strip()


def _day(key: str, value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip() if isinstance(value, str) else "")
    except ValueError:
        raise _bad(key, value, "Write the date as YYYY-MM-DD.") from None


def _truth(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _bad(key, value, "Write true or false.")
    return value


_CHECKS: dict[str, Callable[[str, object], object]] = {
    "title": _words,
    "publisher": _words,
    "author": _words,
    "url": _address,
    "published": _day,
    "reviewed": _day,
    "licence": _words,
    "sells_treatment": _truth,
    "funding": _words,
    "sample": _truth,
}
