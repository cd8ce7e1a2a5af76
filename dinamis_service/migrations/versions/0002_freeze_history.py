"""Make the database itself refuse to rewrite the history of a request."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_SQLITE = [
    f"""
    CREATE TRIGGER order_status_changes_no_{verb} BEFORE {verb} ON order_status_changes
    BEGIN SELECT RAISE(ABORT, 'the history of a request cannot be rewritten'); END
    """
    for verb in ("update", "delete")
]
_POSTGRESQL = [
    """
    CREATE FUNCTION order_status_changes_frozen() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the history of a request cannot be rewritten'; END $$
    """,
    """
    CREATE TRIGGER order_status_changes_frozen BEFORE UPDATE OR DELETE ON order_status_changes
    FOR EACH ROW EXECUTE FUNCTION order_status_changes_frozen()
    """,
]


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    for statement in _POSTGRESQL if op.get_context().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
