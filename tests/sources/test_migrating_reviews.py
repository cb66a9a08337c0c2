"""Articles from before there were reviews count as reviewed when they were approved, or else when they came in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from sources import schema
from sources.database import MIGRATIONS, open_database, reading, upgrade, writing


def test_an_article_counts_as_reviewed_when_it_was_approved(database_url: str, tmp_path: Path) -> None:
    engine = open_database(tmp_path, database_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        connection.commit()
    article = (
        "INSERT INTO articles (id, title, sample, created_at) VALUES (:id, 'T', false, '2026-01-02 03:04:05.000000')"
    )
    change = (
        "INSERT INTO curation (at, who, action, article_id, to_state, why) "
        "VALUES (:at, 'Kim', 'move', 'approved', :to, '')"
    )
    with writing(engine) as connection:
        for id_ in ("approved", "draft"):
            connection.execute(sa.text(article), {"id": id_})
        for at, to in (("2026-02-03 04:05:06.000000", "approved"), ("2026-03-04 05:06:07.000000", "approved"),
                       ("2026-04-05 06:07:08.000000", "retired")):  # fmt: skip
            connection.execute(sa.text(change), {"at": at, "to": to})
    upgrade(engine)
    a = schema.articles.c
    with reading(engine) as connection:
        found = {row.id: row.last_review for row in connection.execute(sa.select(a.id, a.last_review))}
    engine.dispose()
    assert found == {"approved": date(2026, 3, 4), "draft": date(2026, 1, 2)}
