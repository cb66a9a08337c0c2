"""Signing in: what works, what is refused and in which words, and what ends a session."""

from __future__ import annotations

import json
import re
import time

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import log
from assistant import schema as records
from sources.database import metadata, reading, writing
from tests.web.staff.conftest import PASSWORD, SAME_SITE, Browsing, Form, somebody, text
from web.access import Role
from web.staff import attempts, codes, passwords, people, schema, sessions
from web.staff.people import FieldError


@pytest.fixture
def ada(engine: Engine) -> str:
    return somebody(engine, "ada.ng", "Dr. Ada Ng", Role.CLINICIAN)


def test_one_signs_in_and_out(nobody: Browsing, ada: str, engine: Engine) -> None:
    nobody.get("/staff/articles", 303)
    answer = nobody.sign_in("Ada.Ng ")
    cookies = answer.headers.get_list("set-cookie")
    for cookie, path in zip(cookies, ("/staff", "/review"), strict=True):
        assert re.match(rf"wellcited_staff=\S+; HttpOnly; Path={path}; SameSite=strict$", cookie)
    assert text(nobody.get("/staff/account")).count("Dr. Ada Ng")
    nobody.post("/staff/sign-out")
    nobody.get("/staff/account", 303)
    with reading(engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.sessions)) == 0
        log.verify(connection)
        bodies = connection.scalars(sa.select(records.log.c.body).where(records.log.c.kind == "sign_in"))
        assert [json.loads(body)["what"] for body in bodies] == ["signed in", "signed out"]


def cookie_of(client: TestClient) -> str:
    """The session's token; the pages of clinicians have a cookie of their own with the same one."""
    found = {path: client.cookies.get("wellcited_staff", path=path) for path in ("/staff", "/review")}
    assert found["/staff"] == found["/review"]
    return str(found["/staff"])


def test_over_https_the_cookie_is_one_that_no_other_site_can_set(client: TestClient, ada: str) -> None:
    headers = {"Origin": "https://testserver", "Sec-Fetch-Site": "same-origin"}
    form = {"name": "ada.ng", "password": PASSWORD}
    answer = client.post("/staff/sign-in", data=form, headers=headers, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert re.match(r"__Host-wellcited_staff=\S+; HttpOnly; Path=/; SameSite=strict; Secure$", cookie)
    token = cookie.split("=", 1)[1].split(";")[0]
    # The same token under the plain name, which a neighbouring site may set, opens nothing.
    client.cookies.clear()
    plain = client.get("/staff/account", headers={"Cookie": f"wellcited_staff={token}"}, follow_redirects=False)
    secure = client.get("/staff/account", headers={"Cookie": f"__Host-wellcited_staff={token}"})
    assert (plain.status_code, secure.status_code) == (303, 200)


def test_the_database_holds_nothing_that_opens_anything(nobody: Browsing, ada: str, engine: Engine) -> None:
    token = nobody.sign_in("ada.ng").headers["set-cookie"].split("=", 1)[1].split(";")[0]
    with reading(engine) as connection:
        held = "".join(str(row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table)))
    assert token not in held
    assert nobody.form_token not in held
    assert PASSWORD not in held
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in held


@pytest.mark.parametrize("name", ["ada.ng", "nobody.at.all", "gone", ""])
def test_the_same_words_whatever_is_wrong(nobody: Browsing, ada: str, engine: Engine, name: str) -> None:
    gone = somebody(engine, "gone", "Gus Gone", Role.CURATOR)
    somebody(engine, "head", "Hedda Head", Role.ADMIN)
    with writing(engine) as connection:
        people.set_active(connection, gone, False, who="test")
    right = PASSWORD if name == "gone" else "wrong horse battery"
    page = nobody.sign_in(name, right, 422)
    assert "The name, the password or the code is not right. Check all three and try again." in page.text
    assert "set-cookie" not in page.headers


