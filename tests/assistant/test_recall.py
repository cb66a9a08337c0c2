"""A follow-up is made whole, a question that stands by itself is left alone, and any text gives a result in time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from assistant.conversation import Conversation, load
from assistant.evaluation.followups import walk
from assistant.policy import Topic, load_policy
from assistant.recall import TURNS, Recalled, Turn, recall, settled
from assistant.recorder import Recorder
from sources.database import reading
from tests.assistant.test_log import record

TOPICS = load_policy().topics
KETAMINE = [Turn("What is ketamine?", "ketamine", "What is ketamine?")]


def last(*questions: str) -> Recalled:
    """What is recalled at the last of these questions, where each was answered by a passage that speaks of it."""
    return walk(questions, TOPICS)[-1]


def test_the_first_question_is_searched_as_it_is() -> None:
    assert recall("How fast does ketamine work?", (), TOPICS) == Recalled("ketamine", "How fast does ketamine work?")
    assert recall("And its side effects?", (), TOPICS) == Recalled(None, "And its side effects?")


def test_the_longer_name_wins() -> None:
    assert recall("What is ketamine-assisted therapy?", (), TOPICS).topic == "ketamine-assisted therapy"


@pytest.mark.parametrize(
    ("before", "question", "topic", "text"),
    [
        # another topic for the question before
        ("How long do SSRIs take?", "and ketamine?", "ketamine", "How long do ketamine take?"),
        ("What are the side effects of ketamine?", "what about SSRIs", "SSRIs", "What are the side effects of SSRIs?"),
        ("Is gout painful?", "and shingles?", "shingles", "Is gout painful? and shingles?"),
        # the same question of someone, or with something, else
        ("Is gout painful?", "and for children?", "gout", "Is gout painful? and for children?"),
        # words that point back
        ("What is ketamine?", "is it addictive?", "ketamine", "is ketamine addictive?"),
        ("What is ketamine?", "what are its risks?", "ketamine", "what are ketamine's risks?"),
        ("Can Prozac make me tired?", "is this medicine safe?", "SSRIs", "is Prozac safe?"),
        ("What is ketamine?", "are the infusions painful?", "ketamine", "are the ketamine infusions painful?"),
        ("How does metformin work?", "the side effects?", "metformin", "the metformin side effects?"),
        # too few words
        ("What is ketamine?", "examples?", "ketamine", "examples of ketamine?"),
        ("What is ketamine?", "can I drive?", "ketamine", "can I drive with ketamine?"),
        ("What is ketamine?", "what else helps?", "ketamine", "what else helps for ketamine?"),
        ("Can ketamine help with pain?", "how long?", "ketamine", "Can ketamine help with pain? how long?"),
        # two things
        ("What is ketamine?", "compared to SSRIs?", "ketamine and SSRIs", "ketamine compared to SSRIs?"),
        ("Do SSRIs and SNRIs differ?", "which is faster?", "SSRIs and SNRIs", "which is faster, SSRIs or SNRIs?"),
        ("What is ketamine?", "can I take it with Zoloft?", "ketamine and SSRIs", "can I take ketamine with Zoloft?"),
    ],
)
def test_a_follow_up_takes_up_the_turn_before(before: str, question: str, topic: str, text: str) -> None:
    found = last(before, question)
    assert (found.topic, found.text) == (topic, text)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Can Prozac make me tired?", "SSRIs"),
        ("Does talking therapy help people who feel low in winter?", "ketamine"),
        ("Is it true that SSRIs cause weight gain?", "SSRIs"),
        ("How long does it take for SSRIs to work?", "SSRIs"),
        ("Are SSRIs safe and do they cause headaches?", "SSRIs"),
        ("Why do people who smoke cough when they lie down?", "ketamine"),
        ("What is gout?", "gout"),
        ("I feel tired this week", "ketamine"),
        ("Thank you, that helps!", "ketamine"),
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str, topic: str) -> None:
    found = last("What is ketamine?", question)
    assert (found.topic, found.text) == (topic, question)


def test_a_topic_stays_until_another_is_named() -> None:
    talk = walk(
        ["What is gout?", "is it painful?", "thanks", "who gets it?", "What are statins?", "side effects?"], TOPICS
    )
    assert [turn.topic for turn in talk] == ["gout", "gout", "gout", "gout", "statins", "statins"]
    assert talk[3].text == "who gets gout?"
    assert talk[5].text == "side effects of statins?"


def test_what_was_asked_without_an_answer_is_still_what_the_next_question_is_about() -> None:
    assert walk(["What is gout?", "is it painful?"], TOPICS, shown=False)[-1] == Recalled(
        None, "is gout painful?", "gout"
    )


def test_a_dropped_topic_does_not_come_back() -> None:
    dropped = Turn("how long?", None, "how long?")
    assert recall("is it safe?", [dropped, *KETAMINE], TOPICS).text == "is it safe?"
    changed = Turn("What is gout?", None, "What is gout?")
    assert recall("is it safe?", [changed, *KETAMINE], TOPICS).text == "is gout safe?"


def test_a_turn_whose_words_were_erased_leaves_its_topic() -> None:
    assert recall("is it safe?", [Turn("", "ketamine")], TOPICS) == Recalled("ketamine", "is ketamine safe?")
    assert recall("is it safe?", [Turn("", None)], TOPICS) == Recalled(None, "is it safe?")


def test_a_topic_off_the_list_is_made_of_words_of_the_passage_alone() -> None:
    asked = recall("How does metformin work?", (), TOPICS)
    assert settled(asked, "Metformin lowers sugar.").topic == "metformin"
    assert settled(asked, "Sugar in the blood", "Diabetes").topic is None
    assert settled(Recalled("ketamine", "x", "y"), "y").topic == "ketamine"
    pair = walk(["What is gout?", "What is my secret?", "which is worse?"], TOPICS, shown=False)[-1]
    assert (pair.topic, settled(pair, "Gout hurts.").topic) == (None, "gout")
    assert settled(recall("What is Aunt Mary's gout?", (), TOPICS), "About gout").topic == "gout"


def test_a_conversation_remembers_its_turns(engine: Engine) -> None:
    recorder = Recorder(engine)
    for turn in range(1, TURNS + 3):
        recorder.record([record(f"question {turn}", turn=turn)])
    recorder.close()
    with reading(engine) as connection:
        talk = load(connection, "c" * 32)
        assert talk.turns == TURNS + 2
        assert [turn.asked for turn in talk.recent] == [f"question {n}" for n in range(TURNS + 2, 2, -1)]
        assert load(connection, "d" * 32) == Conversation("d" * 32)


SOME = (
    "it they this that the those its their what about and or why how long is are does ketamine SSRIs"
    " than vs which safe side effects people when if , ? . (ketamine) gout Gout 2 B x's İ ſ … what's thanks"
)
WORDS = st.sampled_from(SOME.split())
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join))
TURN = st.builds(Turn, TEXTS, st.one_of(st.none(), TEXTS, st.sampled_from(TOPICS).map(lambda topic: topic.name)), TEXTS)


@given(TEXTS, st.lists(TURN, max_size=TURNS + 2))
def test_any_text_after_any_turns_gives_a_result(question: str, before: list[Turn]) -> None:
    found = recall(question, before, TOPICS)
    assert len(found.text) <= len(question) + 1000
    assert recall(question, before, TOPICS) == found
    if not before:
        assert found.text == question
    if found.text != question:
        assert before


@given(st.sampled_from([word for topic in TOPICS for word in topic.words]), st.lists(TURN, max_size=3))
def test_whatever_came_before_a_whole_question_is_left_alone(word: str, before: list[Turn]) -> None:
    for question in (f"What are the risks of {word}?", f"How long does it take for {word} to work?"):
        assert recall(question, before, TOPICS).text == question


@given(TEXTS, st.lists(TURN, max_size=3))
def test_no_topics_are_no_trouble(question: str, before: list[Turn]) -> None:
    recall(question, before, ())


@settings(max_examples=30)
@given(WORDS, st.sampled_from(["", " ", "  ", ", ", "? "]))
def test_the_time_grows_no_faster_than_the_text(word: str, between: str) -> None:
    # Some thirty thousand characters, where anything but linear work would take minutes.
    long = (word + between) * (30_000 // len(word + between))
    before = [Turn(long, long, long), Turn(long, None, long)] * TURNS
    began = time.process_time()
    recall(long, before, TOPICS)
    recall("is it safe?", before, TOPICS)
    assert time.process_time() - began < 10


def test_a_topic_of_another_library_needs_no_other_rules() -> None:
    roses = (Topic("roses", ("rose", "roses")),)
    assert recall("when do they bloom?", [Turn("What are roses?", "roses", "What are roses?")], roses) == Recalled(
        "roses", "when do roses bloom?"
    )
