from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from index.publishing import (
    PublishingError,
    add_edition,
    fetch_files,
    history,
    live,
    make_live,
    roll_back,
    rollback_choices,
    share_files,
)
from sources.database import reading, writing


def publish(engine: Engine, *digests: str) -> None:
    for digest in digests:
        with writing(engine) as connection:
            add_edition(connection, digest, b"{}")
            make_live(connection, digest, who="Kim", why="test")


def test_nothing_is_live_at_first(engine: Engine) -> None:
    with reading(engine) as connection:
        assert live(connection) is None
        assert rollback_choices(connection) == []


def test_the_last_published_is_live_and_the_five_before_can_come_back(engine: Engine) -> None:
    publish(engine, *"abcdefg")
    with reading(engine) as connection:
        found = live(connection)
        assert found is not None
        assert (found.edition, found.who) == ("g", "Kim")
        assert rollback_choices(connection) == ["f", "e", "d", "c", "b"]


def test_rolling_back_is_one_more_publishing(engine: Engine) -> None:
    publish(engine, "a", "b", "c")
    with writing(engine) as connection:
        assert roll_back(connection, None, who="Noor", why="a fault") == "b"
    with writing(engine) as connection:
        assert roll_back(connection, "a", who="Noor", why="a fault") == "a"
    with reading(engine) as connection:
        assert [one.edition for one in history(connection, 9)] == ["a", "b", "c", "b", "a"]


def test_an_edition_that_was_never_live_is_refused_with_the_choices(engine: Engine) -> None:
    publish(engine, "a", "b")
    with pytest.raises(PublishingError, match="You can name one of: a"), writing(engine) as connection:
        roll_back(connection, "x", who="Noor", why="")


def test_files_travel_through_the_database(engine: Engine, tmp_path: Path) -> None:
    import hashlib

    here, there = tmp_path / "here", tmp_path / "there"
    (here / "lexical").mkdir(parents=True)
    (here / "vectors.npy").write_bytes(b"\0\1\2")
    (here / "lexical" / "stems.json").write_bytes(b"[]")
    names = ("vectors.npy", "lexical/stems.json")
    files = [(name, hashlib.sha256((here / name).read_bytes()).hexdigest()) for name in names]
    with writing(engine) as connection:
        share_files(connection, here)
        share_files(connection, here)
    with reading(engine) as connection:
        fetch_files(connection, there, files)
        assert [(there / name).read_bytes() for name in names] == [b"\0\1\2", b"[]"]
        with pytest.raises(PublishingError, match="neither the data folder nor the database"):
            fetch_files(connection, there, [("missing", "0" * 64)])
