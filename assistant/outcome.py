"""The closed lists: what a question may be, and what may come of it."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What came of a question; each has one meaning and one wording of its own.

    answered         approved passages answer it and are shown
    no_answer        no approved passage answers it; the page says so and says how to reach a person
    personal_advice  it asks about the person's own care; the notice comes first, general passages may follow
    crisis           somebody may be thinking of suicide or of hurting themselves; the card, and no passages
    emergency        somebody may need an ambulance now; the card, and no passages
    """

    answered = "answered"
    no_answer = "no_answer"
    personal_advice = "personal_advice"
    crisis = "crisis"
    emergency = "emergency"


class Level(StrEnum):
    """What a rule says of a question, from the least to the most urgent.

    `mention` is a level of rules alone: it adds the one-line notice to whatever else the question is, so a
    question is never *at* that level (see `Triage.mention`).
    """

    ordinary = "ordinary"
    mention = "mention"
    personal_advice = "personal_advice"
    crisis = "crisis"
    emergency = "emergency"

    def urgency(self) -> int:
        """Return its place among the levels, the most urgent last; a mention asks for nothing by itself."""
        return _URGENCY.index(self)


_URGENCY = (Level.mention, Level.ordinary, Level.personal_advice, Level.crisis, Level.emergency)
