"""Does the reader put the right passages first? MedQuAD's conditions kept aside, all their passages in one pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from msgspec import Struct

from index.fusion import fuse
from index.lexical import LexicalIndex
from index.training.evidence import Measuring
from index.training.material import Material, Question
from index.training.metrics import gain

DEPTH = 30
READ = (6, 10, 20)
RANKINGS = ("lexical", "dense", "fused", *(f"fused + reader of {n}" for n in READ))


class Retrieved(Struct, frozen=True):
    """Of one question: nDCG@10 and whether the first passage is right, for each of RANKINGS."""

    gains: tuple[float, ...]
    hits: tuple[float, ...]


def retrieve(measuring: Measuring, material: Material, count: int) -> list[Retrieved]:
    """Rank the pool for `count` questions about conditions kept aside, each in people's words or as it is in turn."""
    held = [one for one in material.subjects.values() if one.held]
    places = [(one.key, n) for one in held for n in range(len(one.pieces))]
    texts = [f"{material.subjects[key].title}\n{material.subjects[key].pieces[n].text}" for key, n in places]
    measuring.store.add(texts)
    vectors, lexical = measuring.store.of(texts), LexicalIndex.build(texts)
    rows = {place: row for row, place in enumerate(places)}
    random = Random(20)  # noqa: S311 - chance that can be repeated
    questions = random.sample(material.part(held=True), count)
    asked = [random.choice(one.wordings) if one.wordings and n % 2 else one.text for n, one in enumerate(questions)]
    sentences = [own.text[a:b] for one in held for own in one.pieces for a, b in own.sentences]
    measuring.store.add([*asked, *sentences])
    found = []
    for question, text in zip(questions, asked, strict=True):
        near = vectors @ measuring.store.of([text])[0]
        dense = [int(n) for n in np.argsort(-near, kind="stable")[:DEPTH]]
        lexical_rows = [row for row, _ in lexical.search(text, DEPTH)]
        fused = [(one.row, one.weight) for one in fuse({"dense": dense, "lexical": lexical_rows})]
        logits = _logits(measuring, material, text, [places[row] for row, _ in fused[: max(READ)]])
        ranked = [[row for row, _ in fused], *(_read_again(fused, logits, n) for n in READ)]
        found.append(_scored(question, rows, [lexical_rows, dense, *ranked]))
    return found


def _logits(measuring: Measuring, material: Material, text: str, places: Sequence[tuple[str, int]]) -> list[float]:
    windows = [measuring.windows(text, material.subjects[key], [n])[0] for key, n in places]
    return measuring.reader.read(text, windows)


def _read_again(fused: Sequence[tuple[int, float]], logits: Sequence[float], count: int) -> list[int]:
    """The first `count` in the order of their logits, then the rest."""
    order = sorted(range(min(count, len(fused))), key=lambda n: (-logits[n], n))
    return [*(fused[n][0] for n in order), *(row for row, _ in fused[count:])]


def _scored(question: Question, rows: Mapping[tuple[str, int], int], ranked: Sequence[Sequence[int]]) -> Retrieved:
    right = frozenset(rows[(question.subject, gold.piece)] for gold in question.gold)
    return Retrieved(
        tuple(gain(one, right) for one in ranked), tuple(float(bool(one) and one[0] in right) for one in ranked)
    )
