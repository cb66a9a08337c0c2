"""The desk holds the live edition of a running server and follows every publish, rollback and withdrawal.

A watching thread looks at the database twice a second. A new edition is opened beside the old one and swapped in when
all of it has been checked; one that cannot be used leaves search unavailable, for the old one is no longer approved.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import date
from functools import cache, cached_property
from itertools import zip_longest
from pathlib import Path

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine

from index import publishing, schema
from index.companions import NONE, Companions, read_companions
from index.dense import DenseIndex
from index.edition import Edition, EditionError, EditionQuestion, open_edition
from index.encoder import EncoderError, ExportedEncoder
from index.reader import Reader, ReaderError, Reads
from index.readings import Readings, Rereader
from index.search import Asked, SearchResult, search
from index.synonyms import synonyms
from index.words import content_words
from sources.database import reading
from sources.library import newest_change, withdrawn_passages

LOOK_EVERY_SECONDS = 0.5
# Below this a curated question is about something else, and offering it would only be noise.
_NEAR_ENOUGH = 0.3
_log = logging.getLogger("wellcited")


class LibraryUnavailableError(Exception):
    """There is nothing to search; `reason` says to staff why, and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Library(Struct, frozen=True, dict=True):
    """An opened edition with its encoder, the passages withdrawn since, and the reader if there is to be one.

    `curated` is the newest act of curation it knows of; `readings` are what its reader said of curated questions before.
    """

    edition: Edition
    encoder: ExportedEncoder
    hidden: frozenset[str]
    reader: Reads | None = None
    companions: Companions = NONE
    curated: int = 0
    readings: Readings | None = None

    def search(self, text: str) -> SearchResult:
        """Rank the passages for a text."""
        return self.found(self.read([text])[0])

    def read(self, texts: Sequence[str], as_written: Sequence[str] = ()) -> list[Asked]:
        """Make texts ready for search, after mending what can only be a typing error of a word of the library.

        A text with words for which the library has others is made ready in those as well, where passages are read:
        without a reader, what counts is speed, and a second wording costs a second search. Texts to be read
        `as_written` follow; one that is also searched for is read once.
        """
        lexical = self.edition.lexical
        mended = [lexical.repaired(text).text for text in texts]
        others = [synonyms().put_differently(text, lexical.common) if self.reader else None for text in mended]
        wanted = list(dict.fromkeys(text for text in (*mended, *others, *as_written) if text is not None))
        ready = {
            text: Asked(text, vector, content_words(tokens, token_vectors), token_vectors.max(axis=0))
            for text, (vector, tokens, token_vectors) in zip(wanted, self.encoder.read_together(wanted), strict=True)
        }
        searched = [
            ready[text] if other is None else replace(ready[text], other=ready[other])
            for text, other in zip(mended, others, strict=True)
        ]
        return [*searched, *(ready[text] for text in as_written)]

    def found(self, asked: Asked) -> SearchResult:
        """Rank the passages for a text that was read."""
        return search(self.edition, asked, self.hidden)

    @cached_property
    def for_curated_questions(self) -> Library:
        """The same library to ask curated questions of: what its reader said of one before, it does not read again."""
        if self.reader is None or self.readings is None:
            return self
        return replace(self, reader=Rereader(self.reader, self.readings), readings=None)

    def near_questions(self, asked: Asked, most: int) -> list[str]:
        """Curated questions that visitors may be shown, nearest to a question first."""
        questions = self.edition.questions
        found = self._questions.search(asked.vector, len(questions)) if questions else []
        near = [questions[row] for row, similarity in found if similarity >= _NEAR_ENOUGH]
        return [one.question for one in near if one in self._shown][:most]

    def varied_questions(self) -> list[str]:
        """Curated questions that visitors may be shown: one of each article, then the next of each.

        What an article says first comes first: it is what the article is about.
        """
        by_article: dict[str, list[tuple[int, int, str]]] = {}
        for one in self._shown:
            passage = self.edition.passages[self.edition.rows[one.passage_id]].passage
            by_article.setdefault(passage.article.id, []).append((passage.start, len(one.question), one.question))
        rounds = zip_longest(*(sorted(by_article[article]) for article in sorted(by_article)))
        return [one[-1] for turn in rounds for one in turn if one is not None]

    @cached_property
    def _shown(self) -> dict[EditionQuestion, None]:
        """Curated questions with a right passage in this edition, in their order, that are put as one would print them.

        Many are there to try whether hasty words are understood, too; those are asked at each publish and never shown.
        """
        lexical = self.edition.lexical
        return dict.fromkeys(
            one
            for one in self.edition.questions
            if one.passage_id not in self.hidden
            and well_put(one.question)
            and not lexical.repaired(one.question).repairs
        )

    @cached_property
    def _questions(self) -> DenseIndex:
        return DenseIndex(self.edition.question_vectors)


def well_put(question: str) -> bool:
    """Whether a question is written as one would print it: a capital at the beginning, a question mark at the end.

    >>> well_put("What is a lantern?"), well_put("lantern oil price")
    (True, False)
    """
    return question[:1].isupper() and question.endswith("?")


class _Seen(Struct, frozen=True):
    """What was so at the last look: the newest publishing, the newest curation row, and the day.

    An article that nobody has reviewed for long goes out of view on a day, without anybody doing anything.
    """

    published: int
    curated: int
    day: date


