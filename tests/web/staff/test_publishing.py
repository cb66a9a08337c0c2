"""Publishing in the browser: what would change, one at a time, cancelled without a trace, and back again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import curate, log
from index import publishing
from sources.database import metadata, reading, writing
from sources.overview import article_lines
from sources.questions import CuratedQuestion, add_questions
from tests.conftest import PATIENCE
from tests.index.encoder_fixture import with_encoder
from tests.web.staff.conftest import Browsing, site, somebody, text
from tests.web.staff.test_access import GEESE
from tests.web.staff.test_articles import as_, logged, put_in
from web.access import Role
from web.settings import read_settings
from web.staff import building, builds, people
from web.staff.builds import Build, BuildState, BusyError, CancelledError, Purpose
from web.staff.people import Person

BRIDGES = (
    "A bridge needs firm ground on both banks. A pier in soft mud will lean before long, so builders drive long piles "
    "down to the rock. Old stone bridges often rest on oak piles that have stood under water for hundreds of years."
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that holds the exported encoder, so that nothing has to be prepared."""
    return with_encoder(tmp_path)


@pytest.fixture
def client(engine: Engine, database_url: str, data: Path) -> Iterator[TestClient]:
    """The application over that folder."""
    yield from site(data, database_url if database_url.startswith("postgresql") else "")


@pytest.fixture
def kim(engine: Engine) -> Person:
    """A curator."""
    somebody(engine, "kim", "Kim Bo", Role.CURATOR)
    somebody(engine, "ada", "Dr. Ada Ng", Role.CLINICIAN)
    with reading(engine) as connection:
        person = people.by_name(connection, "kim")
    assert person is not None
    return person


def approved(engine: Engine, words: str, title: str) -> None:
    put_in(engine, "Kim Bo", None, words, title)
    curate.approve(engine, None, who="Noor", why="read", accept=None)


def until_over(browsing: Browsing) -> str:
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        [part] = browsing.get("/staff/publish").xpath('//section[@id="build"]')
        if part.get("data-state") not in builds.UNDER_WAY:
            return text(part)
        time.sleep(0.2)
    raise AssertionError("the publish is not over")


def test_one_publishes_sees_what_changes_and_goes_back(client: TestClient, engine: Engine, kim: Person) -> None:
    browsing = as_(client, "kim")
    assert "No passage is approved, so there is nothing to publish." in text(browsing.get("/staff/publish"))
    approved(engine, GEESE, "Geese")
    page = text(browsing.get("/staff/publish"))
    assert "1 approved passage would be live: 1 come in 0 go out 0 in other words" in page
    browsing.post("/staff/publish", why="the first edition")
    assert "Published Edition" in until_over(browsing)
    assert "Nothing. What is live is what is approved." in text(browsing.get("/staff/publish"))
    with reading(engine) as connection:
        first = publishing.live(connection)
    assert first is not None
    assert (first.who, first.why) == ("Kim Bo", "the first edition")
    approved(engine, BRIDGES, "Bridges")
    approved(engine, GEESE.replace("often in large groups", "mostly in very large groups"), "Geese")
    page_ = browsing.get("/staff/publish")
    assert "1 come in 0 go out 1 in other words" in text(page_)
    assert [text(one) for one in page_.xpath("//ins")] == ["mostly", "very"]
    browsing.post("/staff/publish")
    until_over(browsing)
    assert "Nothing. What is live is what is approved." in text(browsing.get("/staff/publish"))
    with reading(engine) as connection:
        geese = next(one.article for one in article_lines(connection) if one.article.attributes.title == "Geese")
    curate.set_details(engine, geese.id, replace(geese.attributes, publisher="Harbour Clinic"), who="Kim Bo")
    assert "0 in other words 1 with other details: Geese" in text(browsing.get("/staff/publish"))
    browsing.post("/staff/publish/back", 422, edition="0" * 64)
    as_(client, "ada").post("/staff/publish/back", edition=first.edition)
    with reading(engine) as connection:
        now = publishing.live(connection)
        log.verify(connection)
    assert now is not None
    assert (now.edition, now.who) == (first.edition, "Dr. Ada Ng")
    assert [entry["who"] for entry in logged(engine, "publish")] == ["Kim Bo", "Kim Bo"]


def test_questions_that_go_wrong_stop_it_and_a_clinician_may_publish_all_the_same(
    client: TestClient, engine: Engine, kim: Person, data: Path
) -> None:
    with writing(engine) as connection:
        asked = [
            CuratedQuestion("How do I bake bread?", True, (GEESE[:40],), "tune"),
            CuratedQuestion("How do I knit a scarf?", True, (GEESE[:40],), "tune"),
        ]
        add_questions(connection, asked)
    approved(engine, GEESE, "Geese")
    browsing = as_(client, "kim")
    browsing.post("/staff/publish")
    over = until_over(browsing)
    assert "Not published 0 of 2 curated questions find a right passage among the first three" in over
    assert "not in the first three: How do I bake bread?" in over
    with reading(engine) as connection:
        assert publishing.live(connection) is None
    assert list((data / "editions").iterdir()) == []
    browsing.post("/staff/publish/all-the-same", 403, why="nobody asks that")
    ada = as_(client, "ada")
    assert "Say why it may go live all the same" in ada.post("/staff/publish/all-the-same", 422).text
    ada.post("/staff/publish/all-the-same", why="nobody asks that")
    assert "is live" in until_over(ada)
    assert [entry["why"] for entry in logged(engine, "publish")] == ["nobody asks that"]


