"""Brings the state database to the newest schema."""
from __future__ import annotations

from dinamis_service.db import Base, Database


def upgrade(database: Database) -> None:
    """Create what is missing in the state database."""
    Base.metadata.create_all(database.engine)
