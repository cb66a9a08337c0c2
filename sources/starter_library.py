"""The starter library: sample articles written for this project, and the questions that go with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sources.questions import CuratedQuestion

FOLDER = Path(__file__).parent / "starter"


def article_files() -> list[Path]:
    """Paths of the starter articles, by name."""
    return sorted(FOLDER.glob("*.md"))


def questions() -> list[CuratedQuestion]:
    """Questions that the starter library answers and questions it must refuse, each in its half."""
    return [*_answerable(), *_unanswerable()]


def _answerable() -> Iterator[CuratedQuestion]:
    for row in _rows("answerable.jsonl"):
        gold = [*row["gold"], *(text for other in row.get("also", []) for text in other["gold"])]
        yield CuratedQuestion(row["question"], True, tuple(gold), row["half"])


def _unanswerable() -> Iterator[CuratedQuestion]:
    for row in _rows("unanswerable.jsonl"):
        yield CuratedQuestion(row["question"], False, (), row["half"])


def _rows(name: str) -> Iterator[dict[str, Any]]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
