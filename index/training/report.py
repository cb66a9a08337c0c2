"""The reader's figures on what it was not trained on: `python -m index.training.report --work FOLDER`.

Prints one table a task. n is the number of questions (or pairs); brackets hold 95 % bootstrap intervals.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from index.reader import SHIPPED, Reader, window
from index.training.evidence import MEASURES, Evidence, Measuring, Words
from index.training.material import Question
from index.training.metrics import auc, f1, interval, kept
from index.training.reading import read_curated, rows
from index.training.retrieval import RANKINGS, retrieve
from index.training.sources import CURATED, PUBLIC, Sources, read_sources
from index.training.vectors import VectorStore
from sources.sentences import sentence_spans

Floats = NDArray[np.float64]
TRAPS = Path(__file__).resolve().parents[2] / "assistant" / "evaluation" / "traps.jsonl"
_MEDQUAD, _RETRIEVED = 400, 240


def main(words: Sequence[str] | None = None) -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(prog="python -m index.training.report", description="The reader's figures.")
    parser.add_argument("--work", type=Path, required=True, help="folder for vectors; made if missing")
    parser.add_argument("--reader", type=Path, default=SHIPPED, help="reader folder; the shipped one if left out")
    parser.add_argument("--public", type=Path, default=PUBLIC, help="folder of the public question sets")
    parser.add_argument("--only", nargs="*", default=["answerable", "traps", "retrieval", "sentences"])
    parser.add_argument("--quick", action="store_true", help="a fifth of the questions, and without words' vectors")
    given = parser.parse_args(words)
    measuring = Measuring(Reader.open(given.reader), VectorStore(given.work), None if given.quick else Words())
    part = 5 if given.quick else 1
    sources = read_sources(given.public)
    tables: dict[str, Callable[[], Iterator[str]]] = {
        "answerable": lambda: answerable(measuring, sources, part),
        "traps": lambda: traps(measuring),
        "retrieval": lambda: retrieval(measuring, sources, _RETRIEVED // part),
        "sentences": lambda: sentences(measuring, rows(given.public / "mediqa_mas_val.jsonl")),
    }
    for name in given.only:
        for line in tables[name]():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def held_out(sources: Sources) -> dict[str, tuple[Any, list[Question]]]:
    """Return the questions about subjects kept aside, by the name of their row."""
    medquad = Random(20).sample(sources.medquad.part(held=True), _MEDQUAD)  # noqa: S311
    random = Random(21)  # noqa: S311
    reworded = [replace(one, text=random.choice(one.wordings)) for one in medquad if one.wordings]
    return {
        "XQuAD": (sources.xquad, sources.xquad.part(held=True)),
        "CovidQA": (sources.covidqa, sources.covidqa.part(held=True)),
        "MedQuAD, its words": (sources.medquad, medquad),
        "MedQuAD, people's words": (sources.medquad, reworded),
        "written articles": (sources.written, sources.written.part(held=True)),
        "starter articles": (sources.starter, sources.starter.part(held=True)),
        "starter, curated": (sources.starter, read_curated(sources.starter, CURATED)),
    }


def answerable(measuring: Measuring, sources: Sources, part: int = 1) -> Iterator[str]:
    """Tell answerable from unanswerable about the same subject: AUC, and how many are kept when 90 % are refused."""
    yield "| set | against | n | measure | AUC | kept at 90 % refused |"
    yield "|---|---|---|---|---|---|"
    for name, (material, questions) in held_out(sources).items():
        found = measuring.evidence(material, questions[::part])
        given = [one for one in found if one.given]
        left = [one for one in given if one.without]
        real = [one for one in found if not one.given]
        yield from _rows(name, "its answer taken away", left, left, [one.without for one in left])
        if real:
            yield from _rows(name, "near questions it does not answer", given, real, [one.without for one in real])


def _rows(
    name: str, against: str, given: Sequence[Evidence], others: Sequence[Evidence], left: Sequence[Any]
) -> Iterator[str]:
    yes = np.array([one.given for one in given], dtype=np.float64)
    no = np.array(left, dtype=np.float64)
    columns = {measure: (yes[:, n], no[:, n]) for n, measure in enumerate(MEASURES)}
    columns["all, combined"] = _combined(yes, no, [one.subject for one in (*given, *others)])
    for measure, (mine, theirs) in columns.items():
        cells = [name, against, f"{len(yes)} / {len(no)}", measure, _sure(auc, mine, theirs), _sure(kept, mine, theirs)]
        yield f"| {' | '.join(cells)} |"


def _combined(yes: Floats, no: Floats, subjects: Sequence[str]) -> tuple[Floats, Floats]:
    """Scores of a logistic regression of all measures, for each subject fitted on the others (five parts)."""
    measured, labels = np.concatenate([yes, no]), np.array([1] * len(yes) + [0] * len(no))
    scores = np.zeros(len(labels))
    for fitted, scored in GroupKFold(min(5, len(set(subjects)))).split(measured, labels, subjects):
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(measured[fitted], labels[fitted])
        scores[scored] = model.decision_function(measured[scored])
    return scores[: len(yes)], scores[len(yes) :]


def _sure(measure: Callable[[Floats, Floats], float], yes: Floats, no: Floats) -> str:
    """The measure with its interval; both sides are drawn anew."""
    count = max(len(yes), len(no))
    low, high = interval(lambda draw: measure(yes[draw % len(yes)], no[draw % len(no)]), count)
    return f"{measure(yes, no):.3f} [{low:.3f}, {high:.3f}]"


def traps(measuring: Measuring) -> Iterator[str]:
    """Pairs of questions about one passage that answers only one of them."""
    yield "| traps | n | answered above trap | both right at one threshold | cosine: above | cosine: both |"
    yield "|---|---|---|---|---|---|"
    listed = [row for row in rows(TRAPS) if "trap" in row]
    measuring.store.add(text for row in listed for text in _texts(row))
    scored = {half: [_trap(measuring, row) for row in listed if row["half"] == half] for half in ("tune", "report")}
    limits = [_threshold([one[1][n] for one in scored["tune"]]) for n in range(2)]
    kinds = sorted({kind for kind, _ in scored["report"]})
    for kind in ["all", *kinds]:
        pairs = [values for own, values in scored["report"] if kind in ("all", own)]
        cells = [str(len(pairs))]
        for n in range(2):
            above = np.array([one[n][0] > one[n][1] for one in pairs], dtype=np.float64)
            both = np.array([one[n][0] > limits[n] >= one[n][1] for one in pairs], dtype=np.float64)
            cells += [_share(above), _share(both)]
        yield f"| {' | '.join([kind, *cells])} |"


def _texts(row: dict[str, Any]) -> list[str]:
    text = row["passage"]
    return [row["answered"], row["trap"], text, *(text[a:b] for a, b in sentence_spans(text))]


def _trap(measuring: Measuring, row: dict[str, Any]) -> tuple[str, list[tuple[float, float]]]:
    """Kind, and for logit and cosine what the passage gets from the question it answers and from the trap."""
    text, spans = row["passage"], sentence_spans(row["passage"])
    asked = [row["answered"], row["trap"]]
    vectors = measuring.store.of(asked)
    near = measuring.store.of(text[a:b] for a, b in spans) @ vectors.T
    read = [window(text, row["heading"], spans, near[:, n].tolist()) for n in range(2)]
    logits = [measuring.reader.read(question, [own])[0] for question, own in zip(asked, read, strict=True)]
    cosines = (measuring.store.of([text]) @ vectors.T)[0]
    return row["kind"], [(logits[0], logits[1]), (float(cosines[0]), float(cosines[1]))]


def _threshold(pairs: Sequence[tuple[float, float]]) -> float:
    """The threshold with the most pairs right on both sides."""
    return max((one for pair in pairs for one in pair), key=lambda limit: sum(a > limit >= b for a, b in pairs))


def _share(right: Floats) -> str:
    low, high = interval(lambda draw: float(right[draw].mean()), len(right))
    return f"{right.mean():.3f} [{low:.3f}, {high:.3f}]"


def retrieval(measuring: Measuring, sources: Sources, count: int) -> Iterator[str]:
    """nDCG@10 and first place in one pool of all passages about MedQuAD's conditions kept aside."""
    yield f"| MedQuAD, conditions kept aside (n {count}) | nDCG@10 | first is right | nDCG@10 above dense |"
    yield "|---|---|---|---|"
    found = retrieve(measuring, sources.medquad, count)
    gains = np.array([one.gains for one in found])
    hits = np.array([one.hits for one in found])
    for n, name in enumerate(RANKINGS):
        above = gains[:, n] - gains[:, RANKINGS.index("dense")]
        yield f"| {name} | {_share(gains[:, n])} | {_share(hits[:, n])} | {_share(above)} |"


