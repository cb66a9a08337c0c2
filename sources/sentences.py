"""Where sentences begin and end, by nupunkt's Punkt model, which knows the abbreviations of English prose."""

from __future__ import annotations

from sources.canonical import BULLET


def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Sentences of a passage as spans ``[start, end)``, in order; a list item holds its own sentences.

    Line breaks, bullets and the blanks between sentences belong to no sentence.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for row in text.split("\n"):
        skip = len(BULLET) if row.startswith(BULLET) else 0
        spans += [(start + skip + a, start + skip + b) for a, b in _in_row(row[skip:])]
        start += len(row) + 1
    return tuple(spans)


def _in_row(row: str) -> list[tuple[int, int]]:
    if not row.strip():
        return []
    # Imported late: only what splits an article reads sentences, and to import it takes longer than much else at the start.
    import nupunkt

    return [(a + _indent(row[a:b]), a + len(row[a:b].rstrip())) for a, b in nupunkt.sent_spans(row) if row[a:b].strip()]


def _indent(words: str) -> int:
    return len(words) - len(words.lstrip())
