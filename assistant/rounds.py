"""What a running server does by itself, outside the way of any question: it signs, gathers, and erases old words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from assistant.considered import caught_up
from assistant.erasing import erase_older, newest_erasure, sweep
from assistant.log import CHECKPOINT_EVERY, Entry, LogError, append_if_new
from assistant.proof import state
from assistant.review.gathering import gather
from assistant.verifier import VerifyError
from sources.database import reading

LOOK_SECONDS = 30.0
"""How often the server looks whether a checkpoint is due, where nobody tells it."""
_COUNT_SECONDS = 10 * 60
_GATHER_SECONDS = 5 * 60
_HOUR = 60 * 60
_DAY = 24 * _HOUR


class Rounds:
    """One thread that signs a checkpoint every hundred entries or five minutes, once a day erases what is too old,
    and every ten minutes counts which passages were looked at.

    It gathers what answers are found by, so that whoever looks for one waits for few. What visitors erased themselves it
    takes out of the database's own copies within an hour, where that was not done at once.

    First of all it logs `settings`, unless they are those that were logged last. `keep_days` is the term after which
    words are erased, None for never. What goes wrong is told to `report`, once for as long as it stays the same, and
    tried again.
    """

    def __init__(
        self,
        engine: Engine,
        key_file: Path,
        keep_days: int | None,
        report: Callable[[str], None],
        settings: Mapping[str, Any],
    ) -> None:
        self._engine, self._key_file, self._keep_days, self._report = engine, key_file, keep_days, report
        self._settings = Entry("settings", settings)
        self._told: dict[str, str] = {}
        self._signed = 0
        self._erase_next = 0.0
        self._gather_next = 0.0
        self._sweep_next = 0.0
        self._count_next = 0.0
        self._swept = 0
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="rounds")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def written(self, seq: int) -> None:
        """Be told how many entries the log has now; costs nothing until a checkpoint is due."""
        if seq - self._signed >= CHECKPOINT_EVERY:
            self._wake.set()

    def close(self) -> None:
        """Sign what is not signed yet, then stop."""
        self._closing = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        self._attempt("logging the settings", self._log_settings)
        busy = False
        while not self._closing:
            self._attempt("signing the log", self._sign_if_due)
            self._attempt("erasing old words", self._erase_if_due)
            self._attempt("sweeping up erased words", self._sweep_if_due)
            if not busy or time.monotonic() >= self._gather_next:
                self._attempt("gathering what answers are found by", self._gather)
                self._attempt("counting what was looked at", self._count_if_due)
            busy = self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
        self._attempt("signing the log", self._sign)

    def _log_settings(self) -> None:
        append_if_new(self._engine, self._settings)

    def _sign_if_due(self) -> None:
        with reading(self._engine) as connection:
            found = state(connection)
        self._signed = found.signed
        if found.due:
            self._sign()

    def _sign(self) -> None:
        # Imported late: what signs takes time and memory that the server's start need not wait for.
        from assistant.signing import sign

        self._signed = sign(self._engine, self._key_file).size

    def _gather(self) -> None:
        """Whoever looks for an answer gathers what is left, so this may wait until fewer ask, though not for ever."""
        with reading(self._engine) as connection:
            gather(connection)
        self._gather_next = time.monotonic() + _GATHER_SECONDS

    def _erase_if_due(self) -> None:
        if self._keep_days is None or time.monotonic() < self._erase_next:
            return
        erase_older(self._engine, self._keep_days)
        self._erase_next = time.monotonic() + _DAY

    def _sweep_if_due(self) -> None:
        if time.monotonic() < self._sweep_next:
            return
        self._sweep_next = time.monotonic() + _HOUR
        newest = newest_erasure(self._engine)
        if newest == self._swept:
            return
        if sweep(self._engine):
            self._swept = newest
        else:
            self._report("erased words stay in the database's own copies; the server tries again within the hour")

    def _count_if_due(self) -> None:
        """So that whoever looks at the counts waits for the answers of a few minutes only to be counted."""
        if time.monotonic() >= self._count_next:
            caught_up(self._engine)
            self._count_next = time.monotonic() + _COUNT_SECONDS

    def _attempt(self, what: str, step: Callable[[], None]) -> None:
        """Do a step; whatever goes wrong must not end the rounds, and never carries words into a server's own log."""
        try:
            step()
            self._told.pop(what, None)
        except Exception as error:
            own = isinstance(error, LogError | VerifyError)
            said = str(error) if own else f"{what} failed: {type(error).__name__}"
            if said != self._told.get(what):
                self._report(said)
            self._told[what] = said
