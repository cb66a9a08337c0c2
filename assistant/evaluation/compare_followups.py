"""Follow-ups of general conversations: how near does what we search for come to a person's own rewriting?

    python -m assistant.evaluation.compare_followups FILE [--encoder FOLDER] [--half report]

FILE has a turn a line, as in TREC CAsT 2019 and 2020: `year`, `topic` (the conversation), `turn`, `raw`, `history`,
`rewrite` (by a person) and, where there is one, `automatic_rewrite` (by the track's model). Conversations are halved by
a hash of their name; only the tuning half was ever looked at. Compared are the question as asked, the previous
question joined to it, what we search for, the automatic rewrite and, as the most there is to reach, the person's:

cosine      of its vector and the person's rewrite's
hit@1, MRR  where the person's rewrite of the same turn stands among those of all turns of the file, by cosine
top 10      share of the ten of those nearest to the person's rewrite that are among the ten nearest to it, too
recall      share of the stems of the person's rewrite that it has
precision   share of its stems that the person's rewrite has

Intervals are 95 %, by drawing whole conversations. There is no library, so no topic is ever shown: what is carried is
what the questions themselves say.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from assistant.evaluation.figures import bootstrap
from assistant.evaluation.followups import walk
from assistant.policy import Topic, load_policy
from index.encoder import ExportedEncoder
from index.lexical import stems

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]
ENCODERS = Path("data/encoders")
MEASURES = ("cosine", "hit@1", "MRR", "top 10", "recall", "precision")
_TOP = 10
RAW, JOINED, OURS, AUTOMATIC, MANUAL = "as asked", "previous joined", "ours", "automatic", "by a person"
_DECIMALS = 6


class Turn(Struct, frozen=True):
    """A turn of a conversation: as asked, with the questions before, rewritten by a person, and by a machine."""

    conversation: str
    year: int
    raw: str
    history: tuple[str, ...]
    manual: str
    automatic: str | None

    @property
    def half(self) -> str:
        """Half of the conversation it belongs to."""
        return ("tune", "report")[int(hashlib.sha256(self.conversation.encode()).hexdigest(), 16) % 2]

    @property
    def stands_alone(self) -> bool:
        """Whether a person left it as it was."""
        return self.raw == self.manual


def read(path: Path) -> list[Turn]:
    """Read the turns of a file."""
    return [_turn(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _turn(row: Mapping[str, Any]) -> Turn:
    return Turn(
        conversation=f"{row['year']}-{row['topic']}",
        year=row["year"],
        raw=row["raw"],
        history=tuple(turn["user"] for turn in row["history"]),
        manual=row["rewrite"],
        automatic=row.get("automatic_rewrite"),
    )


def texts_of(turn: Turn, topics: Sequence[Topic]) -> dict[str, str]:
    """Return the turn as each way of rewriting has it."""
    texts = {
        RAW: turn.raw,
        JOINED: " ".join((*turn.history[-1:], turn.raw)),
        OURS: walk((*turn.history, turn.raw), topics, shown=False)[-1].text,
        MANUAL: turn.manual,
    }
    return texts if turn.automatic is None else texts | {AUTOMATIC: turn.automatic}


def word_shares(text: str, wanted: str) -> tuple[float, float]:
    """Return recall and precision of a text's stems against another's; of no stems, everything is right."""
    has, needs = set(stems(text)), set(stems(wanted))
    both = len(has & needs)
    return both / len(needs) if needs else 1.0, both / len(has) if has else 1.0


def compare(
    texts: Sequence[str], turns: Sequence[Turn], vectors: Mapping[str, Vectors], pool: Sequence[str]
) -> Mapping[str, Floats]:
    """Measure texts, one a turn, against the person's rewrites of the same turns, all of which are in the pool.

    `vectors` has the vector of every text and of the pool. Returns each of MEASURES, shape [turns].
    """
    places = {text: n for n, text in enumerate(pool)}
    matrix = np.stack([vectors[text] for text in pool]).astype(np.float64)
    cosine, ranks, overlaps = [], [], []
    for text, turn in zip(texts, turns, strict=True):
        similarities = np.round(matrix @ vectors[text], _DECIMALS)
        right = similarities[places[turn.manual]]
        wanted = _nearest(np.round(matrix @ vectors[turn.manual], _DECIMALS))
        overlaps.append(len(wanted & _nearest(similarities)) / len(wanted))
        cosine.append(right)
        ranks.append(1 + int((similarities > right).sum()))
    shares = np.array([word_shares(text, turn.manual) for text, turn in zip(texts, turns, strict=True)]).reshape(-1, 2)
    rank = np.array(ranks, dtype=np.float64)
    columns = (
        np.array(cosine),
        (rank == 1).astype(np.float64),
        1 / rank,
        np.array(overlaps),
        shares[:, 0],
        shares[:, 1],
    )
    return dict(zip(MEASURES, columns, strict=True))


def _nearest(similarities: Floats) -> set[int]:
    return set(np.argsort(-similarities, kind="stable")[:_TOP].tolist())


def interval(values: Floats, conversations: Sequence[str]) -> tuple[float, float]:
    """Return the 95 % interval of a mean, by drawing whole conversations."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(conversations):
        rows.setdefault(name, []).append(row)
    groups = [np.array(group) for group in rows.values()]
    return bootstrap(
        lambda drawn: float(values[np.concatenate([groups[n] for n in drawn])].mean()), [np.arange(len(groups))]
    )


