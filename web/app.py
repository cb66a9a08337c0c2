"""The application: what is opened at the start, which routes there are, and how errors become pages or JSON."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from assistant.assistant import Assistant
from assistant.policy import Policy, load_policy
from assistant.recorder import Recorder
from index.desk import Desk
from sources.database import DatabaseError, open_database, upgrade
from web import api, health, views, visitor
from web.pages import ErrorPage, render
from web.problems import MEDIA_TYPE, problem_of
from web.protection import Protection
from web.settings import Settings

# Questions worked on at a time; the others wait their turn. More threads answer no more questions a second on two cores
# and each costs memory (measured: 290 MB at most with 8, 370 MB with anyio's default of 40).
_AT_ONCE = 8
STATIC = Path(__file__).parent / "static"
_log = logging.getLogger("wellcited")


def create_app(settings: Settings) -> FastAPI:
    """Make the application. Nothing that is broken keeps it from starting: the page opens and says what it cannot do."""
    policy = load_policy()
    engine = open_database(settings.data, settings.database_url)
    desk = Desk(engine, settings.data)
    recorder = Recorder(engine)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = _AT_ONCE
        try:
            upgrade(engine)
        except (SQLAlchemyError, DatabaseError) as error:
            _log.error("the database cannot be brought up to date: %s", type(error).__name__)
        desk.start()
        yield
        desk.close()
        recorder.close()
        engine.dispose()

    app = FastAPI(
        title="Wellcited",
        version="1",
        description="Answers quoted word for word from approved articles, each with its source and one disclaimer.",
        lifespan=lifespan,
        docs_url=None,  # those pages would load scripts from another site; ours is at /api
        redoc_url=None,
        middleware=[Middleware(Protection, policy=policy, on_refused=_refused(settings, policy))],
        exception_handlers={
            Exception: _problem,
            HTTPException: _problem,
            RequestValidationError: _problem,
        },
    )
    app.state.settings, app.state.engine = settings, engine
    app.state.assistant = Assistant(engine, policy, desk, recorder)
    for router in (api.router, health.router, visitor.router):
        app.include_router(router)
    app.mount("/static", _Static(directory=STATIC), name="static")
    return app


class _Static(StaticFiles):
    """Files whose address holds a digest of their content, so that they may be kept for a year."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


async def _problem(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    policy: Policy = request.app.state.assistant.policy
    if problem.status >= 500:
        reason = getattr(error, "reason", type(error).__name__)
        _log.error("%s %s: %s", request.method, request.url.path, reason)
    if _wants_json(request.scope):
        return JSONResponse(problem.public(policy), problem.status, media_type=MEDIA_TYPE)
    page = ErrorPage(visitor.frame_of(request), problem.status, problem.title, problem.detail, problem.next_step)
    return HTMLResponse(render(page), problem.status)


def _wants_json(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith("/api/")


def _refused(settings: Settings, policy: Policy):  # type: ignore[no-untyped-def]
    def refused(scope: Scope, public: bytes) -> tuple[str, bytes]:
        if _wants_json(scope):
            return MEDIA_TYPE, public
        frame = views.frame(policy, settings.site_name, settings.contact, scope["state"]["nonce"])
        detail = f"What was sent is larger than {policy.limits.body_bytes:,} bytes."
        page = ErrorPage(frame, 413, "That is too much text", detail, "Go back and ask in 500 characters or fewer.")
        return "text/html; charset=utf-8", render(page).encode()

    return refused
