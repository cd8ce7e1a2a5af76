"""The second factor that a person may ask for: codes of an application (RFC 6238), and codes for its loss.

The shared secret lies in the state sealed with a key of the data folder, bound to its account. A code works
once: what it counts, its step of 30 s, has to be later than that of the last one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.accounts import (
    OWN_ROW,
    ClosedAccountError,
    WrongCredentialsError,
    closure,
    locked,
    principal_of,
)
from dinamis_service.identity.digests import digest
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account, RecoveryCode
from dinamis_service.identity.throttle import Limit, Throttle, origin
from dinamis_service.secret_files import read_or_create
from dinamis_service.settings import Settings

STEP_S = 30
DRIFT_STEPS = 1
"""Clocks of telephones go wrong by half a minute."""
RECOVERY_CODES = 8
ANSWER_LIFETIME = timedelta(minutes=10)
PROPOSAL_LIFETIME = timedelta(hours=1)
_NONCE_BYTES = 12
_RECOVERY_BYTES = 10

# who gets here knows the password: others cannot make the owner wait
CODES_FROM_ONE_ADDRESS = Limit("second factor from one address", free=4, longest_s=300)
CODES = Limit("second factor", free=12, longest_s=60)


class StaleError(Exception):
    """What was asked to be confirmed is too old, was for another browser, or was not ours."""


@dataclass(frozen=True)
class Proposal:
    """A secret that becomes the second factor when a code of it is typed; `sealed` goes round by the form."""

    secret: str
    sealed: str

    def address(self, person: Principal, issuer: str) -> str:
        """What the application reads in the QR code."""
        return pyotp.TOTP(self.secret).provisioning_uri(name=person.email, issuer_name=issuer)


class SecondFactor:
    """The second factor of each person."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        key = read_or_create(settings.data_dir / "keys" / "second_factor.txt", _new_key)
        self._cipher = AESGCM(base64.b64decode(key))
        self._database = database
        self._clock = clock
        self._throttle = Throttle(database, clock)

    def is_on(self, sub: str) -> bool:
        """Whether the person `sub` is asked for a code besides the password."""
        with self._database.reading() as session:
            return session.scalar(select(Account.totp_secret).where(Account.id == sub)) is not None

    # Sign-in

    def ask(self, sub: str, browser: str) -> str:
        """What the form of the code carries: that this browser gave the right password of `sub`, just now."""
        with self._database.reading() as session:
            account = session.get_one(Account, sub)
        told = {"sub": sub, "at": self._clock().timestamp(), "password": digest(account.password_hash)}
        return self._seal(json.dumps(told), f"answer\n{digest(browser)}")

    def answer(self, asked: str, browser: str, code: str, address: str) -> Principal:
        """The person who gave the password before, on a code.

        Raises:
            StaleError: the password is to be given again.
            WrongCredentialsError: not a code that works now.
            ClosedAccountError: the account opens nothing any more.
            TooManyAttemptsError: too many wrong codes.
        """
        told = json.loads(self._opened(asked, f"answer\n{digest(browser)}"))
        if self._clock().timestamp() > told["at"] + ANSWER_LIFETIME.total_seconds():
            raise StaleError
        sub = str(told["sub"])
        counts = [(CODES_FROM_ONE_ADDRESS, f"{sub}\n{origin(address)}"), (CODES, sub)]
        self._throttle.claim_all(counts)
        now = self._clock()
        with self._database.session() as session:
            account = session.get(Account, sub, with_for_update=OWN_ROW)
            if account is None or digest(account.password_hash) != told["password"]:
                raise StaleError
            if not self._spend(session, account, code, now):
                raise WrongCredentialsError
            why = closure(account, now)
            person = principal_of(account)
        self._throttle.release_all(counts)
        if why is not None:
            raise ClosedAccountError(why)
        return person

    # Turning it on and off

    def propose(self, sub: str) -> Proposal:
        """A fresh secret for the person `sub`, which is nothing yet."""
        secret = pyotp.random_base32()
        told = {"secret": secret, "at": self._clock().timestamp()}
        return Proposal(secret, self._seal(json.dumps(told), f"proposal\n{sub}"))

    def proposed(self, sub: str, sealed: str) -> Proposal:
        """The proposal that a form carries.

        Raises:
            StaleError: it is too old, or not of this person.
        """
        told = json.loads(self._opened(sealed, f"proposal\n{sub}"))
        if self._clock().timestamp() > told["at"] + PROPOSAL_LIFETIME.total_seconds():
            raise StaleError
        return Proposal(str(told["secret"]), sealed)

    def turn_on(self, sub: str, sealed: str, code: str) -> list[str]:
        """Make a proposal the second factor, on a code of it; gives the codes for its loss, shown this once.

        Raises:
            StaleError: the proposal is too old, or there is a second factor already.
            WrongCredentialsError: not a code of it that works now.
        """
        secret, now = self.proposed(sub, sealed).secret, self._clock()
        with self._database.session() as session:
            account = locked(session, sub)
            if account.totp_secret is not None:
                raise StaleError
            step = _step_of(secret, code, now, 0)
            if step is None:
                raise WrongCredentialsError
            account.totp_secret = self._seal(secret, f"secret\n{sub}")
            account.totp_step = step
            return _fresh_codes(session, sub)

    def turn_off(self, sub: str) -> None:
        """Ask the person `sub` for the password only."""
        with self._database.session() as session:
            forget(session, locked(session, sub))

    def renew_codes(self, sub: str) -> list[str]:
        """Other codes for the loss of the second factor, in place of those there are."""
        with self._database.session() as session:
            locked(session, sub)
            return _fresh_codes(session, sub)

    def codes_left(self, sub: str) -> int:
        """How many codes for its loss have not been used."""
        unused = (RecoveryCode.account_id == sub) & RecoveryCode.used_at.is_(None)
        with self._database.reading() as session:
            return session.scalar(select(func.count()).select_from(RecoveryCode).where(unused)) or 0

    def _spend(self, session: Session, account: Account, typed: str, now: datetime) -> bool:
        """Use up a code; False when it does not work. The row of the account is ours: one use comes first."""
        if account.totp_secret is None:
            return False
        secret = self._opened(account.totp_secret, f"secret\n{account.id}")
        step = _step_of(secret, typed, now, account.totp_step or 0)
        if step is not None:
            account.totp_step = step
            return True
        code = session.get(RecoveryCode, _recovery_digest(account.id, typed), with_for_update=True)
        if code is None or code.account_id != account.id or code.used_at is not None:
            return False
        code.used_at = now
        return True

    def _seal(self, told: str, of: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, told.encode(), of.encode())
        return base64.urlsafe_b64encode(sealed).decode()

    def _opened(self, sealed: str, of: str) -> str:
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], of.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise StaleError from None


