"""The `serve` command, by itself: of the others none is imported or built while a server starts."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated

import typer

from index.memory import share_heap
from web.settings import read_settings

# What answers questions, and the interface to it, the innermost first (see `web.entry`).
_ANSWERS = ("assistant.assistant", "web.opening")
_INTERFACE = ("web.api", "web.serving")


def command_line() -> typer.Typer:
    """Return a command line of ours without any command yet."""
    return typer.Typer(
        help="Wellcited answers questions with sentences quoted word for word from approved articles.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for any free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the visitor's page and the public API.

    Example: wellcited serve --port 8000
    """
    # What is made at the start stays: looking through it for what is no longer used takes a tenth of the time till then.
    gc.disable()
    from assistant.raising import shipped
    from web.beginning import begun

    share_heap()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    settings = read_settings()
    # Of several threads one waits for another after each file it reads: for 1 ms, and not for Python's 5.
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.001)
    with ThreadPoolExecutor(2, "opening") as threads:
        beginning = threads.submit(begun, settings)
        threads.submit(shipped)  # it keeps what it opened; what is wrong with it is met again, and said
        for module in _ANSWERS:
            import_module(module)
        import_interface()
        from web.opening import opened
        from web.serving import run
    sys.setswitchinterval(usual)
    installation = opened(settings, beginning.result())
    run(installation, host, port)


def import_interface() -> None:
    """Import what the interface is made with; pages come once it is ready (`web.app`)."""
    # FastAPI looks whether a model is one of Pydantic 1, and loads all of that for it unless it is not there: 62 modules.
    sys.modules["pydantic.v1"] = None  # type: ignore[assignment]
    with _models_built_when_used():
        import_module("fastapi")
    for module in _INTERFACE:
        import_module(module)


@contextmanager
def _models_built_when_used() -> Iterator[None]:
    """Let models be built when they are first used: of FastAPI's own, for when its description is asked for."""
    from pydantic import BaseModel, ConfigDict

    usual = BaseModel.model_config
    BaseModel.model_config = ConfigDict(defer_build=True)
    try:
        yield
    finally:
        BaseModel.model_config = usual


app = command_line()
app.command()(serve)


@app.callback()
def _with_a_name() -> None:
    """Keep the one command's name on the command line."""