def begun(engine: Engine, person: Person, purpose: Purpose = Purpose.PUBLISH) -> Build:
    now = int(time.time())
    with writing(engine) as connection:
        builds.begin(connection, person, "w", now, all_the_same=False, purpose=purpose)
        found = builds.newest(connection, now)
    assert found is not None
    return found


def files(data: Path) -> list[str]:
    return sorted(
        str(path.relative_to(data)) for path in data.rglob("*") if "sqlite" not in path.name and path.is_file()
    )


def rows(engine: Engine) -> dict[str, list[str]]:
    with reading(engine) as connection:
        tables = [table for table in metadata.sorted_tables if table.name != "builds"]
        return {t.name: sorted(map(str, connection.execute(sa.select(t)))) for t in tables}


@pytest.mark.parametrize(
    ("purpose", "step"),
    [
        (Purpose.PUBLISH, ""),
        (Purpose.PUBLISH, "Encoding what is new"),
        (Purpose.PUBLISH, "Checking the edition"),
        (Purpose.PUBLISH, "Asking the questions"),
        (Purpose.PUBLISH, "Making it live"),
        (Purpose.DRAFT, ""),
        (Purpose.DRAFT, "Checking the edition"),
        (Purpose.DRAFT, "Keeping it"),
    ],
)
def test_cancelled_at_any_moment_it_leaves_no_trace(
    engine: Engine, database_url: str, data: Path, kim: Person, purpose: Purpose, step: str
) -> None:
    approved(engine, GEESE, "Geese")
    with writing(engine) as connection:
        add_questions(connection, [CuratedQuestion("Where do wild geese rest?", True, (GEESE[:40],), "tune")])
    build = begun(engine, kim, purpose)
    files_before, rows_before = files(data), rows(engine)

    def cancel(connection: sa.Connection, _: object, statement: str, values: object, *more: object) -> None:
        """Cancel, as somebody at another server would, right after the publish has said what it does."""
        if statement.startswith("UPDATE builds") and step in str(values):
            builds.cancel(connection, build.id)

    if step:
        sa.event.listen(engine, "after_cursor_execute", cancel)
    else:
        with writing(engine) as connection:
            builds.cancel(connection, build.id)
    url = database_url if database_url.startswith("postgresql") else ""
    environment = {"WELLCITED_DATA": str(data), "WELLCITED_DATABASE_URL": url, "WELLCITED_READER": "off"}
    building.carry_out(read_settings(environment), engine, build)
    assert files(data) == files_before
    assert rows(engine) == rows_before
    with reading(engine) as connection:
        assert publishing.live(connection) is None
        after = builds.newest(connection, int(time.time()))
    assert after is not None
    kept = "The draft" if purpose is Purpose.DRAFT else "What visitors see"
    assert (after.state, after.said) == (BuildState.CANCELLED, f"Cancelled. {kept} is as it was.")


def test_only_one_at_a_time_and_one_that_is_silent_counts_as_gone(engine: Engine, kim: Person) -> None:
    build = begun(engine, kim)
    now = int(time.time())
    with pytest.raises(BusyError), writing(engine) as connection:
        builds.begin(connection, kim, "w", now, all_the_same=False)
    with writing(engine) as connection:
        builds.heard_of(connection, build.id, now)
        later = now + builds.SILENT_SECONDS + 1
        gone = builds.newest(connection, later)
        assert gone is not None
        assert gone.state is BuildState.FAILED
        assert "ended before it was done" in gone.said
        builds.begin(connection, kim, "w", later, all_the_same=False)


def test_what_has_ended_stays_as_it_is(engine: Engine, kim: Person) -> None:
    build = begun(engine, kim)
    with writing(engine) as connection:
        builds.went_live(connection, build.id, "e" * 64, "It is live.")
        builds.cancel(connection, build.id)
        builds.ended(connection, build.id, BuildState.FAILED, "It broke off.")
        after = builds.newest(connection, int(time.time()))
        assert after is not None
        assert (after.state, after.said) == (BuildState.DONE, "It is live.")
        with pytest.raises(CancelledError):
            builds.progress(connection, build.id, "Encoding", 1, 2, int(time.time()))


def test_a_process_that_dies_is_known_to_have_failed(
    client: TestClient, engine: Engine, kim: Person, data: Path
) -> None:
    approved(engine, GEESE, "Geese")
    shutil.rmtree(data / "encoders")
    (data / "encoders").write_text("a file where a folder should be")
    browsing = as_(client, "kim")
    browsing.post("/staff/publish")
    over = until_over(browsing)
    assert "A fault kept it from being done" in over
    with reading(engine) as connection:
        assert publishing.live(connection) is None
