"""Add missions of contractors and the pace of signing; keep the journal of signatures by call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_GROUP = {
    "sqlite": "json_array(json_object('collection', '', 'mission', '', 'access', 'member',"
    " 'keys', json_array(object_key)))",
    "postgresql": "json_build_array(json_build_object('collection', '', 'mission', '', 'access', 'member',"
    " 'keys', json_build_array(object_key)))",
}


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.create_table(
        "missions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("contractor_id", sa.String(length=36), nullable=False),
        sa.Column("commissioner_id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("area", sa.JSON(), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts <= ends", name="missions_dates"),
        sa.ForeignKeyConstraint(["contractor_id"], ["entities.id"]),
        sa.ForeignKeyConstraint(["commissioner_id"], ["entities.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_missions_contractor_id", "missions", ["contractor_id"])
    op.create_index("ix_missions_commissioner_id", "missions", ["commissioner_id"])
    op.create_table(
        "signing_paces",
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("left", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller"),
    )
    op.create_index("ix_signing_paces_at", "signing_paces", ["at"])
    op.create_table(
        "signature_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=True),
        sa.Column("entity_id", sa.String(length=36), nullable=True),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("objects", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_signature_batches_at", "signature_batches", ["at"])
    op.create_index("ix_signature_batches_sub", "signature_batches", ["sub"])
    group = _GROUP[op.get_context().dialect.name]
    op.execute(
        "INSERT INTO signature_batches (at, expires_at, sub, entity_id, method, objects)"  # noqa: S608
        f" SELECT s.at, s.expires_at, s.sub, a.entity_id, s.method, {group}"
        " FROM signatures AS s LEFT JOIN accounts AS a ON a.id = s.sub ORDER BY s.id"
    )
    op.drop_table("signatures")
