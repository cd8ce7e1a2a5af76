"""The tokens of the session, in memory, shared by the worker threads."""

from __future__ import annotations

import threading
import time
from typing import Callable

from ..domain.device import Tokens
from ..domain.errors import DinamisError, NotSignedInError, SignInExpiredError

RENEW_BEFORE_S = 30.0


class TokenKeeper:
    """Gives the access token, and renews it before it ends or when the service refuses it.

    Only one thread renews at a time: a refresh token may be used once, a second use ends the whole session.
    Giving and forgetting tokens never waits for that, since the GUI thread does it.

    Args:
        on_renewed: called in the worker thread with the new refresh token.
        on_lost: called in the worker thread when the service does not renew the session any more.
        on_orphan: called in the worker thread with a refresh token that came after the session was forgotten.
    """

    def __init__(
        self,
        on_renewed: Callable[[str], None],
        on_lost: Callable[[], None],
        on_orphan: Callable[[str], None],
    ) -> None:
        self._on_renewed = on_renewed
        self._on_lost = on_lost
        self._on_orphan = on_orphan
        self._lock = threading.Lock()  # of the values: never held while the service is asked
        self._turn = threading.RLock()  # of the renewal: taken by worker threads only
        self._access: str | None = None
        self._refresh: str | None = None
        self._ends_at = 0.0
        self._renewing = False
        self._exchange: Callable[[str], Tokens] | None = None

    def use(self, exchange: Callable[[str], Tokens]) -> None:
        """Set how a refresh token is exchanged for new tokens; called in worker threads."""
        self._exchange = exchange

    def put(self, tokens: Tokens) -> None:
        """Take the tokens of a sign-in."""
        with self._lock:
            self._take(tokens)

    def put_refresh(self, refresh: str) -> None:
        """Take a refresh token kept from an earlier session."""
        with self._lock:
            self._refresh, self._access, self._ends_at = refresh, None, 0.0

    def clear(self) -> str | None:
        """Forget everything; gives back the refresh token, to be revoked."""
        with self._lock:
            refresh, self._refresh, self._access, self._ends_at = self._refresh, None, None, 0.0
            return refresh

    @property
    def refresh_value(self) -> str | None:
        """The refresh token, to be stored encrypted."""
        return self._refresh

    def access_token(self) -> str | None:
        """Give the access token for one call, renewed when it is about to end; None without a session.

        A failure to reach the service is not told here: the call itself will tell it.
        """
        with self._turn:
            if self._renewing:
                return None
            if self._refresh is not None and time.time() > self._ends_at - RENEW_BEFORE_S:
                self.renew()
            return self._access

    def ends_within(self, seconds: float) -> bool:
        """Tell whether the access token ends so soon."""
        return self._refresh is not None and time.time() > self._ends_at - seconds

    def renew_rejected(self) -> bool:
        """Renew after a 401; True when the call is worth another try."""
        before = self._access
        with self._turn:
            if self._renewing:
                return False
            if self._access is not None and self._access != before:
                return True  # another thread renewed meanwhile
            return self.renew()

    def renew(self) -> bool:
        """Exchange the refresh token; True when new tokens came."""
        with self._turn:
            used = self._refresh
            if used is None or self._exchange is None or self._renewing:
                return False
            self._renewing = True
            try:
                tokens = self._exchange(used)
            except (NotSignedInError, SignInExpiredError):
                if self._refresh == used:
                    self.clear()
                    self._on_lost()
                return False
            except DinamisError:
                return False
            finally:
                self._renewing = False
            with self._lock:
                current = self._refresh == used
                if current:
                    self._take(tokens)
        (self._on_renewed if current else self._on_orphan)(tokens.refresh_token)
        return current

    def _take(self, tokens: Tokens) -> None:
        self._access = tokens.access_token
        self._refresh = tokens.refresh_token
        self._ends_at = time.time() + tokens.expires_in_s
