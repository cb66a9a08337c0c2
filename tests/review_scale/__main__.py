"""How quick finding answers is among 100,000: `make review-speed`. Answers are generated; nothing of them is real."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Engine

from assistant import recorder
from assistant.review.facts import Wanted, find
from sources.database import open_database, reading, upgrade, writing
from tests.web.review.conftest import record_of

COUNT = 100_000
_AT_A_TIME = 1_000
SEARCHES = {
    "newest": Wanted(),
    "outcome": Wanted(outcome="crisis"),
    "article": Wanted(article="article-7"),
    "passage": Wanted(passage=f"{7:024x}"),
    "rule": Wanted(rule="self-harm"),
    "probability": Wanted(band="near"),
    "feedback": Wanted(feedback="no"),
    "edition": Wanted(edition="e0"),
    "a day": Wanted(since=date(2000, 1, 1), until=date(2100, 1, 1)),
    "words": Wanted(words="question 77"),
    "words that occur nowhere": Wanted(words="nowhere"),
}


def fill(engine: Engine, count: int) -> None:
    """Write answers as the assistant does, many to a transaction."""
    for first in range(0, count, _AT_A_TIME):
        with writing(engine) as connection:
            recorder.write(connection, [record_of(n) for n in range(first, min(count, first + _AT_A_TIME))])


def main() -> None:
    """Fill a database and print how long each kind of search takes, as the middle of five."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder))
        upgrade(engine)
        fill(engine, COUNT)
        with reading(engine) as connection:
            for name, wanted in SEARCHES.items():
                for place in (0, COUNT // 2):
                    taken = []
                    for _ in range(5):
                        began = time.perf_counter()
                        page = find(connection, wanted, 25, before=place)
                        taken.append(time.perf_counter() - began)
                    where = "from the middle" if place else "newest"
                    sys.stdout.write(f"{name:26} {where:16} {sorted(taken)[2] * 1000:7.1f} ms, {len(page.rows)} rows\n")
        engine.dispose()


if __name__ == "__main__":
    main()
