"""Asks 10,000 made-up questions and every curated one, and holds what is shown to the approved texts: `make spans`."""

from __future__ import annotations

import random
import sys
import tempfile
from itertools import islice
from pathlib import Path

from sources.database import open_database, reading
from sources.library import approved_texts
from sources.starter_library import questions
from tests.conftest import wellcited
from tests.spans import hold, made_up
from web.installation import installation
from web.settings import read_settings

COUNT = 10_000


def main() -> int:
    """Print the figures; the exit status is 1 if one passage is not what was approved."""
    with tempfile.TemporaryDirectory(prefix="wellcited-spans-") as folder:
        data = Path(folder) / "data"
        wellcited(data, "starter", "--publish")
        engine = open_database(data)
        with reading(engine) as connection:
            texts = sorted(approved_texts(connection).values())
        made = list(islice(made_up(texts, random.Random(7)), COUNT))
        wrong = 0
        for name, reader, asked in (("made-up", "off", made), ("curated", "on", [one.question for one in questions()])):
            given = read_settings({"WELLCITED_DATA": str(data), "WELLCITED_READER": reader})
            with installation(given, engine) as assistant:
                held = hold(engine, assistant, asked)
            wrong += len(held.wrong)
            sys.stdout.write(
                f"{held.questions} {name} questions, {held.answered} answered, {held.shown} passages shown: "
                f"{len(held.wrong)} differ from what was approved\n"
            )
            sys.stdout.writelines(f"  {one}\n" for one in held.wrong)
            sys.stdout.flush()
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
