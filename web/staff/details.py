"""The details of an article as a form holds them: title, publisher, dates and the like, checked as they come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlsplit

from msgspec import Struct

from sources.article import Attributes
from web.staff.guard import Visit

_TEXTS = ("title", "publisher", "author", "url", "licence", "funding")
_DAYS = ("published", "reviewed")
_SELLS = {"yes": True, "no": False}
_SAID = {True: "yes", False: "no", None: ""}


class Details(Struct, frozen=True):
    """What somebody typed about an article, what it means, and what is wrong with it, by field."""

    attributes: Attributes
    values: Mapping[str, str]
    errors: Mapping[str, str]


def written_out(attributes: Attributes) -> dict[str, str]:
    """Return what the fields of the form hold at first."""
    values = {name: getattr(attributes, name) or "" for name in _TEXTS}
    values |= {name: day.isoformat() if (day := getattr(attributes, name)) else "" for name in _DAYS}
    return {**values, "sells": _SAID[attributes.sells_treatment]}


def read_details(visit: Visit) -> Details:
    """Read the form; a field that cannot be used keeps what was typed, with the reason."""
    values = {name: " ".join(visit.text(name).split()) for name in (*_TEXTS, *_DAYS, "sells")}
    errors: dict[str, str] = {}
    days = {name: read_day(values[name], name, errors) for name in _DAYS}
    if not values["title"]:
        errors["title"] = "Give the article’s title; visitors see it with every quote."
    if values["url"] and not _is_web_address(values["url"]):
        errors["url"] = "Write the whole address, such as https://clinic.example/article, or leave it empty."
    if values["sells"] not in _SELLS:
        errors["sells"] = "Say whether the publisher sells the treatment; visitors are told."
    attributes = Attributes(
        title=values["title"] or None,
        publisher=values["publisher"] or None,
        author=values["author"] or None,
        url=values["url"] or None,
        published=days["published"],
        reviewed=days["reviewed"],
        licence=values["licence"] or None,
        sells_treatment=_SELLS.get(values["sells"]),
        funding=values["funding"] or None,
    )
    return Details(attributes, values, errors)


def read_day(typed: str, name: str, errors: dict[str, str]) -> date | None:
    """Read a day; None for an empty field, and with an error for what is no day."""
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        errors[name] = f"{typed} is no date. Write it as 2026-11-21, or leave it empty."
        return None


def _is_web_address(typed: str) -> bool:
    try:
        parts = urlsplit(typed)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
