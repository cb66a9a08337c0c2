"""A passage from the answer in front of one: warned of, withheld, and recalled."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant import curate
from assistant.feedback import Feedback, give
from assistant.review.gathering import gather
from assistant.review.recalling import Kinship, by_day, by_kin, kin_of, recall
from assistant.review.schema import answer_traits
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import reading, writing
from tests.assistant.review.test_warnings import GEESE, OTHER, passages, taken_in
from tests.web.review.conftest import fill
from tests.web.staff.conftest import Browsing, text


@pytest.fixture
def passage(client: object, engine: Engine) -> str:
    """A passage of the library that answers 7 and others showed: the rows that say so are added here."""
    (found,) = passages(engine, taken_in(engine, GEESE))
    with writing(engine) as connection:
        query = "INSERT INTO answer_traits (kind, value, seq) SELECT 'passage', :id, seq FROM answer_facts WHERE seq % 5 = 0"
        connection.execute(sa.text(query), {"id": found})
    return found


def test_the_recall_list_names_every_answer_that_showed_it(engine: Engine) -> None:
    fill(engine, 120)
    give(engine, f"{7:032x}", Feedback(False))
    with reading(engine) as connection:
        found = recall(connection, kin_of(connection, f"{7:024x}"))
    assert [int(one.answer_id, 16) for one in found] == [104, 7]
    assert [one.helpful for one in found] == [None, False]
    assert [count for _, count in by_day(found)] in ([2], [1, 1])  # midnight may pass


def test_the_recall_goes_by_the_words_over_revisions_cuts_and_articles(
    client: object, ada: Browsing, engine: Engine
) -> None:
    (first,) = passages(engine, taken_in(engine, GEESE))
    second = taken_in(engine, OTHER, GEESE)
    _, same = passages(engine, second)
    sentence = GEESE.split(". ")[0] + "."
    (part,) = passages(engine, taken_in(engine, sentence))
    document = Document(Attributes(title="Swans", publisher="Lake Office"), (Block(BlockKind.PARAGRAPH, GEESE),))
    elsewhere = curate.import_document(engine, document, file_name="b.txt", who="Kim", given=UNKNOWN)
    (twin,) = passages(engine, elsewhere.revision)
    seen = {first: 5, same: 3, part: 2, twin: 1}
    with writing(engine) as connection:
        gather(connection)
        seqs = iter(connection.scalars(sa.text("SELECT seq FROM answer_facts ORDER BY seq")).all())
        for passage_id, count in seen.items():
            shown = [{"kind": "passage", "value": passage_id, "seq": next(seqs)} for _ in range(count)]
            connection.execute(answer_traits.insert(), shown)
    with reading(engine) as connection:
        found = {one.passage_id: one.kinship for one in kin_of(connection, same)}
        assert found == {same: Kinship.itself, first: Kinship.same, twin: Kinship.same, part: Kinship.some}
        rows = recall(connection, kin_of(connection, same))
        assert by_kin(rows) == seen
        assert [one.seq for one in rows] == sorted((one.seq for one in rows), reverse=True)
    answer = ada.client.get(f"/review/passages/{same}/recall.csv").text.removeprefix("\ufeff")
    told = Counter((row["passage"], row["shows"]) for row in csv.DictReader(io.StringIO(answer)))
    assert told == {(id_, found[id_].value): count for id_, count in seen.items()}
    page = ada.get(f"/review/passages/{same}")
    assert "11 answers" in text(page)
    counts = page.xpath("//table[caption[contains(., 'by the passage')]]//tr/td[2]")
    assert sorted(int(text(one)) for one in counts) == [1, 2, 3, 5]
    assert page.xpath(f"//a[@href='/review/passages/{first}']")


def test_the_list_is_taken_to_a_spreadsheet_without_formulas(ada: Browsing, passage: str) -> None:
    answer = ada.client.get(f"/review/passages/{passage}/recall.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) > 10
    assert {row["passage"] for row in rows} == {passage}
    assert "geese" not in answer.text
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    page = ada.get(f"/review/passages/{passage}?answer={7:032x}")
    assert f"{len(rows)} answers" in text(page)
    assert page.xpath(f"//a[@href='/review/answers/{7:032x}']")


def test_a_warning_is_written_and_lifted_with_reasons(ada: Browsing, passage: str) -> None:
    path = f"/review/passages/{passage}"
    page = ada.posted(f"{path}/warn", 422, words=" ", why="")
    assert len(page.xpath("//p[@role='alert']")) == 2
    assert (
        ada.post(f"{path}/warn", words="Only\nin autumn.", why="it misled").headers["location"].endswith("said=warned")
    )
    page = ada.get(path)
    assert "Only in autumn." in text(page.xpath("//div[contains(@class, 'warning')]")[0])
    (warning,) = page.xpath("//input[@name='warning']/@value")
    ada.posted(f"{path}/lift", 422, warning=warning, why="")
    ada.post(f"{path}/lift", warning=warning, why="mended")
    ada.post(f"{path}/lift", warning=warning, why="mended twice")
    assert not ada.get(path).xpath("//input[@name='warning']")


def test_a_passage_is_withheld_with_a_reason(ada: Browsing, passage: str) -> None:
    path = f"/review/passages/{passage}"
    ada.posted(f"{path}/withdraw", 422, why="")
    page = ada.posted(f"{path}/withdraw", 422, why="wrong on Question 7 about geese", answer=f"{7:032x}")
    assert "repeats the visitor’s words" in text(page)
    ada.post(f"{path}/withdraw", why="wrong since 2026", answer=f"{7:032x}")
    page = ada.get(path)
    assert "withdrawn" in text(page.xpath("//article")[0])
    assert not page.xpath("//textarea[@id='withdraw']")
