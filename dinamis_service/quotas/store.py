"""The stored quota tables: the one that applies to a year, and new versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.quotas.table import QuotaTable, read_table
from dinamis_service.quotas.tables import StoredQuotaTable

SEED_AUTHOR = "DINAMIS"


def table_of(session: Session, moment: datetime) -> QuotaTable:
    """The table by which a request of `moment` is judged: its year's, else the newest one before it.

    A moment before the first table is judged by the first; `seed` stores the published ones.
    """
    stored = stored_table(session, moment.year)
    return read_table(stored.content, stored.year, stored.version)


def stored_table(session: Session, year: int) -> StoredQuotaTable:
    """The newest version of the table that applies to `year`, as it is stored."""
    years = session.scalars(select(StoredQuotaTable.year).distinct()).all()
    applying = max((one for one in years if one <= year), default=min(years))
    return session.scalars(
        select(StoredQuotaTable)
        .where(StoredQuotaTable.year == applying)
        .order_by(StoredQuotaTable.version.desc())
        .limit(1)
    ).one()


def add_version(
    session: Session, year: int, content: Mapping[str, Any], *, author: str, reason: str, now: datetime
) -> QuotaTable:
    """Store a new version of the table of `year`; requests already made keep the one they were judged by.

    Raises:
        ValueError: the content is not a sound table.
    """
    newest = session.scalar(select(func.max(StoredQuotaTable.version)).where(StoredQuotaTable.year == year))
    table = read_table(content, year, (newest or 0) + 1)
    session.add(
        StoredQuotaTable(
            year=year, version=table.version, content=dict(content), author=author, reason=reason, created=now
        )
    )
    session.flush()
    return table


def seed(session: Session, now: datetime) -> None:
    """Store the published figures in an empty database; a competitor that does the same is no harm."""
    if session.scalar(select(StoredQuotaTable.year).limit(1)) is not None:
        return
    published = json.loads(resources.files(__package__).joinpath("seed.json").read_text("utf-8"))
    try:
        with session.begin_nested():
            session.add_all(
                StoredQuotaTable(
                    year=year,
                    version=1,
                    content={"sensors": published["sensors"]},
                    author=SEED_AUTHOR,
                    reason=published["reason"],
                    created=now,
                )
                for year in published["years"]
            )
    except IntegrityError:
        session.expire_all()
