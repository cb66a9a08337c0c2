"""What is shown with an answer, with the real encoder on both databases: caveats, and sources that differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant import curate, log, schema
from assistant.answer import Answer, Quotation, Role
from assistant.answers import verify_answer
from assistant.assistant import Assistant
from assistant.differing import listed, named
from assistant.outcome import Outcome
from assistant.policy import Policy, load_policy
from assistant.publish import publish
from assistant.recorder import Recorder
from assistant.transcript import PastTurn, transcript
from index.desk import Desk
from index.model import default_model
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document
from sources.database import reading
from sources.library import Passage, approved_passages
from sources.pairs import Verdict
from tests.conftest import unguarded
from tests.index.encoder_fixture import with_encoder

SWIM = (
    "Swimming in the cold lake in the early morning calms many people, and those who swim on most days of the week say "
    "that they sleep better, eat with more appetite and are less often in a bad mood than before they began to swim."
)
HOWEVER = (
    "However, cold water swimming is not safe for a weak heart. Whoever has trouble with the heart or with breathing "
    "should ask a doctor first and then go in slowly, never alone, and never after a heavy meal or a glass of wine."
)
BOATS = (
    "Boats for two or four people can be hired at the pier from May to September, by the hour or for a whole day, and "
    "the price includes life vests in all sizes, a paddle for each person and a dry bag for telephones and keys."
)
OIL = (
    "The keeper fills the lighthouse lamp by hand. A filling of the lamp oil lasts four to eight weeks in winter. The "
    "glass is wiped each morning with a soft cloth, because soot dims the light and ships then see it later than they must."
)
OTHER_OIL = (
    "Every lighthouse on this coast keeps a book of its lamp. In winter a filling of the lamp oil lasts 4-6 weeks. When "
    "the book shows that a lamp burns more than that, a fitter comes by boat, takes the wick out and sets it anew."
)
ABOUT_SWIMMING = "Does swimming in the cold lake in the morning calm people?"
ABOUT_OIL = "How long does a filling of the lamp oil last in winter?"


@dataclass
class Site:
    """A published library, an assistant over it, and what one does with both."""

    engine: Engine
    folder: Path
    policy: Policy
    assistant: Assistant
    desk: Desk

    def ask(self, question: str) -> Answer:
        self.desk.look()
        return self.assistant.answer(question)

    def passage(self, text: str) -> Passage:
        with reading(self.engine) as connection:
            return next(one for one in approved_passages(connection) if one.text == text)

    def bind(self, text: str, caveat: str) -> None:
        curate.bind_caveat(self.engine, self.passage(text).id, self.passage(caveat).id, who="Noor", why="belongs")

    def settle(self, verdict: Verdict) -> str:
        with reading(self.engine) as connection:
            id_ = listed(connection, self.policy.topics)[0].id
            decision = named(connection, self.policy.topics, id_)
        curate.settle_difference(self.engine, decision, verdict, who="Noor", why="both are current")
        return id_

    def past(self, answer: Answer) -> PastTurn:
        with reading(self.engine) as connection:
            return transcript(connection, answer.conversation)[-1]

    def said(self, answer: Answer) -> list[dict[str, str]]:
        """What the log says of the companions of an answer, after all of it was verified."""
        with reading(self.engine) as connection:
            findings = verify_answer(connection, self.folder, answer.id)
            assert all(finding.passed for finding in findings if not finding.current)
            log.verify(connection)
            query = sa.select(schema.log.c.body).join(schema.answers, schema.answers.c.seq == schema.log.c.seq)
            body = json.loads(connection.execute(query.where(schema.answers.c.id == answer.id)).scalar_one())
        found: list[dict[str, str]] = body["companions"]
        return found


def put_in(engine: Engine, title: str, *paragraphs: str) -> None:
    document = Document(Attributes(title=title), tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs))
    curate.import_document(engine, document, file_name=f"{title}.txt", who="Kim", given=UNKNOWN)
    curate.approve(engine, None, who="Noor", why="read", accept="read")


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Iterator[Site]:
    """A library of four articles, published."""
    folder = with_encoder(tmp_path / "data")
    put_in(engine, "Swimming", SWIM, HOWEVER)
    put_in(engine, "Boats", BOATS)
    put_in(engine, "Ketamine the lighthouse", OIL)
    put_in(engine, "Lamps of ketamine", OTHER_OIL)
    policy = load_policy()
    publish(engine, folder, default_model(), policy, who="Kim", why="test", override="own articles")
    desk, recorder = Desk(engine, folder), Recorder(engine)
    desk.look()
    yield Site(engine, folder, policy, Assistant(engine, policy, desk, recorder), desk)
    recorder.close()


def texts(answer: Answer) -> list[str]:
    return [one.text for one in answer.passages]


def roles(answer: Answer) -> list[Role]:
    return [one.companion.role if one.companion else Role.ANSWER for one in answer.passages]


def role_of(answer: Answer, text: str) -> Role:
    return roles(answer)[texts(answer).index(text)]


def companion(quotation: Quotation) -> tuple[str, str]:
    assert quotation.companion is not None
    return quotation.companion.beside, quotation.companion.because


def test_a_caveat_that_a_rule_finds_travels_and_is_shown_once(site: Site) -> None:
    answer = site.ask(ABOUT_SWIMMING)
    first, second = answer.passages[:2]
    assert (first.text, second.text) == (SWIM, HOWEVER)
    assert texts(answer).count(HOWEVER) == 1
    assert companion(second) == (first.passage_id, "rule: however")
    assert second.warnings == (site.policy.wordings.caveat,)
    assert second.public().keys() == first.public().keys()
    assert site.said(answer) == [
        {"passage": second.passage_id, "role": "caveat", "beside": first.passage_id, "because": "rule: however"}
    ]


def test_a_caveat_does_not_count_towards_the_most_shown(site: Site) -> None:
    site.bind(SWIM, BOATS)
    answer = site.ask(ABOUT_SWIMMING)
    assert texts(answer)[:3] == [SWIM, HOWEVER, BOATS]
    assert roles(answer)[:3] == [Role.ANSWER, Role.CAVEAT, Role.CAVEAT]
    assert roles(answer).count(Role.ANSWER) <= site.policy.limits.passages_shown


def test_a_question_that_finds_the_caveat_gets_its_passage_first(site: Site) -> None:
    answer = site.ask("Is cold water swimming safe for a weak heart?")
    assert texts(answer)[0] in (SWIM, HOWEVER)
    if SWIM in texts(answer):
        assert texts(answer)[:2] == [SWIM, HOWEVER]


def test_a_rejected_caveat_stays_behind(site: Site) -> None:
    swim, however = site.passage(SWIM).id, site.passage(HOWEVER).id
    curate.release_caveat(site.engine, swim, however, who="Noor", why="about another lake")
    answer = site.ask(ABOUT_SWIMMING)
    assert texts(answer)[0] == SWIM
    assert Role.CAVEAT not in roles(answer)
    curate.withdraw(site.engine, however, who="Noor", why="outdated")
    assert texts(site.ask(ABOUT_SWIMMING)) == [SWIM]


def test_without_its_caveat_a_passage_is_not_shown_now_nor_in_the_past(site: Site) -> None:
    before = site.ask(ABOUT_SWIMMING)
    curate.withdraw(site.engine, site.passage(HOWEVER).id, who="Noor", why="outdated")
    after = site.ask(ABOUT_SWIMMING)
    assert {SWIM, HOWEVER}.isdisjoint(texts(after))
    past = site.past(before)
    assert (past.answer["passages"], past.withheld) == ([], 2)
    assert [one["passage"] for one in site.said(before)] == [before.passages[1].passage_id]


def test_a_bound_caveat_that_is_withdrawn_takes_its_passage_along(site: Site) -> None:
    site.bind(OIL, BOATS)
    boats = site.passage(BOATS).id
    assert role_of(site.ask(ABOUT_OIL), BOATS) is Role.CAVEAT
    curate.withdraw(site.engine, boats, who="Noor", why="outdated")
    assert OIL not in texts(site.ask(ABOUT_OIL))
    assert site.desk.library().companions.blocked == {site.passage(OIL).id: boats}


def test_a_confirmed_difference_is_shown_from_either_side(site: Site) -> None:
    assert "conflict" not in [notice.kind for notice in site.ask(ABOUT_OIL).notices]
    id_ = site.settle(Verdict.CONFIRMED)
    answer = site.ask(ABOUT_OIL)
    assert sorted(texts(answer)[:2]) == sorted([OIL, OTHER_OIL])
    assert roles(answer)[:2] == [Role.ANSWER, Role.DIFFERENCE]
    assert [n.text for n in answer.notices if n.kind == "conflict"] == [site.policy.wordings.conflict]
    first, second = answer.passages[:2]
    beside, because = companion(second)
    assert beside == first.passage_id
    assert because.startswith(f"difference {id_}: other numbers")
    assert first.warnings == second.warnings == (site.policy.wordings.differs,)
    assert any("weeks" in second.text[start:end] for start, end in second.highlights)
    assert [one["role"] for one in site.said(answer)] == ["difference"]
    only_one = site.ask("Who sets the wick of a lamp that burns more than its book shows?")
    assert only_one.outcome is Outcome.answered
    assert {OIL, OTHER_OIL} <= set(texts(only_one))


def test_a_dismissed_difference_is_not_shown(site: Site) -> None:
    site.settle(Verdict.DISMISSED)
    answer = site.ask(ABOUT_OIL)
    assert Role.DIFFERENCE not in roles(answer)
    assert "conflict" not in [notice.kind for notice in answer.notices]


def test_the_other_side_withdrawn_takes_the_notice_from_past_answers(site: Site) -> None:
    site.settle(Verdict.CONFIRMED)
    answer = site.ask(ABOUT_OIL)
    curate.withdraw(site.engine, answer.passages[1].passage_id, who="Noor", why="outdated")
    past = site.past(answer)
    assert past.answer["passages"][0]["text"] == answer.passages[0].text
    assert "conflict" not in [notice["kind"] for notice in past.answer["notices"]]
    assert "conflict" not in [notice.kind for notice in site.ask(ABOUT_OIL).notices]


def test_an_answer_of_before_there_were_companions_is_still_shown(site: Site) -> None:
    answer = site.ask(ABOUT_SWIMMING)
    with site.engine.begin() as connection:
        a = schema.answers
        body = json.loads(connection.execute(sa.select(a.c.body).where(a.c.id == answer.id)).scalar_one())
        del body["companions"]
        unguarded(connection)
        connection.execute(a.update().where(a.c.id == answer.id).values(body=json.dumps(body)))
    assert len(site.past(answer).answer["passages"]) == len(answer.passages)
