"""The patterns of rules, as PCRE2 searches them.

It reads Python's way of writing a pattern, compiles one in a thirtieth of the time, by which a server starts sooner, and
searches in half. Machine code is made of a pattern when it is first searched for. Python's own `re` takes over where
PCRE2 gives up: at one of its limits, or on half a surrogate pair.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cached_property
from typing import Any

import pcre2


class PatternError(ValueError):
    """A pattern that cannot be compiled; the message says where."""


class Pattern:
    """A compiled pattern. Any number of threads may use it at once."""

    def __init__(self, written: str, *, checked: bool = False) -> None:
        """Compile a pattern in the form that `re` and PCRE2 share; one that is known to be whole, when it is needed.

        Raises PatternError for one that was not `checked` before.
        """
        self.written = written
        if checked:
            return
        try:
            self._compiled  # noqa: B018 - it is kept
        except pcre2.PatternError as error:
            raise PatternError(str(error)) from error

    @property
    def fits_empty(self) -> bool:
        """Whether it fits where there is nothing, and so everywhere."""
        return self._compiled.search("") is not None

    def found_in(self, text: str) -> bool:
        """Whether it fits anywhere in a text."""
        try:
            return self._quick.search(text) is not None
        except (pcre2.LibraryError, UnicodeError):
            return self._sure.search(text) is not None

    def replaced(self, text: str, by: str) -> tuple[str, int]:
        """Return the text with each place where it fits replaced by some words without backslash or dollar; how many."""
        try:
            found, times = self._quick.subn(by, text)
            return str(found), int(times)
        except (pcre2.LibraryError, UnicodeError):
            return self._sure.subn(by, text)

    @cached_property
    def _compiled(self) -> Any:
        return pcre2.compile(self.written, jit=False)

    @cached_property
    def _quick(self) -> Any:
        with suppress(pcre2.LibraryError):  # some systems let no program write its own code; there it stays slower
            self._compiled.jit_compile()
        return self._compiled

    @cached_property
    def _sure(self) -> re.Pattern[str]:
        return re.compile(self.written)
