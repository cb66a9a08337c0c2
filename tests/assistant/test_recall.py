from __future__ import annotations

import pytest

from assistant.policy import load_policy
from assistant.recall import Recalled, Turn, recall

TOPICS = load_policy().topics


def test_the_first_question_is_searched_as_it_is() -> None:
    assert recall("How fast does ketamine work?", None, TOPICS) == Recalled("ketamine", "How fast does ketamine work?")
    assert recall("What helps with sleep?", None, TOPICS) == Recalled(None, "What helps with sleep?")


def test_the_longer_name_wins() -> None:
    assert recall("What is ketamine-assisted therapy?", None, TOPICS).topic == "ketamine-assisted therapy"


@pytest.mark.parametrize(
    ("before", "question", "topic", "text"),
    [
        ("How long do SSRIs take?", "and ketamine?", "ketamine", "How long do ketamine take?"),
        ("What are the side effects of ketamine?", "what about SSRIs", "SSRIs", "What are the side effects of SSRIs?"),
        ("What is ketamine?", "is it addictive?", "ketamine", "is ketamine addictive?"),
        ("What is ketamine?", "what are its risks?", "ketamine", "what are ketamine's risks?"),
        ("What is ketamine?", "how long?", "ketamine", "how long (ketamine)"),
        ("What is ketamine?", "Does talking therapy help people who feel low in winter?", "ketamine", None),
        ("What is ketamine?", "Can Prozac make me tired?", "SSRIs", None),
    ],
)
def test_a_follow_up_takes_up_the_turn_before(before: str, question: str, topic: str, text: str | None) -> None:
    last = Turn(before, recall(before, None, TOPICS).topic)
    assert recall(question, last, TOPICS) == Recalled(topic, text or question)


def test_a_topic_that_left_the_policy_is_forgotten() -> None:
    assert recall("is it addictive?", Turn("x", "no such topic"), TOPICS) == Recalled(None, "is it addictive?")
