"""Let requests say when they changed last and how often; make room for longer idempotency keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_EPOCH = "1970-01-01 00:00:00+00"
"""What no row keeps: a column that may not be empty needs a value while it is made."""


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    # plain ADD COLUMN: SQLite would make the table anew otherwise, which the history that names it forbids
    op.add_column("orders", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        "orders",
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False, server_default=_EPOCH),
    )
    op.execute(
        "UPDATE orders SET changed = (SELECT max(c.moment) FROM order_status_changes AS c"
        " WHERE c.order_sequence = orders.sequence),"
        " version = (SELECT count(*) FROM order_status_changes AS c WHERE c.order_sequence = orders.sequence)"
    )
    op.create_index("ix_orders_changed", "orders", ["changed"])
    with op.batch_alter_table("saved_searches") as searches:
        searches.alter_column("creation_key", type_=sa.String(length=200), existing_nullable=True)
