"""Brings the state database to the schema of this program (Alembic, run from inside the package)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from dinamis_service.db import Database


def upgrade(database: Database, to: str = "head") -> None:
    """Apply the missing migrations, all or none; another process that starts at the same time waits."""
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def generate(database: Database, message: str) -> None:
    """Write a migration from the newest version, which the database has, to the tables of this program."""
    config = _config()
    count = len(list(ScriptDirectory.from_config(config).walk_revisions()))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=f"{count + 1:04d}")


def version(database: Database) -> str | None:
    """Version of the schema that the database has; None before the first migration."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Version of the schema that this program wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    """Where Alembic finds the migrations: beside this file, wherever the package is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
