"""All that clinicians can open."""

from __future__ import annotations

from web.review import answers

__all__ = ["REVIEW_ROUTERS"]

REVIEW_ROUTERS = (answers.router,)