class Desk:
    """Gives the library that is live now; made once a process."""

    def __init__(self, engine: Engine, data: Path, reads: bool = True) -> None:
        """Watch an installation; `reads` says whether passages are read before one is shown."""
        self._engine = engine
        self._reads = reads
        self._data = data
        self._state: Library | str = "it has not been opened yet"
        self._seen: _Seen | None = None
        self._looking = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open what is live, if that has not been done, and go on watching."""
        if self._seen is None:
            self.look()
        self._thread = threading.Thread(target=self._watch, name="desk", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def library(self) -> Library:
        """Return the live library. Raises `LibraryUnavailableError` when there is none that can be used."""
        state = self._state
        if isinstance(state, str):
            raise LibraryUnavailableError(state)
        return state

    def library_if_any(self) -> Library | None:
        """Return the live library; None where there is none that can be used."""
        state = self._state
        return None if isinstance(state, str) else state

    def edition_digest(self) -> str:
        """Digest of the live edition, or an empty text while there is none."""
        library = self.library_if_any()
        return library.edition.digest if library else ""

    def look(self) -> None:
        """Bring the library up to date with the database; a failure becomes the reason why search is unavailable."""
        with self._looking:
            try:
                with reading(self._engine) as connection:
                    seen = _seen(connection)
                    if seen != self._seen:
                        self._state = self._opened(connection, seen)
                        self._seen = seen
            except (EditionError, EncoderError, ReaderError, publishing.PublishingError) as error:
                self._unavailable(str(error))
                self._seen = None
            except sa.exc.SQLAlchemyError as error:
                # The edition in memory stays: it was approved when last seen. Recording fails and says so.
                self.report(f"the database cannot be read ({type(error).__name__}); the last known edition stays")
                if self._seen is None:
                    self._state = "the database cannot be read; `wellcited status` says more"

    def report(self, fault: str) -> None:
        """Write a fault to the server's own log; never anything a visitor wrote."""
        _log.error(fault)

    def _unavailable(self, reason: str) -> None:
        if self._state != reason:
            self.report(reason)
        self._state = reason

    def _opened(self, connection: Connection, seen: _Seen) -> Library | str:
        published = publishing.live(connection)
        if published is None:
            return "nothing has been published yet; `wellcited publish` makes the approved passages searchable"
        hidden = withdrawn_passages(connection)
        state = self._state
        if isinstance(state, Library) and state.edition.digest == published.edition:
            return with_companions(connection, replace(state, hidden=hidden, curated=seen.curated))
        edition = opened_edition(connection, self._data, published.edition)
        known = state.encoder if isinstance(state, Library) else None
        encoder = opened_encoder(connection, self._data, edition, known)
        reader = opened_reader() if self._reads else None
        readings = kept_readings(self._data)
        library = Library(edition, encoder, hidden, reader, curated=seen.curated, readings=readings)
        library = with_companions(connection, library)
        library.search("mood")  # the first search is slow; no visitor should wait for it
        return library

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_EVERY_SECONDS):
            self.look()


class Held(Desk):
    """A desk that holds one library, or says why there is none, and looks at nothing."""

    def __init__(self, engine: Engine, data: Path, held: Library | str) -> None:
        """Hold it."""
        super().__init__(engine, data)
        self._state = held

    def look(self) -> None:
        """Go on with what is held."""


def opened_edition(connection: Connection, data: Path, digest: str) -> Edition:
    """Open an edition, brought from the database where the data folder lacks it.

    Raises `EditionError` or `PublishingError` when it is damaged or nowhere.
    """
    folder = editions_folder(data) / digest
    if not (folder / "manifest.json").exists():
        publishing.fetch_edition(connection, folder)
    return open_edition(folder)


def opened_encoder(
    connection: Connection, data: Path, edition: Edition, known: ExportedEncoder | None = None
) -> ExportedEncoder:
    """Open the encoder of an edition, likewise, unless it is the one `known`. Raises `EncoderError` or `PublishingError`."""
    if known is not None and known.digest == edition.encoder:
        return known
    folder = encoders_folder(data) / edition.encoder
    publishing.fetch_files(connection, folder, edition.encoder_files.items())
    return ExportedEncoder.open(folder)


@cache
def opened_reader() -> Reader:
    """Return the reader that comes with Wellcited, opened once a process. Raises `ReaderError`."""
    return Reader.open()


def kept_readings(data: Path) -> Readings:
    """Return what the reader said of curated questions in a data folder."""
    return Readings(data / "readings.sqlite")


def with_companions(connection: Connection, library: Library) -> Library:
    """Return a library with what travels with its passages; those that lack a caveat are hidden, too."""
    companions = read_companions(connection, library.edition.rows, library.hidden)
    return replace(library, hidden=library.hidden.union(companions.blocked), companions=companions)


def editions_folder(data: Path) -> Path:
    """Return where a data folder keeps its editions."""
    return data / "editions"


def encoders_folder(data: Path) -> Path:
    """Return where a data folder keeps its exported encoders."""
    return data / "encoders"


def _seen(connection: Connection) -> _Seen:
    published = connection.scalar(sa.select(sa.func.max(schema.publishing.c.id)))
    return _Seen(published or 0, newest_change(connection), date.today())
