"""The whole library in and out in the browser: an admin's, whole, and only into an empty one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import log
from sources.carrying import to_json
from sources.database import open_database, reading, upgrade
from tests.sources.test_carrying import fill, library_of
from tests.web.staff.conftest import site, somebody, text
from tests.web.staff.test_articles import as_
from web.access import Role


def test_an_admin_takes_it_out_and_puts_it_in(client: TestClient, engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    somebody(engine, "hedda", "Hedda Head", Role.ADMIN)
    hedda = as_(client, "hedda")
    assert "2 articles and 1 curated question." in text(hedda.get("/staff/library"))
    files = [client.get(f"/staff/library/library.{ending}") for ending in ("json", "zip")]
    assert 'filename="library.json"' in files[0].headers["content-disposition"]
    refused = hedda.post("/staff/library", 422, files=[("file", ("library.json", files[0].content))])
    assert "This library is not empty: it has articles." in refused.text
    assert "Choose the file" in hedda.post("/staff/library", 422).text
    for file in files:
        folder = tmp_path / file.headers["content-type"].replace("/", "-")
        other = open_database(folder)
        upgrade(other)
        somebody(other, "hedda", "Hedda Head", Role.ADMIN)
        for there in site(folder):
            hedda = as_(there, "hedda")
            assert "no JSON" in hedda.post("/staff/library", 422, files=[("file", ("a.json", b"{"))]).text
            said = hedda.get(hedda.post("/staff/library", files=[("file", ("a", file.content))]).headers["location"])
            assert "The library is in." in text(said)
            assert there.get("/staff/library/library.json").content == files[0].content
        with reading(other) as connection:
            assert [row.kind for row in log.rows_after(connection, 0)].count("library") == 1
        assert to_json(library_of(other)) == files[0].content
        other.dispose()
