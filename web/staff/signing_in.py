"""Signing in and out, one's own password and codes, and the one-time links with which people begin."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec import Struct
from sqlalchemy.engine import Connection, Engine
from starlette.exceptions import HTTPException

from sources.database import reading, writing
from web.access import only, public
from web.settings import Settings
from web.staff import attempts, codes, people, schema, sessions
from web.staff.addresses import STAFF
from web.staff.frame import frame_of, shown
from web.staff.guard import ACCOUNT, REVIEW, SIGN_IN, Visit, Visited, address_of, cookie_name
from web.staff.pages import AccountPage, LinkPage, SignInPage
from web.staff.passwords import matches
from web.staff.people import FieldError, Link, Person
from web.staff.sessions import PLAIN_COOKIE, SECURE_COOKIE

router = APIRouter(prefix=STAFF, include_in_schema=False, default_response_class=HTMLResponse)

_WRONG = "The name, the password or the code is not right. Check all three and try again."
_LINK_IS_GONE = "This link was used already, or it has expired. Ask an admin for a new one."


class Typed(Struct, frozen=True):
    """What somebody typed to sign in, and from which network address."""

    name: str
    password: str
    code: str
    address: str


class RefusedError(Exception):
    """Nobody was signed in; after `wait` seconds one may try again."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__(_WRONG if not wait else f"Too many attempts. Wait {_spoken(wait)} and try again.")


def sign_in(engine: Engine, typed: Typed, cookie: str, now: int) -> str:
    """Open a session; returns the token for its cookie.

    Raises `RefusedError`: in the same words and after the same work whether name, password or code was wrong.
    """
    with writing(engine) as connection:
        wait = attempts.begin(connection, typed.name, typed.address, now)
    if wait:
        raise RefusedError(wait)
    with reading(engine) as connection:
        person, kept = _kept(connection, typed.name)
    right = matches(typed.password, kept)
    with writing(engine) as connection:
        if not right or person is None or not _code_is_right(connection, person, typed.code, now):
            people.log_event(connection, "sign_in", person, "was refused")
            token = None
        else:
            attempts.succeeded(connection, typed.name, typed.address)
            people.log_event(connection, "sign_in", person, "signed in")
            token = sessions.begin(connection, person, cookie, now)
    if token is None:
        raise RefusedError
    return token


@router.get("")
@only(without_code=True)
def first_page(visit: Visited) -> Response:
    """Lead to the articles."""
    return RedirectResponse(f"{STAFF}/articles", 303)


@router.get("/sign-in")
@public
def sign_in_page(request: Request, visit: Visited, said: str = "") -> Response:
    """Ask for name and password; somebody who is signed in is led on."""
    if visit.session is not None:
        return RedirectResponse(STAFF, 303)
    return shown(SignInPage(frame_of(request, said=said), provider=request.app.state.provider is not None))


@router.post("/sign-in")
@public
def enter(request: Request, visit: Visited) -> Response:
    """Sign in, or say that something is not right."""
    cookie = cookie_name(request)
    typed = Typed(visit.text("name"), visit.text("password"), visit.text("code"), address_of(request))
    try:
        token = sign_in(request.app.state.engine, typed, cookie, visit.now)
    except RefusedError as refused:
        offered = request.app.state.provider is not None
        return shown(SignInPage(frame_of(request), typed.name, str(refused), offered), 422)
    return with_cookie(RedirectResponse(STAFF, 303), cookie, token)


@router.post("/sign-out")
@only(without_code=True)
def leave(request: Request, visit: Visited) -> Response:
    """End this session, or with `everywhere` all of this person's."""
    assert visit.session is not None
    with writing(request.app.state.engine) as connection:
        if visit.text("everywhere"):
            sessions.end_all(connection, visit.person)
            people.log_event(connection, "sign_in", visit.person, "signed out everywhere")
        else:
            sessions.end(connection, visit.session)
            people.log_event(connection, "sign_in", visit.person, "signed out")
    return _without_cookie(RedirectResponse(f"{SIGN_IN}?said=signed_out", 303))


@router.get("/link/{token}")
@public
def link_page(request: Request, visit: Visited, token: str) -> Response:
    """Ask for a password, and for names too where the link makes the first admin. Looking does not use the link up."""
    link = _link(request, token, visit.now)
    return shown(_link_page(request, visit, link))


@router.post("/link/{token}")
@public
def use_link(request: Request, visit: Visited, token: str) -> Response:
    """Keep the password that was chosen; the person then signs in with it."""
    link = _link(request, token, visit.now)
    short, name, password = visit.text("sign_in_name"), visit.text("name"), visit.text("password")
    try:
        if password != visit.text("again"):
            raise FieldError("again", "The two are not the same. Type the password once more.")
        with writing(request.app.state.engine) as connection:
            if link.person is None:
                people.make_first_admin(connection, token, short, name, password, visit.now)
            else:
                people.choose_password(connection, token, password, visit.now)
    except FieldError as error:
        return shown(_link_page(request, visit, link, (short, name), {error.field: error.message}), 422)
    return RedirectResponse(f"{SIGN_IN}?said=password_chosen", 303)


@router.get("/account")
@only(without_code=True)
def account(request: Request, visit: Visited, said: str = "") -> Response:
    """Show one's own account."""
    return shown(_account_page(request, visit, said))


