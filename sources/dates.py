"""Dates as articles print them."""

from __future__ import annotations

import re
from datetime import date, datetime

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
DATE = re.compile(rf"\b(?:{_MONTH} \d{{1,2}},? \d{{4}}|\d{{1,2}} {_MONTH},? \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})\b")
_FORMS = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%Y-%m-%d")


def found_date(text: str) -> date | None:
    """Return the first date printed in a text, or None; a day that does not exist counts as none."""
    match = DATE.search(text)
    if match is None:
        return None
    # "Sept" is no month to strptime, and commas and full stops only decorate.
    plain = re.sub(r"[.,]", "", match[0]).replace("Sept ", "Sep ")
    for form in _FORMS:
        try:
            return datetime.strptime(plain, form).date()
        except ValueError:
            continue
    return None
