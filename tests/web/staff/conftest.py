"""A site that staff sign in to, without a published library unless a test makes one."""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from sources.database import writing
from web.access import Role
from web.app import create_app
from web.settings import read_settings
from web.staff import people

html: Any = importlib.import_module("lxml.html")  # lxml ships no types

PASSWORD = "heron lamp tuesday kite"
Form = dict[str, Any]
SAME_SITE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Browsing:
    """Somebody at the site: sends forms as a browser does, with the secret that the page before held."""

    client: TestClient
    form_token: str = ""

    def get(self, path: str, status: int = 200) -> Any:
        response = self.client.get(path, follow_redirects=False)
        assert response.status_code == status, f"{path}: {response.status_code} {response.text[:2000]}"
        return html.fromstring(response.text) if response.text else None

    def post(self, path: str, status: int = 303, **form: Any) -> Any:
        files = form.pop("files", None)
        data = {"form_token": self.form_token, **form}
        response = self.client.post(path, data=data, files=files, headers=SAME_SITE, follow_redirects=False)
        assert response.status_code == status, f"{path}: {response.status_code} {response.text[:2000]}"
        return response

    def posted(self, path: str, status: int = 200, **form: Any) -> Any:
        return html.fromstring(self.post(path, status, **form).text)

    def sign_in(self, name: str, password: str = PASSWORD, status: int = 303, **form: str) -> Any:
        response = self.post("/staff/sign-in", status, name=name, password=password, **form)
        if status == 303:
            page = self.client.get("/staff/account").text
            found = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
            assert found, page
            self.form_token = found[1]
        return response


def text(page: Any) -> str:
    return " ".join(str(page.text_content()).split())


def somebody(engine: Engine, sign_in_name: str, name: str, *roles: Role) -> str:
    """Add a person with the password; returns the id."""
    now = int(time.time())
    with writing(engine) as connection:
        token = people.invite(connection, sign_in_name, name, roles, now, who="test")
        return people.choose_password(connection, token, PASSWORD, now).id


def site(data: Path, url: str = "", **settings: str) -> Iterator[TestClient]:
    environment = {"WELLCITED_DATA": str(data), "WELLCITED_DATABASE_URL": url, "WELLCITED_READER": "off", **settings}
    with TestClient(create_app(read_settings(environment)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """The application over an empty database, on SQLite and on PostgreSQL."""
    url = database_url if database_url.startswith("postgresql") else ""
    yield from site(tmp_path, url)


@pytest.fixture
def nobody(client: TestClient) -> Browsing:
    """Somebody who has not signed in."""
    return Browsing(client)
