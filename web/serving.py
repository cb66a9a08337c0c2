"""Running the server: one process, and a sentence that says where it is once it can be opened."""

from __future__ import annotations

import asyncio
import gc
import sys
import time

import uvicorn
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from index.desk import Desk, LibraryUnavailableError
from sources.database import writing
from web.app import app_of
from web.opening import Opened
from web.staff.addresses import people_link
from web.staff.people import LINK_HOURS, first_link


class _Server(uvicorn.Server):
    """Says where to go once the socket is open; a port of 0 is only known then."""

    def __init__(self, config: uvicorn.Config, desk: Desk, engine: Engine) -> None:
        super().__init__(config)
        self._desk, self._engine = desk, engine

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start, then say so."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if not self.started:
            return
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        sys.stdout.write(f"Wellcited is ready. Open http://{host}:{port} in a browser; stop with Ctrl+C.\n")
        try:
            self._desk.library()
        except LibraryUnavailableError as error:
            sys.stdout.write(f"Search is not available: {error.reason}.\n")
        sys.stdout.flush()
        # Whoever waits for the server need not wait for this to be written down.
        asyncio.get_running_loop().run_in_executor(None, self._say_how_staff_begin, f"http://{host}:{port}")
        gc.freeze()
        gc.enable()

    def _say_how_staff_begin(self, address: str) -> None:
        """Give the link that makes the first admin, while there is nobody who can sign in."""
        try:
            with writing(self._engine) as connection:
                token = first_link(connection, int(time.time()))
        except SQLAlchemyError:
            return  # what is wrong with the database is said elsewhere
        if token is not None:
            path = people_link(token)
            sys.stdout.write(
                f"Nobody can sign in yet. Make the first admin, within {LINK_HOURS} hours: {address}{path}\n"
            )
            sys.stdout.flush()


def run(installation: Opened, host: str, port: int) -> None:
    """Serve an installation, until told to stop.

    Requests are not written to any log: they would say who reads about what.
    """
    config = uvicorn.Config(
        app_of(installation),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    _Server(config, installation.desk, installation.engine).run()
