"""Whatever is joined, split and marked, a cut covers the same words, in order and without overlap, and goes back again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sources import canonical
from sources.article import Block, PassageKind
from sources.cut import Cut, Recut, boundaries, changed, heading_paths, joined, marked, parted, under, withheld
from sources.library import LibraryError
from sources.splitting import split
from tests.sources.test_splitting import BLOCKS


def wanted(text: str, cut: Cut, numbers: Iterator[int]) -> Recut:
    """Choose one of the changes that there are by numbers. Raises `LibraryError` for one that cannot be."""
    span, kind = cut[next(numbers) % len(cut)], next(numbers) % 5
    if kind == 0:
        return joined(text, cut, span)
    if kind == 1:
        places = boundaries(text, span)
        return parted(text, span, places[next(numbers) % len(places)] if places else span.start + 1)
    if kind == 2:
        paths = heading_paths(text)
        return under(text, span, paths[next(numbers) % len(paths)])
    if kind == 3:
        return withheld(span, not span.withheld)
    return marked(span, PassageKind.PROMOTIONAL)


def covered(text: str, cut: Cut) -> str:
    return "".join("".join(text[span.start : span.end].split()) for span in cut)


@settings(max_examples=60)
@given(BLOCKS, st.lists(st.integers(0, 10_000), min_size=45, max_size=45))
def test_any_edits_cover_the_same_words_and_are_undone_one_by_one(blocks: list[Block], chosen: list[int]) -> None:
    text = canonical.compose(blocks)
    first = split(text)
    if not first:
        return
    cut, done, numbers = first, list[Recut](), iter(chosen)
    for _ in range(15):
        try:
            change = wanted(text, cut, numbers)
        except LibraryError:
            continue
        done.append(change)
        cut = changed(cut, change)
        assert covered(text, cut) == covered(text, first)
        assert all(one.end <= other.start for one, other in pairwise(cut))
        assert all(text[span.start : span.end] == text[span.start : span.end].strip() for span in cut)
        # No heading ever gets into a passage.
        assert not any(line.block.kind == "heading" for span in cut for line in _lines(text, span.start, span.end))
    for change in reversed(done):
        cut = changed(cut, change.backwards)
    assert cut == first


def _lines(text: str, start: int, end: int) -> Iterator[canonical.Line]:
    return (line for line in canonical.lines(text) if line.start < end and start < line.end)
