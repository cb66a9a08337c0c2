"""The `wellcited` command: what is imported for it, and what is said when it fails."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

# What a server begins to open an installation with, the innermost first. Python 3.11 gives back to the system each 16 KB
# of nested calls as soon as they have returned: left to import one another, ever deeper, these ask the system for them
# some 2,000 times more.
_FIRST = (
    "sqlalchemy",
    "index.dense",
    "index.exported",
    "assistant.policy",
    "assistant.raising",
    "web.beginning",
)


def main() -> None:
    """Run the command line; an error that we know is one line, not a traceback."""
    # What is imported stays. To look through it again and again for what is no longer used takes an eighth of the time
    # till a server is ready, and finds nothing.
    gc.disable()
    # Pydantic else looks through all that is installed for what would change how it works.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    app = command_line()
    gc.freeze()
    # Editions are many small objects that live long; Python's default looks through them again and again as they are made.
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    try:
        app()
    except Exception as error:
        from web.console import complain

        words = _words_for(error)
        if words is None:
            raise
        complain.print(words, markup=False)
        sys.exit(1)


def command_line() -> typer.Typer:
    """Import the commands: of a server, which is waited for, only its own, and first what it is made of."""
    if sys.argv[1:2] == ["serve"]:
        for module in _FIRST:
            import_module(module)
        from web.serve import app
    else:
        from web.command import app
    return app


def _words_for(error: Exception) -> str | None:
    """Say in one line what went wrong and what to do; None for an error that we do not know."""
    # Imported late: together they take longer than many a command, and most commands end well.
    from sqlalchemy.exc import SQLAlchemyError

    from assistant.evaluation.labelled import LabelledError
    from assistant.evaluation.results import ResultsError
    from assistant.log import LogError
    from assistant.policy import PolicyError
    from assistant.publish import PublishError
    from assistant.replay import ReplayError
    from assistant.verifier import VerifyError
    from index.desk import LibraryUnavailableError
    from index.edition import EditionError
    from index.encoder import EncoderError
    from index.model import ModelError
    from index.publishing import PublishingError
    from sources.database import DatabaseError
    from sources.library import LibraryError
    from web.settings import SettingError

    known = (
        SettingError, DatabaseError, LibraryError, PublishError, PublishingError, EditionError, EncoderError, ModelError,
        LibraryUnavailableError, LabelledError, LogError, PolicyError, ReplayError, ResultsError, VerifyError,
    )  # fmt: skip
    if isinstance(error, known):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        cause = str(getattr(error, "orig", None) or type(error).__name__).strip()
        return f"The database did not do what was asked: {cause}. Check that it runs and may be written to."
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror}. Check that it exists and that you may write to it."
    return None
