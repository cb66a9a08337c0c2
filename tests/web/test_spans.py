"""What is shown is what was approved, letter by letter; `make spans` asks 10,000 questions."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from assistant.answer import Answer
from assistant.assistant import Assistant
from sources.database import open_database, reading
from sources.library import approved_texts
from tests.spans import hold, made_up
from web.installation import installation
from web.settings import read_settings


class Altering(Assistant):
    """Changes one letter of what it quotes."""

    def answer(self, question: str, conversation: str | None = None, *, forget_topic: bool = False) -> Answer:
        answer = super().answer(question, conversation, forget_topic=forget_topic)
        return replace(answer, passages=tuple(replace(one, text=f"{one.text[:-1]}!") for one in answer.passages))


def test_every_passage_shown_stands_in_an_approved_revision(data: Path) -> None:
    engine = open_database(data)
    with reading(engine) as connection:
        texts = sorted(approved_texts(connection).values())
    asked = list(islice(made_up(texts, random.Random(8)), 60))
    with installation(read_settings({"WELLCITED_DATA": str(data), "WELLCITED_READER": "off"}), engine) as assistant:
        held = hold(engine, assistant, asked)
        assert held.wrong == ()
        assert held.shown > 20
        altering = Altering(engine, assistant.policy, assistant.desk, assistant._recorder)
        assert len(hold(engine, altering, asked[:20]).wrong) > 5
    engine.dispose()
