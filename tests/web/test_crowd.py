"""Many visitors at once: each gets the answer to the question asked, and all of them are in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.assistant import Question
from assistant.log import verify
from sources.database import open_database, reading
from sources.starter_library import questions
from web.app import create_app
from web.crowd import Crowd
from web.settings import read_settings


@pytest.fixture
def client(data: Path) -> Iterator[TestClient]:
    with TestClient(create_app(read_settings({"WELLCITED_DATA": str(data)}))) as client:
        yield client


def first_words(client: TestClient, question: str) -> list[str]:
    response = client.post("/api/ask", json={"question": question})
    assert response.status_code == 200, response.text
    return [passage["text"][:60] for passage in response.json()["passages"]]


def test_a_crowd_gets_what_each_would_get_alone(client: TestClient, data: Path) -> None:
    asked = [one.question for one in questions()][:12]
    alone = [first_words(client, question) for question in asked]
    with ThreadPoolExecutor(16) as pool:
        crowd = list(pool.map(lambda question: first_words(client, question), asked * 3))
    assert crowd == alone * 3
    engine = open_database(data)
    with reading(engine) as connection:
        assert verify(connection).seq >= 4 * len(asked)
    engine.dispose()


def test_a_worker_that_breaks_tells_everyone_it_worked_for_and_goes_on() -> None:
    calls: list[int] = []

    def broken(asked: object) -> list[Exception]:
        assert isinstance(asked, list)
        calls.append(len(asked))
        if len(calls) == 1:
            raise OSError("the disk is gone")
        return [ValueError(question.text) for question in asked]

    async def scene() -> list[BaseException | object]:
        crowd = Crowd(broken)
        first = await asyncio.gather(crowd.answer(Question("first")), return_exceptions=True)
        later = [crowd.answer(Question(str(n))) for n in range(20)]
        found = await asyncio.gather(*later, return_exceptions=True)
        crowd.close()
        return [*first, *found]

    # In a thread of its own: the browser tests of the same process may keep an event loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        first, *found = pool.submit(lambda: asyncio.run(scene())).result()
    assert isinstance(first, OSError)
    assert [str(error) for error in found] == [str(n) for n in range(20)]
    assert max(calls) > 1, "those who wait are served together"
