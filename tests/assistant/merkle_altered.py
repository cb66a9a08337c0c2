"""Every way in which the published vectors alter a correct proof, named as they name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.verifier import verify_consistency, verify_inclusion


@dataclass(frozen=True)
class Inclusion:
    """What an inclusion proof is checked with; `index` counts from 0."""

    name: str
    index: int
    size: int
    leaf: bytes
    proof: Sequence[bytes]
    root: bytes

    @property
    def holds(self) -> bool:
        return verify_inclusion(self.leaf, self.index, self.size, self.proof, self.root)


@dataclass(frozen=True)
class Consistency:
    """What a consistency proof is checked with."""

    name: str
    first: int
    second: int
    old: bytes
    new: bytes
    proof: Sequence[bytes]

    @property
    def holds(self) -> bool:
        return verify_consistency(self.first, self.second, self.proof, self.old, self.new)


def altered_inclusions(one: Inclusion, empty: bytes, some: bytes, wrong: bytes) -> Iterator[Inclusion]:
    # Where the published numbers are unsigned, one less than 0 is the largest.
    yield replace(one, name="index - 1", index=(one.index - 1) % 2**64)
    yield replace(one, name="index + 1", index=one.index + 1)
    yield replace(one, name="index ^ 2", index=one.index ^ 2)
    yield replace(one, name="size * 2", size=one.size * 2)
    yield replace(one, name="size / 2", size=one.size // 2)
    yield replace(one, name="wrong leaf", leaf=wrong)
    yield replace(one, name="empty root", root=empty)
    yield replace(one, name="random root", root=some)
    for name, proof in _altered(one.proof, [("root", one.root)], bit=8):
        yield replace(one, name=name, proof=proof)
    if len(one.proof) > 1:
        yield replace(one, name="inserted component", proof=[one.proof[0], some, *one.proof[1:]])


def altered_consistencies(one: Consistency, wrong: bytes) -> Iterator[Consistency]:
    yield replace(one, name="size1 - 1", first=one.first - 1)
    yield replace(one, name="size1 + 1", first=one.first + 1)
    yield replace(one, name="size1 ^ 2", first=one.first ^ 2)
    yield replace(one, name="size2 * 2", second=one.second * 2)
    yield replace(one, name="size2 / 2", second=one.second // 2)
    yield replace(one, name="wrong root1", old=wrong)
    yield replace(one, name="wrong root2", new=wrong)
    yield replace(one, name="swapped roots", old=one.new, new=one.old)
    yield replace(one, name="empty proof", proof=[])
    yield replace(one, name="preceding proof[0]", proof=[one.proof[0], *one.proof])
    for name, proof in _altered(one.proof, [("root1", one.old), ("root2", one.new)], bit=16):
        yield replace(one, name=name, proof=proof)


def _altered(proof: Sequence[bytes], roots: Sequence[tuple[str, bytes]], bit: int) -> Iterator[tuple[str, list[bytes]]]:
    for name, garbage in [("garbage", b""), *roots]:
        yield f"trailing {name}", [*proof, garbage]
        yield f"preceding {name}", [garbage, *proof]
    if proof:
        yield "truncated", [*proof[:-1]]
    for place, held in enumerate(proof):
        flipped = bytes([held[0] ^ bit]) + held[1:]
        yield f"modified proof[{place}]", [*proof[:place], flipped, *proof[place + 1 :]]
