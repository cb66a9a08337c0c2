"""The people who may sign in, as an admin looks after them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from starlette.datastructures import URL

from sources.database import reading, writing
from web.access import Role, only
from web.staff import people
from web.staff.addresses import STAFF, people_link
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.staff.pages import PeoplePage, PersonRow
from web.staff.people import FieldError, Person

PEOPLE = f"{STAFF}/people"
ROLES = (
    (Role.CURATOR, "brings articles in, approves what others brought in, publishes"),
    (Role.CLINICIAN, "approves, lets flagged claims pass, withdraws passages, audits answers"),
    (Role.ADMIN, "looks after people and their roles"),
)
router = APIRouter(prefix=PEOPLE, include_in_schema=False, default_response_class=HTMLResponse)


@router.get("")
@only(Role.ADMIN)
def list_people(request: Request, visit: Visited, said: str = "") -> Response:
    """Show everybody."""
    return shown(_page(request, visit, said))


@router.post("")
@only(Role.ADMIN)
def invite(request: Request, visit: Visited) -> Response:
    """Add a person and show, once, the link with which they choose a password."""
    short, name, roles = visit.text("sign_in_name"), visit.text("name"), _roles(visit)
    try:
        with writing(request.app.state.engine) as connection:
            token = people.invite(connection, short, name, roles, visit.now, who=visit.person.name)
    except FieldError as error:
        page = _page(request, visit, errors={error.field: error.message})
        return shown(replace(page, sign_in_name=short, name=name, chosen=roles), 422)
    return shown(replace(_page(request, visit), link=_address(request, token), link_for=name))


@router.post("/{person_id}/roles")
@only(Role.ADMIN)
def set_roles(request: Request, visit: Visited, person_id: str) -> Response:
    """Give a person other roles."""
    try:
        with writing(request.app.state.engine) as connection:
            people.set_roles(connection, person_id, _roles(visit), who=visit.person.name)
    except FieldError as error:
        return _refused(request, visit, person_id, error)
    return RedirectResponse(f"{PEOPLE}?said=roles", 303)


@router.post("/{person_id}/reset")
@only(Role.ADMIN)
def reset(request: Request, visit: Visited, person_id: str) -> Response:
    """Take a person's password away and show, once, a link to choose another."""
    try:
        with writing(request.app.state.engine) as connection:
            token = people.reset(connection, person_id, visit.now, who=visit.person.name)
            person = people.by_id(connection, person_id)
    except FieldError as error:
        return _refused(request, visit, person_id, error)
    if person_id == visit.person.id:
        # Whoever resets oneself is signed out with it, and must not lose the way back.
        return RedirectResponse(people_link(token), 303)
    page = _page(request, visit)
    return shown(replace(page, link=_address(request, token), link_for=person.name if person else ""))


@router.post("/{person_id}/off")
@only(Role.ADMIN)
def switch_off(request: Request, visit: Visited, person_id: str) -> Response:
    """Switch an account off."""
    return _switch(request, visit, person_id, active=False)


@router.post("/{person_id}/on")
@only(Role.ADMIN)
def switch_on(request: Request, visit: Visited, person_id: str) -> Response:
    """Switch an account on again."""
    return _switch(request, visit, person_id, active=True)


def _switch(request: Request, visit: Visit, person_id: str, *, active: bool) -> Response:
    try:
        with writing(request.app.state.engine) as connection:
            people.set_active(connection, person_id, active, who=visit.person.name)
    except FieldError as error:
        return _refused(request, visit, person_id, error)
    return RedirectResponse(f"{PEOPLE}?said=switched_{'on' if active else 'off'}", 303)


def _roles(visit: Visit) -> frozenset[Role]:
    return frozenset(Role(one) for one in visit.texts("roles") if one in list(Role))


def _refused(request: Request, visit: Visit, person_id: str, error: FieldError) -> Response:
    page = _page(request, visit)
    if error.field == "person":
        return shown(replace(page, errors={"person": error.message}), 422)
    rows = tuple(
        replace(row, errors={error.field: error.message}) if row.id == person_id else row for row in page.people
    )
    return shown(replace(page, people=rows), 422)


def _page(request: Request, visit: Visit, said: str = "", errors: dict[str, str] | None = None) -> PeoplePage:
    with reading(request.app.state.engine) as connection:
        everybody = people.everybody(connection)
    frame = frame_of(request, "people", said)
    return PeoplePage(frame, tuple(_row(one) for one in everybody), ROLES, errors=errors or {})


def _row(person: Person) -> PersonRow:
    state = "can sign in" if person.joined else "has yet to choose a password"
    return PersonRow(
        id=person.id,
        name=person.name,
        sign_in_name=person.sign_in_name,
        roles=person.roles,
        state=state if person.active else "switched off",
        active=person.active,
        uses_codes=person.uses_codes,
    )


def _address(request: Request, token: str) -> str:
    """Return the whole address of a link, as the browser that asks knows this site."""
    origin = request.headers.get("origin")
    site = origin if origin and origin != "null" else str(request.base_url).rstrip("/")
    return str(URL(site + people_link(token)))