def forget(session: Session, account: Account) -> None:
    """Take the second factor of an account away, with its codes."""
    account.totp_secret = account.totp_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _step_of(secret: str, typed: str, now: datetime, after: int) -> int | None:
    """The step whose code was typed, later than the step `after`; None when there is none around `now`."""
    code = "".join(typed.split())
    current = int(now.timestamp()) // STEP_S
    generator = pyotp.TOTP(secret)
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        if step > after and hmac.compare_digest(generator.at(step * STEP_S).encode(), code.encode()):
            return step
    return None


def _fresh_codes(session: Session, sub: str) -> list[str]:
    """Codes of 80 random bits in groups that can be typed; the state keeps their digests."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == sub))
    randoms = (secrets.token_bytes(_RECOVERY_BYTES) for _ in range(RECOVERY_CODES))
    codes = [base64.b32encode(random).decode().lower() for random in randoms]
    session.add_all(RecoveryCode(code_hash=_recovery_digest(sub, code), account_id=sub) for code in codes)
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def _recovery_digest(sub: str, typed: str) -> str:
    letters = "".join(one for one in typed.casefold() if one.isalnum())
    return digest(f"{sub}\n{letters}")


def _new_key() -> str:
    return base64.b64encode(AESGCM.generate_key(256)).decode()
