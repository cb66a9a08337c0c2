"""Editing passages in the browser: cut anew by one person, approved by another, undone, tied and phrased."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import curate, log
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import reading
from sources.library import Imported, approved_passages
from sources.overview import passage_lines
from tests.sources.test_edits import GEESE, HOWEVER, TWO
from tests.web.staff.conftest import somebody, text
from tests.web.staff.test_articles import as_, logged
from web.access import Role


@pytest.fixture
def people(engine: Engine) -> dict[str, str]:
    """Ids of two curators and a clinician."""
    given = (
        ("kim", "Kim Bo", Role.CURATOR),
        ("noor", "Noor Eden", Role.CURATOR),
        ("ada", "Dr. Ada Ng", Role.CLINICIAN),
    )
    return {short: somebody(engine, short, name, role) for short, name, role in given}


def put_in(engine: Engine, approved: bool = False) -> Imported:
    blocks = (
        Block(BlockKind.HEADING, "In autumn", 2), Block(BlockKind.PARAGRAPH, GEESE), Block(BlockKind.PARAGRAPH, HOWEVER),
        Block(BlockKind.HEADING, "In winter", 2), Block(BlockKind.PARAGRAPH, GEESE.replace("geese", "cranes")),
    )  # fmt: skip
    document = Document(Attributes(title="Geese", publisher="River Office"), blocks)
    one = curate.import_document(engine, document, file_name="a.txt", who="Hedda", given=UNKNOWN)
    if approved:
        curate.approve(engine, None, who="Hedda", why="read", accept=None)
    return one


def ids(engine: Engine, one: Imported) -> list[str]:
    with reading(engine) as connection:
        return [line.id for line in passage_lines(connection, one.article_id, one.revision)]


def test_an_edit_waits_until_another_person_approves_it(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine, approved=True)
    path = f"/staff/articles/{one.article_id}/revisions/{one.revision}"
    first = ids(engine, one)[0]
    kim = as_(client, "kim")
    assert "Nobody has edited these passages." in text(kim.get(f"{path}/cut"))
    page = kim.get(f"{path}/cut/{first}")
    assert [one.get("value") for one in page.xpath('//input[@name="at"]')] == [str(TWO), str(GEESE.index("In spring"))]
    assert "Choose what is to be done." in kim.post(f"{path}/cut/{first}", 422).text
    assert "never through one" in kim.post(f"{path}/cut/{first}", 422, action="split", at="3", why="w").text
    assert "Choose a heading." in kim.post(f"{path}/cut/{first}", 422, action="move heading", heading="77").text
    answer = kim.post(f"{path}/cut/{first}", action="split", at=str(TWO), why="two subjects")
    assert "said=edit_waits" in answer.headers["location"]
    page = kim.get(answer.headers["location"].split("#")[0])
    assert "1 edit waits" in text(page)
    assert "You made one of these." in text(page)
    assert not page.xpath('//button[starts-with(text(), "Approve")]')
    with reading(engine) as connection:
        assert len(approved_passages(connection)) == 3
    assert "1 edit waits for another person" in text(kim.get(f"/staff/articles/{one.article_id}"))
    [last] = page.xpath('//input[@name="last"]/@value')
    assert "Another person must approve them" in kim.post(f"{path}/edits/approve", 422, last=last).text
    noor = as_(client, "noor")
    assert "without a reason" in noor.post(f"{path}/edits/turn-down", 422, last=last).text
    noor.post(f"{path}/edits/approve", last=last)
    with reading(engine) as connection:
        assert len(approved_passages(connection)) == 4
        log.verify(connection)
    actions = [entry["action"] for entry in logged(engine, "curation")]
    assert actions[-2:] == ["propose to split", "approve edit"]
    page = noor.get(f"{path}/cut")
    [number] = page.xpath('//form[contains(@action, "/undo")]/@action')
    noor.post(number)
    assert "1 edit waits" in text(noor.get(f"{path}/cut"))
    assert "split a passage" in text(noor.get(f"/staff/articles/{one.article_id}"))


def test_whoever_edits_a_draft_is_not_offered_to_approve_it(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine)
    path = f"/staff/articles/{one.article_id}/revisions/{one.revision}"
    first, second, _ = ids(engine, one)
    kim = as_(client, "kim")
    answer = kim.post(f"{path}/cut/{first}", action="join", why="one thought")
    assert "said=edited" in answer.headers["location"]
    assert first not in ids(engine, one)
    assert second not in ids(engine, one)
    kim.post(f"{path}/review")
    assert "You edited these passages." in text(kim.get(f"/staff/articles/{one.article_id}"))
    assert "edited how this revision is cut" in kim.post(f"{path}/approve", 422).text
    page = kim.get(f"{path}/cut")
    assert "joined two passages (in force)" in text(page)
    [number] = page.xpath('//form[contains(@action, "/undo")]/@action')
    kim.post(number)
    assert ids(engine, one)[:2] == [first, second]
    assert "undone" in kim.post(number, 422).text
    kim.post(f"{path}/approve")


def test_phrasings_and_caveats_are_kept_on_the_passage(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine, approved=True)
    first, however, cranes = ids(engine, one)
    path = f"/staff/articles/{one.article_id}/revisions/{one.revision}/cut"
    ada = as_(client, "ada")
    ada.post(f"{path}/{first}/phrasings", phrasing="where do the honkers go?")
    assert (
        "has that phrasing already"
        in ada.post(f"{path}/{first}/phrasings", 422, phrasing="Where do the honkers GO?").text
    )
    page = ada.get(f"{path}/{first}")
    assert "where do the honkers go? Dr. Ada Ng" in text(page)
    assert "(rule: however)" in text(page)
    [number] = page.xpath('//input[@name="phrasing_id"]/@value')
    ada.post(f"{path}/{cranes}/phrasings/away", 422, phrasing_id=number)
    ada.post(f"{path}/{first}/phrasings/away", phrasing_id=number)
    assert "where do the honkers go?" not in text(ada.get(f"{path}/{first}"))
    assert "Say why" in ada.post(f"{path}/{cranes}/caveats", 422, caveat=first).text
    assert "Name two" in ada.post(f"{path}/{cranes}/caveats", 422, caveat=cranes, why="w").text
    ada.post(f"{path}/{cranes}/caveats", caveat=first, why="it depends")
    assert "(bound by a curator)" in text(ada.get(f"{path}/{cranes}"))
    ada.post(f"{path}/{first}/caveats/release", caveat=however, why="about something else")
    assert "It has none." in text(ada.get(f"{path}/{first}"))


def test_a_caveat_of_another_article_is_found_by_words_and_bound(
    client: TestClient, engine: Engine, people: dict[str, str]
) -> None:
    one = put_in(engine, approved=True)
    words = "A boat must keep away from geese that breed, however calm the river is."
    other = Document(Attributes(title="On boats", publisher="Lake House"), (Block(BlockKind.PARAGRAPH, words),))
    boats = curate.import_document(engine, other, file_name="boats.txt", who="Hedda", given=UNKNOWN)
    [caveat] = ids(engine, boats)
    first, *_ = ids(engine, one)
    path = f"/staff/articles/{one.article_id}/revisions/{one.revision}/cut/{first}"
    ada = as_(client, "ada")
    assert "No other passage" in text(ada.get(f"{path}?find=geese+boat"))
    curate.approve(engine, None, who="Noor", why="read", accept="a test")
    for asked in ("geese+boat", "BOATS", "boat+river"):
        [choice] = ada.get(f"{path}?find={asked}").xpath('//*[@id="elsewhere"]//input[@type="radio"]')
        assert choice.get("value") == caveat
    assert "No other passage" in text(ada.get(f"{path}?find=100%25+boats"))
    refused = ada.post(f"{path}/caveats", 422, caveat=caveat, find="boats").text
    assert "Say why" in refused
    assert words in refused
    assert "Choose a passage." in ada.post(f"{path}/caveats", 422, find="boats", why="w").text
    ada.post(f"{path}/caveats", caveat=caveat, find="boats", why="who rows must know")
    page = text(ada.get(f"{path}?find=boats"))
    assert "(bound by a curator; from On boats)" in page
    assert "No other passage that visitors may be shown holds these words." in page


def test_a_difference_is_settled_with_a_reason(client: TestClient, engine: Engine, people: dict[str, str]) -> None:
    for publisher, weeks in (("River Office", "two"), ("Lake House", "six")):
        words = f"SSRI antidepressants start to improve the mood of most people after about {weeks} weeks of treatment."
        document = Document(
            Attributes(title=f"Notes of {publisher}", publisher=publisher), (Block(BlockKind.PARAGRAPH, words),)
        )
        curate.import_document(engine, document, file_name=f"{weeks}.txt", who="Hedda", given=UNKNOWN)
    curate.approve(engine, None, who="Hedda", why="read", accept="a test")
    noor = as_(client, "noor")
    page = noor.get("/staff/differences")
    assert "1 proposal" in text(page)
    [path] = page.xpath('//form[contains(@action, "/confirm")]/@action')
    assert "Say why; the log keeps it." in noor.post(path, 422).text
    noor.post(path, why="both are current")
    assert "Nothing waits for a decision." in text(noor.get("/staff/differences"))
    noor.post(path.replace("confirm", "dismiss"), why="not the same medicine")
    assert "dismissed" in text(noor.get("/staff/differences"))
    noor.post(path.replace("confirm", "dismiss"), 422, why="again")
    noor.post("/staff/differences/none/confirm", 422, why="w")
