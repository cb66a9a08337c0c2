"""Curating in the browser: the steps from draft to approved, who may take them, and what the log keeps."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import curate, log
from assistant import schema as records
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import reading
from sources.library import Imported, LibraryError, State
from sources.overview import ArticleLine, article_line, article_lines, passage_lines
from tests.web.staff.conftest import Browsing, Form, somebody, text
from tests.web.staff.test_access import GEESE
from web.access import Role
from web.console import person_named

CURE = "Ketamine cures depression in every patient. It has no side effects at all, and it works forever."


@pytest.fixture
def people(engine: Engine) -> dict[str, str]:
    """Two curators and a clinician, by the name they sign in with."""
    return {
        "kim": somebody(engine, "kim", "Kim Bo", Role.CURATOR),
        "noor": somebody(engine, "noor", "Noor Eden", Role.CURATOR),
        "ada": somebody(engine, "ada", "Dr. Ada Ng", Role.CLINICIAN),
    }


def put_in(engine: Engine, who: str, person: str | None, words: str = GEESE, title: str = "Geese") -> Imported:
    blocks = (Block(BlockKind.HEADING, "Flight", 2), Block(BlockKind.PARAGRAPH, words))
    document = Document(Attributes(title=title, publisher="River Office"), blocks)
    return curate.import_document(engine, document, file_name="a.txt", who=who, given=UNKNOWN, person=person)


def as_(client: TestClient, name: str) -> Browsing:
    client.cookies.clear()
    browsing = Browsing(client)
    browsing.sign_in(name)
    return browsing


def state(engine: Engine, one: Imported) -> State:
    with reading(engine) as connection:
        line = article_line(connection, one.article_id)
    assert line is not None
    return next(found.state for found in line.revisions if found.digest == one.revision)


def logged(engine: Engine, kind: str) -> list[dict[str, str]]:
    with reading(engine) as connection:
        log.verify(connection)
        rows = connection.scalars(sa.select(records.log.c.body).where(records.log.c.kind == kind))
        return [json.loads(row) for row in rows]


def test_the_author_sends_to_review_and_another_approves(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine, "Kim Bo", people["kim"])
    path = f"/staff/articles/{one.article_id}/revisions/{one.revision}"
    kim = as_(client, "kim")
    kim.post(f"{path}/approve", 422)
    kim.post(f"{path}/review")
    page = kim.get(f"/staff/articles/{one.article_id}")
    assert "You brought this revision in. Another person must approve it." in text(page)
    assert not page.xpath('//button[text()="Approve"]')
    # The rule holds without the page, too.
    refused = kim.post(f"{path}/approve", 422)
    assert "Another person must approve it" in refused.text
    assert state(engine, one) is State.IN_REVIEW
    noor = as_(client, "noor")
    noor.post(f"{path}/approve", why="compared with the original")
    assert state(engine, one) is State.APPROVED
    history = text(noor.get(f"/staff/articles/{one.article_id}"))
    assert "Noor Eden: revision 1 approved “compared with the original”" in history
    assert "Kim Bo: brought in revision 1" in history
    assert [(entry["who"], entry["to_state"]) for entry in logged(engine, "curation")] == [
        ("Kim Bo", "in review"),
        ("Noor Eden", "approved"),
    ]


def test_on_the_command_line_the_rule_is_for_names_that_have_an_account(engine: Engine, people: dict[str, str]) -> None:
    one = put_in(engine, "Kim Bo", person_named(engine, "Kim Bo"))
    for name in ("Kim Bo", "kim"):
        with pytest.raises(LibraryError, match="Another person must approve it"):
            curate.approve(engine, None, who=name, why="w", accept=None, person=person_named(engine, name))
    assert state(engine, one) is State.DRAFT
    curate.approve(engine, None, who="Noor Eden", why="w", accept=None, person=person_named(engine, "Noor Eden"))
    assert state(engine, one) is State.APPROVED
    two = put_in(engine, "A script", person_named(engine, "A script"), title="Swans")
    curate.approve(engine, None, who="A script", why="w", accept=None, person=person_named(engine, "A script"))
    assert state(engine, two) is State.APPROVED


def test_sending_back_and_retiring_need_a_reason(client: TestClient, engine: Engine, people: dict[str, str]) -> None:
    one = put_in(engine, "Kim Bo", people["kim"])
    path = f"/staff/articles/{one.article_id}/revisions/{one.revision}"
    noor = as_(client, "noor")
    noor.post(f"{path}/review")
    for step, before, after in (("draft", State.IN_REVIEW, State.DRAFT), ("retire", State.DRAFT, State.RETIRED)):
        page = noor.post(f"{path}/{step}", 422)
        assert "Say why; the log keeps it." in page.text
        assert state(engine, one) is before
        noor.post(f"{path}/{step}", why="the second half is missing")
        assert state(engine, one) is after


def test_claims_pass_by_a_clinician_with_a_reason(client: TestClient, engine: Engine, people: dict[str, str]) -> None:
    one = put_in(engine, "Kim Bo", people["kim"], CURE, "A promise")
    curate.approve(engine, None, who="Noor", why="w", accept=None)
    with reading(engine) as connection:
        [passage] = [p for p in passage_lines(connection, one.article_id, one.revision) if p.waits]
    noor = as_(client, "noor")
    assert "stays out, has flagged claims" in text(noor.get(f"/staff/articles/{one.article_id}"))
    assert "1 passage with flagged claims" in text(noor.get("/staff/articles?state=waits"))
    noor.post(f"/staff/passages/{passage.id}/accept", 403, why="looks fine")
    ada = as_(client, "ada")
    assert "Say why these claims may pass" in ada.post(f"/staff/passages/{passage.id}/accept", 422, why=" ").text
    ada.post(f"/staff/passages/{passage.id}/accept", why="it is an example of what not to say")
    assert "approved, not published yet" in text(ada.get(f"/staff/passages/{passage.id}"))
    assert "No article matches" in text(ada.get("/staff/articles?state=waits"))
    [entry] = [entry for entry in logged(engine, "curation") if entry["action"] == "accept claims"]
    assert (entry["who"], entry["why"]) == ("Dr. Ada Ng", "it is an example of what not to say")


def test_several_passages_pass_with_one_reason_and_only_those_that_were_ticked(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine, "Kim Bo", people["kim"], CURE, "A promise")
    curate.approve(engine, None, who="Noor", why="w", accept=None)
    path = f"/staff/articles/{one.article_id}/revisions/{one.revision}/accept"

    def waiting() -> list[str]:
        with reading(engine) as connection:
            return [p.id for p in passage_lines(connection, one.article_id, one.revision) if p.waits]

    [passage] = waiting()
    assert "Let its claims pass" not in text(as_(client, "noor").get(f"/staff/articles/{one.article_id}"))
    as_(client, "noor").post(path, 403, passage=passage, why="looks fine")
    ada = as_(client, "ada")
    assert "Let its claims pass" in text(ada.get(f"/staff/articles/{one.article_id}"))
    for wrong in ({"passage": passage, "why": " "}, {"why": "read"}, {"passage": [passage, "0" * 12], "why": "read"}):
        ada.post(path, 422, **wrong)
        assert waiting() == [passage]
    ada.post(path, passage=[passage], why="it is an example of what not to say")
    assert waiting() == []
    assert "Publish what is approved" not in text(ada.get(f"/staff/articles/{one.article_id}"))
    assert "Publish what is approved" in text(as_(client, "noor").get(f"/staff/articles/{one.article_id}"))


def test_withdrawing_needs_a_reason_and_happens_once(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine, "Kim Bo", people["kim"])
    with reading(engine) as connection:
        [passage] = passage_lines(connection, one.article_id, one.revision)
    ada = as_(client, "ada")
    assert "Say why it is withdrawn" in ada.post(f"/staff/passages/{passage.id}/withdraw", 422).text
    ada.post(f"/staff/passages/{passage.id}/withdraw", why="outdated")
    page = ada.get(f"/staff/passages/{passage.id}?said=withdrawn")
    assert "No answer has shown it." in text(page)
    assert not page.xpath('//button[text()="Withdraw this passage"]')


def test_the_day_to_look_again(client: TestClient, engine: Engine, people: dict[str, str]) -> None:
    one = put_in(engine, "Kim Bo", people["kim"])
    kim = as_(client, "kim")
    path = f"/staff/articles/{one.article_id}/review-by"
    assert "31.12.2020 is no date" in kim.post(path, 422, review_by="31.12.2020").text
    kim.post(path, review_by="2020-12-31")
    assert "was to be looked at again by 31 December 2020" in text(kim.get("/staff/articles?state=overdue"))
    assert "to be looked at again by 31 December 2020" in text(kim.get(f"/staff/articles/{one.article_id}"))
    kim.post(path, review_by="")
    assert "No article matches" in text(kim.get("/staff/articles?state=overdue"))


def test_details_are_corrected_and_the_history_says_how(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine, "Kim Bo", people["kim"])
    kim = as_(client, "kim")
    path = f"/staff/articles/{one.article_id}"
    form: Form = {"title": "Geese", "publisher": "Harbour Clinic", "published": "2026-03-02", "sells": "yes"}
    page = kim.post(f"{path}/details", 422, **{**form, "title": "", "url": "here", "sells": ""}).text
    for words in ("Give the article’s title", "Write the whole address", "Say whether the publisher sells"):
        assert words in page
    kim.post(f"{path}/details", **form)
    assert "publisher: River Office is now Harbour Clinic; " in text(kim.get(path))
    assert [entry["action"] for entry in logged(engine, "curation")] == ["details"]
    kim.post(f"{path}/details", **form)
    assert len(logged(engine, "curation")) == 1  # nothing was different
    with reading(engine) as connection:
        line = article_line(connection, one.article_id)
    assert line is not None
    assert line.article.attributes.sells_treatment is True
    put_in(engine, "Kim Bo", people["kim"], title="Swans")
    kim.post(f"{path}/details", **form, url="https://river.example/geese")
    [swans] = [row.article.id for row in lines(engine) if row.article.attributes.title == "Swans"]
    taken = {**form, "title": "Swans", "url": "https://river.example/geese"}
    assert "Another article has this address" in kim.post(f"/staff/articles/{swans}/details", 422, **taken).text
    as_(client, "ada").post(f"{path}/details", 403, **form)


def lines(engine: Engine) -> list[ArticleLine]:
    with reading(engine) as connection:
        return article_lines(connection)


def test_articles_are_found_by_words_and_state(client: TestClient, engine: Engine, people: dict[str, str]) -> None:
    ada = as_(client, "ada")
    assert "There is no article yet." in text(ada.get("/staff/articles"))
    for n in range(55):
        put_in(engine, "Kim Bo", people["kim"], title=f"Geese, part {n}")
    put_in(engine, "Kim Bo", people["kim"], title="Swans <b>& more")
    page = ada.get("/staff/articles")
    assert "56 articles, page 1 of 2." in text(page)
    assert len(page.xpath('//ul[@class="articles"]/li')) == 50
    assert len(ada.get("/staff/articles?page=2").xpath('//ul[@class="articles"]/li')) == 6
    found = ada.get("/staff/articles?words=swans+river&state=draft")
    assert [text(one) for one in found.xpath('//ul[@class="articles"]//h2')] == ["Swans <b>& more"]
    assert "No article matches" in text(ada.get("/staff/articles?state=approved"))
    ada.get("/staff/articles/none-of-this-name", 404)
    ada.get("/staff/passages/0", 404)


def test_the_overview_counts_the_revision_that_counts(engine: Engine) -> None:
    put_in(engine, "Kim Bo", None)
    curate.approve(engine, None, who="Noor", why="w", accept=None)
    put_in(engine, "Kim Bo", None, f"{GEESE}\n\n{CURE}")
    with reading(engine) as connection:
        [line] = article_lines(connection)
    assert line.states == (State.APPROVED, State.DRAFT)
    assert line.newest.ordinal == 2
