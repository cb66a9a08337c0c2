"""Reading files of articles: `read` chooses the format, checks that the content is that format, and parses it.

A file may come from anywhere, so it is parsed in a process of its own that has little memory and time, writes no file
and answers in JSON. Whatever goes wrong is a `ReadingError` that names the file, the reason and the next step.
"""

from __future__ import annotations

import os
import re
import selectors
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from sources.article import Document
from sources.formats import FORMATS, UnreadableError
from sources.formats.exchange import loaded

_ROOT = Path(__file__).resolve().parent.parent
# `-I` keeps the current folder and the environment out of the child, so it is told where the packages are.
_CHILD = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from sources.formats.child import main; main(sys.argv[1:])"

_RESAVE = "Open it in the program it came from, save it again and import that."
_SPLIT = "Split it into smaller files and import those."
_KNOWN = f"Save it as one of {', '.join(FORMATS)} and import that."

_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
# How files begin that are often saved under another name; the words complete "it is …".
_SIGNATURES = (
    (re.compile(rb".{0,1000}%PDF-\d", re.DOTALL), "a PDF file", ".pdf"),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), "a Word file or a ZIP archive", ".docx"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Word file (.doc) or one with a password", ""),
    (re.compile(rb"\{\\rtf"), "a Rich Text file (.rtf)", ""),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|II\*\0|MM\0\*", re.DOTALL), "a picture", ""),
    (re.compile(rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!"), "a compressed archive", ""),
    (_HTML, "an HTML page", ".html"),
)
_HEAD = 4096


class Limits(Struct, frozen=True):
    """What reading one file may use: bytes of the file, of memory and of the answer, and seconds."""

    bytes: int = 20_000_000
    memory: int = 512 * 1024**2
    cpu_seconds: int = 10
    wall_seconds: float = 12.0
    answer: int = 40_000_000


class ReadingError(UnreadableError):
    """A file could not be read: ``brochure.pdf: it is locked with a password. Save a copy without the password …``"""

    def __init__(self, path: Path, reason: str, next_step: str) -> None:
        super().__init__(reason, next_step)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path.name}: {self.reason}. {self.next_step}"


def read(path: Path, *, limits: Limits = Limits()) -> tuple[Document, ...]:
    """The documents in the file at `path`: one, or one a line for ``.jsonl``. Raises `ReadingError` only."""
    try:
        module = _module(path)
        with _opened(path, limits) as file:
            _check_content(path, file.read(_HEAD))
            file.seek(0)
            return loaded(_parsed(file, module, path.name, limits))
    except UnreadableError as error:
        raise ReadingError(path, error.reason, error.next_step) from error
    except OSError as error:
        raise ReadingError(path, f"it cannot be opened ({error.strerror})", "Check the file and its rights.") from error
    except ValueError as error:
        raise ReadingError(path, "its content could not be taken over", _RESAVE) from error


def _module(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in FORMATS:
        kind = f"files ending in {ending}" if ending else "files without an ending"
        raise UnreadableError(f"{kind} cannot be read", _KNOWN)
    return FORMATS[ending]


def _opened(path: Path, limits: Limits) -> BinaryIO:
    """The file, once it is known to be a regular one of a size that may be read."""
    if path.is_symlink() and not path.exists():
        raise UnreadableError("it is a link to a file that is not there", "Give the path of the file itself.")
    if not path.exists():
        raise UnreadableError("there is no such file", "Check its path.")
    # Not to wait for ever on a pipe that carries the name of a file.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check_status(os.fstat(descriptor), limits)
    except UnreadableError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _check_status(status: os.stat_result, limits: Limits) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError("it is no regular file", "Give the path of a file.")
    if status.st_size == 0:
        raise UnreadableError("it is empty", "Choose a file that has the text of an article.")
    if status.st_size > limits.bytes:
        raise UnreadableError(
            f"it has {status.st_size / 10**6:,.1f} MB, more than {limits.bytes / 10**6:,.1f} MB", _SPLIT
        )


def _check_content(path: Path, head: bytes) -> None:
    """Refuse a file that begins like another format than its name says."""
    ending = path.suffix.lower()
    start = head.removeprefix(b"\xef\xbb\xbf")
    kind, right = next(((words, name) for sign, words, name in _SIGNATURES if sign.match(start)), ("", ""))
    if kind and FORMATS.get(right) != FORMATS[ending]:
        next_step = f"If that is right, rename it to end in {right}." if right else _KNOWN
        raise UnreadableError(f"it ends in {path.suffix} but is {kind}", next_step)
    if not kind and ending in (".pdf", ".docx"):
        name = "PDF" if ending == ".pdf" else "Word"
        raise UnreadableError(f"it ends in {path.suffix} but is no {name} file", _RESAVE)


def _parsed(file: BinaryIO, module: str, name: str, limits: Limits) -> bytes:
    """What the child answers; raises `UnreadableError` where it was stopped by a limit or died."""
    numbers = (limits.memory, limits.cpu_seconds, limits.bytes, limits.answer)
    # The name is only for wording: bytes in it that are no text must not keep the child from starting.
    shown = name.encode("utf-8", "replace").decode()
    with subprocess.Popen(  # noqa: S603  # this interpreter, and no shell
        [sys.executable, "-I", "-B", "-c", _CHILD, module, shown, *map(str, numbers)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # No passwords or database addresses in the environment of a process that reads strange files.
        env={key: value for key, value in os.environ.items() if key == "LD_LIBRARY_PATH"},
    ) as child:
        try:
            answer = _collected(child, limits)
            status = child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            raise _too_slow() from None
        finally:
            child.kill()
    if status != 0:
        raise _died(status)
    return answer


def _collected(child: subprocess.Popen[bytes], limits: Limits) -> bytes:
    """The child's whole output, read no longer than the wall time and no further than the largest answer."""
    stdout = child.stdout
    assert stdout is not None
    end = time.monotonic() + limits.wall_seconds
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, end - time.monotonic())):
                raise _too_slow()
            chunk = os.read(stdout.fileno(), 1 << 16)
            if not chunk:
                return bytes(answer)
            answer += chunk
            if len(answer) > limits.answer:
                raise UnreadableError("it holds more text than an article can have", _SPLIT)


def _too_slow() -> UnreadableError:
    return UnreadableError("reading it took too long and was stopped", _SPLIT)


def _died(status: int) -> UnreadableError:
    """A child that a signal ended: the one for computing time, or a library that fell over a lack of memory."""
    if status in (-24, -9):  # SIGXCPU, SIGKILL: the limits on computing time, soft and hard
        return _too_slow()
    return UnreadableError("it made the reader fail, as damaged files do", _RESAVE)
