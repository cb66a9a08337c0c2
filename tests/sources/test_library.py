from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.engine import Engine

from sources import canonical, curation, schema
from sources.article import Attributes, Block, BlockKind, Document
from sources.database import reading, writing
from sources.library import (
    Imported,
    LibraryError,
    Passage,
    State,
    Status,
    approved_passages,
    document_from_json,
    document_to_json,
    dropped_blocks,
    newest_revision,
    overview,
    take_in,
    withdrawn_passages,
)
from tests.sources.test_splitting import BLOCKS, prose


def document(
    *paragraphs: str, title: str = "Stones and Rivers", url: str | None = "https://rivers.example/a"
) -> Document:
    attributes = Attributes(title=title, publisher="River Office", url=url, published=date(2026, 1, 2))
    return Document(attributes, tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs))


def import_(engine: Engine, one: Document) -> Imported:
    with writing(engine) as connection:
        return take_in(connection, one, file_name="a.txt", who="Kim")


def approve(engine: Engine, imported: Imported) -> None:
    with writing(engine) as connection:
        curation.approve(connection, imported.article_id, imported.revision, who="Noor", why="read")


def shown(engine: Engine) -> list[Passage]:
    with reading(engine) as connection:
        return approved_passages(connection)


def rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        tables = (schema.articles, schema.revisions, schema.passages, schema.dropped, schema.curation)
        return {t.name: connection.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


def test_nothing_is_shown_before_it_is_approved(engine: Engine) -> None:
    imported = import_(engine, document(prose(50), prose(60)))
    assert imported.status is Status.NEW
    assert imported.passages == 2
    assert shown(engine) == []
    approve(engine, imported)
    assert [passage.text for passage in shown(engine)] == [prose(50), prose(60)]
    assert shown(engine)[0].article.attributes.published == date(2026, 1, 2)


def test_the_same_document_again_changes_nothing(engine: Engine) -> None:
    first = import_(engine, document(prose(50)))
    before = rows(engine)
    again = import_(engine, document(prose(50)))
    assert again.status is Status.UNCHANGED
    assert (again.article_id, again.revision) == (first.article_id, first.revision)
    assert rows(engine) == before


def test_a_changed_text_is_a_new_revision_and_the_old_one_stays_live_until_it_is_approved(engine: Engine) -> None:
    first = import_(engine, document(prose(50)))
    approve(engine, first)
    second = import_(engine, document(prose(70)))
    assert second.status is Status.REVISED
    assert second.article_id == first.article_id
    assert [passage.text for passage in shown(engine)] == [prose(50)]
    approve(engine, second)
    assert [passage.text for passage in shown(engine)] == [prose(70)]
    with reading(engine) as connection:
        assert {row.revision: row.state for row in overview(connection)} == {
            first.revision: State.RETIRED,
            second.revision: State.APPROVED,
        }
        assert newest_revision(connection, first.article_id) == second.revision


def test_two_articles_of_one_title_at_two_addresses_are_two(engine: Engine) -> None:
    one = import_(engine, document(prose(50)))
    other = import_(engine, document(prose(60), url="https://rivers.example/b"))
    assert one.article_id != other.article_id


def test_an_article_without_an_address_is_known_by_title_and_publisher(engine: Engine) -> None:
    one = import_(engine, document(prose(50), url=None))
    other = import_(engine, document(prose(60), url=None))
    assert other.status is Status.REVISED
    assert one.article_id == other.article_id


def test_a_flagged_passage_stays_out_until_someone_lets_it_pass(engine: Engine) -> None:
    imported = import_(engine, document(prose(50), f"Stones are completely safe. {prose(50)}"))
    approve(engine, imported)
    assert len(shown(engine)) == 1
    with reading(engine) as connection:
        (flagged,) = curation.flagged(connection)
    assert flagged.claims[0][:2] == ("safe", "are completely safe")
    with pytest.raises(LibraryError, match="without a reason"), writing(engine) as connection:
        curation.accept_claims(connection, flagged.passage_id, who="Noor", why=" ")
    with writing(engine) as connection:
        curation.accept_claims(connection, flagged.passage_id, who="Noor", why="checked against the label")
    assert len(shown(engine)) == 2


def test_a_withdrawn_passage_is_hidden_at_once(engine: Engine) -> None:
    approve(engine, import_(engine, document(prose(50), prose(60))))
    (first, second) = shown(engine)
    with writing(engine) as connection:
        curation.withdraw(connection, first.id, who="Noor", why="outdated")
    assert shown(engine) == [second]
    with reading(engine) as connection:
        assert withdrawn_passages(connection) == {first.id}


def test_every_change_has_who_when_and_why(engine: Engine) -> None:
    imported = import_(engine, document(prose(50)))
    approve(engine, imported)
    with reading(engine) as connection:
        c = schema.curation.c
        found = connection.execute(sa.select(c.who, c.from_state, c.to_state, c.why, c.at).order_by(c.id)).all()
    assert [row[:4] for row in found] == [
        ("Noor", "draft", "in review", "read"),
        ("Noor", "in review", "approved", "read"),
    ]
    assert all(row.at is not None for row in found)


@pytest.mark.parametrize(
    ("to", "message"),
    [(State.APPROVED, "it is draft and cannot become approved"), (State.DRAFT, "it is draft and cannot become draft")],
)
def test_a_step_that_is_not_allowed_is_refused(engine: Engine, to: State, message: str) -> None:
    imported = import_(engine, document(prose(50)))
    with pytest.raises(LibraryError, match=message), writing(engine) as connection:
        curation.move(connection, imported.article_id, imported.revision, to, who="Noor", why="")


def test_a_change_needs_a_name(engine: Engine) -> None:
    imported = import_(engine, document(prose(50)))
    with pytest.raises(LibraryError, match="needs the name"), writing(engine) as connection:
        curation.move(connection, imported.article_id, imported.revision, State.IN_REVIEW, who=" ", why="")
    assert rows(engine)["curation"] == 0


def test_what_cleaning_left_out_is_kept_and_can_be_brought_back(engine: Engine) -> None:
    one = document("25 Views", prose(50))
    imported = import_(engine, one)
    with reading(engine) as connection:
        (dropped,) = dropped_blocks(connection, imported.article_id, imported.revision)
    assert (dropped.ordinal, dropped.text, dropped.reason) == (0, "25 Views", "a view or share counter")
    with writing(engine) as connection:
        restored = take_in(connection, one, file_name="a.txt", who="Kim", restored={0}, article_id=imported.article_id)
    assert restored.status is Status.REVISED
    assert restored.cleaned.text.startswith("25 Views")


def test_a_document_with_no_words_is_refused(engine: Engine) -> None:
    with pytest.raises(LibraryError, match="no words are left"):
        import_(engine, document("25 Views"))
    assert rows(engine)["articles"] == 0


def test_the_same_words_at_two_addresses_are_two_articles(engine: Engine) -> None:
    blocks = (Block(BlockKind.PARAGRAPH, "The river rises in spring and falls in autumn, as every year before."),)
    found = [
        import_(engine, Document(Attributes(title="Rivers", url=f"https://rivers.example/{n}"), blocks))
        for n in range(3)
    ]
    assert len({one.article_id for one in found}) == 3
    assert len({one.revision for one in found}) == 1
    assert found[1].article_id == f"{found[0].article_id}-2"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=BLOCKS)
def test_any_document_comes_back_as_spans_and_a_second_import_is_a_no_op(engine: Engine, blocks: list[Block]) -> None:
    one = Document(Attributes(title="Any", url=f"https://rivers.example/{len(blocks)}"), tuple(blocks))
    assert document_from_json(document_to_json(one)) == one
    try:
        imported = import_(engine, one)
    except LibraryError:
        return
    before = rows(engine)
    assert import_(engine, one).status is Status.UNCHANGED
    assert rows(engine) == before
    with reading(engine) as connection:
        r, p = schema.revisions.c, schema.passages.c
        text = connection.scalar(sa.select(r.text).where(r.digest == imported.revision).limit(1))
        spans = connection.execute(sa.select(p.start, p.end).where(p.revision == imported.revision)).all()
    assert text is not None
    assert canonical.digest(text) == imported.revision
    assert all(text[start:end].strip() for start, end in spans)
