"""All clients of one service, made when they are first needed."""

from __future__ import annotations

import threading
from typing import Callable, Protocol

import requests

from ..domain.endpoints import Endpoints
from .auth import AuthClient
from .catalogue import CatalogueClient
from .discovery import discover
from .drafts_client import DraftsClient
from .follow_up_client import FollowUpClient
from .free_text import FreeTextClient
from .http import Cancel, HttpClient, never
from .link import Link, Progress, Spawn, silent, spawn_thread
from .notifications_client import NotificationsClient
from .places import PlacesClient
from .projects_client import ProjectsClient
from .quotas_client import QuotasClient
from .requests_client import RequestsClient
from .searches import SearchesClient
from .signing import SigningClient, only_address


class TokenSource(Protocol):
    """Who keeps the tokens of the session; called from any thread."""

    def access_token(self) -> str | None:
        """Give the bearer token of a call, None when nobody is signed in."""

    def renew_rejected(self) -> bool:
        """Renew the session after a 401; true when the call is worth another try."""


class Service:
    """One DINAMIS service: first it is asked where its parts are, then each part has its client.

    Args:
        session_factory: Makes the transport.
        url: Address that the person gave.
        language: `fr` or `en`.
        token_source: Keeps the tokens.
        spawn: Starts a thread that may use the transport.
    """

    def __init__(
        self,
        session_factory: Callable[[], requests.Session],
        url: str,
        language: str,
        token_source: TokenSource,
        spawn: Spawn = spawn_thread,
    ) -> None:
        self.url = url
        self.spawn = spawn
        self.http = HttpClient(
            session_factory(),
            language=language,
            access_token=token_source.access_token,
            on_unauthorized=token_source.renew_rejected,
        )
        self._lock = threading.Lock()
        self._endpoints: Endpoints | None = None

    @property
    def endpoints(self) -> Endpoints:
        """Where the parts of the service answer; the first time, the service is asked.

        Raises:
            DinamisError: As `discover` raises them.
        """
        with self._lock:
            if self._endpoints is None:
                found = discover(self.http, self.url)
                own = () if found.issuer_document else (found.issuer,)
                self.http.trust((*own, found.stac, found.stapi, found.api, found.signing))
                self._endpoints = found
            return self._endpoints

    def _at_issuer(self) -> Endpoints:
        """Give the endpoints with those of the issuer, asked for once where it is not the service."""
        endpoints = self.endpoints
        if endpoints.issuer_document and not endpoints.told:
            document = self.http.get_json(endpoints.issuer_document, authorized=False)
            endpoints = endpoints.at_issuer(document)
            with self._lock:
                self._endpoints = endpoints
        return endpoints

    @property
    def auth(self) -> AuthClient:
        """Sign-in and session."""
        return AuthClient(self.http, self._at_issuer)

    @property
    def catalogue(self) -> CatalogueClient:
        """Search."""
        return CatalogueClient(self.http, self.endpoints.stac)

    @property
    def free_text(self) -> FreeTextClient:
        """Reading of texts."""
        return FreeTextClient(self.http, self.endpoints.service)

    @property
    def places(self) -> PlacesClient:
        """The gazetteer."""
        return PlacesClient(self.http, self.endpoints.service)

    @property
    def signing(self) -> SigningClient:
        """Signed addresses."""
        return SigningClient(self.http, self.endpoints.signing)

    @property
    def requests(self) -> RequestsClient:
        """Products and orders."""
        return RequestsClient(self.http, self.endpoints)

    @property
    def follow_up(self) -> FollowUpClient:
        """What becomes of requests."""
        return FollowUpClient(self.http, self.endpoints)

    @property
    def drafts(self) -> DraftsClient:
        """Requests that are being filled in."""
        return DraftsClient(self.http, self.endpoints.api)

    @property
    def projects(self) -> ProjectsClient:
        """Projects."""
        return ProjectsClient(self.http, self.endpoints.api)

    @property
    def quotas(self) -> QuotasClient:
        """Quotas, prices and calls."""
        return QuotasClient(self.http, self.endpoints.api)

    @property
    def notifications(self) -> NotificationsClient:
        """Notifications and preferences."""
        return NotificationsClient(self.http, self.endpoints.api)

    @property
    def searches(self) -> SearchesClient:
        """Saved searches."""
        return SearchesClient(self.http, self.endpoints.api)

    def address(self, href: str, cancel: Cancel = never) -> str:
        """Have the address of one file signed.

        Raises:
            ForbiddenError: The service does not sign it.
            DinamisError: As `SigningClient` raises them.
        """
        return only_address(self.signing.sign([href], cancel=cancel))

    def link(self, href: str, progress: Progress = silent, cancel: Cancel = never) -> Link:
        """Say how a file is reached: by addresses that are signed anew whenever one has expired (CAT-31)."""
        return Link(
            self.http.session,
            lambda: self.address(href, cancel),
            progress,
            cancel,
            spawn=self.spawn,
            timeout_s=self.http.timeout_s,
        )
