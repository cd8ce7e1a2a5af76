"""How long what was signed may still be used, on a machine that sleeps and whose clock is set anew."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Callable

from .signed_url import SignedUrl, renewal_time


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Clocks:
    """The clocks of this machine.

    Attributes:
        now: The wall clock, aware UTC: it may be wrong, and may be set anew at any time.
        steady: A clock in seconds that is never set.
    """

    now: Callable[[], datetime] = _utc_now
    steady: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Lease:
    """The life of one or several signatures, measured by two clocks.

    A clock that was set back would hide the end, and the steady clock of a machine stands still in its sleep
    on some systems: the one that went further counts.

    Attributes:
        began_at: Time of the wall clock (aware UTC) when the signatures came.
        began_steady_s: Reading of the steady clock then, in seconds.
        lasts_s: Seconds until the first of them ends; infinite for addresses that need no signature.
        renew_after_s: Seconds until they are to be renewed.
    """

    began_at: datetime
    began_steady_s: float
    lasts_s: float
    renew_after_s: float

    @classmethod
    def of(cls, signed: Iterable[SignedUrl], margin: timedelta, clocks: Clocks) -> Lease:
        """Begin the lease of what was signed just now; `margin` is the time before its end to renew it in."""
        every, now = list(signed), clocks.now()
        ends = [url.expires_at for url in every if url.expires_at is not None]
        renewals = [time for time in (renewal_time(url, margin) for url in every) if time is not None]
        return cls(
            began_at=now,
            began_steady_s=clocks.steady(),
            lasts_s=min(((end - now).total_seconds() for end in ends), default=math.inf),
            renew_after_s=min(((time - now).total_seconds() for time in renewals), default=math.inf),
        )

    def is_due(self, clocks: Clocks) -> bool:
        """Say whether the signatures have to be renewed."""
        return self._elapsed_s(clocks) >= self.renew_after_s

    def is_over(self, clocks: Clocks) -> bool:
        """Say whether one of the signatures has ended."""
        return self._elapsed_s(clocks) >= self.lasts_s

    def _elapsed_s(self, clocks: Clocks) -> float:
        return max((clocks.now() - self.began_at).total_seconds(), clocks.steady() - self.began_steady_s)
