"""The process in which a file is parsed: limits first, then the parser, then one JSON answer on standard output.

Started by `sources.reading` as ``python -I``; the file's bytes come on standard input. Arguments: the format's module,
the file's name, and the limits in bytes of memory, seconds of computing, bytes of input and bytes of output.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys

from sources.formats import FORMATS, UnreadableError
from sources.formats.exchange import dumped, refused

_SPLIT = "Split it into smaller files and import those."
_RESAVE = "Open it in the program it came from, save it again and import that."
# Made beforehand: when there is no memory, there is none to word it.
_OUT_OF_MEMORY = refused(UnreadableError("it needs more memory than a file may use", _SPLIT))
# What no parser needs, and what a parser that was taken over would try first.
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "ctypes.dlopen",
)


def main(arguments: list[str]) -> None:
    """Parse standard input within the limits and write the answer; every failure of a parser becomes a refusal."""
    module, name, *numbers = arguments
    memory, seconds, most_input, most_output = map(int, numbers)
    _limit(memory, seconds)
    answer = _answer(module, name, sys.stdin.buffer.read(most_input + 1))
    if len(answer) > most_output:
        answer = refused(UnreadableError("it holds more text than an article can have", _SPLIT))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _limit(memory: int, seconds: int) -> None:
    os.nice(10)  # whoever waits for an answer goes first
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _answer(module: str, name: str, data: bytes) -> bytes:
    if module not in FORMATS.values():
        raise ValueError(f"no format {module!r}")
    try:
        parser = importlib.import_module(f"sources.formats.{module}")
        sys.addaudithook(_forbid)
        return dumped(parser.parse(data, name))
    except UnreadableError as error:
        return refused(error)
    except MemoryError:
        return _OUT_OF_MEMORY
    except RecursionError:
        return refused(UnreadableError("it is nested too deeply", _RESAVE))
    except Exception as error:
        # A parser's own errors say nothing to a reader; its class helps whoever looks into it.
        return refused(UnreadableError(f"it is damaged or not what its name says ({type(error).__name__})", _RESAVE))


def _forbid(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a parser may not use {event}")
