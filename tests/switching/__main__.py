"""Publishes 500 times while visitors ask, and looks at every answer they got: `make switching`."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from tests.conftest import wellcited
from tests.switching import prepare, switch_while_asking

TIMES = 500


def main() -> int:
    """Print the figures; the exit status is 1 if one answer is of two editions or shows what was withdrawn."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    with tempfile.TemporaryDirectory(prefix="wellcited-switching-") as folder:
        starter, data = Path(folder) / "starter", Path(folder) / "data"
        wellcited(starter, "starter", "--publish")
        found = switch_while_asking(data, prepare(data, starter / "encoders"), times, random.Random(6), _told)
    sys.stdout.write(
        f"{found.publishes} publishes, {found.answers} answers from {found.editions} editions: {len(found.mixed)} not "
        f"wholly of the edition they name, {len(found.withdrawn)} with a passage that had been withdrawn, {found.failed} "
        "questions without an answer.\n"
    )
    return int(bool(found.mixed or found.withdrawn or found.failed))


def _told(number: int) -> None:
    if number % 50 == 0:
        sys.stdout.write(f"publish {number} ...\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