def report(
    turns: Sequence[Turn], every: Sequence[Turn], topics: Sequence[Topic], encode: Callable[[str], Vectors]
) -> list[str]:
    """Return the figures of these turns; the pool is made of all the rewrites by a person of `every`."""
    rewritten = [texts_of(turn, topics) for turn in turns]
    pool = list(dict.fromkeys(turn.manual for turn in every))
    vectors = {text: encode(text) for text in dict.fromkeys((*pool, *(t for one in rewritten for t in one.values())))}
    needing = [n for n, turn in enumerate(turns) if not turn.stands_alone]
    of_2020 = [n for n in needing if turns[n].automatic is not None]

    def block(title: str, rows: Sequence[int], ways: Iterable[str]) -> list[str]:
        if not rows:
            return []
        some = [turns[n] for n in rows]
        lines = [f"{title} (n = {len(rows)})"]
        for way in ways:
            measured = compare([rewritten[n][way] for n in rows], some, vectors, pool)
            lines.append(f"  {way:16}" + "  ".join(_figure(name, measured[name], some) for name in MEASURES))
        return lines

    ways = (RAW, JOINED, OURS, MANUAL)
    return [
        *block("turns that a person rewrote", needing, ways),
        *block("of these, turns that a machine rewrote too", of_2020, (RAW, JOINED, OURS, AUTOMATIC, MANUAL)),
        *block("all turns", range(len(turns)), ways),
        *_left_alone(turns, rewritten),
    ]


def _figure(name: str, values: Floats, turns: Sequence[Turn]) -> str:
    low, high = interval(values, [turn.conversation for turn in turns])
    return f"{name} {values.mean():.3f} [{low:.3f}, {high:.3f}]"


def _left_alone(turns: Sequence[Turn], rewritten: Sequence[Mapping[str, str]]) -> list[str]:
    lines = []
    for title, later in (("turns that a person left as they were", False), ("of these, turns after the first", True)):
        alone = [n for n, turn in enumerate(turns) if turn.stands_alone and (turn.history or not later)]
        if not alone:
            continue
        left = np.array([float(rewritten[n][OURS] == turns[n].raw) for n in alone])
        lines.append(_figure(f"{title} (n = {len(alone)}), left alone by us", left, [turns[n] for n in alone]))
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of one half of a file."""
    parser = argparse.ArgumentParser(
        prog="python -m assistant.evaluation.compare_followups",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--encoder", type=Path, help=f"an encoder folder; the first of {ENCODERS} if left out")
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    given = parser.parse_args(arguments)
    folder = given.encoder or next((one for one in sorted(ENCODERS.glob("*")) if one.is_dir()), None)
    if folder is None:
        parser.error(f"{ENCODERS} has no encoder: name a folder with --encoder, or run `wellcited publish` first")
    every = read(given.file)
    turns = [turn for turn in every if turn.half == given.half]
    lines = report(turns, every, load_policy().topics, ExportedEncoder.open(folder).encode)
    sys.stdout.write("\n".join([f"{given.file.name}, half: {given.half}", *lines]) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
