"""Proofs from what the log stores: RFC 6962 over rows that each hold a leaf and the largest perfect subtree ending there.

Places count from 1, as the log's entries do. Any subtree is put together from few rows, so a proof over a million
entries reads some hundred of them and nothing is ever worked out from the whole log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from assistant.verifier import node_hash

Span = tuple[int, int]
"""The entries of a subtree: after the first place, up to and with the second."""


class Node(Struct, frozen=True):
    """What a row holds: the hash of its entry, and that of the largest perfect subtree its entry is the last of."""

    leaf: bytes
    subtree: bytes


def edge_places(size: int) -> list[int]:
    """Return the places whose subtrees are the right edge of a tree of this size, largest first."""
    places = []
    while size:
        places.append(size)
        size &= size - 1
    return places[::-1]


def inclusion_spans(place: int, size: int) -> list[Span]:
    """Return the subtrees whose hashes show the entry at `place` in a tree of this size, from the leaf to the root."""
    if not 0 < place <= size:
        raise ValueError(f"place {place}: the tree has places 1 to {size}")
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left(end - start)
        beside, (start, end) = ((start, middle), (middle, end)) if place > middle else ((middle, end), (start, middle))
        spans.append(beside)
    return spans[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """Return the subtrees whose hashes show that the tree of `second` entries begins with that of `first`."""
    if not 0 < first <= second:
        raise ValueError(f"sizes {first} and {second}: the first is at least 1 and at most the second")
    spans: list[Span] = []
    start, end, whole = 0, second, True
    while first < end:
        middle = start + _left(end - start)
        if first <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, whole = middle, False
    if not whole:
        spans.append((start, end))
    return spans[::-1]


def span_places(start: int, end: int) -> Iterator[int]:
    """Name the rows from which the hash of a subtree is put together."""
    while True:
        yield end
        if _held(start, end):
            return
        middle = start + _left(end - start)
        yield from span_places(start, middle)
        start = middle


def span_hash(start: int, end: int, rows: Mapping[int, Node]) -> bytes:
    """Return the hash of a subtree from the rows that `span_places` names."""
    if end - start == 1:
        return rows[end].leaf
    if _held(start, end):
        return rows[end].subtree
    middle = start + _left(end - start)
    return node_hash(span_hash(start, middle, rows), span_hash(middle, end, rows))


def _held(start: int, end: int) -> bool:
    """Whether the row at `end` holds this very subtree."""
    return end - start in (1, end & -end)


def _left(count: int) -> int:
    """Return how many entries the left half has: the largest power of two below the count."""
    return 1 << (count - 1).bit_length() - 1
