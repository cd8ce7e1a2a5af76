"""Where a session with the service stands, and why images may not be used there (CAT-31)."""

from __future__ import annotations

from enum import Enum

from qgis.PyQt.QtCore import QCoreApplication

translate = QCoreApplication.translate


class SessionState(Enum):
    """Where the session stands."""

    SIGNED_OUT = "signed_out"
    CONNECTING = "connecting"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"
    OFFLINE = "offline"


def why_not_usable(state: SessionState, *, connected: bool) -> str:
    """Why images may not be loaded, downloaded and ordered, as a sentence; empty when they may."""
    if state is SessionState.SIGNED_IN:
        return ""
    if not connected:
        return translate("Dinamis", "Connect to a DINAMIS service first.")
    return {
        SessionState.CONNECTING: translate("Dinamis", "The connection is being made."),
        SessionState.WAITING_FOR_APPROVAL: translate("Dinamis", "The sign-in waits for your browser."),
        SessionState.EXPIRED: translate("Dinamis", "Your session has ended: sign in again."),
        SessionState.OFFLINE: translate("Dinamis", "The service is not reachable."),
    }.get(state, translate("Dinamis", "Sign in to load, download and order images."))
