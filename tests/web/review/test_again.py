"""The replay of one answer from the browser: in a process of its own, one at a time, and never past what is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from assistant.erasing import erase_question
from tests.conftest import awaited
from tests.web.staff.conftest import Browsing, text
from web.review import replaying
from web.review.replaying import Turns
from web.settings import Settings, read_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"WELLCITED_DATA": str(tmp_path)})


def test_what_was_erased_cannot_be_given_again_and_the_page_says_so(ada: Browsing, engine: Engine) -> None:
    erase_question(engine, f"{8:032x}")
    page = ada.posted(f"/review/answers/{8:032x}/again")
    assert "It cannot be given again: the words of its question were erased." in text(
        page.xpath("//*[@role='status']")[0]
    )
    ada.post(f"/review/answers/{99:032x}/again", 404)


def test_one_at_a_time_and_the_next_is_told_so(settings: Settings) -> None:
    turns = Turns()

    async def both() -> list[replaying.Again]:
        return await asyncio.gather(*(turns.replayed(settings, "0" * 32) for _ in range(2)))

    first, second = awaited(both())
    assert first.why_not != second.why_not
    assert "Another answer is being given again" in second.why_not
    # The turn is given back, whatever came of it.
    assert "Another answer" not in awaited(turns.replayed(settings, "0" * 32)).why_not


def test_one_that_takes_too_long_is_stopped(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "SECONDS", 0.01)
    assert "was stopped" in awaited(Turns().replayed(settings, "0" * 32)).why_not
