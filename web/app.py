"""The application: what is opened at the start, which routes there are, and how errors become pages or JSON."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from assistant.assistant import QuestionTooLongError
from assistant.policy import Policy
from assistant.recorder import RecordError
from index.desk import LibraryUnavailableError
from web import api, health
from web.access import public
from web.crowd import Crowd
from web.opening import Opened, opened
from web.problems import MEDIA_TYPE, BadInputError, RecordsUnavailableError, problem_of
from web.protection import PATTERNS, Compressed, Protection, is_for_staff
from web.settings import Settings
from web.staff.addresses import BRING_IN, LIBRARY, LIBRARY_BYTES, UPLOAD_BYTES
from web.staff.provider import Provider

# Pages worked on at a time; the others wait their turn (questions through the interface go to the crowd). More threads
# make no more pages a second on two cores, and each costs memory.
_AT_ONCE = 4
# What a form may hold: 60,000 characters of any script, of which a browser sends up to twelve bytes each.
_FORM_BYTES = 768 * 1024
# Two groups of pages are never made at once: FastAPI silences warnings while it makes a route, and for all threads.
_MAKING = threading.Lock()
# Whoever waits for a server to be ready is served before what it prepares for its first visitors.
_SECONDS_TO_BE_READY = 0.1
STATIC = Path(__file__).parent / "static"
_log = logging.getLogger("wellcited")
_KNOWN = (
    BadInputError,
    HTTPException,
    LibraryUnavailableError,
    QuestionTooLongError,
    RecordError,
    RecordsUnavailableError,
    RequestValidationError,
    SQLAlchemyError,
)


def create_app(settings: Settings) -> FastAPI:
    """Open an installation and make its application."""
    return app_of(opened(settings))


def app_of(installation: Opened) -> FastAPI:
    """Make the application of an installation.

    Nothing that is broken keeps it from starting: the page opens and says what it cannot do.
    """
    settings, assistant = installation.settings, installation.assistant
    policy = assistant.policy
    crowd = Crowd(assistant.answer_together)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = _AT_ONCE
        installation.start()
        closing = threading.Event()

        def prepare() -> None:
            if not closing.wait(_SECONDS_TO_BE_READY):
                assistant.prepare_suggestions(closing)

        preparing = threading.Thread(target=prepare, name="suggestions")
        preparing.start()
        # Not beside the loop: routes are completed there when they are first asked for (see `_MAKING`).
        loading = asyncio.get_running_loop().call_later(_SECONDS_TO_BE_READY, visitors.load)
        yield
        loading.cancel()
        closing.set()
        preparing.join()
        crowd.close()
        installation.close()

    app = FastAPI(
        title="Wellcited",
        version="1",
        description="Answers quoted word for word from approved articles, each with its source and one disclaimer.",
        lifespan=lifespan,
        docs_url=None,  # those pages would load scripts from another site; ours is at /api
        redoc_url=None,
        # An address or an error may hold what a visitor asked: nothing of it goes anywhere.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        middleware=[
            Middleware(
                Protection,
                limit=policy.limits.body_bytes,
                form_limit=_FORM_BYTES,
                limits={BRING_IN: UPLOAD_BYTES, LIBRARY: LIBRARY_BYTES},
                respond=_response,
                sites=settings.sites,
            ),
            Middleware(Compressed),
        ],
        exception_handlers=dict.fromkeys(_KNOWN, _problem),
    )
    # Another network than the machine's is set by whoever tries what fetching does.
    app.state.settings, app.state.engine, app.state.network = settings, installation.engine, None
    app.state.provider = Provider(settings.provider) if settings.provider else None
    app.state.assistant, app.state.crowd = assistant, crowd
    app.include_router(api.router)
    app.include_router(health.router)
    app.router.routes.append(RarePages(app.state))
    visitors = app.router.default = LaterPages(_visitors_pages)
    public(next(route.endpoint for route in app.routes if isinstance(route, Route) and route.path == app.openapi_url))
    app.mount("/static", _Static(directory=STATIC), name="static")
    return app


class LaterPages:
    """An ASGI application of pages that are imported later than the server starts, or when one is first opened."""

    def __init__(self, imported: Callable[[], Sequence[APIRouter]]) -> None:
        """Begin without them; `imported` imports them."""
        self._imported = imported
        self._router: APIRouter | None = None

    def load(self) -> APIRouter:
        """Return all those pages; the first who asks imports them."""
        with _MAKING:
            if self._router is None:
                router = APIRouter()
                for part in self._imported():
                    router.include_router(part)
                self._router = router
            return self._router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to its page."""
        router = self._router
        if router is None:
            router = await to_thread.run_sync(self.load)
        await router(scope, receive, send)


class RarePages(LaterPages, BaseRoute):
    """Pages that are not for visitors: those of staff and clinicians, and `/patterns`.

    What they keep beside what visitors need goes into the application's state.
    """

    def __init__(self, state: State) -> None:
        """Begin without them."""
        super().__init__(self._pages)
        self._state = state

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Take whatever is for staff, or a pattern."""
        path = scope.get("path", "")
        mine = scope["type"] == "http" and (is_for_staff(path) or f"{path}/".startswith(f"{PATTERNS}/"))
        return (Match.FULL if mine else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on to the page."""
        await self(scope, receive, send)

    def _pages(self) -> Sequence[APIRouter]:
        from web import patterns
        from web.review.routers import REVIEW_ROUTERS
        from web.staff.bench import Bench
        from web.staff.routers import STAFF_ROUTERS

        self._state.bench = Bench()
        return (*STAFF_ROUTERS, *REVIEW_ROUTERS, patterns.router)


def _visitors_pages() -> Sequence[APIRouter]:
    from web import receipts, visitor, widget

    return visitor.router, widget.router, receipts.router


class _Static(StaticFiles):
    """Files whose address holds a digest of their content, so that they may be kept for a year."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


async def _problem(request: Request, error: Exception) -> Response:
    return _response(request.scope, error)


def _response(scope: Scope, error: Exception) -> Response:
    """Say what went wrong, as JSON to a program and as a page to a person; report what is a fault of ours."""
    problem = problem_of(error)
    request = Request(scope)
    policy: Policy = request.app.state.assistant.policy
    if problem.status >= 500:
        # The kind and our own reasons only: any other message might hold what a visitor wrote.
        reason = error.reason if isinstance(error, LibraryUnavailableError) else type(error.__cause__ or error).__name__
        _log.error("%s %s: %s", request.method, request.url.path, reason)
    if is_for_staff(scope["path"]):
        from web.staff.problems import staff_response

        return staff_response(request, error, problem)
    if _wants_json(scope):
        return JSONResponse(problem.public(policy), problem.status, media_type=MEDIA_TYPE)
    request.app.router.default.load()
    from web import visitor
    from web.pages import ErrorPage, render

    page = ErrorPage(visitor.frame_of(request), problem.status, problem.title, problem.detail, problem.next_step)
    return HTMLResponse(render(page), problem.status)


def _wants_json(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith("/api/")
