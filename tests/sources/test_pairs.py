"""Decisions about pairs of passages on both databases: made by name and reason, and following the words."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from sources import curation, pairs, schema
from sources.article import Attributes, Block, BlockKind, Document
from sources.database import reading, writing
from sources.differences import Difference, differences, statements
from sources.library import LibraryError, Passage, approved_passages, take_in
from sources.pairs import Binding, Tie, Verdict

SWIM = (
    "Swimming in the lake in the early morning calms many people, and those who swim on most days of the week say that "
    "they sleep better, eat with more appetite and are less often in a bad mood than before they began to swim."
)
COLD = (
    "However, the water is colder than most people think until the end of June, and whoever has a weak heart or trouble "
    "with breathing should ask a doctor first and then go in slowly, never alone and never after a heavy meal or wine."
)
BOATS = (
    "Boats for two or four people can be hired at the pier from May to September, by the hour or for a whole day, and "
    "the price includes life vests in all sizes, a paddle for each person and a dry bag for telephones and keys."
)
SHORT, LONG = "Repairs of a boat take about ten days.", "Repairs of a boat take three weeks."


def put_in(engine: Engine, title: str, *paragraphs: str) -> list[Passage]:
    """Import and approve an article; returns its approved passages."""
    document = Document(Attributes(title=title), tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs))
    with writing(engine) as connection:
        taken = take_in(connection, document, file_name=f"{title}.txt", who="Kim")
        curation.approve(connection, taken.article_id, taken.revision, who="Noor", why="read")
    with reading(engine) as connection:
        return [one for one in approved_passages(connection) if one.article.id == taken.article_id]


def bind(engine: Engine, passage: str, caveat: str, why: str = "cold") -> None:
    with writing(engine) as connection:
        pairs.bind(connection, passage, caveat, who="Noor", why=why)


def release(engine: Engine, passage: str, caveat: str) -> None:
    with writing(engine) as connection:
        pairs.release(connection, passage, caveat, who="Noor", why="wrong")


def decided(engine: Engine) -> list[Binding]:
    with reading(engine) as connection:
        return pairs.bindings(connection)


def proposed(engine: Engine) -> Difference:
    with reading(engine) as connection:
        found = differences(list(statements(approved_passages(connection), lambda _: frozenset({"boat"}))))
    return found[0]


def test_a_binding_is_kept_with_who_and_why(engine: Engine) -> None:
    swim, boats = put_in(engine, "Swimming", SWIM, BOATS)
    bind(engine, swim.id, boats.id)
    assert decided(engine) == [Binding(swim.id, boats.id, Tie.BOUND)]
    release(engine, swim.id, boats.id)
    assert decided(engine) == [Binding(swim.id, boats.id, Tie.REJECTED)]
    bind(engine, swim.id, boats.id)
    c = schema.curation.c
    with reading(engine) as connection:
        query = sa.select(c.action, c.who, c.why, c.passage_id, c.other_id, c.from_state, c.to_state)
        rows = [tuple(row) for row in connection.execute(query.where(c.other_id.is_not(None)).order_by(c.id))]
    pair = (swim.id, boats.id)
    assert rows == [
        ("bind caveat", "Noor", "cold", *pair, None, "bound"),
        ("release caveat", "Noor", "wrong", *pair, "bound", "rejected"),
        ("bind caveat", "Noor", "cold", *pair, "rejected", "bound"),
    ]


def test_what_makes_no_sense_is_refused_and_leaves_nothing(engine: Engine) -> None:
    swim, boats = put_in(engine, "Swimming", SWIM, BOATS)
    with pytest.raises(LibraryError, match="its own caveat"):
        bind(engine, swim.id, swim.id)
    with pytest.raises(LibraryError, match="there is none of this id"):
        bind(engine, swim.id, "f" * 24)
    with pytest.raises(LibraryError, match="needs a reason"):
        bind(engine, swim.id, boats.id, why=" ")
    with pytest.raises(LibraryError, match="is not its caveat"):
        release(engine, swim.id, boats.id)
    assert decided(engine) == []
    bind(engine, swim.id, boats.id)
    with pytest.raises(LibraryError, match="bound already"):
        bind(engine, swim.id, boats.id)


def test_a_rule_finds_a_caveat_and_a_curator_can_reject_it(engine: Engine) -> None:
    swim, cold, _ = put_in(engine, "Swimming", SWIM, COLD, BOATS)
    with reading(engine) as connection:
        (found,) = pairs.rule_found(connection)
    assert (found.passage_id, found.caveat_id, found.rule) == (swim.id, cold.id, "however")
    release(engine, swim.id, cold.id)
    assert decided(engine) == [Binding(swim.id, cold.id, Tie.REJECTED)]


def test_a_binding_follows_the_words_into_the_next_revision(engine: Engine) -> None:
    put_in(engine, "Swimming", SWIM, BOATS)
    with reading(engine) as connection:
        swim, boats = approved_passages(connection)
    bind(engine, swim.id, boats.id)
    first, swim_now, boats_now = put_in(engine, "Swimming", COLD, SWIM, BOATS)
    assert Binding(swim_now.id, boats_now.id, Tie.BOUND) in decided(engine)
    assert first.text == COLD
    put_in(engine, "Swimming", COLD, SWIM.replace("calms", "wakes"), BOATS)
    assert {one.passage_id for one in decided(engine)} <= {swim.id, swim_now.id}


def test_a_difference_is_confirmed_dismissed_and_follows_the_words(engine: Engine) -> None:
    put_in(engine, "Boats", f"{BOATS} {SHORT}")
    put_in(engine, "Wharf", f"{SWIM} {LONG}")
    found = proposed(engine)
    with writing(engine) as connection:
        pairs.settle(connection, found, Verdict.CONFIRMED, who="Noor", why="both are current")
    with reading(engine) as connection:
        (one,) = pairs.settled(connection)
    assert (one.id, one.verdict) == (found.id, Verdict.CONFIRMED)
    assert {one.first_sentence, one.second_sentence} == {SHORT, LONG}
    put_in(engine, "Wharf", COLD, f"{SWIM} {LONG}")
    with reading(engine) as connection:
        now = {passage.id for passage in approved_passages(connection)}
        (today,) = [each for each in pairs.settled(connection) if {each.first_id, each.second_id} <= now]
    assert (today.id != one.id, today.verdict) == (True, Verdict.CONFIRMED)
    with writing(engine) as connection:
        pairs.settle(connection, today, Verdict.DISMISSED, who="Noor", why="the same wharf")
    with reading(engine) as connection:
        assert [each.verdict for each in pairs.settled(connection) if each.id == today.id] == [Verdict.DISMISSED]


def test_the_passages_of_a_revision_are_listed_with_those_that_stay_out(engine: Engine) -> None:
    swim, boats = put_in(engine, "Swimming", SWIM, BOATS)
    with writing(engine) as connection:
        curation.withdraw(connection, boats.id, who="Noor", why="closed")
    with reading(engine) as connection:
        listed = pairs.passages_of(connection, swim.article.id, swim.revision)
        assert [(one.id, one.shown, one.text) for one in listed] == [(swim.id, True, SWIM), (boats.id, False, BOATS)]
        assert pairs.texts_of(connection, {boats.id}) == {boats.id: BOATS}
