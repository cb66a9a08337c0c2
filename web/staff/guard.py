"""The one way into every route of staff: who is it, may they, and did this form come from our own page?

Each route of staff depends on `guard` and says beside itself, with `web.access`, who may use it; one that says nothing is
closed to everybody. What a form holds is read only once it is known that its sender may send it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from web.access import Access, Role, declared
from web.settings import Settings
from web.staff import sessions
from web.staff.addresses import STAFF
from web.staff.people import Person
from web.staff.sessions import PLAIN_COOKIE, SECURE_COOKIE, Session

REVIEW = "/review"
SIGN_IN = f"{STAFF}/sign-in"
ACCOUNT = f"{STAFF}/account"
TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field
# A form of ours has far fewer fields and files; what a field may hold is the size of a pasted article.
_MOST_FIELDS, _MOST_FILES, _MOST_CHARACTERS = 2_000, 50, 2_000_000


class NotSignedInError(HTTPException):
    """Nobody is signed in, or no longer."""

    def __init__(self) -> None:
        super().__init__(401)


class NotAllowedError(HTTPException):
    """Somebody is signed in whose roles do not allow this; `roles` would."""

    def __init__(self, roles: frozenset[Role]) -> None:
        super().__init__(403)
        self.roles = roles


class CodeNeededError(HTTPException):
    """The settings ask an admin for codes, and this one has not set them up."""

    def __init__(self) -> None:
        super().__init__(403)


class ForeignFormError(HTTPException):
    """A form did not come from a page of ours in this session."""

    def __init__(self) -> None:
        super().__init__(403)


class Visit(Struct, frozen=True):
    """One request of staff that may be carried out: by whom, and what its form holds."""

    session: Session | None
    form: FormData
    now: int

    @property
    def person(self) -> Person:
        """Who is signed in."""
        if self.session is None:
            raise NotSignedInError
        return self.session.person

    def text(self, name: str) -> str:
        """Return a field's words, with line breaks as one character; empty where there is no such field."""
        value = self.form.get(name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return the words of all fields of a name."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def files(self, name: str) -> list[UploadFile]:
        """Return the files of a field that have a name, for a browser sends one without where none was chosen."""
        return [value for value in self.form.getlist(name) if isinstance(value, UploadFile) and value.filename]


async def guard(request: Request) -> AsyncIterator[Visit]:
    """Yield the visit. Raises one of the errors above where it may not be."""
    access = declared(request.scope["endpoint"]) or Access(frozenset())
    now = int(time.time())
    session = await run_in_threadpool(_session, request, now)
    request.state.session = session
    _check(access, session, request)
    form = FormData()
    if request.method != "GET":
        if not _from_our_own_page(request):
            raise ForeignFormError
        form = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_MOST_CHARACTERS)
        if access.roles is not None and not _has_token(form, session):
            raise ForeignFormError
    try:
        yield Visit(session, form, now)
    finally:
        await form.close()


Visited = Annotated[Visit, Depends(guard)]


def cookie_name(request: Request) -> str:
    """Return the name of the cookie for somebody who signs in here: browsers say by which scheme they sent a form."""
    scheme = urlsplit(request.headers.get("origin", "")).scheme or request.url.scheme
    return SECURE_COOKIE if scheme == "https" else PLAIN_COOKIE


def address_of(request: Request) -> str:
    """Return the network address a request came from; what a proxy says counts only if it is the one in the settings."""
    settings: Settings = request.app.state.settings
    address = request.client.host if request.client else ""
    if settings.proxy and address == settings.proxy:
        return request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip() or address
    return address


def _session(request: Request, now: int) -> Session | None:
    for cookie in (SECURE_COOKIE, PLAIN_COOKIE):
        if token := request.cookies.get(cookie):
            return sessions.find(request.app.state.engine, cookie, token, now)
    return None


def _check(access: Access, session: Session | None, request: Request) -> None:
    if access.roles is None:
        return
    if session is None:
        raise NotSignedInError
    if not session.person.roles & access.roles:
        raise NotAllowedError(access.roles)
    if access.without_code or session.person.uses_codes or Role.ADMIN not in session.person.roles:
        return
    settings: Settings = request.app.state.settings
    if settings.admins_need_codes:
        raise CodeNeededError


def _from_our_own_page(request: Request) -> bool:
    """Whether the browser says that a form was sent by a page of ours; one that says nothing is not believed."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def _has_token(form: FormData, session: Session | None) -> bool:
    given = form.get(TOKEN_FIELD)
    return session is not None and isinstance(given, str) and sessions.same_token(given, session.form_token)
