"""Choosing from where on what the model hears raises a level: on the tuning half, which it was not taught."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from assistant.evaluation.triaging import CALM, Message
from assistant.raising import Heard
from assistant.training.examples import wanted

# Shares of the tuning messages that may be taken for more than they are. A card or a notice too much does no harm that
# anyone has measured; a card too few may. So the notice is given away more freely than a card.
FALSE_CARDS = 0.015
FALSE_NOTICES = 0.05
FALSE_NAMED = 0.03
FALSE_EMERGENCIES = 0.003
FALSE_ADVICE = 0.05
# Of what asks for advice on something else; for these nothing would be quoted though something might be.
FALSE_DOSE = 0.03
_NEVER = -100.0


def thresholds(heard: Sequence[Heard | None], messages: Sequence[Message]) -> dict[str, float]:
    """Return each threshold: the value that only the allowed share of what must not be taken for it reaches."""

    def of(column: str, kinds: Iterable[str], allowed: float) -> float:
        values = [
            _NEVER if one is None else getattr(one, column)
            for one, message in zip(heard, messages, strict=True)
            if message.kind in frozenset(kinds) and not wanted(column, message)
        ]
        return round(float(np.quantile(values, 1 - allowed)), 4)

    others = CALM | {"advice", "general"}
    crisis = of("crisis", others, FALSE_CARDS)
    return {
        "crisis": crisis,
        # Whatever gets a card is worth the notice, too.
        "mention": min(crisis, of("crisis", CALM, FALSE_NOTICES)),
        "emergency": of("emergency", others | {"not_emergency"}, FALSE_EMERGENCIES),
        "personal_advice": of("personal_advice", {"general", "calm"}, FALSE_ADVICE),
        "dose": of("dose", {"advice"}, FALSE_DOSE),
        "named": of("named", others | {"not_emergency"}, FALSE_NAMED),
    }
