"""Tell of signatures older than the journal by call that why they were given is not known."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_JOURNAL = sa.table(
    "signature_batches",
    sa.column("id", sa.Integer),
    sa.column("method", sa.String),
    sa.column("objects", sa.JSON),
)


def upgrade() -> None:
    """Bring the data from the version before to this one; the schema stays.

    The version before wrote down every old signature as one that a member has a right to, whatever it was:
    a picture, open data or an upload. Its rows are the first of the journal; the first one that it cannot
    have written ends them.
    """
    connection = op.get_bind()
    rows = connection.execute(sa.select(_JOURNAL).order_by(_JOURNAL.c.id)).all()
    one = sa.update(_JOURNAL).where(_JOURNAL.c.id == sa.bindparam("row"))
    changed = one.values(objects=sa.bindparam("told", type_=sa.JSON))
    for row in rows:
        if not _was_carried_over(row.objects):
            break
        access = "upload" if row.method == "PUT" else "unknown"
        connection.execute(changed, {"row": row.id, "told": [{**row.objects[0], "access": access}]})


def _was_carried_over(objects: list[dict[str, Any]]) -> bool:
    """Whether the version before may have written these: one object, of no scene it knew, for a member."""
    known = {"collection": "", "mission": "", "access": "member"}
    return len(objects) == 1 and len(objects[0]["keys"]) == 1 and {**objects[0], **known} == objects[0]
