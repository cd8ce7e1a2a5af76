"""Signs batches of URLs and keeps the journal of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, NotSignedInError, ServiceError, TooManyRequestsError
from dinamis_service.identity.digests import digest
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.throttle import origin
from dinamis_service.language import Language, text
from dinamis_service.signing.journal import note
from dinamis_service.signing.policy import Decision, decide_reads, decide_writes, require_operator
from dinamis_service.signing.rate import RateLimit

_FORGET_EVERY = 200  # calls of a process, after which callers long gone are dropped


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
        self._calls = count(1)

    def sign_reads(
        self, caller: Caller, base: str, urls: Sequence[str], duration_s: int | None
    ) -> SignedBatch:
        """Sign URLs for reading; a URL that may not be read is refused by itself, the others are signed.

        Raises:
            InvalidError: too many URLs, or too long a life asked for.
            NotSignedInError: the caller is not signed in, and nothing of the batch is open to everyone.
            TooManyRequestsError: the caller signs too fast.
        """
        duration = self._duration(caller, urls, duration_s)
        self._expect(caller, urls)
        decisions = decide_reads(self._context, caller.principal, base, urls, caller.language)
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
        duration = self._duration(caller, urls, duration_s)
        self._expect(caller, urls)
        decisions = decide_writes(self._context, base, urls, caller.language)
        return self._sign(caller, "PUT", decisions, duration)

    def _duration(self, caller: Caller, urls: Sequence[str], duration_s: int | None) -> int:
        """Check the size and the life of a batch; give the life in seconds."""
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
        return duration

    def _sign(
        self, caller: Caller, method: str, decisions: Sequence[Decision], duration_s: int
    ) -> SignedBatch:
        """Sign what was accepted, all from the same second to the same end, after it is in the journal."""
        now = self._context.clock()
        moment = now.replace(microsecond=0)
        accepted = [decision for decision in decisions if decision.refusal is None]
        for last_day in {decision.last_day for decision in accepted if decision.last_day is not None}:
            duration_s = min(duration_s, seconds_left(moment, last_day))
        expiry = moment + timedelta(seconds=duration_s)
        with self._context.database.session() as session:
            self._pace(session, caller, len(decisions), now)
            if accepted:
                note(session, caller.principal, accepted, method=method, at=moment, expires_at=expiry)
        presign = self._context.objects.presigner(method, moment, duration_s)
        return SignedBatch(
            expiry,
            {decision.url: presign(decision.url) for decision in accepted},
            {decision.url: decision.refusal for decision in decisions if decision.refusal is not None},
        )

    def _expect(self, caller: Caller, urls: Sequence[str]) -> None:
        """Turn away who is known to sign too fast, before anything dearer is asked.

        Raises:
            TooManyRequestsError: the caller does.
        """
        _slow_down(caller, self._rate.expect(_name(caller), len(set(urls)), self._context.clock()))

    def _pace(self, session: Session, caller: Caller, urls: int, now: datetime) -> None:
        """Count the URLs of a batch, refused ones too.

        Raises:
            TooManyRequestsError: the caller signs too fast; nothing is counted.
        """
        _slow_down(caller, self._rate.take(session, _name(caller), urls, now))
        if next(self._calls) % _FORGET_EVERY == 0:
            self._rate.forget(session, now)


def _name(caller: Caller) -> str:
    """Whose pace a call counts for."""
    return digest(caller.principal.sub if caller.principal else origin(caller.address))


def _slow_down(caller: Caller, wait_s: float) -> None:
    """Ask the caller to wait, unless there is nothing to wait for.

    Raises:
        TooManyRequestsError: there is.
    """
    if not wait_s:
        return
    seconds = math.ceil(wait_s)
    raise TooManyRequestsError(
        text(
            caller.language,
            fr=f"Trop d'adresses à signer : réessayez dans {seconds} s.",
            en=f"Too many addresses to sign: try again in {seconds} s.",
        ),
        headers={"Retry-After": str(seconds)},
    )


def seconds_left(moment: datetime, last_day: date) -> int:
    """Seconds from `moment` to the end of a day (UTC) that has not ended."""
    passed = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    return int((timedelta(days=(last_day - moment.date()).days + 1) - passed).total_seconds())
