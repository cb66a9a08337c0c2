"""Read every hostile file while a server answers visitors, and say what came of it: ``make hostile``.

With words, only the files whose names hold one of them: ``python -m tests.hostile laughs ring``. Ends with an error where a
file was neither refused in words nor read, took too long or too much memory, or where visitors waited longer than before.
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.conftest import ROOT, wellcited
from tests.hostile.files import Hostile, hostile
from tests.stories.conftest import served
from tests.stories.staff import PASSWORD, let_in

SECONDS, MEMORY = 15.0, 512 * 1024**2
_QUESTIONS = ("How fast does ketamine work?", "What are SSRIs?", "Can I drive after a session?", "What does it cost?")
_AT_ONCE = 6


@dataclass(frozen=True)
class Result:
    """What reading a file came to."""

    name: str
    said: str
    seconds: float
    memory: int

    @property
    def fault(self) -> str | None:
        """What was wrong with that, in words."""
        if self.seconds > SECONDS or self.memory > MEMORY:
            return f"{self.seconds:.1f} s and {self.memory / 1024**2:.0f} MiB"
        return None if " read, " in self.said or self.said.startswith(f"{self.name}: ") else self.said


@dataclass
class Visitors:
    """Somebody who asks a question every now and then; `waited` are the seconds for each answer."""

    address: str
    waited: list[float] = field(default_factory=list)

    def ask(self, client: httpx.Client, question: str) -> None:
        began = time.monotonic()
        answer = client.post(f"{self.address}/api/ask", json={"question": question})
        assert answer.status_code == 200, answer.text
        self.waited.append(time.monotonic() - began)


@contextmanager
def asking(address: str) -> Iterator[Visitors]:
    """Let visitors ask for as long as the block runs, and at least ten times."""
    visitors, over = Visitors(address), threading.Event()

    def ask() -> None:
        with httpx.Client(timeout=30) as client:
            for question in itertools.cycle(_QUESTIONS):
                visitors.ask(client, question)
                if over.wait(0.2) and len(visitors.waited) >= 10:
                    return

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(ask)
        try:
            yield visitors
        finally:
            over.set()
            running.result()


def read_one(file: Hostile, folder: Path) -> Result:
    """Write a file, read it in a process of its own, and remove it."""
    path = file.write(folder)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.hostile.one", str(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        path.unlink()
    if done.returncode:
        return Result(file.name, f"the reading process failed: {done.stderr[-300:]}", 0.0, 0)
    return Result(file.name, **json.loads(done.stdout))


def send(address: str, files: list[Hostile], folder: Path) -> list[int]:
    """Send files to the page of staff, all at once; returns the status of each answer."""
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=120) as client:
        client.post("/staff/sign-in", data={"name": "kim", "password": PASSWORD})
        token = client.get("/staff/account").text.split('name="form_token" value="')[1].split('"')[0]

        def one(file: Hostile) -> int:
            path = file.write(folder)
            with path.open("rb") as content:
                sent = {"files": (file.name, content)}
                return client.post("/staff/bring-in", data={"form_token": token}, files=sent).status_code

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(one, files))


def prove(chosen: list[Hostile], data: Path, folder: Path) -> list[str]:
    """Try these files; returns what went wrong, and prints the figures."""
    with served(data) as address:
        with asking(address) as before:
            time.sleep(1)
        with asking(address) as meanwhile:
            results = [_told(read_one(file, folder), n, len(chosen)) for n, file in enumerate(chosen, 1)]
        slowest = {one.name for one in sorted(results, key=lambda one: one.seconds)[-_AT_ONCE:]}
        with asking(address) as sending:
            statuses = send(address, [file for file in chosen if file.name in slowest], folder)
    usual, worst = statistics.median(before.waited), max(map(statistics.median, (meanwhile.waited, sending.waited)))
    refused = sum(" read, " not in one.said for one in results)
    _say(f"{len(results)} files: {refused} refused, {len(results) - refused} read.")
    _say(f"At most {max(r.seconds for r in results):.1f} s and {max(r.memory for r in results) / 1024**2:.0f} MiB.")
    _say(
        f"An answer in the middle: {usual * 1000:.0f} ms before, {statistics.median(meanwhile.waited) * 1000:.0f} ms while they"
    )
    _say(
        f"were read, {statistics.median(sending.waited) * 1000:.0f} ms while {_AT_ONCE} were sent at once ({statuses})."
    )
    wrong = [f"{one.name}: {one.fault}" for one in results if one.fault]
    wrong += [f"sent to the page of staff: status {one}" for one in statuses if one not in (303, 413, 422)]
    return wrong + ([f"visitors wait {worst / usual:.1f} times as long"] if worst > 3 * usual + 0.1 else [])


def _told(result: Result, number: int, count: int) -> Result:
    if result.fault or number % 50 == 0:
        _say(f"{number} of {count}: {result.name}, {result.fault or 'as it should be'}")
    return result


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> None:
    """Prove it over the starter library in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="wellcited-hostile-") as name:
        folder, data = Path(name) / "files", Path(name) / "data"
        folder.mkdir()
        wellcited(data, "starter", "--publish")
        let_in(data)
        words = sys.argv[1:]
        wrong = prove([one for one in hostile() if not words or any(word in one.name for word in words)], data, folder)
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
