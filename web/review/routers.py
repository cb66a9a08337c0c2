"""All that clinicians can open."""

from __future__ import annotations

from web.review import actions, again, answers, judging, overview, passages, taking_out

__all__ = ["REVIEW_ROUTERS"]

REVIEW_ROUTERS = (
    answers.router,
    again.router,
    passages.router,
    judging.router,
    actions.router,
    overview.router,
    taking_out.router,
)
