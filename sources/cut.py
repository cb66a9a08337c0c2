"""How a revision is cut into passages, and what people may do to that: pure functions over spans.

The words are never touched. A change takes some spans of the cut away and puts others in their place, which cover the
same words: two passages become one, one becomes two between sentences, or one is marked otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from sources.article import BlockKind, PassageKind, Span
from sources.canonical import BULLET, lines
from sources.library import LibraryError
from sources.sentences import sentence_spans

Cut = tuple[Span, ...]


class Recut(Struct, frozen=True):
    """A change of a cut: these spans give way to those."""

    before: Cut
    after: Cut

    @property
    def backwards(self) -> Recut:
        """The change that undoes this one."""
        return Recut(self.after, self.before)


def changed(cut: Cut, change: Recut) -> Cut:
    """Return the cut after a change. Raises `LibraryError` where it no longer has the spans that are to give way."""
    if not holds(cut, change.before):
        raise LibraryError("the passages were cut anew meanwhile. Load the page again and look at them.")
    kept = [span for span in cut if span not in change.before]
    return tuple(sorted((*kept, *change.after), key=lambda span: span.start))


def holds(cut: Cut, spans: Iterable[Span]) -> bool:
    """Whether all these spans stand in the cut just as they are."""
    return set(spans) <= set(cut)


def joined(text: str, cut: Cut, span: Span) -> Recut:
    """Join a span with the next one. Raises `LibraryError` where there is none, or a heading stands between."""
    after = next((two for one, two in pairwise(cut) if one == span), None)
    if after is None:
        raise LibraryError("the last passage has none after it to be joined with.")
    if text[span.end : after.start].strip():
        raise LibraryError("a heading stands between the two, and a heading is no part of a passage.")
    if span.kind is not after.kind:
        raise LibraryError(f"one is {span.kind} and the other {after.kind}. Mark both alike first.")
    both = replace(span, end=after.end, withheld=span.withheld or after.withheld)
    return Recut((span, after), (both,))


def parted(text: str, span: Span, at: int) -> Recut:
    """Split a span so that its second part begins at this place. Raises `LibraryError` inside a sentence."""
    if at not in boundaries(text, span):
        raise LibraryError("a passage is split between two sentences, never through one. Choose where one begins.")
    end = span.start + len(text[span.start : at].rstrip())
    return Recut((span,), (replace(span, end=end), replace(span, start=at)))


def boundaries(text: str, span: Span) -> tuple[int, ...]:
    """Places in the text at which a span can be split: where each of its sentences but the first begins."""
    words = text[span.start : span.end]
    begins = (_with_bullet(words, start) for start, _ in sentence_spans(words)[1:])
    return tuple(span.start + start for start in begins if start > 0)


def _with_bullet(words: str, start: int) -> int:
    row = words.rfind("\n", 0, start) + 1
    return row if words[row:start] == BULLET else start


def under(text: str, span: Span, heading: Sequence[str]) -> Recut:
    """Put a span under another heading path. Raises `LibraryError` for one that the text does not have."""
    path = tuple(heading)
    if path not in heading_paths(text):
        raise LibraryError("the text has no such heading. Choose one of its own.")
    return _remarked(span, replace(span, heading=path))


def heading_paths(text: str) -> tuple[tuple[str, ...], ...]:
    """Every heading path of a text, in order, with the empty one for passages under none."""
    found: list[tuple[str, ...]] = [()]
    path: list[tuple[int, str]] = []
    for line in lines(text):
        if line.block.kind is BlockKind.HEADING:
            path = [(level, words) for level, words in path if level < line.block.level]
            path.append((line.block.level, line.block.text))
            found.append(tuple(words for _, words in path))
    return tuple(dict.fromkeys(found))


def withheld(span: Span, yes: bool) -> Recut:
    """Keep a span from visitors for now, or let them see it again."""
    return _remarked(span, replace(span, withheld=yes))


def marked(span: Span, kind: PassageKind) -> Recut:
    """Mark a span as promotional or as content."""
    return _remarked(span, replace(span, kind=kind))


def _remarked(span: Span, other: Span) -> Recut:
    if other == span:
        raise LibraryError("that is how it is already. Nothing was changed.")
    return Recut((span,), (other,))


def only_hides(change: Recut) -> bool:
    """Whether a change does nothing but take one passage from view: that need not wait for a second person."""
    if len(change.before) != 1 or len(change.after) != 1:
        return False
    (one,), (other,) = change.before, change.after
    hides = other.withheld > one.withheld or (one.kind is PassageKind.CONTENT and other.kind is PassageKind.PROMOTIONAL)
    return hides and replace(other, kind=one.kind, withheld=one.withheld) == one
