"""Follow-up questions of our own: is the right topic carried, and is a question that stands by itself left alone?

    python -m assistant.evaluation.followups [--half tune]

A line of `followups.jsonl` has the turns before, the question, whether it stands alone, the topic to be shown (left out
where more than one would do) and words that the searched text must or must not have ("a|b": either). There is no
library here: every subject counts as one that the passage shown first speaks of, too.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from assistant.evaluation.figures import wilson
from assistant.policy import Topic, load_policy
from assistant.recall import Recalled, Turn, recall, settled

FILE = Path(__file__).parent / "followups.jsonl"
NOT_JUDGED = "-"
_WORDS_TO_SPARE = 2


class FollowUp(Struct, frozen=True):
    """A labelled follow-up; `topic` is NOT_JUDGED where more than one would do."""

    half: str
    shape: str
    before: tuple[str, ...]
    question: str
    standalone: bool
    topic: str | None
    must: tuple[str, ...]
    must_not: tuple[str, ...]


class Judged(Struct, frozen=True):
    """Whether the searched text, and the topic, are as they should be; None where the topic is not judged."""

    searched: bool
    topic: bool | None


def read(path: Path = FILE) -> list[FollowUp]:
    """Read labelled follow-ups, one a line."""
    return [_follow_up(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _follow_up(row: dict[str, Any]) -> FollowUp:
    return FollowUp(
        half=row["half"],
        shape=row["shape"],
        before=tuple(row["before"]),
        question=row["question"],
        standalone=row["standalone"],
        topic=row.get("topic", NOT_JUDGED),
        must=tuple(row["must"]),
        must_not=tuple(row["must_not"]),
    )


def walk(questions: Iterable[str], topics: Sequence[Topic], *, shown: bool = True) -> list[Recalled]:
    """Ask questions one after another; `shown` is whether passages that speak of the subject were shown."""
    before: list[Turn] = []
    found: list[Recalled] = []
    for question in questions:
        recalled = recall(question, before, topics)
        topic = recalled.topic
        if topic is None and shown:
            topic = settled(recalled, recalled.subject).topic
        found.append(Recalled(topic, recalled.text, recalled.subject))
        before.insert(0, Turn(recalled.text, topic, question))
    return found


def judge(one: FollowUp, recalled: Recalled) -> Judged:
    """Hold what was recalled against the label."""
    return Judged(_is_searched_right(one, recalled.text), _is_topic_right(one, recalled.topic))


def _is_searched_right(one: FollowUp, text: str) -> bool:
    if one.standalone:
        return text == one.question
    has = [re.search(rf"\b(?:{word})", text, re.I) is not None for word in one.must]
    return all(has) and not any(re.search(rf"\b{re.escape(word)}", text, re.I) for word in one.must_not)


def _is_topic_right(one: FollowUp, topic: str | None) -> bool | None:
    if one.topic == NOT_JUDGED:
        return None
    if one.topic is None or topic is None:
        return one.topic is topic
    wanted, shown = one.topic.casefold().split(), topic.casefold()
    return all(word in shown for word in wanted) and len(shown.split()) <= len(wanted) + _WORDS_TO_SPARE


def lines(rows: Sequence[FollowUp], topics: Sequence[Topic]) -> list[str]:
    """Return the figures of some follow-ups, a line each: all of them, then by shape."""
    judged = [judge(one, walk([*one.before, one.question], topics)[-1]) for one in rows]
    shapes = list(dict.fromkeys(one.shape for one in rows))
    kinds = [
        ("standalone, left alone", [two.searched for one, two in zip(rows, judged, strict=True) if one.standalone]),
        ("follow-up, made whole", [two.searched for one, two in zip(rows, judged, strict=True) if not one.standalone]),
        ("topic as labelled", [two.topic for two in judged if two.topic is not None]),
        *(
            (shape, [two.searched for one, two in zip(rows, judged, strict=True) if one.shape == shape])
            for shape in shapes
        ),
    ]
    return [_line(name, right) for name, right in kinds]


def _line(name: str, right: Sequence[bool]) -> str:
    low, high = wilson(sum(right), len(right))
    return f"{name:24} {sum(right):3} of {len(right):3}   95 % interval {low:.2f} to {high:.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of one half."""
    parser = argparse.ArgumentParser(prog="python -m assistant.evaluation.followups", description=__doc__)
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    half = parser.parse_args(arguments).half
    rows = [one for one in read() if one.half == half]
    sys.stdout.write("\n".join([f"half: {half}", *lines(rows, load_policy().topics)]) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
