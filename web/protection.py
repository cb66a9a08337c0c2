"""What surrounds every response: security headers with a fresh nonce, a limit on what may be sent, and compression."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.embedding import frame_ancestors, framing_headers
from web.problems import BodyTooLargeError

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# With no referrer at all a browser does not say which page a form came from, and those of staff are checked for that.
_STAFF_HEADERS = {"Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}

_CACHE = b"cache-control"


def content_policy(nonce: str, ancestors: str = "'none'") -> str:
    """Allow our own files and nothing else; frames only to `ancestors`.

    Scripts, and styles that stand in the page, run only with this response's nonce.
    """
    return (
        f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self' data:; "
        f"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    )


# Where every component can be looked at and tried (patterns.py).
PATTERNS = "/patterns"


def is_for_staff(path: str) -> bool:
    """Whether an address belongs to the part of the site that visitors have no business with."""
    return path.startswith(("/staff/", "/review/")) or path in ("/staff", "/review")


class Protection:
    """Pure ASGI middleware: adds the headers, refuses bodies over a limit, and answers for whatever went wrong.

    `form_limit` is that of forms sent to a page, save those whose path is in `limits`. `sites` may show the embedded page in
    a frame. `respond` turns an error into a response; one that nobody foresaw is reported by its kind alone: its message
    may hold what a visitor wrote.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        form_limit: int,
        limits: Mapping[str, int],
        respond: Callable[[Scope, Exception], Response],
        sites: Sequence[str] = (),
    ) -> None:
        self._app, self._limit, self._form_limit, self._limits = app, limit, form_limit, limits
        self._respond, self._sites = respond, sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own contract
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        guarded = _Guarded(send, nonce, scope["path"], self._sites)
        limit = self._limits.get(scope["path"], self._form_limit)
        if scope["path"].startswith("/api/"):
            limit = self._limit
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        try:
            if declared.isdigit() and int(declared) > limit:
                raise BodyTooLargeError(limit)
            await self._app(scope, _Bounded(receive, limit), guarded)
        except Exception as error:
            if guarded.started:
                raise ConnectionError("the response broke off") from None
            response = self._respond(scope, error)
            # What was not read of the body is still on its way, so the connection cannot be used again.
            response.headers["Connection"] = "close"
            await response(scope, receive, guarded)


class _Guarded:
    """Sends what the application sends, with the security headers."""

    def __init__(self, send: Send, nonce: str, path: str, sites: Sequence[str]) -> None:
        self._send, self.started = send, False
        policy = content_policy(nonce, frame_ancestors(path, sites))
        named = {**_HEADERS, "Content-Security-Policy": policy, **framing_headers(path, sites)}
        if is_for_staff(path):
            named |= _STAFF_HEADERS
        # As they are sent, and all set at once: through `MutableHeaders` each would look through all others.
        self._headers = {name.lower().encode(): value.encode() for name, value in named.items() if value is not None}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            given = [one for one in message["headers"] if one[0] not in self._headers]
            headers = (
                self._headers if any(name == _CACHE for name, _ in given) else {_CACHE: b"no-store"} | self._headers
            )
            message["headers"] = [*given, *headers.items()]
        await self._send(message)


class _Bounded:
    """Hands the body on until it is larger than the limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._left, self._limit = receive, limit, limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise BodyTooLargeError(self._limit)
        return message


class Compressed:
    """Pure ASGI middleware: compresses what is read with GET, files and pages that hold no visitor's words.

    What answers a form is sent as it is: a compressed page that holds both a secret and words that somebody else may
    choose gives the secret away by its length (BREACH, CVE-2013-3587). Pages of staff always hold one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain, self._compressing = app, GZipMiddleware(app, minimum_size=1000, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own contract
        reads = scope["type"] == "http" and scope["method"] == "GET" and not is_for_staff(scope["path"])
        await (self._compressing if reads else self._plain)(scope, receive, send)