def test_an_unknown_name_takes_as_long_as_a_wrong_password(client: TestClient, ada: str) -> None:
    passwords.matches("warm up", None)
    times: dict[str, list[float]] = {"ada.ng": [], "nobody": []}
    kept = passwords.hashed(PASSWORD)
    for _ in range(7):
        for name, hashed in (("ada.ng", kept), ("nobody", None)):
            began = time.process_time()
            assert not passwords.matches("wrong horse battery", hashed)
            times[name].append(time.process_time() - began)
    known, unknown = (min(one) for one in times.values())
    assert 0.5 < known / unknown < 2


def test_trying_passwords_is_slowed_down_then_stopped_also_for_names_that_do_not_exist(engine: Engine) -> None:
    for name in ("ada.ng", "nobody"):
        now, waits = 1_000_000, []
        with writing(engine) as connection:
            for n in range(12):
                waits.append(attempts.begin(connection, name, f"192.0.2.{n}", now))
                assert attempts.begin(connection, "somebody else", "198.51.100.7", now) == 0
                attempts.succeeded(connection, "somebody else", "198.51.100.7")
                now += waits[-1] or attempts.pause(n + 1, 4)
        assert waits == [0] * 12  # each was made after its wait
        with writing(engine) as connection:
            attempts.begin(connection, name, "192.0.2.99", now)
            assert attempts.begin(connection, name, "192.0.2.99", now + 1) == attempts.LOCKED_SECONDS - 1
            assert attempts.begin(connection, name, "192.0.2.99", now + 2 * attempts.LOCKED_SECONDS) == 0
            attempts.succeeded(connection, name, "192.0.2.99")


def test_an_address_that_tries_many_names_is_stopped_too(engine: Engine) -> None:
    now = 1_000_000
    with writing(engine) as connection:
        first = [attempts.begin(connection, f"name{n}", "2001:db8::1", now) for n in range(21)]
        assert first == [0] * 21
        assert attempts.begin(connection, "name99", "2001:db8::2", now) == 2
        assert attempts.begin(connection, "name99", "2001:db8:0:1::2", now) == 0


def test_a_locked_name_is_told_how_long_and_the_right_password_does_not_help(nobody: Browsing, ada: str) -> None:
    for _ in range(5):
        nobody.sign_in("ada.ng", "wrong horse battery", 422)
    page = nobody.sign_in("ada.ng", PASSWORD, 422)
    assert re.search(r"Too many attempts\. Wait \d seconds? and try again", page.text)


def test_a_session_ends_when_it_is_idle_and_after_twelve_hours(nobody: Browsing, ada: str, engine: Engine) -> None:
    nobody.sign_in("ada.ng")
    now = int(time.time())
    for values in ({"used_at": now - sessions.IDLE_SECONDS}, {"started_at": now - sessions.LONGEST_SECONDS}):
        with writing(engine) as connection:
            connection.execute(schema.sessions.update().values(used_at=now, started_at=now))
        nobody.get("/staff/account")
        with writing(engine) as connection:
            connection.execute(schema.sessions.update().values(**values))
        nobody.get("/staff/account", 303)


def test_using_a_session_keeps_it_open(nobody: Browsing, ada: str, engine: Engine) -> None:
    nobody.sign_in("ada.ng")
    then = int(time.time()) - 120
    with writing(engine) as connection:
        connection.execute(schema.sessions.update().values(used_at=then))
    nobody.get("/staff/account")
    with reading(engine) as connection:
        assert (connection.scalar(sa.select(schema.sessions.c.used_at)) or 0) > then + 60


def test_signing_out_everywhere_ends_the_others_too(client: TestClient, nobody: Browsing, ada: str) -> None:
    nobody.sign_in("ada.ng")
    other = cookie_of(client)
    client.cookies.clear()
    nobody.sign_in("ada.ng")
    assert "signed in at 2 places" in text(nobody.get("/staff/account"))
    nobody.post("/staff/sign-out", everywhere="1")
    client.cookies.clear()
    client.cookies.set("wellcited_staff", other)
    nobody.get("/staff/account", 303)


