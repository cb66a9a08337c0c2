"""All that clinicians can open."""

from __future__ import annotations

from web.review import again, answers, passages

__all__ = ["REVIEW_ROUTERS"]

REVIEW_ROUTERS = (answers.router, again.router, passages.router)
