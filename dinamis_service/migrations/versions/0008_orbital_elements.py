"""Add the orbital elements that operators load."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.create_table(
        "orbital_elements",
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line1", sa.String(length=69), nullable=False),
        sa.Column("line2", sa.String(length=69), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("loaded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "epoch"),
    )
