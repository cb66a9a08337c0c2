"""What the reader said of curated questions, kept on disk, for each publish and each start of a server asks them again.

Of a question staff have written the reader says the same as long as it reads the same words, so there is no need to have
it read twice. The file only saves work: what it lacks, or where something is wrong with it, is read. It holds digests
and logits and no words, and no answer that a visitor gets rests on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from msgspec import Struct
from pysqlite3 import dbapi2 as sqlite

from index.reader import Reads

# Some 12 MB. A library with 1,000 questions asks for about 10,000 of them.
_MOST = 200_000
_BUSY_SECONDS = 2.0


class Readings:
    """A file of logits, each under the digest of what was read. Threads and processes may share it."""

    def __init__(self, file: Path, most: int = _MOST) -> None:
        """Use a file, which is made when something is to be kept; of more than `most` logits the oldest go."""
        self._file, self._most = file, most

    def known(self, keys: Sequence[str]) -> dict[str, float]:
        """Return the logits that are kept, by key."""
        found: dict[str, float] = {}
        if not self._file.exists():
            return found
        with suppress(sqlite.Error), self._open() as connection:
            asked = "SELECT digest, logit FROM readings WHERE digest IN (SELECT value FROM json_each(?))"
            found |= dict(connection.execute(asked, [json.dumps(list(keys))]))
        return found

    def keep(self, logits: Mapping[str, float]) -> None:
        """Keep logits by key; where the disk does not let one, they are read again the next time."""
        with suppress(sqlite.Error), self._open() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS readings (digest TEXT PRIMARY KEY, logit REAL NOT NULL)")
            connection.executemany("INSERT OR REPLACE INTO readings VALUES (?, ?)", list(logits.items()))
            oldest = "DELETE FROM readings WHERE rowid <= (SELECT max(rowid) FROM readings) - ?"
            connection.execute(oldest, [self._most])

    @contextmanager
    def _open(self) -> Iterator[sqlite.Connection]:
        try:
            with closing(sqlite.connect(self._file, timeout=_BUSY_SECONDS)) as connection:
                # What a power cut takes from this file is read again.
                connection.execute("PRAGMA synchronous = OFF")
                with connection:
                    yield connection
        except sqlite.OperationalError:
            raise  # busy, or on a disk that cannot be written to
        except sqlite.DatabaseError:
            self._file.unlink(missing_ok=True)  # it is damaged; the next that is kept begins a new one
            raise


class Rereader(Struct, frozen=True):
    """A reader that reads nothing twice: what it said before stands in a file."""

    reader: Reads
    readings: Readings

    @property
    def digest(self) -> str:
        """Digest of the reader."""
        return self.reader.digest

    def read(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return for each text the logit that it answers the question, in their order, as the reader itself does."""
        keys = [self._key(question, text) for text in texts]
        found = self.readings.known(keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            read = dict(zip(new, self.reader.read(question, list(new.values())), strict=True))
            self.readings.keep(read)
            found |= read
        return [found[key] for key in keys]

    def _key(self, question: str, text: str) -> str:
        # Lengths keep two pairs apart that read alike once they are put together.
        parts = (self.reader.digest, question, text)
        return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
