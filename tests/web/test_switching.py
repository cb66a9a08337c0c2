"""While editions change and passages are withdrawn, every answer is of one edition, and nothing withdrawn is shown.

`make switching` publishes five hundred times.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.switching import prepare, switch_while_asking


def test_every_answer_is_of_one_edition_and_nothing_withdrawn_is_shown(starter_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    found = switch_while_asking(data, prepare(data, starter_data / "encoders"), 4, random.Random(1))
    assert found.answers > 20
    assert found.editions > 2
    assert found.mixed == found.withdrawn == ()
    assert found.failed == 0
