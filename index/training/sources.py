"""The sources of the shipped reader, where they lie, and how much of each it sees."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path

from msgspec import Struct

from index.training.groups import Groups
from index.training.material import Material, Question
from index.training.reading import ARTICLES, WRITTEN, read_covidqa, read_medquad, read_starter, read_written, read_xquad
from index.training.train import Share
from index.training.vectors import VectorStore

_ROOT = Path(__file__).resolve().parents[2]
LIBRARY = _ROOT / "sources" / "starter"
CURATED = LIBRARY / "answerable.jsonl"
# Where the public sets lie unless told otherwise; their texts are not part of the project.
PUBLIC = _ROOT.parent / "shared" / "evaluation"

# MedQuAD's templates teach the kind of a question rather than its meaning, so it has the smallest say for its size.
SHARES = {"xquad": 0.10, "covidqa": 0.09, "medquad": 0.21, "written": 0.52, "starter": 0.08}
_MEDQUAD_CONDITIONS = 1200


class Sources(Struct, frozen=True):
    """Everything there is to learn from and to measure with."""

    xquad: Material
    covidqa: Material
    medquad: Material
    written: Material
    starter: Material

    @property
    def all(self) -> tuple[Material, ...]:
        """Every source."""
        return (self.xquad, self.covidqa, self.medquad, self.written, self.starter)


def read_sources(public: Path = PUBLIC) -> Sources:
    """Read every source; `public` is the folder of the public sets."""
    return Sources(
        xquad=read_xquad(public / "xquad.en.json"),
        covidqa=read_covidqa(public / "covidqa_docs.jsonl", public / "covidqa_questions.jsonl"),
        medquad=read_medquad(public / "medquad_dev.jsonl"),
        written=read_written(ARTICLES),
        starter=read_starter(LIBRARY, WRITTEN / "starter.jsonl", CURATED),
    )


def training_questions(material: Material) -> list[Question]:
    """Return the questions that are trained on: of subjects not kept aside; of MedQuAD, some of its conditions."""
    questions = material.part(held=False)
    if material.name != "medquad":
        return questions
    by_subject: dict[str, list[Question]] = defaultdict(list)
    for one in questions:
        by_subject[one.subject].append(one)
    several = [key for key, own in by_subject.items() if len(own) > 1]
    chosen = sorted(several, key=lambda key: hashlib.sha256(key.encode()).hexdigest())[:_MEDQUAD_CONDITIONS]
    return [one for key in chosen for one in by_subject[key]]


def shares(sources: Sources, store: VectorStore) -> list[Share]:
    """Return what training draws from."""
    return [Share(Groups(one, training_questions(one), store), SHARES[one.name]) for one in sources.all]
