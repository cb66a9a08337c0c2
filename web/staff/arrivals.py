"""Documents that were read and are not in the library yet: each waits for the person who brought it to look at it.

Nothing of it is in the library or the log before it is kept, and only who brought a document can keep it: they become
its author, and somebody else approves it.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from pathlib import Path, PurePosixPath

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from sources.article import Document
from sources.library import document_from_json, document_to_json
from sources.reading import Limits, read
from web.staff import schema
from web.staff.people import Person

KEPT_DAYS = 7
# A file of many articles, such as .jsonl, is for the command line: nobody looks through hundreds of forms.
MOST_DOCUMENTS = 50
PASTED = "Pasted text"
# What is looked at in a browser is cleaned by the server itself, and shown whole: so much of a file can be, no more.
_LIMITS = Limits(answer=4_000_000)
_MOST_BLOCKS = 5_000


class Arrival(Struct, frozen=True):
    """A document that waits, under the name of its file."""

    id: str
    at: int
    file_name: str
    document: Document


class TooManyError(ValueError):
    """A file holds more articles, or a longer one, than one can look at in a browser."""


def read_file(name: str, content: bytes) -> tuple[Document, ...]:
    """Read a file that was sent, in a child process with limits. Raises `ReadingError` or `TooManyError`.

    Of its name only the last part counts, and of that only plain characters.
    """
    with tempfile.TemporaryDirectory(prefix="wellcited-") as folder:
        path = Path(folder) / file_name(name)
        path.write_bytes(content)
        documents = read(path, limits=_LIMITS)
    if len(documents) > MOST_DOCUMENTS:
        raise TooManyError(
            f"{path.name}: it holds {len(documents)} articles, more than {MOST_DOCUMENTS}. "
            "Bring it in with wellcited import, or split it."
        )
    longest = max(len(one.blocks) for one in documents)
    if longest > _MOST_BLOCKS:
        raise TooManyError(
            f"{path.name}: it has {longest:,} paragraphs, more than {_MOST_BLOCKS:,}. Split it, and send the parts."
        )
    return documents


def read_pasted(text: str) -> tuple[Document, ...]:
    """Read a text that was pasted, as if it were a text file. Raises `ReadingError`."""
    return read_file(f"{PASTED}.txt", text.encode())


def file_name(name: str) -> str:
    """Return a name of a file that is safe to write and to show.

    >>> file_name("C:\\\\Users\\\\kim\\\\Leaf\\u202elet?.pdf")
    'Leaf_let_.pdf'
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = re.sub(r"[^\w .()’'-]", "_", last).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:10]}" if dot and stem else plain[:100] or "file"


def add(connection: Connection, person: Person, name: str, documents: tuple[Document, ...], now: int) -> list[str]:
    """Let documents wait for a person; forgets what has waited too long. Returns their ids."""
    rows = schema.arrivals
    connection.execute(rows.delete().where(rows.c.at < now - KEPT_DAYS * 24 * 3600))
    values = [
        {
            "id": secrets.token_hex(16),
            "person_id": person.id,
            "at": now,
            "file_name": name,
            "document": document_to_json(one),
        }
        for one in documents
    ]
    if values:
        connection.execute(rows.insert(), values)
    return [value["id"] for value in values if isinstance(value["id"], str)]


def waiting(connection: Connection, person: Person) -> list[Arrival]:
    """Return what waits for a person, oldest first."""
    rows = schema.arrivals.c
    query = sa.select(rows.id, rows.at, rows.file_name, rows.document).where(rows.person_id == person.id)
    found = connection.execute(query.order_by(rows.at, rows.file_name, rows.id))
    return [Arrival(row.id, row.at, row.file_name, document_from_json(row.document)) for row in found]


def one(connection: Connection, person: Person, arrival_id: str) -> Arrival | None:
    """Return a document that waits for this person; None where there is none of this id."""
    rows = schema.arrivals.c
    query = sa.select(rows.id, rows.at, rows.file_name, rows.document)
    row = connection.execute(query.where(rows.id == arrival_id, rows.person_id == person.id)).one_or_none()
    return None if row is None else Arrival(row.id, row.at, row.file_name, document_from_json(row.document))


def remove(connection: Connection, arrival: Arrival) -> None:
    """Let a document no longer wait."""
    connection.execute(schema.arrivals.delete().where(schema.arrivals.c.id == arrival.id))
