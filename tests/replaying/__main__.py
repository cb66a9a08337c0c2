"""Gives 1,000 answers over three editions again and says how many come out byte for byte as they were: `make replay`."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from sqlalchemy.engine import Engine

from assistant.assistant import QuestionTooLongError
from assistant.curate import withdraw
from assistant.policy import load_policy
from assistant.publish import publish
from assistant.replay import CHANGES, Replayer, answers_between, replay_all
from index.desk import Desk
from index.model import default_model
from index.training.reading import ARTICLES, read_written
from sources.database import open_database, reading
from sources.starter_library import questions
from tests.bench.__main__ import say
from tests.conftest import wellcited
from web.installation import installation
from web.settings import read_settings

COUNT = 1000
EDITIONS = 3


def main() -> int:
    """Print the figures; the exit status is 1 if one answer came out differently, or could not be given again."""
    with tempfile.TemporaryDirectory(prefix="wellcited-replay-") as folder:
        data = Path(folder) / "data"
        say("Building the starter library ...")
        wellcited(data, "starter", "--publish")
        engine = open_database(data)
        asked, outcomes = wording(), Counter[str]()
        for edition in range(EDITIONS):
            share = COUNT // EDITIONS + (edition < COUNT % EDITIONS)
            shown = ask(data, engine, list(islice(asked, share)), outcomes)
            say(f"{sum(outcomes.values())} answers given, over {edition + 1} editions: {dict(outcomes)}")
            withdraw(engine, shown.most_common(1)[0][0], who="replay", why="to make another edition")
            publish(
                engine, data, default_model(), load_policy(), who="replay", why="another edition", override="replay"
            )
        return replayed(data, engine)


def wording() -> Iterator[str]:
    """Curated questions, then those of articles that were written for training, as people put them."""
    yield from (one.question for one in questions())
    yield from (one.text for one in read_written(ARTICLES).questions)


def ask(data: Path, engine: Engine, asked: list[str], outcomes: Counter[str]) -> Counter[str]:
    """Ask, every fourth question as a follow-up to the one before; returns how often each passage was shown."""
    shown: Counter[str] = Counter()
    conversation = None
    with installation(read_settings({"WELLCITED_DATA": str(data)}), engine) as assistant:
        for place, text in enumerate(asked):
            try:
                answer = assistant.answer(text, conversation if place % 4 == 0 else None)
            except QuestionTooLongError:
                continue
            conversation = answer.conversation
            outcomes[answer.outcome.value] += 1
            shown.update(passage.passage_id for passage in answer.passages)
    return shown


def replayed(data: Path, engine: Engine) -> int:
    """Give all of them again."""
    desk = Desk(engine, data)
    desk.look()
    with reading(engine) as connection:
        ids = answers_between(connection, "0", "9")
    with closing(Replayer(engine, data, load_policy(), desk)) as replayer:
        report = replay_all(engine, replayer, ids)
    say(f"{report.same} of {len(report.answers)} come out byte for byte as they were given.")
    say(f"Different: {len(report.different)}. Not told: {dict(report.untold)}.")
    say(f"The same to a visitor on the last edition: {report.unchanged}.")
    for change, changed in report.changed().items():
        say(f"  {len(changed)}: {CHANGES[change]}")
    return int(report.same != len(ids))


if __name__ == "__main__":
    sys.exit(main())
