"""Add what projects share and may spend, the calls for requests, and the day from which a table applies."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_FROZEN = ("quota_tables", "project_changes")


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    _projects()
    _orders()
    _calls()
    _table_days()
    for table in _FROZEN:
        _freeze(table)


def _projects() -> None:
    """Projects: sharing, closing, package, budget, changes; owners are named by their accounts."""
    for column in (
        sa.Column("owner_name", sa.Text(), nullable=False, server_default=""),
        sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("package", sa.JSON(), nullable=True),
        sa.Column("budget_cents", sa.BigInteger(), nullable=True),
        sa.Column("budget_reference", sa.Text(), nullable=False, server_default=""),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("creation_key", sa.Text(), nullable=True),
        sa.Column("creation_digest", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("projects", column)
    op.create_index("uq_projects_creation", "projects", ["owner_sub", "creation_key"], unique=True)
    op.execute(
        """
        UPDATE projects SET owner_name = COALESCE(
            (SELECT given_name || ' ' || family_name FROM accounts WHERE accounts.id = projects.owner_sub),
            owner_email)
        """
    )
    op.create_table(
        "project_changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_sub", sa.Text(), nullable=False),
        sa.Column("text_fr", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "number"),
    )


def _orders() -> None:
    """Requests: under which call, and what of package and budget they take."""
    op.add_column("orders", sa.Column("call_id", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("package_units", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("budget_cents", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_orders_project_use",
        "orders",
        ["project_id", "sensor", "state", "package_units", "budget_cents"],
    )
    op.drop_index("ix_orders_project_id", "orders")  # the other begins as it does


def _calls() -> None:
    """Calls for requests."""
    op.create_table(
        "request_calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title_fr", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("text_fr", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=True),
        sa.Column("sensors", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _table_days() -> None:
    """Tables of quotas: the first version of a year applies from its first day, others from their own."""
    op.add_column("quota_tables", sa.Column("valid_from", sa.Date(), nullable=True))
    tables = sa.table(
        "quota_tables",
        sa.column("year", sa.Integer),
        sa.column("version", sa.Integer),
        sa.column("created", sa.DateTime(timezone=True)),
        sa.column("valid_from", sa.Date),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(tables.c.year, tables.c.version, tables.c.created)).all():
        day = date(row.year, 1, 1)
        if row.version > 1:
            day = min(max(day, row.created.date()), date(row.year, 12, 31))
        connection.execute(
            sa.update(tables)
            .where(tables.c.year == row.year, tables.c.version == row.version)
            .values(valid_from=day)
        )
    with op.batch_alter_table("quota_tables") as changed:
        changed.alter_column("valid_from", existing_type=sa.Date(), nullable=False)


def _freeze(table: str) -> None:
    """Make the database itself refuse to rewrite what a table keeps."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"""
            CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'what {table} keeps cannot be rewritten'; END $$
            """
        )
        op.execute(
            f"""
            CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_frozen()
            """
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, 'what {table} keeps cannot be rewritten'); END
            """
        )
