"""What a server opens first: database, library, models, policy.

Most of that is work outside Python, on files and models, so that `web.serve` does it beside its imports.
"""

from __future__ import annotations

import logging

from msgspec import Struct
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.policy import Policy, load_policy
from index.desk import Desk
from sources.database import DatabaseError, open_database, upgrade
from web.settings import Settings

_log = logging.getLogger("wellcited")


class Begun(Struct, frozen=True):
    """What can be opened while a server still imports what answers questions and requests."""

    engine: Engine
    desk: Desk
    policy: Policy


def begun(settings: Settings) -> Begun:
    """Open database, library and policy of an installation. Of what cannot be opened it is said why, and the rest is."""
    engine = open_database(settings.data, settings.database_url)
    desk = Desk(engine, settings.data, settings.reads)
    try:
        upgrade(engine)
    except (SQLAlchemyError, DatabaseError) as error:
        _log.error("the database cannot be brought up to date: %s", type(error).__name__)
    desk.look()
    return Begun(engine, desk, load_policy(locale=settings.locale))
