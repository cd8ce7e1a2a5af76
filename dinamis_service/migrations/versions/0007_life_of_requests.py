"""Add drafts, messages, notifications and mails; let requests say when they changed; longer keys."""

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
    op.create_table(
        "request_drafts",
        sa.Column("owner_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_bytes", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("creation_key", sa.String(length=200), nullable=True),
        sa.Column("creation_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "id"),
        sa.UniqueConstraint("owner_id", "creation_key", name="uq_request_drafts_creation"),
    )
    op.create_table(
        "order_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_sequence", sa.Integer(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("author_sub", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("creation_key", sa.String(length=200), nullable=True),
        sa.Column("creation_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["order_sequence"], ["orders.sequence"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("author_sub", "creation_key", name="uq_order_messages_creation"),
    )
    op.create_index("ix_order_messages_order_sequence", "order_messages", ["order_sequence"])
    op.create_table(
        "order_attachments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["order_messages.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_order_attachments_message_id", "order_attachments", ["message_id"])
    op.create_table(
        "order_readings",
        sa.Column("order_sequence", sa.Integer(), nullable=False),
        sa.Column("reader_sub", sa.Text(), nullable=False),
        sa.Column("last_message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_sequence"], ["orders.sequence"]),
        sa.PrimaryKeyConstraint("order_sequence", "reader_sub"),
    )
    _add_notifications()


def _add_notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notifications_account_id_id", "notifications", ["account_id", "id"])
    op.create_table(
        "preferences",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("emails", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "outgoing_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outgoing_mails_state_next_attempt", "outgoing_mails", ["state", "next_attempt"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
