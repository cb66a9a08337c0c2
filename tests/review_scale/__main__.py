"""How quick finding answers is among 100,000: `make review-speed`. Answers are generated; nothing of them is real."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.engine import Connection, Engine

from assistant import log, recorder
from assistant.circumstances import keep
from assistant.review.counting import by_day
from assistant.review.facts import Wanted, find
from assistant.review.gathering import gather
from assistant.review.recalling import kin_of, recall
from assistant.review.sampling import Drawing, Stratum, draw
from sources.database import open_database, reading, upgrade, writing
from tests.web.review.conftest import UNDER, record_of

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
            keep(connection, [UNDER])
            recorder.write(connection, [record_of(n) for n in range(first, min(count, first + _AT_A_TIME))])


def others(connection: Connection) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what else reads many answers: the recall list of a passage, a sample of each kind, the overview's counts."""
    today, upto = datetime.now(UTC).date(), log.head(connection).seq
    asked = Drawing("a", today - timedelta(90), today, upto, dict.fromkeys(Stratum, 10))
    yield "recall list", lambda: recall(connection, kin_of(connection, f"{7:024x}"))
    yield "sample", lambda: draw(connection, asked)
    yield "overview of 90 days", lambda: by_day(connection, today - timedelta(90), today)


def middle(work: Callable[[], object]) -> float:
    """Return how long something takes, in milliseconds, as the middle of five."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[2] * 1000


def main() -> None:
    """Fill a database and print how long each kind of search takes."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder))
        upgrade(engine)
        began = time.perf_counter()
        fill(engine, COUNT)
        sys.stdout.write(f"{COUNT} answers written in {time.perf_counter() - began:.0f} s\n")
        began = time.perf_counter()
        with reading(engine) as connection:
            gather(connection)
        sys.stdout.write(f"what they are found by gathered in {time.perf_counter() - began:.0f} s\n")
        with reading(engine) as connection:
            for name, wanted in SEARCHES.items():
                for place, where in ((0, "newest"), (COUNT // 2, "from the middle")):
                    taken = middle(partial(find, connection, wanted, 25, before=place))
                    sys.stdout.write(f"{name:26} {where:16} {taken:7.1f} ms\n")
            for name, work in others(connection):
                sys.stdout.write(f"{name:43} {middle(work):7.1f} ms\n")
        engine.dispose()


if __name__ == "__main__":
    main()
