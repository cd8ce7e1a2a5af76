"""The thread that lets mails leave while the service runs."""

from __future__ import annotations

import logging
import threading

from dinamis_service.notifications.outbox import Outbox
from dinamis_service.notifications.transports import DownError, Transport

log = logging.getLogger("dinamis.mail")

POLL_S = 2.0
PACE_S = 0.05
"""Between two mails: each is written down twice, and people's own changes wait for their turn meanwhile."""
PAUSE_S, _LONGEST_PAUSE_S = 5.0, 300.0
_END_S = 5.0


class Sender:
    """Looks for mails that are due, as long as the service lives; whatever fails, it goes on.

    Args:
        outbox: the mails.
        transport: how they leave.
        poll_s: seconds between two looks.
        pause_s: seconds to wait after a failure; more, the longer it lasts.
    """

    def __init__(
        self, outbox: Outbox, transport: Transport, poll_s: float = POLL_S, pause_s: float = PAUSE_S
    ) -> None:
        self._outbox = outbox
        self._transport = transport
        self._poll_s = poll_s
        self._pause_s = pause_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the mail that is leaving now, if it leaves soon; else its server has the last word."""
        self._stopping.set()
        self._thread.join(_END_S)

    def _run(self) -> None:
        pause = self._poll_s
        while not self._stopping.wait(pause):
            pause = self._turn(pause)
        try:
            self._outbox.rest()
        except Exception as error:  # noqa: BLE001  (the lease ends by itself)
            log.warning("the lease of the mails was not given back: %s", type(error).__name__)

    def _turn(self, pause: float) -> float:
        """Send what is due; tell how long to wait for the next look."""
        try:
            self._outbox.send_due(self._transport, lambda: self._stopping.wait(PACE_S))
        except DownError as error:
            log.warning("mails wait: %s", error)
        except Exception:  # a database that is down, a full disk: nothing may end this thread
            log.exception("mails wait")
        else:
            return self._poll_s
        return min(max(2 * pause, self._pause_s), _LONGEST_PAUSE_S)
