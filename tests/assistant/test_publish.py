"""Publishing with the real encoder on both databases, and a replica that has nothing but the database."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from assistant import curate, log
from assistant.answers import answers_with, verify_answer
from assistant.assistant import Assistant
from assistant.outcome import Outcome
from assistant.policy import load_policy
from assistant.publish import PublishError, publish, roll_back
from assistant.recorder import Recorder
from assistant.transcript import transcript
from index.desk import Desk, LibraryUnavailableError, editions_folder
from index.edition import open_edition
from index.model import default_model
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import reading, writing
from sources.library import months_from
from sources.questions import CuratedQuestion, add_questions
from sources.schema import articles
from tests.index.encoder_fixture import with_encoder

GEESE = (
    "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields "
    "around them. In spring they return to the same nests in the far north, where they raise their young on the shore."
)
BRIDGES = (
    "A bridge needs firm ground on both banks. A pier in soft mud will lean before long, so builders drive long piles "
    "down to the rock. Old stone bridges often rest on oak piles that have stood under water for hundreds of years."
)


def put_in(engine: Engine, title: str, text: str) -> None:
    document = Document(Attributes(title=title, publisher="River Office"), (Block(BlockKind.PARAGRAPH, text),))
    curate.import_document(engine, document, file_name=f"{title}.txt", who="Kim", given=UNKNOWN)
    curate.approve(engine, None, who="Noor", why="read", accept=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that holds the exported encoder, so that nothing has to be prepared."""
    return with_encoder(tmp_path / "data")


def go_live(engine: Engine, folder: Path) -> str:
    return publish(engine, folder, default_model(), load_policy(), who="Kim", why="test").edition


def assistant_over(engine: Engine, folder: Path) -> tuple[Assistant, Desk, Recorder]:
    desk, recorder = Desk(engine, folder), Recorder(engine)
    desk.look()
    return Assistant(engine, load_policy(), desk, recorder), desk, recorder


def test_an_answer_is_quoted_recorded_and_can_be_verified(engine: Engine, folder: Path) -> None:
    put_in(engine, "Geese", GEESE)
    go_live(engine, folder)
    assistant, _, recorder = assistant_over(engine, folder)
    answer = assistant.answer("Do geese rest on lakes along the way?")
    recorder.close()
    assert answer.outcome is Outcome.answered
    assert answer.passages[0].text == GEESE
    marked = [answer.passages[0].text[a:b] for a, b in answer.passages[0].highlights]
    assert any("rest on lakes" in sentence for sentence in marked)
    with reading(engine) as connection:
        assert all(finding.passed for finding in verify_answer(connection, folder, answer.id))
        assert [id_ for _, id_ in answers_with(connection, answer.passages[0].passage_id)] == [answer.id]
        (turn,) = transcript(connection, answer.conversation)
        assert turn.answer["passages"] == answer.public()["passages"]
        log.verify(connection)


def test_an_article_goes_out_of_view_on_its_day_without_anybody_doing_anything(engine: Engine, folder: Path) -> None:
    put_in(engine, "Geese", GEESE)
    go_live(engine, folder)
    desk = Desk(engine, folder)
    desk.look()
    with writing(engine) as connection:
        connection.execute(articles.update().values(last_review=months_from(date.today(), -37)))
    desk.look()
    assert desk.library().hidden == frozenset()
    assert desk._seen is not None
    desk._seen = replace(desk._seen, day=date.today() - timedelta(days=1))  # the last look was yesterday
    desk.look()
    assert desk.library().hidden == desk.library().edition.rows.keys()
    [article] = {passage.passage.article.id for passage in desk.library().edition.passages}
    curate.review(engine, article, date.today(), who="Ada", why="still right")
    desk.look()
    assert desk.library().hidden == frozenset()


def test_a_withdrawal_reaches_a_running_server_and_the_past(engine: Engine, folder: Path) -> None:
    put_in(engine, "Geese", GEESE)
    go_live(engine, folder)
    assistant, desk, recorder = assistant_over(engine, folder)
    before = assistant.answer("Where do wild geese rest in autumn?")
    curate.withdraw(engine, before.passages[0].passage_id, who="Noor", why="outdated")
    desk.look()
    after = assistant.answer("Where do wild geese rest in autumn?")
    recorder.close()
    assert after.outcome is Outcome.no_answer
    assert after.passages == ()
    with reading(engine) as connection:
        (turn,) = transcript(connection, before.conversation)
    assert (turn.answer["passages"], turn.withheld) == ([], 1)


def test_publish_and_rollback_are_followed(engine: Engine, folder: Path) -> None:
    put_in(engine, "Geese", GEESE)
    first = go_live(engine, folder)
    _, desk, recorder = assistant_over(engine, folder)
    put_in(engine, "Bridges", BRIDGES)
    second = go_live(engine, folder)
    desk.look()
    assert desk.edition_digest() == second != first
    assert roll_back(engine, None, who="Noor", why="a fault") == first
    desk.look()
    assert desk.edition_digest() == first
    recorder.close()


def test_publishing_the_same_again_gives_the_same_edition(engine: Engine, folder: Path) -> None:
    put_in(engine, "Geese", GEESE)
    assert go_live(engine, folder) == go_live(engine, folder)


def test_a_damaged_part_is_made_anew_when_something_else_is_published(engine: Engine, folder: Path) -> None:
    put_in(engine, "Geese", GEESE)
    first = go_live(engine, folder)
    (part,) = (editions_folder(folder) / first / "parts").iterdir()
    part.unlink()
    part.write_bytes(b"damaged")
    put_in(engine, "Bridges", BRIDGES)
    edition = open_edition(editions_folder(folder) / go_live(engine, folder))
    assert len({passage.passage.article.id for passage in edition.passages}) == 2


def test_an_empty_library_is_not_published(engine: Engine, folder: Path) -> None:
    with pytest.raises(PublishError, match="no approved passage"):
        go_live(engine, folder)
    assistant, _, recorder = assistant_over(engine, folder)
    with pytest.raises(LibraryUnavailableError, match="nothing has been published yet"):
        assistant.answer("Where do geese rest?")
    assert assistant.answer("I want to die").outcome is Outcome.crisis
    recorder.close()


def test_an_edition_that_fails_its_questions_does_not_go_live(engine: Engine, folder: Path) -> None:
    put_in(engine, "Geese", GEESE)
    before = go_live(engine, folder)
    with writing(engine) as connection:
        add_questions(connection, [CuratedQuestion("How do I bake bread?", True, ("rest on lakes",), "tune")])
    with pytest.raises(PublishError, match=r"How do I bake bread.*unchanged\. Mend the articles, or"):
        go_live(engine, folder)
    with pytest.raises(PublishError, match=r"Publish with the reader \(WELLCITED_READER=on\), mend the articles, or"):
        publish(engine, folder, default_model(), load_policy(), who="Kim", why="test", reads=False)
    with reading(engine) as connection:
        from index.publishing import live

        found = live(connection)
    assert found is not None
    assert found.edition == before
    done = publish(engine, folder, default_model(), load_policy(), who="Kim", why="", override="the question is wrong")
    assert done.changed


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_replica_needs_nothing_but_the_database(engine: Engine, folder: Path, tmp_path: Path) -> None:
    put_in(engine, "Geese", GEESE)
    edition = go_live(engine, folder)
    assistant, desk, recorder = assistant_over(engine, tmp_path / "replica")
    assert desk.edition_digest() == edition
    assert assistant.answer("Where do wild geese rest in autumn?").passages[0].text == GEESE
    recorder.close()
