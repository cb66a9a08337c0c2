"""Killing a server while it answers, and looking whether every answer that somebody has seen is on record."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from assistant import log
from assistant.schema import answers
from sources.database import open_database, reading
from tests.bench.__main__ import free_port, running
from tests.conftest import awaited

CLIENTS = 8
# Nobody who asks for longer than this is still alive.
_LONGEST_SECONDS = 20.0


@dataclass(frozen=True)
class Killed:
    """What a server that was killed had answered: each answer's id, in the order they arrived."""

    seen: tuple[str, ...]


def kill_while_asking(data: Path, asked: Sequence[str], chance: random.Random) -> Killed:
    """Start a server, ask it questions from several sides, and kill it without warning within a second of the first answer."""
    port = free_port()
    with running((sys.executable, "-m", "web", "serve", "--port", str(port)), port, data) as (pid, _):
        seen = awaited(_asked_until_killed(port, pid, asked, chance))
    return Killed(tuple(seen))


async def _asked_until_killed(port: int, pid: int, asked: Sequence[str], chance: random.Random) -> list[str]:
    seen: list[str] = []
    first = asyncio.Event()

    async def kill() -> None:
        await first.wait()
        await asyncio.sleep(chance.random())
        os.kill(pid, signal.SIGKILL)

    clients = [_ask(port, chance.sample(asked, len(asked)), seen, first) for _ in range(CLIENTS)]
    async with asyncio.timeout(_LONGEST_SECONDS):
        await asyncio.gather(kill(), *clients)
    return seen


async def _ask(port: int, asked: Sequence[str], seen: list[str], first: asyncio.Event) -> None:
    """Ask one question after another until the server is gone; an answer counts once all of it has arrived."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=_LONGEST_SECONDS) as client:
        while True:
            for question in asked:
                try:
                    response = await client.post("/api/ask", json={"question": question})
                except httpx.TransportError:
                    return
                said: dict[str, Any] = response.raise_for_status().json()
                seen.append(said["answer"])
                first.set()


def lost(data: Path, seen: Sequence[str]) -> list[str]:
    """Return the answers somebody has seen that are not on record. Raises `log.LogError` where the log does not verify."""
    engine = open_database(data)
    try:
        with reading(engine) as connection:
            log.verify(connection)
            kept = set(connection.scalars(sa.select(answers.c.id)))
    finally:
        engine.dispose()
    return [one for one in seen if one not in kept]
