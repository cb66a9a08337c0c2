"""Nothing of what was erased is left in any file of an installation; `make erasure` plants 1,000 words on both databases."""

from __future__ import annotations

import random
from pathlib import Path

from tests.planting import plant_and_erase, planted


def test_nothing_of_the_words_is_left_in_any_file(data: Path) -> None:
    words = planted(40, random.Random(4))
    remains = plant_and_erase(data, words)
    assert {word for held in remains.before.values() for word in held} == {one.word for one in words}
    assert remains.after == {}
