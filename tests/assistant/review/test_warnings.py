"""A clinician's warning: on the passage at once, in old answers too, in the log, and in an answer given again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant import curate, schema
from assistant.replay import Change, replay
from assistant.transcript import past_answer
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import open_database, reading
from sources.library import LibraryError
from sources.warnings import bound_warnings, words_of
from tests.assistant.test_replay import FAST, assistant, replayer

WORDS = "This is about the clinic’s own patients only."


def taken_in(engine: Engine, *texts: str) -> str:
    blocks = tuple(
        block
        for n, one in enumerate(texts)
        for block in (Block(BlockKind.HEADING, f"Part {n}", 2), Block(BlockKind.PARAGRAPH, one))
    )
    document = Document(Attributes(title="Geese", publisher="River Office", url="https://river.example/geese"), blocks)
    one = curate.import_document(engine, document, file_name="a.txt", who="Kim", given=UNKNOWN)
    curate.approve(engine, [one.article_id], who="Noor", why="read", accept=None)
    return one.revision


def passages(engine: Engine, revision: str) -> list[str]:
    with reading(engine) as connection:
        query = sa.text("SELECT id FROM passages WHERE revision = :revision ORDER BY ordinal")
        return list(connection.scalars(query, {"revision": revision}))


GEESE = "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on fields."
OTHER = "In spring they return to the same nests in the far north, where they raise their young on the shore of a lake."


def test_it_follows_the_words_into_the_next_revision_and_ends_where_they_change(engine: Engine) -> None:
    (first,) = passages(engine, taken_in(engine, GEESE))
    curate.warn(engine, first, WORDS, who="Ada", why="a visitor took it for all")
    with reading(engine) as connection:
        assert words_of(bound_warnings(connection)) == {first: (WORDS,)}
        kinds = list(connection.scalars(sa.select(schema.log.c.kind).order_by(schema.log.c.seq.desc()).limit(2)))
        said = connection.scalar(sa.select(schema.log.c.body).where(schema.log.c.kind == "warning"))
    assert kinds == ["warning", "curation"]
    assert json.loads(str(said)) | {"warning": ""} == {
        "who": "Ada", "why": "a visitor took it for all", "warning": "", "passage_id": first, "words": WORDS,
        "state": "bound",
    }  # fmt: skip
    other, same = passages(engine, taken_in(engine, OTHER, GEESE))
    with reading(engine) as connection:
        assert words_of(bound_warnings(connection)) == {first: (WORDS,), same: (WORDS,)}
    changed = passages(engine, taken_in(engine, OTHER, GEESE.replace("autumn", "winter")))
    with reading(engine) as connection:
        assert bound_warnings(connection).keys().isdisjoint({other, *changed})


def test_it_is_lifted_once_and_only_with_a_reason(engine: Engine) -> None:
    (first,) = passages(engine, taken_in(engine, GEESE))
    curate.warn(engine, first, WORDS, who="Ada", why="needed")
    with reading(engine) as connection:
        ((one,),) = bound_warnings(connection).values()
    with pytest.raises(LibraryError, match="reason"):
        curate.lift_warning(engine, one.id, who="Ada", why=" ")
    curate.lift_warning(engine, one.id, who="Ada", why="mended")
    with reading(engine) as connection:
        assert bound_warnings(connection) == {}
    with pytest.raises(LibraryError, match="none of this id is bound"):
        curate.lift_warning(engine, one.id, who="Ada", why="again")
    for words, passage in (("", first), ("w" * 301, first), (WORDS, "0" * 24)):
        with pytest.raises(LibraryError):
            curate.warn(engine, passage, words, who="Ada", why="needed")


@pytest.fixture
def starter(data: Path) -> Iterator[Engine]:
    engine = open_database(data)
    yield engine
    engine.dispose()


def test_it_stands_on_new_answers_and_old_ones_and_replay_tells_them_apart(data: Path, starter: Engine) -> None:
    with assistant(data, starter) as one:
        before = one.answer(FAST)
        passage = before.passages[0].passage_id
        curate.warn(starter, passage, WORDS, who="Ada", why="needed")
        one.desk.look()
        after = one.answer(FAST)
    assert after.passages[0].passage_id == passage
    assert after.passages[0].warnings == (WORDS, *before.passages[0].warnings)
    with replayer(data, starter) as again, reading(starter) as connection:
        old, new = (replay(connection, again, answer.id) for answer in (before, after))
        shown = past_answer(connection, before.id)
    assert (old.same, old.changes) == (True, (Change.warned,))
    assert (new.same, new.changes) == (True, ())
    assert shown is not None
    assert shown.turn.answer["passages"][0]["warnings"][0] == WORDS
