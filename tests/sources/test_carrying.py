"""The whole library as one file and back, without loss, and what is refused of a file that somebody changed."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine

from assistant import curate
from sources import schema
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.carrying import (
    Library,
    from_csv,
    from_json,
    tables,
    taken_out,
    to_csv,
    to_json,
)
from sources.database import open_database, reading, upgrade, writing
from sources.editing import Action, Desired
from sources.library import LibraryError, State, approved_passages
from sources.questions import CuratedQuestion
from sources.taking_over import KINDS, take_in_library

GEESE = (
    "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields "
    "around them. In spring they return to the same nests in the far north, where they raise their young on the shore."
)
CURE = "Ketamine cures depression in every patient. It has no side effects at all, and it works forever."


def fill(engine: Engine, words: str = GEESE) -> None:
    """Two revisions of an article, one of another, and something of everything else that a library holds."""
    attributes = Attributes(
        "Geese", "River Office", None, None, date(2026, 3, 2), sells_treatment=False, funding="=1+1"
    )
    first = Document(attributes, (Block(BlockKind.HEADING, "North", 2), Block(BlockKind.PARAGRAPH, words)))
    one = curate.import_document(engine, first, file_name="a.txt", who="Kim", given=UNKNOWN, person="k" * 32)
    curate.approve(engine, None, who="Noor", why='read, "twice",\r\nand again', accept=None)
    with reading(engine) as connection:
        ids = [passage.id for passage in approved_passages(connection)]
    for number, passage in enumerate(ids):
        with suppress(LibraryError):
            curate.add_phrasing(engine, passage, f"-where {number}? 'here'\t", who="Kim")
        curate.edit(
            engine, one.article_id, one.revision, Desired(passage, Action.WITHHOLD), who="Kim", why="", person=None
        )
    second = replace(first, blocks=(*first.blocks, Block(BlockKind.PARAGRAPH, "It was revised. " * 9)))
    curate.import_document(engine, second, file_name="b.txt", who="Kim", given=UNKNOWN, article_id=one.article_id)
    other = Document(Attributes("A promise"), (Block(BlockKind.PARAGRAPH, f"{CURE} {words}"),))
    two = curate.import_document(engine, other, file_name="c.txt", who="Kim", given=UNKNOWN)
    curate.move(engine, two.article_id, two.revision, State.IN_REVIEW, who="Kim", why="")
    for passage in ids:
        with suppress(LibraryError):
            curate.warn(engine, passage, "Not of geese in towns.", who="Ada", why="a newer label")
    curate.comment(engine, two.article_id, "Is that so?", who="Noor")
    curate.add_questions(engine, [CuratedQuestion("Where do geese rest?", True, ("lakes",), "tune")], who="Kim", why="")


def library_of(engine: Engine) -> Library:
    with reading(engine) as connection:
        return taken_out(connection)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path / "empty")
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("write", "read"), [(to_json, from_json), (to_csv, from_csv)])
def test_what_comes_out_goes_into_an_empty_library_and_out_again_byte_for_byte(
    engine: Engine, empty: Engine, write: Callable[[Library], bytes], read: Callable[[bytes], Library]
) -> None:
    fill(engine)
    file = write(library_of(engine))
    with writing(empty) as connection:
        counts = take_in_library(connection, read(file))
        assert (counts["articles"], counts["revisions"]) == (2, 3)
        assert all(
            counts[name] for name in ("curation", "edits", "phrasings", "comments", "curated_questions", "warnings")
        )
    assert write(library_of(empty)) == file
    with reading(engine) as here, reading(empty) as there:
        assert approved_passages(here) == approved_passages(there)
    # It lives on: what is added there gets numbers of its own.
    fill(empty, f"{GEESE} They come back.")
    with writing(empty) as connection, pytest.raises(LibraryError, match="this library is not empty"):
        take_in_library(connection, read(file))


def test_one_that_came_in_on_either_database_goes_on_counting(engine: Engine, empty: Engine) -> None:
    fill(empty)
    library = library_of(empty)
    with writing(engine) as connection:
        take_in_library(connection, library)
    assert to_json(library_of(engine)) == to_json(library)
    fill(engine, f"{GEESE} They come back.")
    assert len(library_of(engine)["phrasings"]) > len(library["phrasings"])


def test_every_table_of_the_library_and_every_kind_of_column_is_known() -> None:
    assert {table.name for table in tables()} == {
        one.name for one in vars(schema).values() if isinstance(one, sa.Table)
    }
    assert {type(column.type) for table in tables() for column in table.c} <= set(KINDS)


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    engine = open_database(folder)
    upgrade(engine)
    engine.dispose()
    return folder


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=4)), max_size=3),
    CELLS,
    CELLS,
    st.sampled_from([to_json, to_csv]),
)
def test_any_words_come_through(
    template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    articles: list[tuple[str, list[str]]],
    why: str,
    note: str,
    write: Callable[[Library], bytes],
) -> None:
    folder = tmp_path_factory.mktemp("any")
    here, there = (open_database(Path(shutil.copytree(template, folder / name))) for name in ("here", "there"))
    for title, paragraphs in articles:
        blocks = tuple(Block(BlockKind.PARAGRAPH, f"{GEESE} {words}") for words in paragraphs)
        with suppress(LibraryError):
            document = Document(Attributes(title or "A", funding=note), blocks)
            curate.import_document(here, document, file_name=note, who="Kim", given=UNKNOWN)
    curate.approve(here, None, who="Noor", why=why, accept=why)
    file = write(library_of(here))
    with writing(there) as connection:
        take_in_library(connection, (from_json if write is to_json else from_csv)(file))
    assert write(library_of(there)) == file
    here.dispose()
    there.dispose()


def changed(table: str, column: str, value: Any) -> Callable[[Library], None]:
    def change(library: Library) -> None:
        library[table][0][column] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed("revisions", "text", "Other words."), "was changed: its digest is another"),
        (changed("revisions", "state", "published"), "was changed"),
        (changed("revisions", "document", "[]"), "what it was made of cannot be read"),
        (changed("passages", "end", 10**6), "it is not where its revision says"),
        (changed("passages", "start", 1), "it is not where its revision says"),
        (changed("passages", "kind", "secret"), "it is not where its revision says"),
        (changed("passages", "withdrawn", "no"), "passages.withdrawn: no is no value"),
        (changed("passages", "claims", [{"rule": 1}]), "passages.claims: a list holds something else"),
        (changed("passages", "heading", {"a": 1}), "passages.heading: a list holds something else"),
        (changed("edits", "before", [[0, 1, [], "secret", True]]), "edits.before: a list holds something else"),
        (changed("warnings", "state", "maybe"), "warnings.state: maybe is no value"),
        (changed("edits", "state", "maybe"), "edits.state: maybe is no value"),
        (changed("curated_questions", "kind", "maybe"), "curated_questions.kind: maybe is no value"),
        (changed("articles", "published", "yesterday"), "articles.published: yesterday is no value"),
        (changed("articles", "title", None), "articles.title: it is empty"),
        (changed("articles", "title", "a\0b"), "is no value"),
        (changed("articles", "rank", 1), "articles: rank is no column"),
        (changed("curation", "at", "2026-01-01T00:00:00"), "curation.at"),
        (lambda library: library.update(people=[{"id": "x"}]), "the file holds people"),
        (lambda library: library["articles"][0].pop("id"), "articles.id: it is missing"),
        (lambda library: library["articles"].append(library["articles"][0]), "a row is there twice"),
    ],
)
def test_a_file_that_was_changed_is_refused_and_nothing_kept(
    tmp_path: Path, template: Path, change: Callable[[Library], None], said: str
) -> None:
    here, there = (open_database(Path(shutil.copytree(template, tmp_path / name))) for name in ("here", "there"))
    fill(here)
    library = from_json(to_json(library_of(here)))
    change(library)

    def attempt() -> None:
        with writing(there) as connection:
            _ = take_in_library(connection, library)

    with pytest.raises(LibraryError, match=said):
        attempt()
    assert not any(library_of(there).values())
    here.dispose()
    there.dispose()


def test_what_is_no_library_is_refused() -> None:
    for content in (b"", b"{", b"[]", b'{"wellcited library": 2, "tables": {}}', b"[" * 100_000):
        with pytest.raises(LibraryError):
            from_json(content)
    for content in (
        b"PK",
        _packed("people.csv", "id"),
        _packed("../articles.csv", "id"),
        _packed("articles.csv", "id\na,b"),
    ):
        with pytest.raises(LibraryError):
            from_csv(content)
    with pytest.raises(LibraryError, match="unpacks to"):
        from_csv(_packed("articles.csv", "a" * 9_999), most=1_000)


def test_an_older_file_gets_todays_defaults(empty: Engine, template: Path, tmp_path: Path) -> None:
    older = open_database(Path(shutil.copytree(template, tmp_path / "older")))
    fill(older)
    library = json.loads(json.dumps(library_of(older)))
    for one in library["passages"]:
        del one["in_cut"], one["withheld"]
    for one in library["articles"]:
        del one["funding"]
    with writing(empty) as connection:
        take_in_library(connection, library)
        assert _all(connection, schema.passages.c.in_cut) == {True}
        assert _all(connection, schema.articles.c.funding) == {None}
    older.dispose()


def _all(connection: Connection, column: sa.Column[Any]) -> set[Any]:
    return set(connection.scalars(sa.select(column)))


def _packed(name: str, content: str) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(name, content)
        return file.getvalue()
