"""Signs batches of URLs and keeps the journal of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, NotSignedInError, ServiceError, TooManyRequestsError
from dinamis_service.identity.principal import Principal
from dinamis_service.language import Language, text
from dinamis_service.signing.policy import Decision, decide_read, decide_write, require_operator
from dinamis_service.signing.rate import RateLimit
from dinamis_service.signing.tables import SignatureRecord


@dataclass(frozen=True)
class Caller:
    """Who asks: the person when signed in, the address it comes from, and the language to answer in."""

    principal: Principal | None
    address: str
    language: Language


@dataclass(frozen=True)
class SignedBatch:
    """Signed URLs by URL, their common end, and the refusals by URL."""

    expiry: datetime
    hrefs: dict[str, str]
    refused: dict[str, ServiceError]


class Signing:
    """The signing rules over one context."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._rate = RateLimit(context.settings.sign_rate_max)

    def sign_reads(
        self, caller: Caller, base: str, urls: Sequence[str], duration_s: int | None
    ) -> SignedBatch:
        """Sign URLs for reading; a URL that may not be read is refused by itself, the others are signed.

        Raises:
            InvalidError: too many URLs, or too long a life asked for.
            NotSignedInError: the caller is not signed in, and nothing of the batch is open to everyone.
            TooManyRequestsError: the caller signs too fast.
        """
        duration = self._admit(caller, urls, duration_s)
        decisions = [
            decide_read(self._context, caller.principal, base, url, caller.language)
            for url in dict.fromkeys(urls)
        ]
        batch = self._sign(caller, "GET", decisions, duration)
        if not batch.hrefs:
            for refusal in batch.refused.values():
                if isinstance(refusal, NotSignedInError):
                    raise refusal
        return batch

    def sign_writes(
        self, caller: Caller, base: str, urls: Sequence[str], duration_s: int | None
    ) -> SignedBatch:
        """Sign URLs for uploads.

        Raises:
            ForbiddenError: the caller is not an operator.
            InvalidError: too many URLs, or too long a life asked for.
            TooManyRequestsError: the caller signs too fast.
        """
        require_operator(caller.principal, caller.language)
        duration = self._admit(caller, urls, duration_s)
        decisions = [decide_write(self._context, base, url, caller.language) for url in dict.fromkeys(urls)]
        return self._sign(caller, "PUT", decisions, duration)

    def _admit(self, caller: Caller, urls: Sequence[str], duration_s: int | None) -> int:
        """Check the size, the life and the pace of a batch; give the life in seconds."""
        settings = self._context.settings
        if len(urls) > settings.sign_batch_max:
            sentence = text(
                caller.language,
                fr=f"{len(urls)} adresses : au plus {settings.sign_batch_max} par appel.",
                en=f"{len(urls)} addresses: at most {settings.sign_batch_max} in one call.",
            )
            raise InvalidError(sentence, fields={"urls": sentence})
        duration = settings.signature_duration_s if duration_s is None else duration_s
        if duration > settings.signature_max_duration_s:
            sentence = text(
                caller.language,
                fr=f"Durée de {duration} s : au plus {settings.signature_max_duration_s} s.",
                en=f"A life of {duration} s: at most {settings.signature_max_duration_s} s.",
            )
            raise InvalidError(sentence, fields={"duration_seconds": sentence})
        who = caller.principal.sub if caller.principal else caller.address
        wait = self._rate.take(who, len(urls), self._context.clock())
        if wait:
            seconds = math.ceil(wait)
            raise TooManyRequestsError(
                text(
                    caller.language,
                    fr=f"Trop d'adresses à signer : réessayez dans {seconds} s.",
                    en=f"Too many addresses to sign: try again in {seconds} s.",
                ),
                headers={"Retry-After": str(seconds)},
            )
        return duration

    def _sign(
        self, caller: Caller, method: str, decisions: Sequence[Decision], duration_s: int
    ) -> SignedBatch:
        """Sign what was accepted, all from the same second, after it is in the journal."""
        now = self._context.clock().replace(microsecond=0)
        expiry = now + timedelta(seconds=duration_s)
        accepted = [decision for decision in decisions if decision.refusal is None]
        self._record(caller, method, accepted, now, expiry)
        presign = self._context.objects.presign
        return SignedBatch(
            expiry,
            {decision.url: presign(decision.url, method, now, duration_s) for decision in accepted},
            {decision.url: decision.refusal for decision in decisions if decision.refusal is not None},
        )

    def _record(
        self, caller: Caller, method: str, accepted: Sequence[Decision], now: datetime, expiry: datetime
    ) -> None:
        """Write the signatures to come in the journal."""
        if not accepted:
            return
        sub = caller.principal.sub if caller.principal else None
        rows = [
            {"at": now, "expires_at": expiry, "sub": sub, "method": method, "object_key": decision.key}
            for decision in accepted
        ]
        with self._context.database.session() as session:
            session.execute(insert(SignatureRecord), rows)
