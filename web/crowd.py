"""Questions that come while others are being answered wait for each other, and are then answered together.

Nobody waits for company: whoever comes while a worker is free is answered at once. Two workers take turns at the cores:
while the encoder of one runs, the other one searches and writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from assistant.answer import Answer
from assistant.assistant import Question

_WORKERS = 2
# More at once would make the first of them wait longer than it saves the last.
_MOST = 8

AnswerTogether = Callable[[Sequence[Question]], Sequence[Answer | Exception]]


class Crowd:
    """Hands waiting questions to workers, several at a time. Used from the event loop alone."""

    def __init__(self, answer_together: AnswerTogether) -> None:
        self._answer_together = answer_together
        self._pool = ThreadPoolExecutor(_WORKERS, "answering")
        self._free = _WORKERS
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []

    async def answer(self, question: Question) -> Answer:
        """Return the answer to a question. Raises what answering it raised."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        self._start()
        return await future

    def close(self) -> None:
        """Let the workers end what they began."""
        self._pool.shutdown()

    def _start(self) -> None:
        while self._free and self._waiting:
            taken, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            self._free -= 1
            done = asyncio.get_running_loop().run_in_executor(
                self._pool, self._answer_together, [question for question, _ in taken]
            )
            done.add_done_callback(lambda answers, taken=taken: self._hand_out(taken, answers))  # type: ignore[misc]

    def _hand_out(
        self,
        taken: Sequence[tuple[Question, asyncio.Future[Answer]]],
        answers: asyncio.Future[Sequence[Answer | Exception]],
    ) -> None:
        self._free += 1
        self._start()
        error = answers.exception()
        found: Sequence[Answer | BaseException] = [error] * len(taken) if error else answers.result()
        for (_, future), answer in zip(taken, found, strict=True):
            if future.done():  # whoever asked has gone
                continue
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)
