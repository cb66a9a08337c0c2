"""What travels with each passage of an edition: its caveats, and the passages of other articles that differ.

Worked out when a server sees that something changed, so that a question only looks up passages by id. A binding works
at once, as a withdrawal does: to wait for a publish would leave a misleading passage up until someone publishes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from sources.caveats import Found
from sources.pairs import Binding, Settled, Tie, Verdict, bindings, rule_found, settled, sharing_words, texts_of
from sources.warnings import bound_warnings, words_of

BY_CURATOR = "bound by a curator"


class Caveat(Struct, frozen=True):
    """A passage that must be shown right after passage `of`; `because` names the rule, or says a curator bound it."""

    passage_id: str
    of: str
    because: str


class Other(Struct, frozen=True):
    """The other side of a confirmed difference; `sentence` is what stands in it, word for word."""

    difference: str
    passage_id: str
    sentence: str
    because: str


class Companions(Struct, frozen=True):
    """By passage id: caveats in the order to show them (a caveat's own included), the sources that differ, and warnings.

    `blocked` passages must not be shown, for a caveat of theirs cannot be: passage id to the id of that caveat.
    """

    caveats: Mapping[str, tuple[Caveat, ...]] = field(default_factory=dict)
    others: Mapping[str, tuple[Other, ...]] = field(default_factory=dict)
    blocked: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NONE = Companions(*(MappingProxyType({}),) * 4)


def read_companions(connection: Connection, edition: Collection[str], hidden: Collection[str]) -> Companions:
    """Work out what travels with the passages (ids) of an edition; `hidden` are those withdrawn or not approved now."""
    shown = set(edition) - set(hidden)
    cut_anew = sharing_words(connection)
    decided = [two for one in bindings(connection) for two in _in_this_cut(one, cut_anew, edition)]
    direct = direct_caveats(rule_found(connection, edition), decided)
    texts = texts_of(connection, cut_anew)
    differing = [_as_cut(one, cut_anew, edition, texts) for one in settled(connection)]
    warned = _warned(words_of(bound_warnings(connection)), cut_anew, edition)
    return companions(direct, differing, shown, warned)


def _warned(
    bound: Mapping[str, tuple[str, ...]], cut_anew: Mapping[str, Sequence[str]], edition: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return warnings by the passages that hold the words they were written on, in an edition that is cut otherwise."""
    found: dict[str, tuple[str, ...]] = {}
    for id_, words in bound.items():
        for there in _there(id_, cut_anew, edition):
            found[there] = tuple(dict.fromkeys((*found.get(there, ()), *words)))
    return found


def _in_this_cut(one: Binding, cut_anew: Mapping[str, Sequence[str]], edition: Collection[str]) -> Iterator[Binding]:
    """What was decided about two passages, for those that hold their words in an edition that is cut otherwise.

    A caveat that has become part of its passage needs no binding. That two may be shown apart holds for just these two.
    """
    passages, caveats = (_there(id_, cut_anew, edition) for id_ in (one.passage_id, one.caveat_id))
    if one.tie is not Tie.BOUND or (passages, caveats) == ((one.passage_id,), (one.caveat_id,)):
        yield one
        return
    for passage_id in passages:
        for caveat_id in caveats:
            if passage_id not in caveats and caveat_id not in passages:
                yield Binding(passage_id, caveat_id, one.tie)


def _as_cut(
    one: Settled, cut_anew: Mapping[str, Sequence[str]], edition: Collection[str], texts: Mapping[str, str]
) -> Settled:
    """Return a difference between the passages that hold its sentences in an edition that is cut otherwise."""
    first, second = (
        next((id_ for id_ in _there(known, cut_anew, edition) if sentence in texts.get(id_, "")), known)
        for known, sentence in ((one.first_id, one.first_sentence), (one.second_id, one.second_sentence))
    )
    return replace(one, first_id=first, second_id=second)


def _there(id_: str, cut_anew: Mapping[str, Sequence[str]], edition: Collection[str]) -> tuple[str, ...]:
    if id_ in edition:
        return (id_,)
    return tuple(one for one in cut_anew.get(id_, ()) if one in edition) or (id_,)


def direct_caveats(found: Sequence[Found], decided: Sequence[Binding]) -> list[Caveat]:
    """Join what the rules found with what curators decided: theirs comes first, and a rejected one is left out."""
    bound = [Caveat(one.caveat_id, one.passage_id, BY_CURATOR) for one in decided if one.tie is Tie.BOUND]
    known = {(one.passage_id, one.caveat_id) for one in decided}
    by_rule = [
        Caveat(one.caveat_id, one.passage_id, f"rule: {one.rule}")
        for one in found
        if (one.passage_id, one.caveat_id) not in known
    ]
    return [*by_rule, *bound]


def companions(
    direct: Sequence[Caveat],
    decided: Sequence[Settled],
    shown: Collection[str],
    warned: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Companions:
    """Put together what travels with the passages that may be `shown`."""
    by_passage: dict[str, list[Caveat]] = defaultdict(list)
    for caveat in direct:
        by_passage[caveat.of].append(caveat)
    blocked = _blocked(by_passage, shown)
    open_ = set(shown) - blocked.keys()
    caveats = {id_: tuple(_travelling(id_, by_passage, {id_})) for id_ in by_passage if id_ in open_}
    others: dict[str, list[Other]] = defaultdict(list)
    for one in decided:
        if one.verdict is Verdict.CONFIRMED and {one.first_id, one.second_id} <= open_:
            others[one.first_id].append(Other(one.id, one.second_id, one.second_sentence, one.because))
            others[one.second_id].append(Other(one.id, one.first_id, one.first_sentence, one.because))
    warnings = {id_: words for id_, words in warned.items() if id_ in open_}
    return Companions(caveats, {id_: tuple(those) for id_, those in others.items()}, blocked, warnings)


def _blocked(by_passage: Mapping[str, Sequence[Caveat]], shown: Collection[str]) -> dict[str, str]:
    """Passages one of whose caveats cannot be shown, because it is not there or is itself blocked."""
    blocked: dict[str, str] = {}
    before = -1
    while before != len(blocked):
        before = len(blocked)
        for id_ in by_passage.keys() & set(shown) - blocked.keys():
            missing = next((c for c in by_passage[id_] if c.passage_id not in shown or c.passage_id in blocked), None)
            if missing:
                blocked[id_] = missing.passage_id
    return blocked


def _travelling(id_: str, by_passage: Mapping[str, Sequence[Caveat]], seen: set[str]) -> Iterator[Caveat]:
    """Caveats of a passage, each followed by its own; none twice, for two passages may be each other's."""
    for caveat in by_passage.get(id_, ()):
        if caveat.passage_id not in seen:
            seen.add(caveat.passage_id)
            yield caveat
            yield from _travelling(caveat.passage_id, by_passage, seen)
