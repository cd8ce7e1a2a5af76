"""For developers: `python -m dinamis_service.migrations MESSAGE` writes the migration the tables need."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from dinamis_service import app as every_table  # noqa: F401  (importing the application names all tables)
from dinamis_service import migrations
from dinamis_service.db import Database


def main(message: str) -> None:
    """Compare the tables with a database at the newest version, and write the difference."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder, 'state.sqlite')}")
        try:
            migrations.upgrade(database)
            migrations.generate(database, message)
        finally:
            database.close()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
