"""The tree: the published vectors, every proof of small trees, and nothing that passes with a bit changed."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from assistant.merkle import Node, consistency_spans, edge_places, inclusion_spans, span_hash, span_places
from assistant.verifier import EMPTY, edge_root, grown, leaf_hash, node_hash, tree_root
from tests.assistant.merkle_altered import Consistency, Inclusion, altered_consistencies, altered_inclusions

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "merkle_vectors.json").read_text(encoding="utf-8"))
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in VECTORS["leaves"]]
ROOTS = [EMPTY, *map(bytes.fromhex, VECTORS["roots"])]
SOME, EMPTY_ROOT = bytes.fromhex(VECTORS["some_hash"]), bytes.fromhex(VECTORS["empty_root"])
WHOLE = bool(os.environ.get("LOG_PROOF"))
"""Whether everything is tried (`make log-proof`), or every so many of it."""


def rows_over(leaves: list[bytes]) -> dict[int, Node]:
    """What the log stores of each entry."""
    rows: dict[int, Node] = {}
    edge: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        edge = grown(edge, size, leaf)
        rows[size + 1] = Node(leaf, edge[-1])
    return rows


def hashes(rows: dict[int, Node], spans: list[tuple[int, int]]) -> list[bytes]:
    """Put subtrees together from no other rows than those that are said to be needed."""
    return [span_hash(*span, {place: rows[place] for place in span_places(*span)}) for span in spans]


def proofs() -> list[Inclusion]:
    return [
        Inclusion(
            f"{one['index']} in {one['size']}", one["index"], one["size"], LEAVES[one["index"]],
            [bytes.fromhex(held) for held in one["proof"]], ROOTS[one["size"]],
        )
        for one in VECTORS["inclusion"]
    ]  # fmt: skip


def growths() -> list[Consistency]:
    return [
        Consistency(
            f"{one['first']} to {one['second']}", one["first"], one["second"], ROOTS[one["first"]], ROOTS[one["second"]],
            [bytes.fromhex(held) for held in one["proof"]],
        )
        for one in VECTORS["consistency"]
    ]  # fmt: skip


def test_the_published_roots_come_out() -> None:
    assert [tree_root(LEAVES[:size]) for size in range(9)] == ROOTS
    assert EMPTY == EMPTY_ROOT
    single = VECTORS["single_entry"]
    assert leaf_hash(bytes.fromhex(single["data"])).hex() == single["hash"]


def test_the_published_proofs_are_those_we_make_and_hold() -> None:
    rows = rows_over(LEAVES)
    for one in proofs():
        assert hashes(rows, inclusion_spans(one.index + 1, one.size)) == one.proof, one.name
        assert one.holds, one.name
    for two in growths():
        assert hashes(rows, consistency_spans(two.first, two.second)) == two.proof, two.name
        assert two.holds, two.name


def test_every_published_alteration_is_refused() -> None:
    tried = 0
    for one in proofs():
        for other in altered_inclusions(one, EMPTY_ROOT, SOME, bytes.fromhex(VECTORS["wrong_leaf"])):
            assert not other.holds, f"{one.name}: {other.name}"
            tried += 1
    for two in growths():
        # As published: a tree and itself need no proof, so nothing of that one is altered.
        for change in altered_consistencies(two, bytes.fromhex(VECTORS["wrong_root"])) if two.proof else ():
            assert not change.holds, f"{two.name}: {change.name}"
            tried += 1
    # With the 10 correct ones, 4 of a single entry, 12 without a place and 14 more below, 196 in all.
    assert tried == 156


def test_the_published_odd_cases_come_out() -> None:
    single = bytes.fromhex(VECTORS["single_entry"]["hash"])
    held = [Inclusion("", 0, 1, leaf, [], root).holds for root in (single, b"") for leaf in (single, b"")]
    assert held == [True, False, False, False]
    for index, size in VECTORS["no_place"]:
        for leaf, root in ((SOME, b""), (b"", EMPTY_ROOT), (SOME, EMPTY_ROOT)):
            assert not Inclusion("", index, size, leaf, [], root).holds
    for one in VECTORS["more_consistency"]:
        old, new = bytes.fromhex(one["old"]), bytes.fromhex(one["new"])
        found = Consistency("", one["first"], one["second"], old, new, [bytes.fromhex(x) for x in one["proof"]])
        assert found.holds == one["holds"], one


def reference(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word: the tree's definition, not a way to make it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(reference(leaves[:k]), reference(leaves[k:]))


def bits(proof: list[bytes], every: int) -> list[tuple[int, int]]:
    """Places of single bits in a proof, as (hash, bit)."""
    return [divmod(number, 256) for number in range(0, len(proof) * 256, every)]


def flipped(proof: list[bytes], hash_: int, bit: int) -> list[bytes]:
    held = bytearray(proof[hash_])
    held[bit // 8] ^= 1 << bit % 8
    return [*proof[:hash_], bytes(held), *proof[hash_ + 1 :]]


@pytest.mark.parametrize(
    "size", range(1, 301) if WHOLE else [*range(1, 20), 31, 32, 33, 63, 64, 65, 127, 200, 255, 300]
)
def test_every_proof_of_a_tree_holds_and_none_with_a_bit_changed(size: int) -> None:
    dice = random.Random(size)
    leaves = [leaf_hash(dice.randbytes(8)) for _ in range(size)]
    rows = rows_over(leaves)
    roots = (
        [reference(leaves[:n]) for n in range(size + 1)]
        if size < 70
        else [tree_root(leaves[:n]) for n in range(size + 1)]
    )
    assert roots[size] == reference(leaves) == edge_root([rows[place].subtree for place in edge_places(size)])
    every = 1 if WHOLE or size < 8 else 97
    for place in range(1, size + 1):
        one = Inclusion("", place - 1, size, leaves[place - 1], hashes(rows, inclusion_spans(place, size)), roots[size])
        two = Consistency("", place, size, roots[place], roots[size], hashes(rows, consistency_spans(place, size)))
        assert one.holds
        assert two.holds
        for hash_, bit in bits([*one.proof], every):
            assert not Inclusion("", place - 1, size, one.leaf, flipped([*one.proof], hash_, bit), one.root).holds
        for hash_, bit in bits([*two.proof], every):
            assert not Consistency("", place, size, two.old, two.new, flipped([*two.proof], hash_, bit)).holds


def test_a_proof_over_a_million_entries_needs_few_rows() -> None:
    for place in (1, 524_288, 777_777, 1_000_000):
        needed = {row for span in inclusion_spans(place, 1_000_000) for row in span_places(*span)}
        assert len(needed) < 250


@pytest.mark.parametrize("place", [0, 9])
def test_there_is_no_proof_of_a_place_outside(place: int) -> None:
    with pytest.raises(ValueError, match="places 1 to 8"):
        inclusion_spans(place, 8)
    with pytest.raises(ValueError, match="sizes"):
        consistency_spans(place, 8)
