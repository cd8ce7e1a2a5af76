"""Tables of accounts, sign-ins and keys. Passwords are argon2 hashes, every other secret a SHA-256 digest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dinamis_service.db import Base, UtcDateTime
from dinamis_service.registry.tables import Entity


class Account(Base):
    """A person's account, attached to one entity (ACC-01, ACC-02).

    `state` is waiting (for the referent, ACC-04), active, refused or closed; an active account ends at
    `expires_at` (UTC, ACC-07), of which a letter told at `reminded_at`. `totp_secret` is sealed.
    `directory_id` names the person in an external directory, `external_subject` at another OpenID Connect
    issuer.
    """

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    username: Mapped[str] = mapped_column(String(120), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    given_name: Mapped[str] = mapped_column(String(120))
    family_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    entity_id: Mapped[str] = mapped_column(ForeignKey("entities.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="active", server_default="active")
    function: Mapped[str] = mapped_column(String(120), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    nationality: Mapped[str] = mapped_column(String(2), default="FR", server_default="FR")
    address: Mapped[str] = mapped_column(String(200), default="", server_default="")
    postcode: Mapped[str] = mapped_column(String(20), default="", server_default="")
    town: Mapped[str] = mapped_column(String(120), default="", server_default="")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    validated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    validated_by: Mapped[str | None] = mapped_column(String(36))
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_step: Mapped[int | None]
    directory_id: Mapped[str | None] = mapped_column(String(80))
    external_subject: Mapped[str | None] = mapped_column(String(400), unique=True, index=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    entity: Mapped[Entity] = relationship(lazy="joined")
    roles: Mapped[list[AccountRole]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class AccountRole(Base):
    """A role that an account holds."""

    __tablename__ = "account_roles"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(30), primary_key=True)


class DeviceGrant(Base):
    """One request of a device to act for a person (RFC 8628), from its codes to the decision."""

    __tablename__ = "device_grants"

    device_code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    client_id: Mapped[str] = mapped_column(String(60))
    scope: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    interval_s: Mapped[int]
    polled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    sign_in_id: Mapped[str | None] = mapped_column(ForeignKey("sign_ins.id", ondelete="SET NULL"))
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignIn(Base):
    """A person signed in through a client: the family of its refresh tokens and of its access tokens."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(String(60))
    scope: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RefreshToken(Base):
    """One refresh token of a sign-in; exactly one of them is unused while the sign-in lives."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sign_in_id: Mapped[str] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"), index=True)
    parent_hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """A key pair that programs use in place of a token."""

    __tablename__ = "api_keys"

    access_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    description: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BrowserSession(Base):
    """A person signed in on the pages of the service, in one browser."""

    __tablename__ = "browser_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agent: Mapped[str] = mapped_column(String(200), default="", server_default="")


class AuthorizationCode(Base):
    """A code that a web client exchanges for tokens, once, with the verifier of its challenge (RFC 7636)."""

    __tablename__ = "authorization_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(60))
    redirect_uri: Mapped[str] = mapped_column(Text)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    scope: Mapped[str] = mapped_column(String(200))
    nonce: Mapped[str | None] = mapped_column(String(200))
    code_challenge: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sign_in_id: Mapped[str | None] = mapped_column(ForeignKey("sign_ins.id", ondelete="SET NULL"))


class LoginFlow(Base):
    """A browser sent to another OpenID Connect issuer, until it comes back."""

    __tablename__ = "login_flows"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(Text)
    nonce: Mapped[str] = mapped_column(String(64))
    wanted: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RecoveryCode(Base):
    """A code that stands in once for the second factor of a person who lost it."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessRecord(Base):
    """Who looked at, or took away, data about a person or an entity."""

    __tablename__ = "access_records"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    moment: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[str | None] = mapped_column(String(36), index=True)
    actor: Mapped[str] = mapped_column(Text)
    about_kind: Mapped[str] = mapped_column(String(20))
    about_id: Mapped[str] = mapped_column(String(36), index=True)
    action: Mapped[str] = mapped_column(String(40))


class Attempt(Base):
    """Failures counted for one thing that may be guessed (see `throttle`)."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime] = mapped_column(UtcDateTime)
