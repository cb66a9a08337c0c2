"""How long staff wait for their pages over a library of 1,000 articles: `make curating-speed`.

python -m tests.bench.curating [FOLDER]     with the articles (*.md) of a folder in place of generated ones
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sources.database import open_database, reading
from sources.library import overview
from tests.bench.__main__ import generated, say, wellcited
from tests.web.staff.conftest import Browsing, site, somebody
from web.access import Role

ARTICLES, TIMES = 1000, 7
# Beyond this somebody notices that they wait.
MOST_MS = 200.0


def main() -> int:
    """Print the figures; the exit status is 1 if one page takes longer than that in the median."""
    with tempfile.TemporaryDirectory(prefix="wellcited-curating-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        files = (
            sorted(Path(sys.argv[1]).glob("*.md")) if len(sys.argv) > 1 else generated(_made(data / "made"), ARTICLES)
        )
        say(f"importing {len(files)} articles (minutes) ...")
        _imported(data, files)
        engine = open_database(data)
        somebody(engine, "ada", "Ada Ng", *Role)
        with reading(engine) as connection:
            listed = overview(connection)
        article = listed[len(listed) // 2].article_id
        paths = {
            "the list of articles": "/staff/articles",
            "a search in it": "/staff/articles?words=ketamine",
            "one article": f"/staff/articles/{article}",
            "what a publish would change": "/staff/publish",
            "the review queue": "/staff/review-queue",
            "coverage": "/staff/coverage",
            "what visitors could not find": "/staff/misses",
        }
        worst = 0.0
        with _signed_in(data) as browsing:
            for name, path in paths.items():
                took = [_milliseconds(browsing, path) for _ in range(TIMES)]
                worst = max(worst, statistics.median(took))
                say(f"{name}: {statistics.median(took):.0f} ms median, {max(took):.0f} ms at most")
        engine.dispose()
    return int(worst > MOST_MS)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _imported(data: Path, files: Sequence[Path]) -> None:
    for n in range(0, len(files), 100):
        wellcited(data, "import", *map(str, files[n : n + 100]))
    wellcited(data, "approve", "--all", "--as", "bench", "--accept-claims", "bench")
    wellcited(data, "publish")


@contextmanager
def _signed_in(data: Path) -> Iterator[Browsing]:
    for client in site(data):
        browsing = Browsing(client)
        browsing.sign_in("ada")
        yield browsing


def _milliseconds(browsing: Browsing, path: str) -> float:
    began = time.perf_counter()
    browsing.client.get(path).raise_for_status()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
