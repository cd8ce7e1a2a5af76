"""Add the registry: adhesions, texts and signatures, mailed links; the life of accounts and entities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    _add_registry()
    _add_identity()
    _add_figures()
    _widen()
    for table in ("order_status_changes", "project_changes"):
        _let_authors_be_forgotten(table)


def _add_registry() -> None:
    """Adhesions, texts and their signatures, mailed links."""
    op.create_table(
        "legal_texts",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version"),
    )
    op.create_table(
        "mailed_links",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("about_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mailed_links_about_id", "mailed_links", ["about_id"])
    op.create_index("ix_mailed_links_email", "mailed_links", ["email"])
    op.create_index("ix_mailed_links_expires_at", "mailed_links", ["expires_at"])
    op.create_table(
        "super_entities",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("acronym", sa.String(length=40), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "adhesions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("project_file", sa.JSON(), nullable=True),
        sa.Column("partner_id", sa.String(length=36), nullable=True),
        sa.Column("partnership", sa.String(length=10), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=True),
        sa.Column("deed_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"],
            ["entities.id"],
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["entities.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("deed_sha256"),
    )
    op.create_index("ix_adhesions_email", "adhesions", ["email"])
    op.create_index("ix_adhesions_partner_id", "adhesions", ["partner_id"])
    op.create_index("ix_adhesions_state", "adhesions", ["state"])
    op.create_table(
        "licence_extensions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("region", sa.String(length=3), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_licence_extensions_entity_id", "licence_extensions", ["entity_id"])
    op.create_table(
        "adhesion_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("adhesion_id", sa.String(length=36), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["adhesion_id"], ["adhesions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_adhesion_events_adhesion_id", "adhesion_events", ["adhesion_id"])
    op.create_table(
        "directory_tries",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "contact_messages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "text_signatures",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("adhesion_id", sa.String(length=36), nullable=True),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["adhesion_id"], ["adhesions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_text_signatures_account_id", "text_signatures", ["account_id"])
    op.create_index("ix_text_signatures_adhesion_id", "text_signatures", ["adhesion_id"])


def _add_identity() -> None:
    """What sign-ins by other ways need, and who looked at what."""
    op.create_table(
        "access_records",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.String(length=20), nullable=False),
        sa.Column("about_id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_records_about_id", "access_records", ["about_id"])
    op.create_index("ix_access_records_actor_id", "access_records", ["actor_id"])
    op.create_index("ix_access_records_moment", "access_records", ["moment"])
    op.create_table(
        "login_flows",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash"),
    )
    op.create_index("ix_login_flows_expires_at", "login_flows", ["expires_at"])
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_recovery_codes_account_id", "recovery_codes", ["account_id"])
    op.create_table(
        "authorization_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("nonce", sa.String(length=200), nullable=True),
        sa.Column("code_challenge", sa.String(length=64), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sign_in_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_ins.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_authorization_codes_expires_at", "authorization_codes", ["expires_at"])


def _add_figures() -> None:
    """What operators did with the registry, and what was downloaded in the months that are over."""
    op.create_table(
        "registry_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.String(length=10), nullable=False),
        sa.Column("about_id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_registry_events_about", "registry_events", ["about_kind", "about_id"])
    op.create_table(
        "download_months",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("mission", sa.String(length=100), nullable=False),
        sa.Column("access", sa.String(length=20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("images", sa.Integer(), nullable=False),
        sa.Column("signatures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "entity_id", "mission", "access"),
    )


def _widen() -> None:
    """What accounts, browsers and entities know besides."""
    # plain ADD COLUMN: SQLite would make the table anew otherwise, which those that name it forbid
    op.add_column(
        "accounts", sa.Column("state", sa.String(length=10), server_default="active", nullable=False)
    )
    op.add_column("accounts", sa.Column("function", sa.String(length=120), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("phone", sa.String(length=40), server_default="", nullable=False))
    op.add_column(
        "accounts", sa.Column("nationality", sa.String(length=2), server_default="FR", nullable=False)
    )
    op.add_column("accounts", sa.Column("address", sa.String(length=200), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("postcode", sa.String(length=20), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("town", sa.String(length=120), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("missions", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("validated_by", sa.String(length=36), nullable=True))
    op.add_column("accounts", sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("totp_secret", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("totp_step", sa.Integer(), nullable=True))
    op.add_column("accounts", sa.Column("directory_id", sa.String(length=80), nullable=True))
    op.add_column("accounts", sa.Column("external_subject", sa.String(length=400), nullable=True))
    op.add_column("accounts", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index("ix_accounts_external_subject", "accounts", ["external_subject"], unique=True)
    op.add_column("browser_sessions", sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "browser_sessions", sa.Column("agent", sa.String(length=200), server_default="", nullable=False)
    )
    op.add_column(
        "entities", sa.Column("nationality", sa.String(length=2), server_default="FR", nullable=False)
    )
    op.add_column("entities", sa.Column("parent", sa.String(length=200), server_default="", nullable=False))
    op.add_column("entities", sa.Column("address", sa.String(length=200), server_default="", nullable=False))
    op.add_column("entities", sa.Column("postcode", sa.String(length=20), server_default="", nullable=False))
    op.add_column("entities", sa.Column("town", sa.String(length=120), server_default="", nullable=False))
    op.add_column(
        "entities", sa.Column("eligibility", sa.String(length=40), server_default="", nullable=False)
    )
    op.add_column("entities", sa.Column("interest", sa.String(length=120), server_default="", nullable=False))
    op.add_column("entities", sa.Column("sector", sa.String(length=40), server_default="", nullable=False))
    op.add_column(
        "entities", sa.Column("sector_type", sa.String(length=40), server_default="", nullable=False)
    )
    op.add_column("entities", sa.Column("activity", sa.String(length=40), server_default="", nullable=False))
    op.add_column(
        "entities", sa.Column("legal_representative", sa.JSON(), server_default="{}", nullable=False)
    )
    op.add_column(
        "entities", sa.Column("state", sa.String(length=10), server_default="member", nullable=False)
    )
    op.execute("ALTER TABLE entities ADD COLUMN super_entity_id VARCHAR(36) REFERENCES super_entities (id)")
    op.execute("ALTER TABLE entities ADD COLUMN merged_into_id VARCHAR(36) REFERENCES entities (id)")
    op.add_column("entities", sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entities", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entities", sa.Column("version", sa.Integer(), server_default="1", nullable=False))


FORGOTTEN = "Compte supprimé · deleted account"
"""What stands in place of the name of somebody who deleted their account."""


def _let_authors_be_forgotten(table: str) -> None:
    """Let the history, which is never rewritten, forget the name of its author, and change nothing else."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"""
            CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN
              IF TG_OP = 'UPDATE' THEN
                OLD.author := NEW.author;
                IF NEW.author = '{FORGOTTEN}' AND NEW IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
              END IF;
              RAISE EXCEPTION 'what {table} keeps cannot be rewritten';
            END $$
            """
        )
        return
    columns = sa.inspect(op.get_bind()).get_columns(table)
    kept = [one["name"] for one in columns if one["name"] != "author"]
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in kept)
    op.execute(f"DROP TRIGGER {table}_no_update")
    op.execute(
        f"""
        CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
        WHEN NOT (NEW.author = '{FORGOTTEN}' AND {same})
        BEGIN SELECT RAISE(ABORT, 'what {table} keeps cannot be rewritten'); END
        """
    )
