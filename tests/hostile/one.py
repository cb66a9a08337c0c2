"""Read one file and say in JSON how that went: ``python -m tests.hostile.one FILE``.

A process of its own, for what a child used at most is known only as the most that any of one's children used.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from sources.reading import ReadingError, read


def main(path: Path) -> None:
    """Print the outcome, the seconds, and the most memory that the reading child held, in bytes."""
    start = time.monotonic()
    try:
        documents = read(path)
        said = f"{len(documents)} read, {sum(len(one.blocks) for one in documents)} blocks"
    except ReadingError as error:
        said = str(error)
    seconds = time.monotonic() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    json.dump({"said": said, "seconds": seconds, "memory": memory}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
