"""An assistant over a data folder, for commands that answer questions without serving."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Engine

from assistant.assistant import Assistant
from assistant.policy import load_policy
from assistant.recorder import Recorder
from index.desk import Desk
from web.settings import Settings


@contextmanager
def installation(settings: Settings, engine: Engine) -> Iterator[Assistant]:
    """Yield an assistant with the live edition open; it stops watching and recording at the end."""
    desk = Desk(engine, settings.data, settings.reads)
    desk.look()
    recorder = Recorder(engine)
    try:
        yield Assistant(engine, load_policy(locale=settings.locale), desk, recorder)
    finally:
        recorder.close()
