"""All of them: each is a name with its ending, and how to write it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sources.formats import FORMATS
from tests.hostile.archives import Maker, archives, word
from tests.hostile.pdfs import pdf, pdfs
from tests.hostile.texts import lines, markdowns, pages, plains

_GEESE = b"Wild geese fly south in autumn and rest on lakes along the way.\n"
_GOOD: dict[str, Maker] = {
    ".txt": lambda: _GEESE,
    ".md": lambda: b"# Geese\n\n" + _GEESE,
    ".html": lambda: b"<!doctype html><html><body><h1>Geese</h1><p>" + _GEESE + b"</p></body></html>",
    ".docx": word,
    ".pdf": pdf,
    ".jsonl": lambda: (
        b'{"title": "a", "url": "https://a.example", "publisher": "a", "sections": [{"paragraphs": ["a b"]}]}\n'
    ),
    ".png": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 999,
    ".doc": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 999,
    ".rtf": lambda: b"{\\rtf1 " + _GEESE + b"}",
    ".gz": lambda: b"\x1f\x8b\x08" + b"\0" * 99,
    ".elf": lambda: b"\x7fELF" + bytes(range(256)) * 9,
    ".exe": lambda: b"MZ" + bytes(range(256)) * 9,
}
_GIBIBYTE = 1024**3


@dataclass(frozen=True)
class Hostile:
    """A file that is to be refused, or read within the limits; `write` puts it into a folder and returns its path."""

    name: str
    write: Callable[[Path], Path]


def hostile() -> Iterator[Hostile]:
    """Every file, the same in every run; none is made before it is written."""
    groups = ((".docx", archives()), (".pdf", pdfs()), (".html", pages()), (".md", markdowns()), (".txt", plains()))
    for ending, found in (*groups, (".jsonl", lines())):
        for name, make in found:
            yield _written(f"{name}{ending}", make)
    for ending in FORMATS:
        yield _written(f"empty{ending}", bytes)
        yield Hostile(f"sparse{ending}", lambda folder, ending=ending: _sparse(folder / f"sparse{ending}"))  # type: ignore[misc]
        for kind, make in _GOOD.items():
            if kind != ending:
                yield _written(f"is-{kind[1:]}{ending}", make)
        yield _written(f"noise{ending}", lambda: random.Random(7).randbytes(300_000))
    for ending in (".docx", ".pdf"):
        for part in range(1, 8):
            yield _written(f"first-{part}-eighths{ending}", lambda e=ending, p=part: _cut(_GOOD[e](), p))  # type: ignore[misc]
            yield _written(f"damaged-{part}{ending}", lambda e=ending, p=part: _damaged(_GOOD[e](), p))  # type: ignore[misc]


def _written(name: str, make: Maker) -> Hostile:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(make())
        return path

    return Hostile(name, write)


def _sparse(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(_GIBIBYTE)
    return path


def _cut(content: bytes, eighths: int) -> bytes:
    return content[: len(content) * eighths // 8]


def _damaged(content: bytes, seed: int) -> bytes:
    """Some bytes of it are others."""
    chance = random.Random(seed)
    changed = bytearray(content)
    for _ in range(20):
        changed[chance.randrange(8, len(changed))] = chance.randrange(256)
    return bytes(changed)
