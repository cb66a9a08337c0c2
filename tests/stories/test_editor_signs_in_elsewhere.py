"""As an editor I sign in with the account that I have at my organisation, and keep no further password."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.stories.conftest import served
from tests.stories.staff import let_in
from tests.stories.test_visitor_with_assistive_technology import VIEWS, assert_accessible, look_at
from tests.web.staff.oidc_provider import CLIENT_ID, CLIENT_SECRET, FakePerson, provider


def test_with_one_account_for_everything(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    let_in(data)
    with provider() as oidc:
        monkeypatch.setenv("WELLCITED_OIDC_ISSUER", oidc.issuer)
        monkeypatch.setenv("WELLCITED_OIDC_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("WELLCITED_OIDC_CLIENT_SECRET", CLIENT_SECRET)
        with served(data) as address:
            oidc.back = f"{address.rstrip('/')}/staff/provider/back"
            oidc.person = FakePerson(email="kim@clinic.example", name="nobody")
            context = browser.new_context(base_url=address)
            page = context.new_page()
            page.goto("/staff/sign-in")
            for screen, light in VIEWS:
                look_at(page, screen, light)
                assert_accessible(page, "sign-in with a provider")
            page.get_by_role("link", name="Sign in with your organisation’s account").click()
            expect(page.get_by_role("alert")).to_contain_text("You have no account here")
            oidc.person = FakePerson(email="kim@clinic.example", name="kim")
            page.get_by_role("link", name="Sign in with your organisation’s account").click()
            expect(page.get_by_role("heading", name="Articles", level=1)).to_be_visible()
            expect(page.get_by_role("link", name="Kim Bo")).to_be_visible()
            assert [one["name"] for one in context.cookies(f"{address.rstrip('/')}/staff")] == ["wellcited_staff"]
            page.goto("/")
            assert context.cookies(f"{address.rstrip('/')}/") == []
            context.close()
