"""`wellcited export-library` and `import-library`: the whole library as one file, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import Engine

from web.console import Who, complain, me, opened, say

_PACKED = b"PK"


def export_library(
    file: Annotated[Path, typer.Argument(help="File to write: .json for one JSON file, .zip for one of CSV files.")],
) -> None:
    """Write the whole library into one file: articles, revisions, states, history, phrasings and curated questions.

    Example: wellcited export-library library.json
    """
    from sources.carrying import taken_out, to_csv, to_json
    from sources.database import reading

    written = {".json": to_json, ".zip": to_csv}.get(file.suffix.lower())
    if written is None:
        raise typer.BadParameter(f"{file.name} ends neither in .json nor in .zip.")
    with opened() as (_, engine), reading(engine) as connection:
        library = taken_out(connection)
    file.write_bytes(written(library))
    articles, questions = len(library["articles"]), len(library["curated_questions"])
    say.print(f"{articles:,} articles and {questions:,} curated questions are in {file}.", markup=False)


def import_library(
    file: Annotated[Path, typer.Argument(help="File that export-library wrote.")],
    who: Who = "",
) -> None:
    """Put a whole library into this one, which must be empty.

    Example: wellcited import-library library.json
    """
    from sources.library import LibraryError

    try:
        content = file.read_bytes()
        with opened() as (_, engine):
            counts = take_in(engine, content, who or me())
    except OSError as error:
        complain.print(f"{file}: it cannot be read ({error.strerror}).", markup=False)
        raise typer.Exit(1) from None
    except LibraryError as error:
        complain.print(str(error), markup=False)
        raise typer.Exit(1) from None
    say.print(f"{counts['articles']:,} articles came in, with their history. Next: wellcited publish")


def take_in(engine: Engine, content: bytes, who: str, most: int | None = None) -> Mapping[str, int]:
    """Put a library into an empty one and log it. Raises `LibraryError`.

    `most` bounds what a ZIP archive may unpack to, in bytes, more closely than the library does.
    """
    from assistant import log
    from sources.carrying import from_csv, from_json
    from sources.database import writing
    from sources.taking_over import take_in_library

    if content.startswith(_PACKED):
        library = from_csv(content) if most is None else from_csv(content, most)
    else:
        library = from_json(content)
    with writing(engine) as connection:
        counts = take_in_library(connection, library)
        digest = hashlib.sha256(content).hexdigest()
        body = {"who": who, "what": "took in a whole library", "sha256": digest, "rows": dict(counts)}
        log.append(connection, [log.Entry("library", body)])
    return counts
