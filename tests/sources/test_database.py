from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

import assistant.review.schema
import assistant.schema
import index.schema
import sources.schema
import web.staff.schema
from sources.database import HEAD, MIGRATIONS, DatabaseError, metadata, open_database, reading, upgrade, writing

TABLES = (assistant.schema.log, index.schema.editions, sources.schema.articles, web.staff.schema.people)


def test_the_migrations_make_exactly_the_tables_the_code_knows(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert all(table.metadata is metadata for table in TABLES)


def test_the_head_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    with reading(engine) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM alembic_version")) == 1


def test_a_write_that_fails_leaves_nothing(engine: Engine) -> None:
    values = {"question": "q", "must_answer": True, "gold": [], "half": "tune"}
    insert = sources.schema.curated_questions.insert().values(values)

    def twice() -> None:
        with writing(engine) as connection:
            connection.execute(insert)
            connection.execute(insert)

    with pytest.raises(sa.exc.IntegrityError):
        twice()
    with reading(engine) as connection:
        count = sa.select(sa.func.count()).select_from(sources.schema.curated_questions)
        assert connection.scalar(count) == 0


def test_sqlite_syncs_every_commit_to_the_disk(tmp_path: Path) -> None:
    engine = open_database(tmp_path)
    with reading(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    engine.dispose()


def test_another_kind_of_database_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"mysql.*Give postgresql"):
        open_database(tmp_path, "mysql://host/name")
