"""Publishing in a process of its own: `start` begins one, `python -m web.staff.building ID` is that process.

It has the settings of the server that began it, writes how far it is into the database, and outlives that server.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from sources.database import open_database, reading, writing
from web.settings import Settings, read_settings
from web.staff import builds
from web.staff.builds import Build, BuildState, CancelledError, Failed, Purpose
from web.wording import sentence

if TYPE_CHECKING:
    from assistant.checking import Check

_ROOT = Path(__file__).resolve().parents[2]
_HEARD_OF_EVERY = 10.0
_NOTED_EVERY = 0.3
_BROKE_OFF = "The process that published broke off. Nothing was changed. Publish again."


def start(settings: Settings, engine: Engine, build_id: str) -> None:
    """Begin the process, and see to it that its end is known whatever ends it."""
    python_path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WELLCITED_")}
    environment = {**kept, **settings.environment, "WELLCITED_DATA": str(settings.data), "PYTHONPATH": python_path}
    process = subprocess.Popen(  # noqa: S603 - this interpreter, an id of ours, and no shell
        [sys.executable, "-m", "web.staff.building", build_id],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=_wait, args=(process, engine, build_id), name="publish", daemon=True).start()


def _wait(process: subprocess.Popen[bytes], engine: Engine, build_id: str) -> None:
    process.wait()
    # Where the server itself is stopping, its database may be closed; then the silence tells.
    with suppress(SQLAlchemyError), writing(engine) as connection:
        builds.ended(connection, build_id, BuildState.FAILED, _BROKE_OFF)


class _Progress(Struct):
    """What a publish says of itself on its way, written down a few times a second at most."""

    engine: Engine
    build_id: str
    step: str = "Starting"
    noted: float = field(default=0.0)

    def on_step(self, step: str) -> None:
        self.step = step
        self._note(0, 0)

    def on_progress(self, done: int, total: int) -> None:
        if time.monotonic() - self.noted >= _NOTED_EVERY or done == total:
            self._note(done, total)

    def _note(self, done: int, total: int) -> None:
        with writing(self.engine) as connection:
            builds.progress(connection, self.build_id, self.step, done, total, int(time.time()))
        self.noted = time.monotonic()


def carry_out(settings: Settings, engine: Engine, build: Build) -> None:
    """Publish, or build a draft, as asked, and write down what came of it."""
    from assistant.policy import load_policy
    from assistant.publish import CheckFailedError, PublishError, publish

    def within(connection: Connection, edition: str, check: Check) -> None:
        said = f"Edition {edition[:12]} is live. {_in_words(check)}"
        builds.went_live(connection, build.id, edition, said.strip())

    said = _Progress(engine, build.id)
    try:
        if build.purpose is Purpose.DRAFT:
            _build_draft(settings, engine, build, said)
            return
        publish(
            engine, settings.data, settings.model, load_policy(locale=settings.locale), who=build.person, why=build.why,
            override=build.why if build.all_the_same else None, reads=settings.reads, on_step=said.on_step,
            on_progress=said.on_progress, within=within,
        )  # fmt: skip
    except CancelledError:
        kept = "The draft" if build.purpose is Purpose.DRAFT else "What visitors see"
        _ended(engine, build, BuildState.CANCELLED, f"Cancelled. {kept} is as it was.")
    except CheckFailedError as error:
        _ended(engine, build, BuildState.FAILED, _stopped(error.check), *_wrong(error.check))
    except PublishError as error:
        _ended(engine, build, BuildState.FAILED, sentence(error))
    except Exception as error:
        _ended(engine, build, BuildState.FAILED, f"A fault kept it from being done: {type(error).__name__}: {error}")
        raise


def _build_draft(settings: Settings, engine: Engine, build: Build, said: _Progress) -> None:
    from assistant.drafts import build_draft

    def within(connection: Connection, draft: str) -> None:
        builds.went_live(connection, build.id, draft, f"Draft {draft[:12]} can be tried.")

    build_draft(
        engine, settings.data, settings.model, who=build.person, on_step=said.on_step, on_progress=said.on_progress,
        within=within,
    )  # fmt: skip


def _stopped(check: Check) -> str:
    words = [] if check.enough else [f"{_in_words(check)} That is too few."]
    words += check.failed
    return f"{' '.join(words)} What visitors see is as it was."


def _wrong(check: Check) -> tuple[tuple[str, ...], tuple[Failed, ...]]:
    failed = (Failed(one.question, one.kind, one.expected, one.before, one.now, one.kept) for one in check.failures)
    return (() if check.enough else check.wrong), tuple(failed)


def _in_words(check: Check) -> str:
    if not check.to_answer:
        return ""
    found = f"{check.answered} of {check.to_answer} curated questions find a right passage among the first three"
    return (
        f"{found}, and {check.refused} of {check.to_refuse} that must be refused are."
        if check.to_refuse
        else f"{found}."
    )


def _ended(
    engine: Engine,
    build: Build,
    state: BuildState,
    said: str,
    wrong: tuple[str, ...] = (),
    failures: tuple[Failed, ...] = (),
) -> None:
    with writing(engine) as connection:
        builds.ended(connection, build.id, state, said, wrong, failures)


@contextmanager
def _heard_of(engine: Engine, build: Build) -> Iterator[None]:
    """Let it be known, all the while, that this process runs: some steps take long and say nothing."""
    over = threading.Event()

    def tell() -> None:
        while not over.wait(_HEARD_OF_EVERY):
            with suppress(SQLAlchemyError), writing(engine) as connection:
                builds.heard_of(connection, build.id, int(time.time()))

    thread = threading.Thread(target=tell, name="heard of", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main(build_id: str) -> None:
    """Carry out the publish of this id, if it is the one under way."""
    settings = read_settings()
    engine = open_database(settings.data, settings.database_url)
    try:
        with reading(engine) as connection:
            build = builds.newest(connection, int(time.time()))
        if build is not None and build.id == build_id and build.state in builds.UNDER_WAY:
            with _heard_of(engine, build):
                carry_out(settings, engine, build)
    finally:
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
