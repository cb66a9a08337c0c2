"""An installation, opened: all that works in it while it is served."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct
from sqlalchemy.engine import Engine

from assistant.assistant import Assistant
from assistant.raising import RaisingError, shipped
from assistant.recorder import Recorder
from assistant.rounds import Rounds
from index.desk import Desk
from web.beginning import Begun, begun
from web.settings import Settings


class Opened(Struct, frozen=True):
    """An installation with all that works in it while it is served."""

    settings: Settings
    engine: Engine
    desk: Desk
    recorder: Recorder
    rounds: Rounds
    assistant: Assistant

    def start(self) -> None:
        """Go on watching what is live, and begin the rounds."""
        self.desk.start()
        self.rounds.start()

    def close(self) -> None:
        """Stop watching, write what is not written yet, let go of the database."""
        self.desk.close()
        self.recorder.close()
        self.rounds.close()
        self.engine.dispose()


def opened(settings: Settings, begin: Begun | None = None) -> Opened:
    """Open an installation; what was `begun` beforehand is used."""
    with suppress(RaisingError):  # the assistant will meet it again, and say so
        shipped()
    begin = begin or begun(settings)
    given = {"policy": begin.policy.digest, "settings": {**settings.given}}
    rounds = Rounds(begin.engine, settings.key_file, settings.keep_days, begin.desk.report, given)
    recorder = Recorder(begin.engine, rounds.written)
    assistant = Assistant(begin.engine, begin.policy, begin.desk, recorder)
    return Opened(settings, begin.engine, begin.desk, recorder, rounds, assistant)
