"""What the commands share: where they write, the options that every change has, and the open database."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.engine import Engine

from web.settings import Settings, read_settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


class Output:
    """Where commands write. What draws tables and colours is imported once there is something to write: a server waits."""

    def __init__(self, *, stderr: bool = False, style: str | None = None) -> None:
        self._stderr, self._style = stderr, style

    @cached_property
    def console(self) -> Console:
        """Return the terminal."""
        from rich.console import Console

        return Console(stderr=self._stderr, highlight=False, soft_wrap=True, style=self._style)

    def print(self, *what: object, markup: bool = True, style: str | None = None) -> None:
        """Write a line or a table."""
        self.console.print(*what, markup=markup, style=style)


say = Output()
complain = Output(stderr=True, style="red")

Who = Annotated[str, typer.Option("--as", metavar="NAME", help="Who does this; the log keeps it.")]
Why = Annotated[str, typer.Option("--why", metavar="REASON", help="Why; the log keeps it.")]


@contextmanager
def opened() -> Iterator[tuple[Settings, Engine]]:
    """Yield the settings and the database, brought to today's schema."""
    from sources.database import open_database, upgrade

    settings = read_settings()
    engine = open_database(settings.data, settings.database_url)
    try:
        upgrade(engine)
        yield settings, engine
    finally:
        engine.dispose()


def progress(output: Output = complain) -> Progress:
    """Return the bar that long work shows; where nobody watches, it leaves its last state behind."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=output.console, transient=not sys.stderr.isatty())


def me() -> str:
    """Name of the account that runs the command, for changes that need no person's name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


def person_named(engine: Engine, name: str) -> str | None:
    """Return the id of the person who has an account under a name given with --as; None where nobody has."""
    from sources.database import reading
    from web.staff.people import by_name

    with reading(engine) as connection:
        person = by_name(connection, name) if name.strip() else None
    return person.id if person else None
