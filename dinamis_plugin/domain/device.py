"""The OAuth 2.0 device flow (RFC 8628): its values and the rule of its pauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .errors import BadAnswerError
from .parsing import number_of, required_number, required_text, text_of

SHORTEST_INTERVAL_S = 1.0
"""Pause between two questions that no service can shorten."""
_SLOW_DOWN_S = 5.0
_LONGEST_PAUSE_S = 60.0


class PollOutcome(Enum):
    """What the service says while the person has the code in hand (ACC-10)."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    DENIED = "access_denied"
    EXPIRED = "expired_token"
    GRANTED = "granted"


@dataclass(frozen=True)
class DeviceAuthorization:
    """A sign-in that waits for a person.

    Attributes:
        device_code: Secret with which the plugin asks for the answer.
        user_code: What the person types or checks.
        verification_uri: Page to open.
        verification_uri_complete: The same page with the code filled in, for the QR code and the browser.
        expires_in_s: Seconds until the code is void.
        interval_s: Seconds to wait between two questions.
    """

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in_s: float
    interval_s: float = 5.0

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> DeviceAuthorization:
        """Read the answer of the device authorization endpoint.

        Raises:
            BadAnswerError: A field is missing, or an address is not one for a browser.
        """
        page = required_text(document, "verification_uri")
        complete = text_of(document.get("verification_uri_complete")) or page
        for address in (page, complete):
            if not address.startswith(("https://", "http://")):
                raise BadAnswerError("the sign-in page is not a web address")
        return cls(
            device_code=required_text(document, "device_code"),
            user_code=required_text(document, "user_code"),
            verification_uri=page,
            verification_uri_complete=complete,
            expires_in_s=required_number(document, "expires_in"),
            interval_s=max(SHORTEST_INTERVAL_S, number_of(document.get("interval")) or 5.0),
        )


@dataclass(frozen=True)
class Tokens:
    """What a granted sign-in gives; both strings are secret and never shown.

    Attributes:
        access_token: Bearer token of every call, for memory only.
        refresh_token: What renews it, for the credential store.
        expires_in_s: Life of the access token in seconds.
        refresh_expires_in_s: Life of the refresh token in seconds, None when it is not limited or not said.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_s: float = 300.0
    refresh_expires_in_s: float | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Tokens:
        """Read the answer of the token endpoint.

        Raises:
            BadAnswerError: A token is missing.
        """
        return cls(
            access_token=required_text(document, "access_token"),
            refresh_token=required_text(document, "refresh_token"),
            expires_in_s=number_of(document.get("expires_in")) or 300.0,
            refresh_expires_in_s=number_of(document.get("refresh_expires_in")) or None,
        )


def outcome_of(error_code: str) -> PollOutcome | None:
    """Read an OAuth error of the device grant; None for an error that is none of its states.

    `invalid_grant` is how the service speaks of a code that it has forgotten.
    """
    if error_code == "invalid_grant":
        return PollOutcome.EXPIRED
    waiting = (PollOutcome.PENDING, PollOutcome.SLOW_DOWN, PollOutcome.DENIED, PollOutcome.EXPIRED)
    return next((outcome for outcome in waiting if outcome.value == error_code), None)


def next_interval(interval_s: float, outcome: PollOutcome | None) -> float:
    """Give the pause in seconds before the next question.

    Five seconds more after `slow_down`, twice as long (a minute at most) after a lost answer (outcome None).
    """
    if outcome is PollOutcome.SLOW_DOWN:
        return interval_s + _SLOW_DOWN_S
    if outcome is None:
        return max(interval_s, min(interval_s * 2, _LONGEST_PAUSE_S))
    return interval_s
