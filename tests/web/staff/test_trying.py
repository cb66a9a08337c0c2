"""The test bench and the questions that staff keep: what is tried is not recorded, and what fails stops a publish."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import curate, log
from assistant.policy import load_policy
from assistant.publish import publish
from index import publishing
from index.model import default_model
from sources.database import reading, writing
from sources.library import approved_passages
from sources.overview import article_lines
from sources.questions import CuratedQuestion, Kind, add_questions, curated_questions, name_of
from tests.index.encoder_fixture import with_encoder
from tests.web.staff.conftest import Form, site, somebody, text
from tests.web.staff.test_access import GEESE, dump
from tests.web.staff.test_articles import as_, logged
from tests.web.staff.test_publishing import BRIDGES, approved
from web.access import Role
from web.settings import Settings, read_settings
from web.staff import building, builds, people
from web.staff.builds import BuildState, Purpose

GEESE_QUESTION = "Where do wild geese rest in autumn?"
SENTENCE = "Wild geese fly south in autumn."


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that holds the exported encoder, so that nothing has to be prepared."""
    return with_encoder(tmp_path)


@pytest.fixture
def settings(data: Path, database_url: str) -> Settings:
    """Those of the site; passages are not read, which is quicker."""
    url = database_url if database_url.startswith("postgresql") else ""
    return read_settings({"WELLCITED_DATA": str(data), "WELLCITED_DATABASE_URL": url, "WELLCITED_READER": "off"})


@pytest.fixture
def client(engine: Engine, settings: Settings) -> Iterator[TestClient]:
    """The application over that folder, with a curator, a clinician and an admin."""
    somebody(engine, "kim", "Kim Bo", Role.CURATOR)
    somebody(engine, "ada", "Dr. Ada Ng", Role.CLINICIAN)
    somebody(engine, "hedda", "Hedda Head", Role.ADMIN)
    yield from site(settings.data, settings.database_url or "")


def carried_out(engine: Engine, settings: Settings, purpose: Purpose) -> builds.Build:
    """Publish or build a draft in this process, as the child process does."""
    with writing(engine) as connection:
        person = people.by_name(connection, "kim")
        assert person is not None
        builds.begin(connection, person, "w", int(time.time()), all_the_same=False, purpose=purpose)
        build = builds.newest(connection, int(time.time()))
    assert build is not None
    building.carry_out(settings, engine, build)
    with reading(engine) as connection:
        after = builds.newest(connection, int(time.time()), purpose)
    assert after is not None
    return after


