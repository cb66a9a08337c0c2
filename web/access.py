"""Who may use a route, declared right beside it; a test walks all routes and fails on one that declares nothing.

    @router.post("/articles/{article_id}/approve")
    @only(Role.CURATOR, Role.CLINICIAN)
    def approve(...): ...

Whatever declares roles is held to them by `web.staff.guard`, which every route of staff goes through.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Role(StrEnum):
    """What a person may do; one person may have several."""

    CURATOR = "curator"
    CLINICIAN = "clinician"
    ADMIN = "admin"


EVERYBODY_SIGNED_IN = frozenset(Role)


class Access(Struct, frozen=True):
    """Who may use a route: anybody (`roles` is None), or people with one of the roles.

    `without_code`: also somebody who has yet to set up the codes that the settings ask of them.
    """

    roles: frozenset[Role] | None
    without_code: bool = False


_DECLARED: dict[Callable[..., Any], Access] = {}


def public(endpoint: Endpoint) -> Endpoint:
    """Declare that anybody may use a route."""
    _DECLARED[endpoint] = Access(None)
    return endpoint


def only(*roles: Role, without_code: bool = False) -> Callable[[Endpoint], Endpoint]:
    """Declare that only people with one of these roles may use a route; without any, everybody who is signed in."""

    def declare(endpoint: Endpoint) -> Endpoint:
        _DECLARED[endpoint] = Access(frozenset(roles) or EVERYBODY_SIGNED_IN, without_code)
        return endpoint

    return declare


def declared(endpoint: Callable[..., Any]) -> Access | None:
    """Return what a route declares; None where it declares nothing."""
    return _DECLARED.get(endpoint)
