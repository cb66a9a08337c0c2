"""A conversation's turns as `assistant.recall` sees them: those before, and what a question is searched for because of them."""

from __future__ import annotations

from msgspec import Struct

TURNS = 8
"""How many turns before are looked at."""


class Turn(Struct, frozen=True):
    """A turn before: the text that was searched for, the topic it had, and what was asked (None where it was erased)."""

    searched: str
    topic: str | None
    asked: str | None = None

    @property
    def stood_alone(self) -> bool:
        """Whether it was searched for in the visitor's own words."""
        return self.asked == self.searched


class Recalled(Struct, frozen=True):
    """The topic shown to the visitor, and the text to search for.

    Where there is no topic, `subject` holds the words the text is about; `recall.subject.shown_topic` makes a topic of those
    that the passage shown first has too.
    """

    topic: str | None
    text: str
    subject: str = ""