@router.post("/account/password")
@only(without_code=True)
def change_password(request: Request, visit: Visited) -> Response:
    """Keep another password; one signs in again with it, here too."""
    try:
        _prove(request, visit, "password_now")
        if visit.text("password") != visit.text("again"):
            raise FieldError("again", "The two are not the same. Type the new password once more.")
        with writing(request.app.state.engine) as connection:
            people.change_password(connection, visit.person, visit.text("password"))
    except FieldError as error:
        return shown(_account_page(request, visit, errors={error.field: error.message}), 422)
    return _without_cookie(RedirectResponse(f"{SIGN_IN}?said=password_chosen", 303))


@router.post("/account/codes")
@only(without_code=True)
def set_up_codes(request: Request, visit: Visited) -> Response:
    """Make a secret to put into an authenticator app."""
    with writing(request.app.state.engine) as connection:
        codes.offer(connection, visit.person)
    return RedirectResponse(f"{ACCOUNT}#codes", 303)


@router.post("/account/codes/confirm")
@only(without_code=True)
def confirm_codes(request: Request, visit: Visited) -> Response:
    """Ask for codes from now on, once one was right."""
    with writing(request.app.state.engine) as connection:
        done = codes.confirm(connection, visit.person, visit.text("code"), visit.now)
        if done:
            people.log_event(connection, "people", visit.person, "switched codes on")
    if not done:
        wrong = {"code": "This is not the code the app shows now. Wait for the next one and type that."}
        return shown(_account_page(request, visit, errors=wrong), 422)
    return RedirectResponse(f"{ACCOUNT}?said=codes_on", 303)


@router.post("/account/codes/off")
@only(without_code=True)
def switch_codes_off(request: Request, visit: Visited) -> Response:
    """Sign in without codes again; asks for the password, in case somebody else sits at the screen."""
    try:
        _prove(request, visit, "password_for_codes")
    except FieldError as error:
        return shown(_account_page(request, visit, errors={error.field: error.message}), 422)
    with writing(request.app.state.engine) as connection:
        codes.switch_off(connection, visit.person)
        people.log_event(connection, "people", visit.person, "switched codes off")
    return RedirectResponse(f"{ACCOUNT}?said=codes_off", 303)


def _kept(connection: Connection, name: str) -> tuple[Person | None, str | None]:
    """Return who may sign in with a name and the hash of their password."""
    p = schema.people.c
    short = name.strip().casefold()
    row = connection.execute(
        sa.select(p.id, p.password).where(p.sign_in_name == short, p.active.is_(True))
    ).one_or_none()
    return (None, None) if row is None else (people.by_id(connection, row.id), row.password)


def _code_is_right(connection: Connection, person: Person, code: str, now: int) -> bool:
    return not person.uses_codes or codes.accepted(connection, person, code, now)


def _prove(request: Request, visit: Visit, field: str) -> None:
    """Ask for the password again. Counted as an attempt to sign in, so that nobody tries many here."""
    engine, name = request.app.state.engine, visit.person.sign_in_name
    with writing(engine) as connection:
        wait = attempts.begin(connection, name, address_of(request), visit.now)
    if wait:
        raise FieldError(field, f"Too many attempts. Wait {_spoken(wait)} and try again.")
    with reading(engine) as connection:
        _, kept = _kept(connection, name)
    if not matches(visit.text(field), kept):
        raise FieldError(field, "This is not your password. Type the one you sign in with.")
    with writing(engine) as connection:
        attempts.succeeded(connection, name, address_of(request))


def _link(request: Request, token: str, now: int) -> Link:
    with reading(request.app.state.engine) as connection:
        found = people.link(connection, token, now)
    if found is None:
        raise HTTPException(410, _LINK_IS_GONE)
    return found


def _link_page(
    request: Request,
    visit: Visit,
    link: Link,
    typed: tuple[str, str] = ("", ""),
    errors: dict[str, str] | None = None,
) -> LinkPage:
    name = link.person.name if link.person else None
    short = link.person.sign_in_name if link.person else typed[0]
    return LinkPage(frame_of(request), request.url.path, name, short, typed[1], errors or {})


def _account_page(request: Request, visit: Visit, said: str = "", errors: dict[str, str] | None = None) -> AccountPage:
    settings: Settings = request.app.state.settings
    person = visit.person
    with reading(request.app.state.engine) as connection:
        secret = codes.offered(connection, person)
        count = sessions.open_sessions(connection, person)
    return AccountPage(
        frame=frame_of(request, "account", said),
        sign_in_name=person.sign_in_name,
        uses_codes=person.uses_codes,
        codes_needed=settings.admins_need_codes and "admin" in person.roles,
        secret=secret,
        picture=codes.picture(secret, person, settings.site_name) if secret else None,
        sessions=count,
        errors=errors or {},
    )


def with_cookie(response: Response, cookie: str, token: str) -> Response:
    """Set the session's cookie; the path can be narrower only where the name promises nothing."""
    secure = cookie == SECURE_COOKIE
    for path in ("/",) if secure else (STAFF, REVIEW):
        response.set_cookie(cookie, token, path=path, secure=secure, httponly=True, samesite="strict")
    return response


def _without_cookie(response: Response) -> Response:
    response.delete_cookie(SECURE_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    for path in (STAFF, REVIEW):
        response.delete_cookie(PLAIN_COOKIE, path=path, httponly=True, samesite="strict")
    return response


def _spoken(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{seconds} seconds" if seconds < 60 else "1 minute" if minutes == 1 else f"{minutes} minutes"