def sentences(measuring: Measuring, questions: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Pick the sentences that an expert kept (MEDIQA): mean F1 over questions; none of it was trained on."""
    yield "| MEDIQA sentences | F1 |"
    yield "|---|---|"
    asked = [(row["question"], [pair for one in row["answers"] for pair in one["sentences"]], row) for row in questions]
    measuring.store.add(text for question, own, _ in asked for text in (question, *(text for text, _ in own)))
    by_logit, by_cosine, lead, right = [], [], [], []
    for question, own, row in asked:
        texts = [text for text, _ in own]
        by_logit.append(np.array(measuring.reader.read(question, texts)))
        by_cosine.append((measuring.store.of(texts) @ measuring.store.of([question])[0]).astype(np.float64))
        lead.append(_lead(row, 3))
        right.append(frozenset(n for n, (_, chosen) in enumerate(own) if chosen))
    yield f"| first three of each answer | {_share(np.array([f1(a, b) for a, b in zip(lead, right, strict=True)]))} |"
    mixed = [_standard(a) + _standard(b) for a, b in zip(by_logit, by_cosine, strict=True)]
    for name, scores in (("cosine", by_cosine), ("reader", by_logit), ("both, standardised", mixed)):
        yield f"| {name}, share of sentences cross-validated | {_share(_picked(scores, right))} |"


def _lead(row: dict[str, Any], count: int) -> frozenset[int]:
    found, at = set(), 0
    for answer in row["answers"]:
        found |= set(range(at, at + min(count, len(answer["sentences"]))))
        at += len(answer["sentences"])
    return frozenset(found)


def _standard(scores: Floats) -> Floats:
    return np.asarray((scores - scores.mean()) / (scores.std() or 1.0), dtype=np.float64)


def _picked(scores: Sequence[Floats], right: Sequence[frozenset[int]]) -> Floats:
    """F1 of each question with the best share of its sentences picked; the share is chosen on the other parts of five."""
    choices = np.linspace(0.05, 0.95, 19)
    table = np.array(
        [[f1(_top(own, share), truth) for share in choices] for own, truth in zip(scores, right, strict=True)]
    )
    part = np.arange(len(table)) % 5
    found = np.zeros(len(table))
    for n in range(5):
        found[part == n] = table[part == n, table[part != n].mean(axis=0).argmax()]
    return found


def _top(scores: Floats, share: float) -> frozenset[int]:
    count = max(1, round(share * len(scores)))
    return frozenset(int(n) for n in np.argsort(-scores, kind="stable")[:count])


if __name__ == "__main__":
    main()
