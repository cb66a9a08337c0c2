"""Words by which an article advertises its publisher; such passages are kept but never answer a question."""

from __future__ import annotations

import re

_CALL = re.compile(
    r"\b(?:contact|call|visit|reach out to|get in touch|schedule|book|request|sign up)\b[^.!?]{0,80}"
    r"\b(?:today|(?-i:us)|our (?:team|clinic|office|practice|staff)|free consultation)\b"
    r"|\binterested in learning more\b"
    r"|\b(?:our|we) (?:clinic|team|practice|providers?|offer|specialize|specialise)\b"
    r"|\bmay be the (?:answer|solution) (?:you|that)\b"
    r"|\b(?:new|promising|first) (?:and promising )?path toward (?:healing|recovery)\b",
    re.IGNORECASE,
)
_NAME = r"(?P<name>(?:[A-Z][\w&’'-]+ ){1,4}[A-Z][\w&’'-]+)"
_CONTACT_NAME = re.compile(rf"\b(?:[Cc]ontact|[Cc]all|[Vv]isit) {_NAME}(?= (?:today|now)\b|[.!])")
_PROVIDER_NAME = re.compile(
    rf"(?<![\w-]){_NAME} (?:provides|offers|specializes|specialises) (?:a|an|you|our|personal|in)\b"
)
# Treatments are written with capitals too; a name made of these words is no publisher.
_TREATMENT = re.compile(r"ketamine|therapy|treatment|serotonin|antidepressant|inhibitor|part|the\b", re.IGNORECASE)


def seller_named(text: str) -> str | None:
    """Name of the clinic a text asks its readers to contact, as written there; None when it names none."""
    for pattern in (_CONTACT_NAME, _PROVIDER_NAME):
        for match in pattern.finditer(text):
            if not _TREATMENT.search(match["name"]):
                return match["name"]
    return None


def names_seller(text: str, seller: str | None) -> bool:
    """Whether a text speaks of the seller by name; `seller` is None where the publisher sells no treatment."""
    return seller is not None and seller.casefold() in text.casefold()


def is_promotional(text: str, seller: str | None = None) -> bool:
    """Whether a text calls readers to the publisher or advertises it."""
    return bool(_CALL.search(text)) or seller_named(text) is not None or names_seller(text, seller)
