"""Whether the process lives (`/livez`) and whether it can answer questions (`/readyz`), for whatever watches it."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from assistant import schema
from sources.database import writing
from web.access import public

router = APIRouter()

# Below this, the log may soon have no room, and without the log nothing is answered.
_LEAST_FREE_BYTES = 100_000_000


@router.get("/livez", summary="Whether the process runs", response_class=JSONResponse)
@public
def livez() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", summary="Whether questions can be answered", response_class=JSONResponse)
@public
def readyz(request: Request) -> JSONResponse:
    """Check database, library and disk; 503 names what is not ready, with no detail that only staff should see."""
    checks: dict[str, Callable[[Request], str]] = {"database": _database, "library": _library, "disk": _disk}
    found = {name: check(request) for name, check in checks.items()}
    ready = all(state == "ok" for state in found.values())
    return JSONResponse({"status": "ok" if ready else "not ready", "checks": found}, 200 if ready else 503)


def _database(request: Request) -> str:
    try:
        # A write that finds nothing to change shows that an answer could be recorded.
        with writing(request.app.state.engine) as connection:
            connection.execute(schema.endings.delete().where(schema.endings.c.conversation == ""))
    except sa.exc.SQLAlchemyError:
        return "cannot be written"
    return "ok"


def _library(request: Request) -> str:
    return "ok" if request.app.state.assistant.desk.library_if_any() else "unavailable"


def _disk(request: Request) -> str:
    try:
        free = shutil.disk_usage(request.app.state.settings.data).free
    except OSError:
        return "unreadable"
    return "ok" if free >= _LEAST_FREE_BYTES else "almost full"