def test_with_codes_a_password_alone_opens_nothing_and_a_code_only_once(
    nobody: Browsing, ada: str, engine: Engine
) -> None:
    nobody.sign_in("ada.ng")
    nobody.post("/staff/account/codes")
    page = nobody.get("/staff/account")
    [secret] = [one.text for one in page.xpath('//code[@class="secret"]')]
    assert page.xpath('//img[@class="picture"]')[0].get("src").startswith("data:image/svg+xml;base64,")
    nobody.post("/staff/account/codes/confirm", 422, code="000000")
    # Later codes go by this moment: half a minute may be over at any time.
    confirmed = time.time()
    nobody.post("/staff/account/codes/confirm", code=pyotp.TOTP(secret).at(confirmed))
    nobody.post("/staff/sign-out")
    nobody.sign_in("ada.ng", status=422)
    # The code that switched codes on was used with it; the next one is good once.
    nobody.sign_in("ada.ng", status=422, code=pyotp.TOTP(secret).at(confirmed))
    following = pyotp.TOTP(secret).at(confirmed + 30)
    nobody.sign_in("ada.ng", code=f"{following[:3]} {following[3:]}")
    nobody.post("/staff/sign-out")
    nobody.sign_in("ada.ng", status=422, code=following)


def test_codes_are_those_of_rfc_6238(engine: Engine, ada: str) -> None:
    # The RFC's secret and two of its moments; its eight digits cut to the last six, as apps show them.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    with writing(engine) as connection:
        person = people.by_id(connection, ada)
        assert person is not None
        connection.execute(schema.people.update().values(secret=secret))
        assert not codes.accepted(connection, person, "287083", 59)
        assert codes.accepted(connection, person, "287082", 59)
        assert not codes.accepted(connection, person, "287082", 59)
        assert codes.accepted(connection, person, "005924", 1234567890)


def test_the_first_link_makes_one_admin_and_works_once(nobody: Browsing, engine: Engine) -> None:
    now = int(time.time())
    with writing(engine) as connection:
        older = people.first_link(connection, now)
        token = people.first_link(connection, now)
    nobody.get(f"/staff/link/{older}", 410)
    nobody.get(f"/staff/link/{token}")
    nobody.get(f"/staff/link/{token}")
    form: Form = {"name": "Ida Ahn", "sign_in_name": "ida", "password": PASSWORD, "again": PASSWORD}
    assert "are not the same" in nobody.post(f"/staff/link/{token}", 422, **{**form, "again": "other"}).text
    assert (
        "at least 12 are needed"
        in nobody.post(f"/staff/link/{token}", 422, **{**form, "password": "s", "again": "s"}).text
    )
    nobody.post(f"/staff/link/{token}", **form)
    nobody.get(f"/staff/link/{token}", 410)
    nobody.sign_in("ida")
    nobody.get("/staff/people")
    with writing(engine) as connection:
        assert people.first_link(connection, now) is None


def test_a_link_expires(nobody: Browsing, engine: Engine) -> None:
    with writing(engine) as connection:
        token = people.first_link(connection, int(time.time()) - people.LINK_HOURS * 3600)
    page = nobody.get(f"/staff/link/{token}", 410)
    assert "This link no longer works" in text(page)


