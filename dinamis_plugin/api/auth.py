"""Sign-in by device code, renewal and end of the session (ACC-10, ACC-11)."""

from __future__ import annotations

from typing import Callable

from ..domain.account import Account
from ..domain.device import DeviceAuthorization, PollOutcome, Tokens, outcome_of
from ..domain.endpoints import Endpoints
from ..domain.errors import SignInExpiredError
from ..domain.parsing import mapping_of, text_of
from .http import Answer, Cancel, HttpClient, never

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_ASKED_FOR = "openid offline_access"
_OK = 200


class AuthClient:
    """Speaks with the identity provider of a service."""

    def __init__(self, http: HttpClient, find: Callable[[], Endpoints]) -> None:
        """Take who finds the endpoints, which may ask the network the first time."""
        self._http = http
        self._find = find

    @property
    def _endpoints(self) -> Endpoints:
        return self._find()

    def start(self, cancel: Cancel = never) -> DeviceAuthorization:
        """Ask for a code that a person confirms in a browser.

        Raises:
            BadAnswerError: The answer is not that of a device flow.
            DinamisError: As `HttpClient` raises them.
        """
        form = {"client_id": self._endpoints.client_id, "scope": _ASKED_FOR}
        answer = self._http.post_form(
            self._endpoints.device_authorization, form, repeatable=True, cancel=cancel
        )
        return DeviceAuthorization.from_json(mapping_of(_granted(answer)))

    def poll(self, device_code: str, cancel: Cancel = never) -> tuple[PollOutcome, Tokens | None]:
        """Ask whether the person has confirmed; the tokens come with GRANTED only.

        Raises:
            DinamisError: The question itself failed: the network, or a fault of the service.
        """
        form = {
            "grant_type": _DEVICE_GRANT,
            "device_code": device_code,
            "client_id": self._endpoints.client_id,
            "scope": _ASKED_FOR,
        }
        answer = self._http.post_form(self._endpoints.token, form, cancel=cancel)
        outcome = outcome_of(_oauth_error(answer))
        if outcome is not None:
            return outcome, None
        return PollOutcome.GRANTED, Tokens.from_json(mapping_of(_granted(answer)))

    def refresh(self, refresh_token: str, cancel: Cancel = never) -> Tokens:
        """Exchange a refresh token, which is void once its answer is used, for new tokens.

        It is sent again after a lost answer: within a minute the service then gives new tokens, and later, or
        at another service, nothing more is lost than was already.

        Raises:
            SignInExpiredError: The session is over.
            DinamisError: The exchange itself failed.
        """
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": self._endpoints.client_id,
        }
        answer = self._http.post_form(self._endpoints.token, form, repeatable=True, cancel=cancel)
        if _oauth_error(answer) == "invalid_grant":
            raise SignInExpiredError(answer.error.detail)
        return Tokens.from_json(mapping_of(_granted(answer)))

    def revoke(self, token: str, cancel: Cancel = never) -> None:
        """End the whole session that a token belongs to.

        Raises:
            DinamisError: The service could not be told.
        """
        if not self._endpoints.revoke:
            return
        form = {"client_id": self._endpoints.client_id, "token": token}
        answer = self._http.post_form(self._endpoints.revoke, form, repeatable=True, cancel=cancel)
        if answer.status != _OK:
            raise answer.error

    def account(self, cancel: Cancel = never) -> Account:
        """Ask who is signed in.

        Raises:
            NotSignedInError: Nobody is.
        """
        return Account.from_json(mapping_of(self._http.get_json(self._endpoints.userinfo, cancel=cancel)))


def _oauth_error(answer: Answer) -> str:
    if answer.status not in {400, 401}:
        return ""
    return text_of(mapping_of(answer.json()).get("error"))


def _granted(answer: Answer) -> object:
    if answer.status != _OK:
        raise answer.error
    return answer.json()
