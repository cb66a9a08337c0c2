"""Planting questions of which every word can be told apart, erasing them, and looking for what is left of them anywhere."""

from __future__ import annotations

import random
import re
import string
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.engine import Engine

from assistant import log
from assistant.erasing import erase_older
from sources.database import open_database, reading
from tests.bench.__main__ import free_port, running
from tests.conftest import wellcited

_AT_ONCE = 8
# Every fifth visitor follows up on a question, and says something about the answer.
_FOLLOWS_UP = 5
# By this every word is found in one pass over a file.
_BEGINNING, _LETTERS = "zqxv", 8
_WORD = re.compile(rf"{_BEGINNING}[a-z]{{{_LETTERS}}}".encode(), re.IGNORECASE)


@dataclass(frozen=True)
class Planted:
    """A made-up word that stands in one question, in what follows up on it, and in what is said about its answer."""

    word: str
    follows_up: bool


def planted(count: int, chance: random.Random) -> list[Planted]:
    """Make up so many words, no two alike."""
    words: set[str] = set()
    while len(words) < count:
        words.add(_BEGINNING + "".join(chance.choices(string.ascii_lowercase, k=_LETTERS)))
    return [Planted(word, n % _FOLLOWS_UP == 0) for n, word in enumerate(sorted(words))]


def ask(port: int, plants: Sequence[Planted]) -> None:
    """Ask a running server, several visitors at once."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda one: _ask(client, one), plants))


def _ask(client: httpx.Client, plant: Planted) -> None:
    first = _answer(client, {"question": f"Can ketamine help with {plant.word} at night?"})
    if plant.follows_up:
        _answer(client, {"question": f"And for {plant.word} in the morning?", "conversation": first["conversation"]})
        words = {"helpful": "no", "reason": "unclear", "words": f"It says nothing about {plant.word}."}
        client.post(f"/answers/{first['answer']}/feedback", data=words).raise_for_status()


def _answer(client: httpx.Client, question: dict[str, str]) -> dict[str, str]:
    said: dict[str, str] = client.post("/api/ask", json=question).raise_for_status().json()
    return said


@dataclass(frozen=True)
class Remains:
    """Where words were found while they were kept, and after their erasure: by file, the words it holds."""

    before: Mapping[str, Sequence[str]]
    after: Mapping[str, Sequence[str]]


def plant_and_erase(data: Path, plants: Sequence[Planted], url: str = "", cluster: Path | None = None) -> Remains:
    """Ask a server about every word, erase it all while the server runs, export what can be exported, and look for the words.

    Looks through the data folder, with what the server printed and the exports, and through the `cluster` of files of a
    PostgreSQL. Raises `log.LogError` where the log does not verify afterwards.
    """
    folders = [data] if cluster is None else [data, cluster]
    engine, port = open_database(data, url or None), free_port()
    arguments = (sys.executable, "-m", "web", "serve", "--port", str(port))
    with (data / "server.log").open("wb") as said, running(arguments, port, data, url=url, said=said):
        ask(port, plants)
        written_out(engine)
        before = left(plants, folders)
        assert erase_older(engine, 0).journal_too
        written_out(engine)
        for form in ("bundle", "csv", "jsonl", "fhir"):
            wellcited(data, "log", "export", "--format", form, "--out", str(data / f"log-{form}"), url=url)
        questions = ("log", "export", "--format", "csv", "--with-questions", "--out", str(data / "log-questions"))
        wellcited(data, *questions, url=url)
        (data / "feedback.json").write_text(wellcited(data, "feedback", "--json", url=url), encoding="utf-8")
        after = left(plants, folders)
    with reading(engine) as connection:
        log.verify(connection)
    engine.dispose()
    return Remains(before, {**after, **left(plants, folders)})


def written_out(engine: Engine) -> None:
    """Have PostgreSQL write everything into its files, and remove those of its write-ahead log that are over."""
    if engine.dialect.name != "postgresql":
        return
    with reading(engine) as connection:
        connection.exec_driver_sql("ALTER SYSTEM SET wal_recycle = off")
        connection.exec_driver_sql("ALTER SYSTEM SET max_wal_size = '32MB'")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
        for _ in range(2):
            connection.exec_driver_sql("SELECT pg_switch_wal()")
            connection.exec_driver_sql("CHECKPOINT")


def left(plants: Sequence[Planted], folders: Sequence[Path]) -> dict[str, list[str]]:
    """Return for each file under the folders which of the words it holds, in any case of letters; files with none left out."""
    words, found = {one.word for one in plants}, {}
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        # A running database makes and removes files of its own.
        with suppress(FileNotFoundError):
            held = words & {word.decode().lower() for word in _WORD.findall(path.read_bytes())}
            if held:
                found[str(path)] = sorted(held)
    return found
