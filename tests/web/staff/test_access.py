"""Every route says who may use it and holds to that; no page changes anything by being looked at."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI
from sqlalchemy.engine import Engine
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from assistant import curate
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import metadata, reading, writing
from tests.web.staff.conftest import PASSWORD, SAME_SITE, Browsing, site, somebody
from web.access import Access, Role, declared
from web.app import LaterPages, RarePages
from web.staff import arrivals, builds, people
from web.staff.addresses import STAFF
from web.staff.guard import REVIEW, Visited
from web.staff.schema import sessions

NOBODY = "nobody"
INSIDE = (STAFF, REVIEW)


@dataclass(frozen=True)
class Way:
    """One method on one path."""

    method: str
    path: str
    access: Access | None


def ways(app: FastAPI) -> list[Way]:
    """Every way into the application; what is mounted serves files and is public."""
    assert isinstance(app.router.default, LaterPages)
    return [*_ways(app.routes), *_ways(app.router.default.load().routes)]


def _ways(routes: Iterable[Any]) -> Iterator[Way]:
    for route in routes:
        if isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield Way(method, route.path, declared(route.endpoint))
        elif isinstance(route, Mount):
            assert route.path == "/static"
        elif isinstance(route, RarePages):
            yield from _ways(route.load().routes)
        else:
            yield from _ways(route.original_router.routes)


@dataclass(frozen=True)
class Library:
    """Ids of what there is, one of each kind."""

    article: str
    revision: str
    passage: str
    arrival: str
    person: str

    def filled(self, path: str) -> str:
        values = {
            "article_id": self.article,
            "revision": self.revision,
            "passage_id": self.passage,
            "arrival_id": self.arrival,
            "person_id": self.person,
        }
        return re.sub(r"{(\w+)}", lambda found: values.get(found[1], "x"), path)


GEESE = (
    "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields "
    "around them. In spring they return to the same nests in the far north, where they raise their young on the shore."
)


@pytest.fixture
def library(engine: Engine) -> Library:
    """An article in review, a document that waits, and one person of each role."""
    ids = {role: somebody(engine, role, f"The {role}", role) for role in Role}
    document = Document(Attributes(title="Geese", publisher="River Office"), (Block(BlockKind.PARAGRAPH, GEESE),))
    imported = curate.import_document(engine, document, file_name="a.txt", who="Kim", given=UNKNOWN)
    now = int(time.time())
    with writing(engine) as connection:
        curator = people.by_id(connection, ids[Role.CURATOR])
        assert curator is not None
        [arrival] = arrivals.add(connection, curator, "b.txt", (document,), now)
        spare = people.invite(connection, "spare", "A spare person", [Role.CLINICIAN], now, who="test")
        assert spare
        passage = connection.scalar(sa.text("SELECT id FROM passages"))
        person = people.by_name(connection, "spare")
    assert person is not None
    return Library(imported.article_id, imported.revision, str(passage), arrival, person.id)


def signed_in(client: TestClient) -> dict[str, Browsing]:
    """Somebody of each role, and nobody; each with their own cookies."""
    found = {}
    for role in (NOBODY, *Role):
        other = TestClient(client.app, raise_server_exceptions=False)
        found[str(role)] = Browsing(other)
        if role != NOBODY:
            found[str(role)].sign_in(role, PASSWORD)
    return found


def test_every_route_declares_who_may_use_it(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    found = ways(app)
    assert [way for way in found if way.access is None] == []
    assert len(found) > 50
    # Outside of the pages of staff all is public, and inside them only what one needs to get in.
    public = {way.path for way in found if way.access and way.access.roles is None}
    inside = {way.path for way in found if way.path.startswith(INSIDE)}
    assert public & inside == {"/staff/sign-in", "/staff/link/{token}", "/staff/provider", "/staff/provider/back"}
    assert {way.path for way in found} - inside <= public


def test_a_route_that_declares_nothing_is_closed(client: TestClient, engine: Engine) -> None:
    somebody(engine, "all", "May Everything", *Role)
    router = APIRouter(prefix=STAFF)

    @router.get("/forgotten")
    def forgotten(visit: Visited) -> str:
        return "open"

    assert isinstance(client.app, FastAPI)
    next(route for route in client.app.routes if isinstance(route, RarePages)).load().include_router(router)
    browsing = Browsing(client)
    browsing.get("/staff/forgotten", 303)
    browsing.sign_in("all")
    browsing.get("/staff/forgotten", 403)


def test_every_route_of_staff_is_open_to_whom_it_says_and_to_nobody_else(
    client: TestClient, library: Library, engine: Engine
) -> None:
    assert isinstance(client.app, FastAPI)
    everybody = signed_in(client)
    with writing(engine) as connection:
        # While one publish is under way no other begins, so none is carried out here.
        busy = people.by_name(connection, Role.CURATOR)
        assert busy is not None
        builds.begin(connection, busy, "test", int(time.time()), all_the_same=False)
    tried = 0
    for way in ways(client.app):
        # Signing out would end what the other tries need; a test of its own tries it.
        if not way.path.startswith(INSIDE) or way.path == "/staff/sign-out":
            continue
        assert way.access is not None
        for role, browsing in everybody.items():
            headers = SAME_SITE if way.method == "POST" else {}
            # A form that says nothing: it gets as far as its sender may go, and changes nothing there.
            answer = browsing.client.request(
                way.method,
                library.filled(way.path),
                data={"form_token": browsing.form_token} if way.method == "POST" else None,
                headers=headers,
                follow_redirects=False,
            )
            tried += 1
            may = way.access.roles is None or role in way.access.roles
            led_away = answer.status_code == 303 and answer.headers["location"] == "/staff/sign-in"
            said = f"{role}: {way.method} {way.path}: {answer.status_code}"
            if may:
                assert answer.status_code not in (401, 403, 500), said
                assert not led_away, said
            elif role == NOBODY:
                assert led_away, said
            else:
                assert answer.status_code == 403, said
    assert tried > 100


def test_no_form_of_staff_is_taken_from_another_site_or_without_its_secret(
    client: TestClient, library: Library, engine: Engine
) -> None:
    assert isinstance(client.app, FastAPI)
    everybody = signed_in(client)
    before = dump(engine)
    for way in ways(client.app):
        if not way.path.startswith(INSIDE) or way.method != "POST":
            continue
        assert way.access is not None
        browsing = everybody[min(way.access.roles or [Role.ADMIN])]
        for headers, token in (
            ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, browsing.form_token),
            ({}, browsing.form_token),
            *(((SAME_SITE, "0" * 64), (SAME_SITE, "")) if way.access.roles else ()),
        ):
            answer = browsing.client.post(
                library.filled(way.path),
                data={"form_token": token, "why": "evil"},
                headers=headers,
                follow_redirects=False,
            )
            assert answer.status_code == 403, f"{way.path}: {answer.status_code}"
    assert dump(engine) == before


def test_no_get_changes_anything(client: TestClient, library: Library, engine: Engine) -> None:
    assert isinstance(client.app, FastAPI)
    everybody = signed_in(client)
    for way in ways(client.app):
        if way.method != "GET":
            continue
        for browsing in everybody.values():
            before = dump(engine)
            browsing.client.get(library.filled(way.path), follow_redirects=False)
            assert dump(engine) == before, way.path


def dump(engine: Engine) -> dict[str, list[str]]:
    """All that the database holds, but for when a session was last used: that is what keeps it open."""
    kept = {
        table: [column for column in table.c if column is not sessions.c.used_at] for table in metadata.sorted_tables
    }
    with reading(engine) as connection:
        return {
            table.name: sorted(str(row) for row in connection.execute(sa.select(*columns)))
            for table, columns in kept.items()
        }


def test_an_admin_who_must_use_codes_gets_no_further_without(engine: Engine, database_url: str, tmp_path: Any) -> None:
    somebody(engine, "head", "Hedda Head", Role.ADMIN)
    somebody(engine, "kim", "Kim Bo", Role.CURATOR)
    url = database_url if database_url.startswith("postgresql") else ""
    for client in site(tmp_path, url, WELLCITED_STAFF_CODES="admins"):
        head = Browsing(client)
        head.sign_in("head")
        response = client.get("/staff/people", follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (303, "/staff/account")
        assert "must use codes" in client.get("/staff/account").text
        head.post("/staff/people", 303, name="Eve", sign_in_name="eve", roles=["admin"])
        with reading(engine) as connection:
            assert people.by_name(connection, "eve") is None
        client.cookies.clear()
        kim = Browsing(client)
        kim.sign_in("kim")
        kim.get("/staff/articles")
