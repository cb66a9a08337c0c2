"""Signing in at a provider: whom it lets in, and every token, state and account that it does not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import log
from sources.database import reading, writing
from tests.web.staff.conftest import somebody
from tests.web.staff.oidc_provider import BACK, CLIENT_ID, CLIENT_SECRET, FakePerson, OidcProvider, provider
from web.access import Role
from web.app import create_app
from web.settings import SettingError, read_settings
from web.staff import people


@pytest.fixture
def oidc() -> Iterator[OidcProvider]:
    with provider() as found:
        yield found


@pytest.fixture
def browser(engine: Engine, database_url: str, tmp_path: Any, oidc: OidcProvider) -> Iterator[TestClient]:
    """A browser at a site that knows the provider, and where Kim has an account."""
    somebody(engine, "kim@clinic.example", "Kim Bo", Role.CURATOR)
    somebody(engine, "noor", "Noor Eden", Role.CURATOR)
    settings = {
        "WELLCITED_DATA": str(tmp_path),
        "WELLCITED_DATABASE_URL": database_url if database_url.startswith("postgresql") else "",
        "WELLCITED_OIDC_ISSUER": oidc.issuer,
        "WELLCITED_OIDC_CLIENT_ID": CLIENT_ID,
        "WELLCITED_OIDC_CLIENT_SECRET": CLIENT_SECRET,
    }
    app = create_app(read_settings(settings))
    with TestClient(app, base_url="https://clinic.example", raise_server_exceptions=False) as client:
        yield client


def sent(browser: TestClient) -> str:
    """Begin at our page; returns where the provider leads the browser back to."""
    first = browser.get("/staff/provider", follow_redirects=False)
    assert first.status_code == 303, first.text
    return httpx.get(first.headers["location"]).headers["location"]


def entered(browser: TestClient, back: str) -> bool:
    """Go where the provider leads back to; whether one can work then."""
    answer = browser.get(back, follow_redirects=False)
    assert answer.status_code in (200, 422, 503), answer.text
    inside = browser.get("/staff/account", follow_redirects=False).status_code == 200
    assert inside == (answer.status_code == 200)
    return inside


def logged(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        rows = [row for row in log.rows_after(connection, 0) if row.kind == "sign_in"]
        return [json.loads(row.body)["what"] for row in rows]


def test_somebody_with_an_account_is_let_in_and_leads_on(browser: TestClient, engine: Engine) -> None:
    assert "/staff/provider" in browser.get("/staff/sign-in").text
    back = sent(browser)
    assert back.startswith(BACK)
    page = browser.get(back, follow_redirects=False)
    assert 'content="0; url=/staff"' in page.text
    assert sorted(browser.cookies) == ["__Host-wellcited_staff"]
    assert "Kim Bo" in browser.get("/staff/account").text
    assert logged(engine) == ["signed in by the provider"]
    # Neither the code nor what the browser kept is good for a second time.
    assert browser.get(back, follow_redirects=False).status_code == 422


def test_a_name_counts_where_the_address_is_not_known(browser: TestClient, oidc: OidcProvider) -> None:
    oidc.person = FakePerson(email="n.eden@clinic.example", name="Noor")
    assert entered(browser, sent(browser))
    assert "Noor Eden" in browser.get("/staff/account").text


NOBODY = (
    FakePerson(email="mo@clinic.example", name="mo"),
    FakePerson(verified=False, name="mo"),
    FakePerson(verified="true", name="mo"),
    FakePerson(email="mo@clinic.example", name="kim@clinic.example"),  # a name that one may have chosen oneself
    FakePerson(email="", name=""),
    FakePerson(email="Kim Bo", name="Kim Bo"),
    FakePerson(more={"email": ["kim@clinic.example"], "preferred_username": {"a": 1}}),
)


def test_nobody_without_an_account_is_let_in_and_none_is_made(
    browser: TestClient, oidc: OidcProvider, engine: Engine
) -> None:
    with reading(engine) as connection:
        before = people.everybody(connection)
    for oidc.person in NOBODY[:4]:
        assert not entered(browser, sent(browser)), oidc.person
    for person in NOBODY[4:]:
        _forget_attempts(engine)
        oidc.person = person
        assert not entered(browser, sent(browser)), person
    _forget_attempts(engine)
    with writing(engine) as connection:
        kim = people.by_name(connection, "Kim Bo")
        assert kim is not None
        people.set_active(connection, kim.id, False, who="test")
    oidc.person = FakePerson()
    assert not entered(browser, sent(browser))
    assert set(logged(engine)) == {"was refused after the provider’s sign-in"}
    with reading(engine) as connection:
        assert [one.id for one in people.everybody(connection)] == [one.id for one in before]


def _forget_attempts(engine: Engine) -> None:
    from web.staff.schema import attempts

    with writing(engine) as connection:
        connection.execute(attempts.delete())


NOW = int(time.time())
LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "other"},
    "no audience": {"aud": None},
    "several, and not for us": {"aud": ["other", "another"], "azp": "other"},
    "several, without saying for whom": {"aud": [CLIENT_ID, "other"]},
    "for another program": {"azp": "other"},
    "another nonce": {"nonce": "other"},
    "no nonce": {"nonce": None},
    "over": {"exp": NOW - 3600},
    "without an end": {"exp": None},
    "from the future": {"iat": NOW + 7200, "nbf": NOW + 7200},
    "of nobody": {"sub": None},
}


def test_no_token_that_is_not_for_us_now_lets_anybody_in(
    browser: TestClient, oidc: OidcProvider, engine: Engine
) -> None:
    for what, more in LIES.items():
        _forget_attempts(engine)
        oidc.person = FakePerson(more=more)
        assert not entered(browser, sent(browser)), what
    oidc.person = FakePerson(more={"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID})
    _forget_attempts(engine)
    assert entered(browser, sent(browser))


def test_no_signature_but_the_providers_counts(browser: TestClient, oidc: OidcProvider, engine: Engine) -> None:
    for how in ("none", "secret", "public key"):
        _forget_attempts(engine)
        oidc.sign_with = how
        assert not entered(browser, sent(browser)), how
    oidc.sign_with, right = "key", oidc.key
    oidc.listed, oidc.key = [right], RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    _forget_attempts(engine)
    assert not entered(browser, sent(browser))


def test_new_keys_of_the_provider_are_looked_up(browser: TestClient, oidc: OidcProvider) -> None:
    sent(browser)
    oidc.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    app: Any = browser.app
    at, stated, keys = app.state.provider._stated
    app.state.provider._stated = (at - 60, stated, keys)
    assert entered(browser, sent(browser))


def test_only_the_browser_that_began_can_come_back(browser: TestClient, oidc: OidcProvider, engine: Engine) -> None:
    back = sent(browser)
    query = parse_qs(urlsplit(back).query)
    stranger = TestClient(browser.app, base_url="https://clinic.example")
    assert not entered(stranger, back)
    assert not entered(browser, f"{BACK}?code={query['code'][0]}&state=other")
    assert not entered(browser, f"{BACK}?code={query['code'][0]}")
    assert not entered(browser, f"{BACK}?state={query['state'][0]}")
    # The code of somebody else, put under one's own attempt: the challenge does not fit.
    other = sent(stranger)
    mine = parse_qs(urlsplit(sent(browser)).query)["state"][0]
    code = parse_qs(urlsplit(other).query)["code"][0]
    assert not entered(browser, f"{BACK}?code={code}&state={mine}")
    assert logged(engine) == []


def test_trying_codes_is_slowed_down(browser: TestClient, oidc: OidcProvider) -> None:
    said = []
    for _ in range(7):
        state = parse_qs(urlsplit(sent(browser)).query)["state"][0]
        said.append(browser.get(f"{BACK}?code=guessed&state={state}", follow_redirects=False).status_code)
    assert said[0] == 503
    assert said[-1] == 422
    assert oidc.asked.count("/token") < 7


def test_a_provider_that_calls_itself_otherwise_is_not_asked(browser: TestClient, oidc: OidcProvider) -> None:
    oidc.states = "https://evil.example"
    answer = browser.get("/staff/provider", follow_redirects=False)
    assert answer.status_code == 503
    assert "cannot be reached now" in answer.text
    assert "location" not in answer.headers
    assert oidc.asked == ["/.well-known/openid-configuration"]


def test_visitors_get_no_cookie_and_sites_without_a_provider_no_way(browser: TestClient, tmp_path: Any) -> None:
    for path in ("/", "/api", "/staff/sign-in"):
        assert "set-cookie" not in browser.get(path).headers
    app = create_app(read_settings({"WELLCITED_DATA": str(tmp_path / "other")}))
    with TestClient(app) as client:
        assert client.get("/staff/provider").status_code == 404
        assert client.get("/staff/provider/back?code=a&state=b").status_code == 404
        assert "/staff/provider" not in client.get("/staff/sign-in").text


def test_a_provider_is_set_whole_and_safe(tmp_path: Any) -> None:
    settings = {"WELLCITED_OIDC_ISSUER": "https://id.example", "WELLCITED_OIDC_CLIENT_ID": "a"}
    with pytest.raises(SettingError, match="Set all three"):
        read_settings(settings)
    whole = {**settings, "WELLCITED_OIDC_CLIENT_SECRET": "hidden"}
    with pytest.raises(SettingError, match="starts with https"):
        read_settings({**whole, "WELLCITED_OIDC_ISSUER": "http://id.example"})
    assert "hidden" not in str(read_settings(whole).given) + repr(read_settings(whole))
