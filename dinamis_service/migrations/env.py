"""Read by Alembic when it runs a migration or compares the tables with the database."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from dinamis_service.db import Base, UtcDateTime


def _render(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Write our own type as the column it makes: a migration stays true when the program changes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_render,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
context.run_migrations()
