"""What is shown with the chosen passages: caveats right after theirs, and the other side of a confirmed difference.

Neither counts towards the most passages shown, and no passage stands twice in an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from assistant.answer import Companion, Quotation, Role
from assistant.compose import quote, quote_passage
from assistant.gate import Judged
from assistant.policy import Wordings
from index.companions import Companions
from index.desk import Library
from sources.library import Passage

Group = tuple[Judged, list[Passage]]
"""A chosen passage, and those of other articles that say the same."""


def accompanied(library: Library, groups: Sequence[Group], most: int, wordings: Wordings) -> tuple[Quotation, ...]:
    """Quote the first `most` of these groups (best first), each followed by what must be shown with it.

    A passage that qualifies another of those is shown after that one, where the better of the two would have stood.
    What a companion is says a wording among its warnings, so that whoever reads only the JSON is told too.
    """
    chosen = {_id(group): group for group in groups}
    shown: dict[str, Quotation] = {}
    counted = 0
    for id_ in _owners_first(library.companions, list(chosen), most):
        if counted == most:
            break
        if id_ not in shown:
            counted += 1
            group = list(_with_companions(library, id_, chosen))
            differ = shows_difference(group)
            for quotation in group:
                warned = library.companions.warnings.get(quotation.passage_id, ())
                shown.setdefault(quotation.passage_id, _told(quotation, differ, wordings, warned))
    return tuple(shown.values())


def shows_difference(passages: Sequence[Quotation]) -> bool:
    """Whether an answer shows both sides of a confirmed difference."""
    return any(one.companion is not None and one.companion.role is Role.DIFFERENCE for one in passages)


def evidence(passages: Sequence[Quotation]) -> list[dict[str, str]]:
    """Return what the log keeps about passages that were not chosen as answers: which, beside which, and why."""
    return [
        {
            "passage": one.passage_id,
            "role": one.companion.role.value,
            "beside": one.companion.beside,
            "because": one.companion.because,
        }
        for one in passages
        if one.companion is not None
    ]


def _told(one: Quotation, differ: bool, wordings: Wordings, warned: tuple[str, ...]) -> Quotation:
    """Say of a caveat what it is; of sources that differ say it of each, for neither is the odd one. Warnings come first."""
    one = replace(one, warnings=(*warned, *one.warnings))
    if one.companion is not None and one.companion.role is Role.CAVEAT:
        return replace(one, warnings=(wordings.caveat, *one.warnings))
    return replace(one, warnings=(wordings.differs, *one.warnings)) if differ else one


def _id(group: Group) -> str:
    return group[0].candidate.listed.id


def _owners_first(companions: Companions, ids: Sequence[str], most: int) -> Iterator[str]:
    """Chosen passages in their order; but before one that qualifies another of the first `most`, that other one."""
    if not companions.caveats:
        yield from ids
        return
    first = ids[:most]
    for id_ in ids:
        yield from (one for one in first if any(c.passage_id == id_ for c in companions.caveats.get(one, ())))
        yield id_


def _with_companions(library: Library, id_: str, chosen: dict[str, Group]) -> Iterator[Quotation]:
    """Quote a passage, its caveats, then each source that differs from it with the caveats of that."""
    yield _quoted(library, id_, chosen)
    yield from _caveats(library, id_, chosen)
    for other in library.companions.others.get(id_, ()):
        why = Companion(Role.DIFFERENCE, id_, f"difference {other.difference}: {other.because}")
        yield replace(_quoted(library, other.passage_id, chosen, other.sentence), companion=why)
        yield from _caveats(library, other.passage_id, chosen)


def _caveats(library: Library, id_: str, chosen: dict[str, Group]) -> Iterator[Quotation]:
    for caveat in library.companions.caveats.get(id_, ()):
        why = Companion(Role.CAVEAT, caveat.of, caveat.because)
        yield replace(_quoted(library, caveat.passage_id, chosen), companion=why)


def _quoted(library: Library, id_: str, chosen: dict[str, Group], sentence: str = "") -> Quotation:
    """Quote a passage; `sentence` is what to mark in it where the question itself did not find it."""
    if id_ in chosen:
        judged, also_in = chosen[id_]
        return quote(library.edition, judged.candidate, also_in)
    edition = library.edition
    listed = edition.passages[edition.rows[id_]]
    start = listed.passage.text.find(sentence) if sentence else -1
    marked = ((start, start + len(sentence)),) if start >= 0 else ()
    return quote_passage(edition, listed, marked)
