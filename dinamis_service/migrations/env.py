"""Read by Alembic when it runs a migration or compares the tables with the database."""

from __future__ import annotations

from alembic import context

from dinamis_service.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
context.run_migrations()
