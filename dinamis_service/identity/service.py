"""Identity of people, as the rest of the service uses it.

The provider is plain code over joserfc. Authlib's grant classes were weighed: they want a framework
integration (Authlib has them for Flask and Django only), with client and credential objects, and they tell
the states of a device's code in another order and with other codes than Keycloak does (`invalid_request`
for an unknown one), for which our clients were written.
"""

from __future__ import annotations

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.accounts import Accounts
from dinamis_service.identity.api_keys import ApiKeys
from dinamis_service.identity.authorization import Codes
from dinamis_service.identity.browsers import Browsers
from dinamis_service.identity.clients import Clients, read_clients
from dinamis_service.identity.devices import Devices
from dinamis_service.identity.external_tokens import External
from dinamis_service.identity.password_changes import PasswordChanges
from dinamis_service.identity.second_factor import SecondFactor
from dinamis_service.identity.sessions import Sessions
from dinamis_service.identity.tokens import Tokens
from dinamis_service.settings import Settings

REALM_PATH = "/auth/realms/dinamis"


class Identity:
    """Accounts, device sign-ins, tokens, browser sessions and API keys over one state."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        """Load the keys of `settings.data_dir/keys`, made at first use."""
        self.accounts = Accounts(database, settings, clock)
        self.clients = Clients(read_clients(settings.clients_file) if settings.clients_file else ())
        self.tokens = Tokens(database, settings, clock)
        self.codes = Codes(database, clock, self.tokens)
        self.devices = Devices(database, settings, clock, self.tokens)
        self.browsers = Browsers(database, settings, clock)
        self.api_keys = ApiKeys(database, clock)
        self.sessions = Sessions(database, clock)
        self.passwords = PasswordChanges(database, settings, clock, self.accounts)
        self.second_factor = SecondFactor(database, settings, clock)
        self.external = External(database, settings, clock) if settings.issuer_url else None
        self.create_account = self.accounts.create
        self.principal_by_email = self.accounts.by_email

    @property
    def keeps_passwords(self) -> bool:
        """Whether people have passwords here; those of another issuer are its own affair."""
        return self.external is None

    def close(self) -> None:
        """Close the connections to another issuer."""
        if self.external is not None:
            self.external.issuer.close()
