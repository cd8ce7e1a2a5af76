"""The schema of the PostgreSQL catalogue: pgstac's own, as pypgstac makes it, and a small one beside it.

Items and collections lie in pgstac's tables, where other STAC tools find them. The schema `dinamis` holds
what pgstac has no place for: which item an object belongs to, and functions that filters are written with.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool
from pypgstac.db import PgstacDB
from pypgstac.migrate import Migrate
from pypgstac.version import __version__ as PGSTAC_VERSION  # noqa: N812 - the version that the program wants

Connection = psycopg.Connection[tuple[Any, ...]]

LOCK = 0x44494E41
"""Advisory lock of whoever changes the catalogue: one at a time, as in the embedded one."""

_SCHEMA = r"""
CREATE SCHEMA IF NOT EXISTS dinamis;
CREATE TABLE IF NOT EXISTS dinamis.object (
  key text COLLATE "C" PRIMARY KEY, collection text NOT NULL, item text NOT NULL
);
CREATE INDEX IF NOT EXISTS object_item ON dinamis.object (item, collection);
CREATE OR REPLACE FUNCTION dinamis.like_of_glob(pattern text) RETURNS text AS $$
  SELECT coalesce(string_agg(
    CASE WHEN part[1] = '*' THEN '%' WHEN part[1] = '?' THEN '_'
         ELSE regexp_replace(CASE WHEN length(part[1]) = 3 THEN substr(part[1], 2, 1) ELSE part[1] END,
                             '([\\%_])', '\\\1') END, '' ORDER BY place), '')
  FROM regexp_matches(pattern, '\[.\]|.', 'g') WITH ORDINALITY AS parts (part, place)
$$ LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE;
CREATE OR REPLACE FUNCTION dinamis.glob(pattern text, value text) RETURNS boolean AS $$
  SELECT value LIKE dinamis.like_of_glob(pattern)
$$ LANGUAGE SQL IMMUTABLE PARALLEL SAFE;
CREATE OR REPLACE FUNCTION dinamis.meets(footprint geometry, area bytea) RETURNS boolean AS $$
  SELECT ST_Intersects(footprint, ST_GeomFromWKB(area, 4326))
$$ LANGUAGE SQL IMMUTABLE PARALLEL SAFE;
"""


def prepare(url: str) -> None:
    """Bring the schema up to date; a second one that starts at the same time waits."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if _version(connection) != PGSTAC_VERSION:
            with ConnectionPool(url, min_size=0, max_size=1, open=True) as pool:
                database = PgstacDB(pool=pool)
                try:
                    Migrate(database).run_migration()
                finally:
                    database.disconnect()
        with connection.transaction():
            connection.execute(_SCHEMA)


def _version(connection: Connection) -> str | None:
    """Version of pgstac's schema; None where there is none."""
    there = connection.execute("SELECT to_regclass('pgstac.migrations')").fetchone()
    if there is None or there[0] is None:
        return None
    found = connection.execute("SELECT pgstac.get_version()").fetchone()
    return None if found is None else str(found[0])


def problems(connection: Connection) -> Iterator[str]:
    """What is wrong inside the database, one sentence each."""
    version = _version(connection)
    if version != PGSTAC_VERSION:
        yield f"schema of pgstac is {version}, the program wants {PGSTAC_VERSION}"
    for sentence, sql in _CHECKS.items():
        for row in connection.execute(sql):
            yield sentence.format(*row)


_CHECKS = {
    "index {} is not valid": """
      SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE NOT indisvalid AND relnamespace IN ('pgstac'::regnamespace, 'dinamis'::regnamespace)
    """,
    "object {} belongs to item {}, which is not there": """
      SELECT o.key, o.item FROM dinamis.object AS o LEFT JOIN pgstac.items AS p
      ON p.id = o.item AND p.collection = o.collection WHERE p.id IS NULL ORDER BY 1
    """,
    "searches of other tools do not find the partition {}": """
      SELECT partition FROM pgstac.partitions_view EXCEPT SELECT partition FROM pgstac.partition_stats
    """,
}
