"""Publishing again and again while visitors ask, and looking whether every answer is wholly of one edition.

And whether what was withdrawn is still shown to anybody who asks after the withdrawal returned.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from assistant import curate
from assistant.policy import load_policy
from assistant.publish import publish, roll_back
from index.desk import editions_folder
from index.edition import open_edition
from index.model import default_model
from sources.article import UNKNOWN, Block, BlockKind, Document
from sources.database import open_database
from sources.reading import read
from tests.bench.__main__ import free_port, generated, running
from tests.conftest import wellcited

ARTICLES = 6
VISITORS = 3
_WHO = "switching"
# Every so many publishes a passage is withdrawn, or the edition before made live again.
_WITHDRAWS, _GOES_BACK = 5, 7

# Article, revision, start and end: one place in one approved text.
Place = tuple[str, str, int, int]


@dataclass(frozen=True)
class Seen:
    """An answer as a visitor got it: when it was asked for, in seconds, the edition it names and the places it quotes.

    Without an edition, the question got no answer: the server failed.
    """

    asked: float
    edition: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Found:
    """Over so many publishes and answers, those that are not wholly of the edition they name, and those with what was gone.

    `failed` counts questions that got no answer at all.
    """

    publishes: int
    editions: int
    answers: int
    failed: int
    mixed: tuple[Seen, ...]
    withdrawn: tuple[Seen, ...]


def prepare(data: Path, encoders: Path) -> list[Path]:
    """Publish a small library with an encoder that was prepared before; returns its articles' files."""
    folder = data / "generated"
    folder.mkdir(parents=True)
    (data / "encoders").symlink_to(encoders)
    files = generated(folder, ARTICLES)
    wellcited(data, "import", *map(str, files))
    wellcited(data, "approve", "--all", "--as", _WHO, "--accept-claims", _WHO)
    wellcited(data, "publish")
    return files


def switch_while_asking(
    data: Path,
    files: Sequence[Path],
    times: int,
    chance: random.Random,
    on_publish: Callable[[int], None] = lambda number: None,
) -> Found:
    """Publish so many times, each time with one article changed, while visitors ask without a pause."""
    engine = open_database(data)
    asked = [line for path in files for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 120]
    documents = {path: read(path)[0] for path in files}
    gone: dict[Place, float] = {}
    port = free_port()
    with (
        running((sys.executable, "-m", "web", "serve", "--port", str(port)), port, data),
        _visitors(port, [line[:200] for line in asked], chance) as seen,
    ):
        for time_ in range(1, times + 1):
            on_publish(time_)
            file = files[time_ % len(files)]
            documents[file] = _change(engine, data, file.name, documents[file], time_)
            if time_ % _GOES_BACK == 0:
                roll_back(engine, None, who=_WHO, why=_WHO)
            if time_ % _WITHDRAWS == 0 and seen:
                gone |= _withdraw_one(engine, data, seen, gone, chance)
    engine.dispose()
    failed = sum(not one.edition for one in seen)
    seen = [one for one in seen if one.edition]
    editions = {digest: _places(data, digest) for digest in {one.edition for one in seen}}
    return Found(
        publishes=times,
        editions=len(editions),
        answers=len(seen),
        failed=failed,
        mixed=tuple(one for one in seen if not set(one.places) <= editions[one.edition].keys()),
        withdrawn=tuple(one for one in seen if any(gone.get(place, one.asked) < one.asked for place in one.places)),
    )


@contextmanager
def _visitors(port: int, asked: Sequence[str], chance: random.Random) -> Iterator[list[Seen]]:
    """Ask without a pause, from several sides, until the end; yields what was answered so far."""
    seen: list[Seen] = []
    enough = threading.Event()
    orders = [chance.sample(asked, len(asked)) for _ in range(VISITORS)]
    with ThreadPoolExecutor(VISITORS) as pool:
        visits = [pool.submit(_ask, port, order, seen, enough) for order in orders]
        try:
            yield seen
        finally:
            enough.set()
    for visit in visits:
        visit.result()


def _ask(port: int, asked: Sequence[str], seen: list[Seen], enough: threading.Event) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        while not enough.is_set():
            for question in asked:
                at = time.monotonic()
                answer = client.post("/api/ask", json={"question": question})
                said: dict[str, Any] = answer.json() if answer.is_success else {"edition": "", "passages": []}
                places = tuple(_place(passage) for passage in said["passages"])
                seen.append(Seen(at, said["edition"], places))
                if enough.is_set():
                    return


def _place(passage: dict[str, Any]) -> Place:
    article = passage["article"]
    return article["id"], article["revision"], passage["start"], passage["end"]


def _change(engine: Engine, data: Path, name: str, document: Document, time_: int) -> Document:
    """Bring an article in again with one more sentence, approve it, and publish; returns it as it is now."""
    added = Block(BlockKind.PARAGRAPH, f"Sentence {time_} was added to this article after it had been read once more.")
    document = replace(document, blocks=(*document.blocks, added))
    curate.import_document(engine, document, file_name=name, who=_WHO, given=UNKNOWN)
    curate.approve(engine, None, who=_WHO, why=_WHO, accept=_WHO)
    publish(engine, data, default_model(), load_policy(), who=_WHO, why=_WHO, reads=False)
    return document


def _withdraw_one(
    engine: Engine, data: Path, seen: Sequence[Seen], gone: dict[Place, float], chance: random.Random
) -> dict[Place, float]:
    """Withdraw a passage that was shown just now; returns its place and when the withdrawal had returned."""
    shown = [one for one in seen[-20:] if set(one.places) - gone.keys()]
    if not shown:
        return {}
    one = chance.choice(shown)
    place = next(place for place in one.places if place not in gone)
    curate.withdraw(engine, _places(data, one.edition)[place], who=_WHO, why=_WHO)
    return {place: time.monotonic()}


def _places(data: Path, edition: str) -> dict[Place, str]:
    """The places that an edition may quote, with the ids of their passages."""
    found = {}
    for listed in open_edition(editions_folder(data) / edition).passages:
        passage = listed.passage
        found[passage.article.id, passage.revision, passage.start, passage.end] = passage.id
    return found
