"""All that staff can open."""

from __future__ import annotations

from web.staff import (
    admin,
    articles,
    bringing_in,
    editing,
    publishing,
    questions,
    queue,
    settling,
    signing_in,
    trying,
    tying,
)
from web.staff.carrying import router as library_router
from web.staff.entering import router as entering_router
from web.staff.gaps import router as gaps_router
from web.staff.used import router as used_router

__all__ = ["STAFF_ROUTERS"]

STAFF_ROUTERS = (
    signing_in.router,
    admin.router,
    articles.router,
    editing.router,
    tying.router,
    queue.router,
    trying.router,
    questions.router,
    settling.router,
    bringing_in.router,
    gaps_router,
    used_router,
    library_router,
    entering_router,
    publishing.router,
)