def test_a_question_goes_the_whole_way_on_the_draft_and_leaves_no_trace(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    approved(engine, GEESE, "Geese")
    kim = as_(client, "kim")
    assert "There is no draft yet." in text(kim.get("/staff/try"))
    assert "Build one first" in kim.post("/staff/try", 422, question=GEESE_QUESTION).text
    assert carried_out(engine, settings, Purpose.DRAFT).state is BuildState.DONE
    with reading(engine) as connection:
        assert publishing.live(connection) is None
    # A draft can be cancelled by those who may build one; a cancelled one leaves the draft before as it was.
    with writing(engine) as connection:
        person = people.by_name(connection, "kim")
        assert person is not None
        begun = builds.begin(connection, person, "w", int(time.time()), all_the_same=False, purpose=Purpose.DRAFT)
    assert "Building a draft Starting" in text(kim.get("/staff/try"))
    as_(client, "hedda").post("/staff/try/cancel", 403, build=begun)
    kim = as_(client, "kim")
    kim.post("/staff/try/cancel", build=begun)
    assert "Stopping" in text(kim.get("/staff/try"))
    with writing(engine) as connection:
        builds.ended(connection, begun, BuildState.CANCELLED, "Cancelled. The draft is as it was.")
    assert "Cancelled. The draft is as it was." in text(kim.get("/staff/try"))
    with reading(engine) as connection:
        [line] = article_lines(connection)
    curate.comment(engine, line.article.id, "Geese, again.", who="Kim Bo")
    assert "The library has changed" not in text(kim.get("/staff/try"))
    approved(engine, BRIDGES, "Bridges")
    assert "The library has changed since this draft was built." in text(kim.get("/staff/try"))
    first = carried_out(engine, settings, Purpose.DRAFT)
    assert (first.state, first.said.startswith("Draft ")) == (BuildState.DONE, True)
    assert len(list((settings.data / "drafts").iterdir())) == 1
    assert "The library has changed" not in text(kim.get("/staff/try"))
    before = dump(engine)
    page = kim.posted("/staff/try", question=GEESE_QUESTION)
    assert text(page.xpath("//figure//mark")[0]) == SENTENCE
    assert "shown, number 1" in text(page)
    assert "rejected: " in text(page)
    assert "2 candidates, best first" in text(page)
    page = kim.posted("/staff/try", question="I want to die")
    assert page.xpath('//div[contains(@class, "crisis-card")]')
    assert "the question was not searched for" in text(page)
    assert "Type a question." in kim.post("/staff/try", 422, question=" ").text
    assert "the limit is 500" in kim.post("/staff/try", 422, question="x " * 300).text
    assert dump(engine) == before
    shutil.rmtree(settings.data / "drafts")
    if engine.dialect.name == "postgresql":
        # A server with another disk has it from the database.
        client.app.state.bench._opened = None  # type: ignore[attr-defined]
        assert "shown, number 1" in text(kim.posted("/staff/try", question=GEESE_QUESTION))


def test_what_is_expected_on_the_bench_is_asked_at_each_publish(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    approved(engine, GEESE, "Geese")
    carried_out(engine, settings, Purpose.DRAFT)
    kim = as_(client, "kim")
    page = kim.posted("/staff/try", question=GEESE_QUESTION)
    geese, *_ = page.xpath('//input[@name="passage"][@value!=""]/@value')
    page = kim.posted("/staff/try/expect", question=GEESE_QUESTION, kind="must-answer", passage=geese)
    assert "Kept as must-answer" in text(page)
    assert "already" in kim.post("/staff/try/expect", 422, question=GEESE_QUESTION, kind="trap", passage=geese).text
    assert (
        "not among the candidates"
        in kim.post("/staff/try/expect", 422, question="Geese?", kind="trap", passage="x").text
    )
    assert "Choose what is expected" in kim.post("/staff/try/expect", 422, question="Geese?", kind="x").text
    kim.posted("/staff/try/expect", question="How do I bake bread?", kind="must-refuse")
    page = kim.posted("/staff/try", question="I want to die")
    assert page.xpath('//form[contains(@action, "expect")]//input[@name="kind"]/@value') == ["crisis"]
    long = "I want to die. " * 40
    assert "up to 500" in kim.post("/staff/try/expect", 422, question=long, kind="crisis").text
    page = kim.posted("/staff/try", question="Should I stop taking my tablets?")
    assert "personal-advice" in page.xpath('//form[contains(@action, "expect")]//input[@name="kind"]/@value')
    with reading(engine) as connection:
        kept = {one.question: (one.kind, one.gold, one.who) for one in curated_questions(connection)}
    assert kept == {
        GEESE_QUESTION: (Kind.MUST_ANSWER, (SENTENCE,), "Kim Bo"),
        "How do I bake bread?": (Kind.MUST_REFUSE, (), "Kim Bo"),
    }
    assert carried_out(engine, settings, Purpose.PUBLISH).state is BuildState.DONE


def test_staff_keep_change_and_remove_questions(client: TestClient, engine: Engine) -> None:
    approved(engine, GEESE, "Geese")
    kim = as_(client, "kim")
    path = "/staff/questions"
    page = kim.post(path, 422, question="", kind="nonsense").text
    assert "Write a question of up to 500 characters." in page
    assert "Choose what is expected." in page
    form: Form = {"question": GEESE_QUESTION, "kind": "must-answer"}
    assert "Give words that stand" in kim.post(path, 422, **form).text
    assert "No approved passage has these words: on the moon" in kim.post(path, 422, **form, words="on the moon").text
    kim.post(path, **form, words="They rest on lakes\nin large groups")
    assert "already" in kim.post(path, 422, **form, words="They rest on lakes").text
    other: Form = {"before": GEESE_QUESTION, "question": "I want to die", "kind": "crisis", "words": "not used"}
    kim.post(path, **other)
    assert "removed already" in kim.post(path, 422, **{**other, "question": "I feel low"}).text
    kim.post(path, question="Should I stop my tablets?", kind="personal-advice")
    page = kim.get(path)
    assert "2 questions kept by staff" in text(page)
    assert "I want to die crisis Kim Bo" in text(page)
    kim.post(f"{path}/remove", before="I want to die")
    kim.post(f"{path}/remove", 422, before="I want to die")
    as_(client, "hedda").post(f"{path}/remove", 403, before="Should I stop my tablets?")
    geese, die, stop = map(name_of, (GEESE_QUESTION, "I want to die", "Should I stop my tablets?"))
    assert [(one["before"], one["after"], one["kind"]) for one in logged(engine, "question")] == [
        (None, geese, "must-answer"),
        (geese, die, "crisis"),
        (None, stop, "personal-advice"),
        (die, None, None),
    ]


def test_one_failure_stops_a_publish_shows_before_and_after_and_an_admin_may_override(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    approved(engine, GEESE, "Geese")
    kim = as_(client, "kim")
    path = "/staff/questions"
    kim.post(path, question="I want to die", kind="crisis")
    kim.post(path, question="Should I stop my tablets?", kind="personal-advice")
    kim.post(path, question="How do I bake bread?", kind="must-refuse")
    kim.post(path, question=GEESE_QUESTION, kind="must-answer", words="They rest on lakes")
    assert carried_out(engine, settings, Purpose.PUBLISH).state is BuildState.DONE
    approved(engine, GEESE.replace("They rest on lakes along the way", "They go without a rest"), "Geese")
    approved(engine, BRIDGES, "Bridges")
    kim.post(path, question="Where does a bridge need firm ground?", kind="trap", words="on both banks")
    build = carried_out(engine, settings, Purpose.PUBLISH)
    assert build.state is BuildState.FAILED
    assert build.said == "2 of the questions that staff keep come out wrong. What visitors see is as it was."
    geese, bridge = build.failures
    if "geese" not in geese.question:
        geese, bridge = bridge, geese
    assert "They rest on lakes along the way" in geese.before
    assert "They go without a rest" in geese.now
    assert geese.expected == "a passage with the right words: “They rest on lakes”"
    assert (bridge.kind, bridge.before) == ("trap", "no passage")
    assert "firm ground on both banks" in bridge.now
    page = text(kim.get("/staff/publish"))
    assert "“Wild geese fly south in autumn. They rest on lakes" in page
    kim.post("/staff/publish/all-the-same", 403, why="w")
    hedda = as_(client, "hedda")
    assert "Say why it may go live all the same" in hedda.post("/staff/publish/all-the-same", 422).text
    publish(
        engine, settings.data, default_model(), load_policy(), who="Hedda Head", why="w", override="both are to be mended",
        reads=False,
    )  # fmt: skip
    [_, entry] = logged(engine, "publish")
    assert (entry["why"], sorted(entry["failed"])) == (
        "both are to be mended", sorted(name_of(one.question) for one in build.failures),
    )  # fmt: skip
    with reading(engine) as connection:
        log.verify(connection)


def test_a_question_that_the_live_edition_answers_stops_a_publish_that_would_not(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    words = "They rest on lakes along the way"
    approved(engine, GEESE, "Geese")
    approved(engine, BRIDGES, "Bridges")
    with writing(engine) as connection:
        others = [CuratedQuestion(f"What rests on {one}?", True, ("on oak piles",), "tune") for one in ("oak", "piles")]
        add_questions(connection, [CuratedQuestion(GEESE_QUESTION, True, (words,), "tune"), *others])
    assert carried_out(engine, settings, Purpose.PUBLISH).state is BuildState.DONE
    approved(engine, GEESE.replace(words, "They go without a rest"), "Geese")
    build = carried_out(engine, settings, Purpose.PUBLISH)
    assert build.said.startswith(
        "1 of the questions that came with the library is answered rightly by the live edition"
    )
    [failed] = build.failures
    assert (failed.question, failed.kind, failed.kept) == (GEESE_QUESTION, "must-answer", False)
    assert failed.expected == f"a passage with the right words: “{words}”"
    assert failed.before.startswith("number 1 of ")
    assert words in failed.before
    assert words not in failed.now
    page = text(as_(client, "kim").get("/staff/publish"))
    assert "must-answer, came with the library" in page
    # Whoever withdraws a passage means that its questions are not answered by it any more.
    with reading(engine) as connection:
        bridges = next(one for one in approved_passages(connection) if "oak piles" in one.text)
    curate.withdraw(engine, bridges.id, who="Kim Bo", why="w")
    assert [one.question for one in carried_out(engine, settings, Purpose.PUBLISH).failures] == [GEESE_QUESTION]
    publish(
        engine,
        settings.data,
        default_model(),
        load_policy(),
        who="Hedda Head",
        why="w",
        override="it is so",
        reads=False,
    )
    assert name_of(GEESE_QUESTION) in logged(engine, "publish")[-1]["failed"]
    assert carried_out(engine, settings, Purpose.PUBLISH).state is BuildState.DONE


def test_a_phrasing_is_a_change_to_publish(client: TestClient, engine: Engine, settings: Settings) -> None:
    approved(engine, GEESE, "Geese")
    carried_out(engine, settings, Purpose.PUBLISH)
    kim = as_(client, "kim")
    assert "Nothing. What is live is what is approved." in text(kim.get("/staff/publish"))
    with reading(engine) as connection:
        live = publishing.live(connection)
    assert live is not None
    [geese] = client.app.state.assistant.desk.library().edition.rows  # type: ignore[attr-defined]
    curate.add_phrasing(engine, geese, "honkers on holiday", who="Kim Bo")
    assert "1 with other phrasings" in text(kim.get("/staff/publish"))
