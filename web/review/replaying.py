"""Giving an answer again in a process of its own: `replayed` begins one, `python -m web.review.replaying ID` is it.

It opens an old edition and today's beside the one that serves, which costs memory and seconds; so it runs apart from
the server, below it in rank, one at a time, and not for longer than a minute. It records nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct

from web.settings import Settings, read_settings

_ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
_RANK = 10
_NOT_NOW = "Another answer is being given again just now. Try again in a minute."
_TOO_LONG = f"It took longer than {SECONDS} seconds and was stopped. `wellcited replay ANSWER` has no such limit."
_BROKE_OFF = "The process that gave it again broke off. `wellcited replay ANSWER` says more."


class Again(Struct, frozen=True):
    """What came of giving an answer again.

    `same`: byte for byte the same under its own circumstances; None where that cannot be told, and `why_not` says why.
    `changes` say in words what is different today, and `today` is that answer as `Answer.stored` writes it; both None
    where it cannot be asked again.
    """

    same: bool | None
    why_not: str
    changes: tuple[str, ...] | None
    today: dict[str, Any] | None


class Turns:
    """Lets one replay run at a time; made once a server."""

    def __init__(self) -> None:
        self._taken = False

    async def replayed(self, settings: Settings, answer_id: str) -> Again:
        """Give an answer again; whoever comes while another is at it is told so rather than kept waiting."""
        if self._taken:
            return Again(None, _NOT_NOW, None, None)
        self._taken = True
        try:
            return await _replayed(settings, answer_id)
        finally:
            self._taken = False


async def _replayed(settings: Settings, answer_id: str) -> Again:
    python_path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WELLCITED_")}
    environment = {**kept, **settings.environment, "WELLCITED_DATA": str(settings.data), "PYTHONPATH": python_path}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "web.review.replaying", answer_id, env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        return Again(None, _TOO_LONG, None, None)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = _read(said) if process.returncode == 0 else None
    return found or Again(None, _BROKE_OFF, None, None)


def _read(said: bytes) -> Again | None:
    """Return what the process said; None where it is not that."""
    try:
        found = json.loads(said)
        changes = found["changes"]
        return Again(found["same"], found["why_not"], None if changes is None else tuple(changes), found["today"])
    except (ValueError, KeyError, TypeError):
        return None


def give_again(settings: Settings, answer_id: str) -> Again:
    """Give an answer again, both ways."""
    from assistant.policy import load_policy
    from assistant.replay import CHANGES, Replayer, ReplayError, changes, past, stored_bytes
    from index.desk import Desk, LibraryUnavailableError
    from sources.database import open_database, reading

    engine = open_database(settings.data, settings.database_url)
    desk = Desk(engine, settings.data, settings.reads)
    desk.look()
    policy = load_policy(locale=settings.locale)
    same, why_not, differs, today = None, "", None, None
    with closing(Replayer(engine, settings.data, policy, desk)) as replayer, reading(engine) as connection:
        try:
            one = past(connection, answer_id)
        except ReplayError as error:
            return Again(None, f"It cannot be given again: {error}.", None, None)
        try:
            today = json.loads(stored_bytes(replayer.today(one)))
            differs = tuple(CHANGES[change] for change in changes(one.answer, today))
        except LibraryUnavailableError as error:
            why_not = f"It cannot be asked today: {error}."
        try:
            same = stored_bytes(replayer.then(one)) == one.body
        except ReplayError as error:
            why_not = f"It cannot be given as it was: {error}."
    engine.dispose()
    return Again(same, why_not, differs, today)


def main(answer_id: str) -> None:
    """Give an answer again and say what came of it as one line of JSON."""
    os.nice(_RANK)
    found = give_again(read_settings(), answer_id)
    said = {"same": found.same, "why_not": found.why_not, "changes": found.changes, "today": found.today}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1])
