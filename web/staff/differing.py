"""What a publish would change: passages that come in, go out, or are there in other words; articles with other details."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from index.edition import Edition
from sources.library import Passage
from web.staff.comparing import alike, compared
from web.staff.pages import ChangedPassage

# A passage that shares less than this with another is not the same in other words.
_SAME_IN_OTHER_WORDS = 0.5


class Changes(Struct, frozen=True):
    """What differs between the live edition and what is approved now; `phrased` counts passages with other phrasings."""

    comes_in: tuple[ChangedPassage, ...] = ()
    goes_out: tuple[ChangedPassage, ...] = ()
    changed: tuple[ChangedPassage, ...] = ()
    details: tuple[str, ...] = ()
    phrased: int = 0


class _Sides(Struct):
    """Passages of one article that are on one side only, in order."""

    gone: list[Passage] = field(default_factory=list)
    new: list[Passage] = field(default_factory=list)


def changes(live: Edition | None, approved: Sequence[Passage]) -> Changes:
    """Compare what is live with what is approved. Without a live edition, all comes in."""
    before = [one.passage for one in live.passages] if live else []
    known, wanted = {one.id for one in before}, {one.id for one in approved}
    sides: dict[str, _Sides] = defaultdict(_Sides)
    for one in before:
        if one.id not in wanted:
            sides[one.article.id].gone.append(one)
    for one in approved:
        if one.id not in known:
            sides[one.article.id].new.append(one)
    pairs, comes_in, goes_out = _paired(sides.values())
    changed = tuple(_shown(new, gone) for gone, new in pairs if gone.text != new.text or gone.heading != new.heading)
    phrasings = {one.id: one.phrasings for one in before}
    phrased = sum(phrasings.get(one.id, ()) != one.phrasings for one in approved)
    details = _details(before, approved)
    return Changes(tuple(map(_shown, comes_in)), tuple(map(_shown, goes_out)), changed, details, phrased)


def _paired(
    sides: Iterable[_Sides],
) -> tuple[list[tuple[Passage, Passage]], list[Passage], list[Passage]]:
    """Find for each new passage the one of its article that it is in other words, if there is one left."""
    pairs: list[tuple[Passage, Passage]] = []
    comes_in: list[Passage] = []
    goes_out: list[Passage] = []
    for side in sides:
        left = list(side.gone)
        for new in side.new:
            shares = [alike(gone.text, new.text) for gone in left]
            most = max(shares, default=0.0)
            if most < _SAME_IN_OTHER_WORDS:
                comes_in.append(new)
            else:
                pairs.append((left.pop(shares.index(most)), new))
        goes_out += left
    return pairs, comes_in, goes_out


def _shown(one: Passage, before: Passage | None = None) -> ChangedPassage:
    title = one.article.attributes.title or one.article.id
    difference = compared(before.text, one.text) if before and before.text != one.text else None
    return ChangedPassage(title, one.heading, one.text, difference)


def _details(before: Sequence[Passage], approved: Sequence[Passage]) -> tuple[str, ...]:
    """Titles of articles that are on both sides with other details."""
    old = {one.article.id: one.article.attributes for one in before}
    new = {one.article.id: one.article.attributes for one in approved}
    return tuple(new[id_].title or id_ for id_ in sorted(new) if id_ in old and old[id_] != new[id_])
