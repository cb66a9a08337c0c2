"""Reading each source into the same form: `Material`. The texts stay where they are; only weights leave training."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from index.training.material import (
    Gold,
    Material,
    Piece,
    Question,
    Subject,
    by_key,
    cut,
    is_held,
    overlapping,
    piece,
)
from index.training.rephrase import rephrased
from sources.article import PassageKind
from sources.cleaning import clean
from sources.reading import read
from sources.splitting import split

Row = Mapping[str, Any]
WRITTEN = Path(__file__).resolve().parent / "written"
# A file of articles has one letter for its name.
ARTICLES = tuple(sorted(WRITTEN.glob("?.jsonl")))


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def read_xquad(path: Path) -> Material:
    """Read XQuAD (SQuAD's form): an article is a subject and a paragraph a passage."""
    material = Material("xquad", {})
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        key = str(article["title"])
        pieces = tuple(piece(paragraph["context"], "") for paragraph in article["paragraphs"])
        material.subjects[key] = Subject(key, key.replace("_", " "), pieces, is_held("xquad", key))
        for place, paragraph in enumerate(article["paragraphs"]):
            for qa in paragraph["qas"]:
                spans = tuple((one["answer_start"], one["answer_start"] + len(one["text"])) for one in qa["answers"])
                material.questions.append(Question(qa["question"], key, (Gold(place, spans),)))
    return material


def read_covidqa(papers: Path, questions: Path) -> Material:
    """Read COVID-QA: a paper is a subject, cut into passages."""
    spans: dict[str, list[tuple[int, int]]] = {}
    subjects = []
    for paper in rows(papers):
        key, text = str(paper["id"]), paper["text"]
        spans[key] = cut(text)
        pieces = tuple(piece(text[start:end], "") for start, end in spans[key])
        subjects.append(Subject(key, text.split("\n", 1)[0], pieces, is_held("covidqa", key)))
    material = Material("covidqa", by_key(subjects))
    for row in rows(questions):
        if not row["span_ok"]:
            continue
        start, end = row["start"], row["start"] + len(row["answer"])
        mine = spans[row["doc"]]
        gold = tuple(_gold(place, mine[place], start, end) for place in overlapping(mine, start, end))
        if gold:
            material.questions.append(Question(row["question"], row["doc"], gold))
    return material


def _gold(place: int, span: tuple[int, int], start: int, end: int) -> Gold:
    return Gold(place, ((max(start, span[0]) - span[0], min(end, span[1]) - span[0]),))


def read_medquad(path: Path) -> Material:
    """Read MedQuAD: a condition is a subject; its answers, cut into passages, are told apart by their question's kind."""
    conditions: dict[str, list[Row]] = defaultdict(list)
    for row in rows(path):
        conditions[row["focus"].strip().lower()].append(row)
    material = Material("medquad", {})
    for key, mine in sorted(conditions.items()):
        pieces, kinds = _answers(mine)
        material.subjects[key] = Subject(key, mine[0]["focus"].strip(), tuple(pieces), is_held("medquad", key))
        for kind in sorted(set(kinds)):
            gold = tuple(Gold(place) for place, its in enumerate(kinds) if its == kind)
            asked = next(row["question"] for row in mine if row["qtype"] == kind)
            wordings = rephrased(kind, mine[0]["focus"].strip())
            material.questions.append(Question(_tidy(asked), key, gold, kind=kind, wordings=wordings))
    return material


def _answers(answers: Sequence[Row]) -> tuple[list[Piece], list[str]]:
    """Passages of a condition's answers, each text once, and the kind of question each answers."""
    pieces: list[Piece] = []
    kinds: list[str] = []
    seen: set[str] = set()
    for row in answers:
        for start, end in cut(row["answer"]):
            text = row["answer"][start:end]
            if text not in seen:
                seen.add(text)
                pieces.append(piece(text, ""))
                kinds.append(row["qtype"])
    return pieces, kinds


def _tidy(question: str) -> str:
    return " ".join(question.replace("(are)", "").replace("? ?", "?").replace(" ?", "?").split())


def read_written(files: Sequence[Path]) -> Material:
    """Read the articles written for this project, with questions they answer and near ones they do not."""
    material = Material("written", {})
    for article in (row for file in files for row in rows(file)):
        key = article["id"]
        pieces = tuple(piece(one["text"], one["heading"]) for one in article["passages"])
        material.subjects[key] = Subject(key, article["title"], pieces, is_held("written", key))
        for place, one in enumerate(article["passages"]):
            for asked in one["questions"]:
                gold = _found(pieces[place], place, asked["answer"])
                if gold:
                    material.questions.append(Question(asked["question"], key, (gold,)))
        for one in article["unanswered"]:
            material.questions.append(Question(one["question"], key, (), near=(one["near"],)))
    return material


def read_starter(library: Path, questions: Path, curated: Path) -> Material:
    """Read the starter library with the questions written for training.

    An article is kept aside when its curated questions are of the half that is for reporting.
    """
    aside = {row["article"] for row in rows(curated) if row["half"] == "report"}
    material = Material("starter", by_key(_starter_article(path, aside) for path in sorted(library.glob("*.md"))))
    for row in rows(questions):
        subject = material.subjects[row["article"]]
        answered = row["answer"] is not None
        gold = gold_of(subject.pieces, [row["answer"] if answered else row["near"]])
        if gold and answered:
            material.questions.append(Question(row["question"], subject.key, gold))
        elif gold:
            material.questions.append(Question(row["question"], subject.key, (), near=(gold[0].piece,)))
    return material


def read_curated(library: Material, curated: Path) -> list[Question]:
    """Return the starter library's curated questions of the half for reporting. They are never trained on."""
    found = []
    for row in rows(curated):
        gold = gold_of(library.subjects[row["article"]].pieces, row["gold"])
        if row["half"] == "report" and gold:
            found.append(Question(row["question"], row["article"], gold))
    return found


def _starter_article(path: Path, aside: Collection[str]) -> Subject:
    document = read(path)[0]
    cleaned = clean(document)
    pieces = tuple(
        piece(cleaned.text[span.start : span.end], span.heading[-1] if span.heading else "")
        for span in split(cleaned.text)
        if span.kind is PassageKind.CONTENT
    )
    return Subject(path.stem, cleaned.attributes.title or path.stem, pieces, path.stem in aside)


def gold_of(pieces: Sequence[Piece], answers: Sequence[str]) -> tuple[Gold, ...]:
    """Return the passages in which one of these answers stands word for word."""
    found = []
    for place, own in enumerate(pieces):
        spans = [gold.spans[0] for answer in answers if (gold := _found(own, place, answer))]
        if spans:
            found.append(Gold(place, tuple(spans)))
    return tuple(found)


def _found(own: Piece, place: int, answer: str) -> Gold | None:
    at = own.text.find(answer)
    return Gold(place, ((at, at + len(answer)),)) if at >= 0 else None
