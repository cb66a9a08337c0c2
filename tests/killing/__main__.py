"""Kills a server 200 times while it answers, and looks each time whether an answer was lost: `make kill`."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from sources.starter_library import questions
from tests.bench.__main__ import say
from tests.conftest import wellcited
from tests.killing import kill_while_asking, lost

TIMES = 200


def main() -> int:
    """Print the figures; the exit status is 1 if an answer that arrived is not on record."""
    chance = random.Random(2)
    asked = [one.question for one in questions()]
    seen: list[str] = []
    gone: list[str] = []
    with tempfile.TemporaryDirectory(prefix="wellcited-kill-") as folder:
        data = Path(folder) / "data"
        say("Building the starter library ...")
        wellcited(data, "starter", "--publish")
        for time in range(1, TIMES + 1):
            seen += kill_while_asking(data, asked, chance).seen
            gone = lost(data, seen)
            if gone or time % 20 == 0:
                say(f"killed {time} times: {len(seen)} answers arrived, {len(gone)} of them lost; the log verifies")
            if gone:
                break
    return int(bool(gone))


if __name__ == "__main__":
    sys.exit(main())
