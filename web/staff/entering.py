"""The two routes by which somebody signs in at the provider of the clinic, and comes back."""

from __future__ import annotations

import hmac
import logging
from typing import ClassVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException

from sources.database import writing
from web.access import public
from web.staff import attempts, people, sessions
from web.staff.addresses import STAFF
from web.staff.frame import frame_of, shown
from web.staff.guard import Visited, address_of
from web.staff.pages import OwnPage, SignInPage
from web.staff.people import Person
from web.staff.provider import Begun, Provider, ProviderError, Said, begin, begun
from web.staff.sessions import PLAIN_COOKIE, SECURE_COOKIE
from web.staff.signing_in import with_cookie

ENTER = f"{STAFF}/provider"
BACK = f"{ENTER}/back"
router = APIRouter(prefix=ENTER, include_in_schema=False, default_response_class=HTMLResponse)

_SECONDS = 600
_PLAIN, _SECURE = "wellcited_provider", "__Host-wellcited_provider"
_NOT_NOW = "Your organisation’s sign-in cannot be reached now. Try again later, or sign in with a password."
_AGAIN = "That took too long, or was begun in another browser. Try again."
_NOBODY = "You have no account here under that address or name. Ask an admin of this site to invite you."
_WAIT = "Too many attempts. Wait a few minutes and try again."
_log = logging.getLogger("wellcited")


class EnteredPage(OwnPage, frozen=True):
    """Leads on to the pages of staff: a browser sends the session's cookie only to what one of our own pages led to."""

    template: ClassVar[str] = "entered.html"


@router.get("")
@public
def enter(request: Request, visit: Visited) -> Response:
    """Send the browser to the provider."""
    provider, attempt = _provider(request), begin()
    try:
        response = RedirectResponse(provider.address(attempt, _back(request)), 303)
    except ProviderError as error:
        _log.error("%s", error)
        return _refused(request, _NOT_NOW, 503)
    name, secure = _cookie(request)
    path = "/" if secure else STAFF
    # "lax", for it is another site that leads back here.
    response.set_cookie(name, attempt.kept(), _SECONDS, path=path, secure=secure, httponly=True, samesite="lax")
    return response


@router.get("/back")
@public
def back(request: Request, visit: Visited, code: str = "", state: str = "") -> Response:
    """Sign in whoever the provider says it is, if they have an account."""
    provider = _provider(request)
    name, secure = _cookie(request)
    attempt = begun(request.cookies.get(name, ""))
    if attempt is None or not code or not hmac.compare_digest(attempt.state.encode(), state.encode()):
        return _refused(request, _AGAIN)
    response = _entered(request, provider, attempt, code, visit.now)
    response.delete_cookie(name, path="/" if secure else STAFF, secure=secure, httponly=True, samesite="lax")
    return response


def _entered(request: Request, provider: Provider, attempt: Begun, code: str, now: int) -> Response:
    engine, address = request.app.state.engine, address_of(request)
    whose = f"provider {address}"
    with writing(engine) as connection:
        if attempts.begin(connection, whose, address, now):
            return _refused(request, _WAIT)
    try:
        said = provider.said(attempt, code, _back(request))
    except ProviderError as error:
        _log.error("%s", error)
        return _refused(request, _NOT_NOW, 503)
    cookie = SECURE_COOKIE if _is_secure(request) else PLAIN_COOKIE
    with writing(engine) as connection:
        person = _person(connection, said)
        if person is None:
            people.log_event(connection, "sign_in", None, "was refused after the provider’s sign-in")
            return _refused(request, _NOBODY)
        attempts.succeeded(connection, whose, address)
        people.log_event(connection, "sign_in", person, "signed in by the provider")
        token = sessions.begin(connection, person, cookie, now)
    return with_cookie(shown(EnteredPage(frame_of(request))), cookie, token)


def _person(connection: Connection, said: Said) -> Person | None:
    """Return who signs in here under the checked address, else under the name; a name in the form of an address is none."""
    names = (said.email, said.name if said.name and "@" not in said.name else None)
    everybody = {one.sign_in_name: one for one in people.everybody(connection) if one.active}
    return next((everybody[name] for name in names if name in everybody), None)


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise HTTPException(404)
    return provider


def _refused(request: Request, words: str, status: int = 422) -> Response:
    return shown(SignInPage(frame_of(request), error=words, provider=True), status)


def _back(request: Request) -> str:
    """Return the address to come back to; the provider leads only to those that it was told of beforehand."""
    scheme = "https" if _is_secure(request) else "http"
    return f"{scheme}://{request.headers.get('host', '')}{BACK}"


def _is_secure(request: Request) -> bool:
    """Whether the browser came by https: always, behind whatever proxy, but for a machine that serves itself."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return request.url.scheme == "https" or host not in ("127.0.0.1", "localhost", "::1")


def _cookie(request: Request) -> tuple[str, bool]:
    secure = _is_secure(request)
    return (_SECURE, True) if secure else (_PLAIN, False)
