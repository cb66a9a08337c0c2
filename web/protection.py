"""What surrounds every response: security headers with a fresh nonce, and a limit on what may be sent."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.policy import Policy
from web.problems import BadInputError, problem_of

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def content_policy(nonce: str) -> str:
    """Allow our own files and nothing else; scripts only with this response's nonce."""
    return (
        f"default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class Protection:
    """Pure ASGI middleware: adds the headers, and refuses bodies over a limit before they are read in full."""

    def __init__(self, app: ASGIApp, policy: Policy, on_refused: Callable[[Scope, bytes], tuple[str, bytes]]) -> None:
        self._app, self._policy, self._on_refused = app, policy, on_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own contract
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers["Content-Security-Policy"] = content_policy(nonce)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        body = _Bounded(receive, self._policy.limits.body_bytes)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > self._policy.limits.body_bytes:
            await self._refuse(scope, guarded)
            return
        try:
            await self._app(scope, body, guarded)
        except _TooLarge:
            await self._refuse(scope, guarded)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        limit = self._policy.limits.body_bytes
        error = BadInputError("body", f"it is larger than {limit:,} bytes", status=413, limit=limit)
        public = json.dumps(problem_of(error).public(self._policy)).encode()
        media_type, content = self._on_refused(scope, public)
        headers = [
            (b"content-type", media_type.encode()),
            (b"content-length", str(len(content)).encode()),
            # The rest of the body is never read, so the connection cannot be used again.
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": content})


class _TooLarge(Exception):  # noqa: N818 - a signal inside this module, never shown
    pass


class _Bounded:
    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._left = receive, limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _TooLarge
        return message