@pytest.mark.parametrize(
    "password",
    [
        "eleven char",
        "password1234",
        "aaaaaaaaaaaaaa",
        "Dr.AdaNg12345",
        "ada.ng ada.ng",
        "123123123123",
        "x" * 201,
        "Qwertyuiop12",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(passwords.PasswordError):
        passwords.checked(password, "Dr. Ada Ng", "ada.ng")


@pytest.mark.parametrize("password", [PASSWORD, "été à la mer bleue", "gT7#kk29!vWq", "ada likes green herons"])
def test_others_are_kept_whatever_they_are_made_of(password: str) -> None:
    assert passwords.matches(password, passwords.hashed(passwords.checked(password, "Dr. Ada Ng", "ada.ng")))


def test_the_last_admin_stays(engine: Engine) -> None:
    head = somebody(engine, "head", "Hedda Head", Role.ADMIN)
    with writing(engine) as connection:
        people.invite(connection, "ida", "Ida Ahn", [Role.ADMIN], int(time.time()), who="test")
    with pytest.raises(FieldError, match="is the only admin"), writing(engine) as connection:
        people.set_active(connection, head, False, who="test")
    with pytest.raises(FieldError, match="is the only admin"), writing(engine) as connection:
        people.set_roles(connection, head, [Role.CURATOR], who="test")


def test_an_account_that_is_switched_off_is_out_at_once(nobody: Browsing, ada: str, engine: Engine) -> None:
    somebody(engine, "head", "Hedda Head", Role.ADMIN)
    nobody.sign_in("ada.ng")
    with writing(engine) as connection:
        people.set_active(connection, ada, False, who="Hedda Head")
    nobody.get("/staff/account", 303)


def test_an_admin_invites_resets_and_gives_roles(nobody: Browsing, client: TestClient, engine: Engine) -> None:
    somebody(engine, "head", "Hedda Head", Role.ADMIN)
    nobody.sign_in("head")
    assert "Choose at least one role" in nobody.post("/staff/people", 422, name="Kim Bo", sign_in_name="kim").text
    page = nobody.posted("/staff/people", name="Kim Bo", sign_in_name="kim", roles=["curator", "clinician"])
    link = page.get_element_by_id("link").get("value")
    path = link.removeprefix("http://testserver")
    kim = next(
        one.get("action").split("/")[3] for one in page.xpath('//form[@class="roles"]') if "Kim" in one.text_content()
    )
    assert "is taken" in nobody.post("/staff/people", 422, name="Kim Bo", sign_in_name="kim2", roles=["curator"]).text
    nobody.post(f"/staff/people/{kim}/roles", roles=["clinician"])
    admin = cookie_of(client)
    client.cookies.clear()
    nobody.post(path, password=PASSWORD, again=PASSWORD)
    token, nobody.form_token = nobody.form_token, ""
    nobody.sign_in("kim")
    nobody.get("/staff/people", 403)
    theirs = cookie_of(client)
    client.cookies.clear()
    client.cookies.set("wellcited_staff", admin)
    nobody.form_token = token
    reset = nobody.posted(f"/staff/people/{kim}/reset")
    assert reset.get_element_by_id("link").get("value") != link
    client.cookies.clear()
    client.cookies.set("wellcited_staff", theirs)
    nobody.get("/staff/account", 303)
    client.cookies.clear()
    nobody.sign_in("kim", status=422)


def test_changing_the_password_asks_for_the_old_one_and_ends_sessions(nobody: Browsing, ada: str) -> None:
    nobody.sign_in("ada.ng")
    new = "seven quiet owls waltz"
    form: Form = {"password_now": "wrong horse battery", "password": new, "again": new}
    assert "This is not your password" in nobody.post("/staff/account/password", 422, **form).text
    nobody.post("/staff/account/password", **{**form, "password_now": PASSWORD})
    nobody.get("/staff/account", 303)
    nobody.sign_in("ada.ng", status=422)
    nobody.sign_in("ada.ng", new)


def test_a_visitor_still_gets_no_cookie(client: TestClient) -> None:
    for path in ("/", "/crisis", "/safety", "/staff/sign-in", "/staff/articles"):
        assert "set-cookie" not in client.get(path, follow_redirects=False).headers


def test_pages_of_staff_are_kept_nowhere_and_framed_by_nobody(client: TestClient) -> None:
    headers = client.get("/staff/sign-in", headers={"Accept-Encoding": "gzip"}).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "content-encoding" not in headers


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        (SAME_SITE, True),
        ({"Origin": "http://testserver"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://testserver.evil.example"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({}, False),
    ],
)
def test_only_a_page_of_ours_may_send_a_form(
    client: TestClient, nobody: Browsing, ada: str, headers: dict[str, str], passes: bool
) -> None:
    nobody.sign_in("ada.ng")
    form = {"form_token": nobody.form_token}
    answer = client.post("/staff/account/codes", data=form, headers=headers, follow_redirects=False)
    assert answer.status_code == (303 if passes else 403)


@pytest.mark.parametrize("token", ["", "0" * 64, None])
def test_a_form_without_its_sessions_secret_is_refused(nobody: Browsing, ada: str, token: str | None) -> None:
    nobody.sign_in("ada.ng")
    right = nobody.form_token
    nobody.form_token = token or ""
    page = nobody.post("/staff/account/codes", 403)
    assert "Nothing was changed" in page.text
    nobody.form_token = right
    nobody.post("/staff/account/codes")
