"""What was withdrawn a moment ago is shown to nobody, even where the server has not noticed yet."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant import schema
from assistant.assistant import Assistant, Question
from assistant.curate import withdraw
from assistant.recorder import OutdatedError, Recorder, RecordError
from index.desk import Held
from sources.database import open_database, reading
from web.installation import installation
from web.settings import read_settings

ASKED = "How fast does ketamine work?"


def test_a_passage_withdrawn_between_two_looks_is_not_shown(data: Path) -> None:
    engine = open_database(data)
    with installation(read_settings({"WELLCITED_DATA": str(data), "WELLCITED_READER": "off"}), engine) as assistant:
        before = assistant.answer(ASKED)
        first = before.passages[0].passage_id
        withdraw(engine, first, who="Ada", why="outdated")
        together = assistant.answer_together([Question(ASKED), Question("What is the weather on Mars?")])
        shown = {passage.passage_id for one in together if not isinstance(one, Exception) for passage in one.passages}
        assert [one for one in together if isinstance(one, Exception)] == []
        assert shown
        assert first not in shown
    with reading(engine) as connection:
        # Each was recorded once, however often it was found.
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.answers)) == 3
    engine.dispose()


def test_a_library_that_changes_all_the_time_is_not_waited_for_forever(data: Path) -> None:
    engine = open_database(data)
    with installation(read_settings({"WELLCITED_DATA": str(data), "WELLCITED_READER": "off"}), engine) as assistant:
        held = Held(engine, data, assistant.desk.library())
        behind = Assistant(engine, assistant.policy, held, Recorder(engine))
        withdraw(engine, behind.answer(ASKED).passages[0].passage_id, who="Ada", why="outdated")
        with pytest.raises(RecordError) as told:
            behind.answer(ASKED)
        assert isinstance(told.value.__cause__, OutdatedError)
    engine.dispose()
