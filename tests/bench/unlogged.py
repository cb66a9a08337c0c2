"""The server of `make bench` that writes nothing down, to say what the durable log costs; nothing but a bench may run it.

python -m tests.bench.unlogged PORT
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from assistant.assistant import Assistant
from assistant.recorder import Record, Recorder
from index.memory import share_heap
from web.app import create_app
from web.settings import read_settings


class Forgetful(Recorder):
    """Forgets every answer."""

    def record(self, records: Sequence[Record], patience: float | None = None) -> None:
        """Do nothing."""


def create() -> FastAPI:
    """Make the application as it is served, but for the log."""
    app = create_app(read_settings())
    logged: Assistant = app.state.assistant
    app.state.assistant._recorder = Forgetful(logged._engine)
    return app


if __name__ == "__main__":
    share_heap()
    port = int(sys.argv[1])
    uvicorn.run(create(), port=port, log_level="warning", access_log=False, server_header=False, proxy_headers=False)
