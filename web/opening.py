"""What a server opens before it can answer: database, library, models, policy.

Most of that is work outside Python, on files and models, so that `web.serve` does it beside its imports.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from contextlib import suppress

from msgspec import Struct
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.assistant import Assistant
from assistant.policy import Policy, load_policy
from assistant.raising import RaisingError, shipped
from assistant.recorder import Recorder
from assistant.rounds import Rounds
from index.desk import Desk
from sources.database import DatabaseError, open_database, upgrade
from web.settings import Settings

_log = logging.getLogger("wellcited")


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


class Begun(Struct, frozen=True):
    """What can be opened while a server still imports what answers requests: it is mostly work outside Python."""

    engine: Engine
    desk: Desk
    policy: Policy


def begun(settings: Settings) -> Begun:
    """Open database, library and policy of an installation. Of what cannot be opened it is said why, and the rest is."""
    engine = open_database(settings.data, settings.database_url)
    desk = Desk(engine, settings.data, settings.reads)
    try:
        upgrade(engine)
    except (SQLAlchemyError, DatabaseError) as error:
        _log.error("the database cannot be brought up to date: %s", type(error).__name__)
    desk.look()
    return Begun(engine, desk, load_policy(locale=settings.locale))


def opened(settings: Settings, beside: Future[Begun] | None = None) -> Opened:
    """Open an installation; what has `begun` already is waited for."""
    with suppress(RaisingError):  # the assistant will meet it again, and say so
        shipped()
    begin = beside.result() if beside else begun(settings)
    given = {"policy": begin.policy.digest, "settings": {**settings.given}}
    rounds = Rounds(begin.engine, settings.key_file, settings.keep_days, begin.desk.report, given)
    recorder = Recorder(begin.engine, rounds.written)
    assistant = Assistant(begin.engine, begin.policy, begin.desk, recorder)
    return Opened(settings, begin.engine, begin.desk, recorder, rounds, assistant)
