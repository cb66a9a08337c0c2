"""Readings kept on disk: the same logits as the reader's own, nothing read twice, and a file that may go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.reader import Reader
from index.readings import Readings, Rereader

QUESTION = "How long does a lantern burn?"
TEXTS = ["Lanterns: A full lantern burns for nine hours.", "Lanterns: Clean the glass each week.", "Boats float."]


class Counting:
    """The real reader, with every pair that it read."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self._reader = Reader.open()

    @property
    def digest(self) -> str:
        return self._reader.digest

    def read(self, question: str, texts: Sequence[str]) -> list[float]:
        self.pairs += [(question, text) for text in texts]
        return self._reader.read(question, texts)


@pytest.fixture(scope="module")
def opened() -> Counting:
    return Counting()


@pytest.fixture
def reader(opened: Counting) -> Counting:
    opened.pairs.clear()
    return opened


def test_what_was_read_is_not_read_again_and_comes_out_the_same(reader: Counting, tmp_path: Path) -> None:
    own = reader.read(QUESTION, TEXTS)
    first = Rereader(reader, Readings(tmp_path / "kept"))
    assert first.digest == reader.digest
    assert first.read(QUESTION, TEXTS) == own
    reader.pairs.clear()
    again = Rereader(reader, Readings(tmp_path / "kept"))
    assert again.read(QUESTION, [TEXTS[2], TEXTS[0], TEXTS[0]]) == [own[2], own[0], own[0]]
    assert reader.pairs == []


def test_only_what_is_new_is_read(reader: Counting, tmp_path: Path) -> None:
    own = reader.read(QUESTION, TEXTS)
    Rereader(reader, Readings(tmp_path / "kept")).read(QUESTION, TEXTS[:1])
    reader.pairs.clear()
    assert Rereader(reader, Readings(tmp_path / "kept")).read(QUESTION, TEXTS) == own
    assert reader.pairs == [(QUESTION, TEXTS[1]), (QUESTION, TEXTS[2])]
    Rereader(reader, Readings(tmp_path / "kept")).read("Do boats float?", TEXTS[2:])
    assert reader.pairs[-1] == ("Do boats float?", TEXTS[2])


def test_another_reader_has_said_nothing_yet(reader: Counting, tmp_path: Path) -> None:
    class Other(Counting):
        digest = "another"

    Rereader(reader, Readings(tmp_path / "kept")).read(QUESTION, TEXTS)
    other = Other()
    Rereader(other, Readings(tmp_path / "kept")).read(QUESTION, TEXTS)
    assert len(other.pairs) == len(TEXTS)


def test_a_damaged_file_is_begun_anew(reader: Counting, tmp_path: Path) -> None:
    own = reader.read(QUESTION, TEXTS)
    file = tmp_path / "kept"
    file.write_bytes(b"no database at all, " * 400)
    assert Rereader(reader, Readings(file)).read(QUESTION, TEXTS) == own
    reader.pairs.clear()
    assert Rereader(reader, Readings(file)).read(QUESTION, TEXTS) == own
    assert reader.pairs == []


def test_where_nothing_can_be_kept_all_is_read(reader: Counting, tmp_path: Path) -> None:
    own = reader.read(QUESTION, TEXTS)
    assert Rereader(reader, Readings(tmp_path / "nowhere" / "kept")).read(QUESTION, TEXTS) == own
    (tmp_path / "folder").mkdir()
    assert Rereader(reader, Readings(tmp_path / "folder")).read(QUESTION, TEXTS) == own


def test_the_oldest_go(tmp_path: Path) -> None:
    readings = Readings(tmp_path / "kept", most=3)
    for n in range(5):
        readings.keep({str(n): float(n)})
    assert readings.known([*"01234"]) == {"2": 2.0, "3": 3.0, "4": 4.0}


def test_many_are_found_at_once(tmp_path: Path) -> None:
    readings = Readings(tmp_path / "kept")
    logits = {str(n): float(n) for n in range(1200)}
    readings.keep(logits)
    assert readings.known([*logits, "unknown"]) == logits


def test_threads_share_it(reader: Counting, tmp_path: Path) -> None:
    own = reader.read(QUESTION, TEXTS)
    readings = Readings(tmp_path / "kept")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Rereader(reader, readings).read(QUESTION, TEXTS), range(24)))
    assert found == [own] * 24
