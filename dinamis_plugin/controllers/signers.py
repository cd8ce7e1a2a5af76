"""Who signs the images of layers now, and for whom: the person's rights, a store's key, or anyone's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..api.http import HttpClient
from ..api.signers import ServiceSigner, Signers, StoreSigner
from ..domain.errors import KeyProblem
from ..domain.layer_source import LayerIdentity
from ..domain.secret import ApiKey
from ..domain.signing_store import SigningStore
from ..qgisio.credentials import CredentialStore, api_key
from ..qgisio.settings import PluginSettings
from ..qgisio.transport import qgis_session
from .session import SessionController, SessionState

ASK_AGAIN_S = 3600.0
"""What was not open to everyone is asked for again, without a sign-in, after so long at the earliest."""

_ANYONE = (SessionState.SIGNED_OUT, SessionState.WAITING_FOR_APPROVAL, SessionState.EXPIRED)


class ImageSigners:
    """Knows the connected service and the store with a signing service of its own."""

    def __init__(
        self, session: SessionController, settings: PluginSettings, credentials: CredentialStore
    ) -> None:
        self._session = session
        self._settings = settings
        self._credentials = credentials
        self._not_open: dict[str, float] = {}

    def now(self) -> Signers:
        """Give those who sign now; for the GUI thread, since keys are read there."""
        service, store = self._session.service, self._settings.signing_store
        signed_in = self._session.can_use_resources
        ours = None
        if service is not None and (signed_in or self._session.state in _ANYONE):
            ours = ServiceSigner(service, signed_in=signed_in)
        if not store.signing:
            return Signers(ours)
        key = api_key(store.key_config)
        http = HttpClient(qgis_session(), language=self._settings.language)
        known, problem = (key, KeyProblem.REFUSED) if isinstance(key, ApiKey) else (None, key)
        return Signers(ours, [(self._foreign(store), StoreSigner(http, store, known, problem))])

    def unlock(self) -> bool:
        """Let QGIS ask for its master password, so that the key can be read; False when refused."""
        return self._credentials.unlock()

    def has_own_signer(self, href: str) -> bool:
        """Whether the store of an image has a signing service of its own."""
        return self._foreign(self._settings.signing_store).holds(href)

    def can_sign(self, identity: LayerIdentity) -> bool:
        """Whether all images of a layer can be asked for with the rights of somebody."""
        return self._session.can_use_resources or all(map(self.has_own_signer, identity.hrefs))

    def groups(
        self, identities: Sequence[LayerIdentity], given: Mapping[str, object], steady_s: float
    ) -> list[list[LayerIdentity]]:
        """What can be signed now, or has the signatures at hand, by who signs it."""
        ours, theirs = [], []
        for identity in identities:
            if all(map(self.has_own_signer, identity.hrefs)):
                theirs.append(identity)
            elif (
                self.can_sign(identity)
                or given.keys() >= set(identity.hrefs)
                or self._may_be_open(identity, steady_s)
            ):
                ours.append(identity)
        return [group for group in (ours, theirs) if group]

    def note_not_open(self, identities: Iterable[LayerIdentity], steady_s: float) -> None:
        """Leave images alone until somebody signs in, for a while."""
        self._not_open.update((identity.key, steady_s) for identity in identities)

    def forget(self) -> None:
        """Ask for all of them again: another project is opened."""
        self._not_open.clear()

    def _may_be_open(self, identity: LayerIdentity, steady_s: float) -> bool:
        """Whether images are to be asked for without a sign-in: they may be open to everyone."""
        asked = self._not_open.get(identity.key)
        anyone = self._session.service is not None and self._session.state in _ANYONE
        return anyone and (asked is None or steady_s - asked > ASK_AGAIN_S)

    def _foreign(self, store: SigningStore) -> SigningStore:
        """The store, or one without images where they are those of the connected service."""
        endpoints = self._session.endpoints
        ours = endpoints is not None and f"{store.objects}/".startswith(f"{endpoints.objects}/")
        return SigningStore() if ours else store
