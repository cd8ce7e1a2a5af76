"""Who signs which image: its store's own signing service, else the connected service (CAT-37)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..domain.errors import (
    BadAnswerError,
    CancelledError,
    DinamisError,
    KeyProblem,
    NotSignedInError,
    ServiceUnreachableError,
    SigningKeyError,
)
from ..domain.secret import ApiKey
from ..domain.signed_url import SignedUrl
from ..domain.signing_store import SigningStore
from .http import Cancel, HttpClient
from .service import Service
from .signing import NOT_SIGNED_IN, Refusal, SigningClient, SignResult


class Signer(Protocol):
    """Signs addresses."""

    def sign(self, hrefs: Sequence[str], cancel: Cancel) -> SignResult:
        """Sign any number of addresses, in batches."""


class ServiceSigner:
    """The connected service, for who is signed in; for anyone else it signs what is open to everyone."""

    def __init__(self, service: Service, *, signed_in: bool) -> None:
        self._service = service
        self._signed_in = signed_in

    def sign(self, hrefs: Sequence[str], cancel: Cancel) -> SignResult:
        """Sign.

        Raises:
            DinamisError: As `SigningClient` raises them.
        """
        return self._service.signing.sign(hrefs, cancel=cancel, anonymous=not self._signed_in)


class StoreSigner:
    """The signing service of a store.

    Args:
        http: Client of its own: the tokens of the connected service are nothing for it.
        store: Its addresses.
        key: What it knows the person by; None to have what it signs for anyone.
        without_key: Why there is no key.
    """

    def __init__(
        self, http: HttpClient, store: SigningStore, key: ApiKey | None, without_key: KeyProblem
    ) -> None:
        self._client = SigningClient(http, store.signing, key.headers() if key else {})
        self._store = store
        self._problem = KeyProblem.REFUSED if key else without_key

    def sign(self, hrefs: Sequence[str], cancel: Cancel) -> SignResult:
        """Sign; errors name the service, since it is not the one that the person signs in to.

        Raises:
            SigningKeyError: It refuses the key, or there is none.
            DinamisError: As `SigningClient` raises them.
        """
        try:
            result = self._client.sign(hrefs, cancel=cancel)
        except NotSignedInError as error:
            raise SigningKeyError(self._problem, self._store.host, error.detail) from None
        except (ServiceUnreachableError, BadAnswerError) as error:
            told = f"{self._store.host}: {error.detail}"
            raise type(error)(told) from None
        unknown = [href for href, refusal in result.refused.items() if refusal.code == NOT_SIGNED_IN]
        if unknown:
            detail = result.refused[unknown[0]].detail
            refused = {href: one for href, one in result.refused.items() if href not in unknown}
            fault = SigningKeyError(self._problem, self._store.host, detail)
            return SignResult(result.signed, refused, dict.fromkeys(unknown, fault))
        return result


@dataclass(frozen=True)
class Signers:
    """Who signs what, for one piece of work.

    Attributes:
        service: The connected service; None where it is not asked.
        stores: Signing services of stores, each with the store.
    """

    service: ServiceSigner | None = None
    stores: Sequence[tuple[SigningStore, StoreSigner]] = field(default=())

    def sign(self, hrefs: Sequence[str], cancel: Cancel) -> SignResult:
        """Sign addresses, each by whom it belongs to; the failure of one signer is none of the others'.

        Raises:
            CancelledError: Nobody waits for it any more.
            DinamisError: The only one that was asked failed.
        """
        signed: dict[str, SignedUrl] = {}
        refused: dict[str, Refusal] = {}
        faults: dict[str, DinamisError] = {}
        shares = self._shares(hrefs)
        for signer, share in shares:
            result = _ask(signer, share, cancel, alone=len(shares) == 1)
            signed.update(result.signed)
            refused.update(result.refused)
            faults.update(result.faults)
        return SignResult(signed, refused, faults)

    def _shares(self, hrefs: Sequence[str]) -> list[tuple[Signer, list[str]]]:
        shares: list[tuple[Signer, list[str]]] = []
        left = list(hrefs)
        for store, signer in self.stores:
            share = [href for href in left if store.holds(href)]
            left = [href for href in left if not store.holds(href)]
            shares.append((signer, share))
        if self.service is not None:
            shares.append((self.service, left))
        return [(signer, share) for signer, share in shares if share]


def _ask(signer: Signer, hrefs: Sequence[str], cancel: Cancel, *, alone: bool) -> SignResult:
    try:
        return signer.sign(hrefs, cancel)
    except CancelledError:
        raise
    except DinamisError as error:
        if alone and not isinstance(error, SigningKeyError):
            raise
        return SignResult({}, {}, dict.fromkeys(hrefs, error))
