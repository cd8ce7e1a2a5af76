"""Secrets in QGIS's encrypted authentication database: refresh tokens, and keys of signing services."""

from __future__ import annotations

import hashlib
from enum import Enum

from qgis.core import QgsApplication, QgsAuthManager, QgsAuthMethodConfig
from qgis.PyQt.QtCore import QCoreApplication, QThread

from ..domain.errors import KeyProblem
from ..domain.secret import ApiKey, Secret

_PREFIX = "dinamis/refresh/"


class Vault(Enum):
    """Whether QGIS's authentication database can keep something now."""

    OPEN = "open"
    LOCKED = "locked"
    """A master password exists and was not given in this session."""
    UNSET = "unset"
    """No master password was ever set."""
    DISABLED = "disabled"
    """QGIS runs without its authentication database."""


class CredentialStore:
    """Keeps one refresh token per service, encrypted, or not at all.

    Only used on the GUI thread. It never makes QGIS ask for the master password unless `unlock` is called.
    """

    @property
    def vault(self) -> Vault:
        """Tell whether something can be kept."""
        manager = _manager()
        if manager is None or manager.isDisabled():
            return Vault.DISABLED
        if manager.masterPasswordIsSet():
            return Vault.OPEN
        return Vault.LOCKED if manager.masterPasswordHashInDatabase() else Vault.UNSET

    def unlock(self) -> bool:
        """Let QGIS ask the person for the master password (or to choose one); False when refused."""
        _require_gui_thread()
        manager = _manager()
        return manager is not None and not manager.isDisabled() and bool(manager.setMasterPassword(True))

    def store(self, service_url: str, refresh: str) -> bool:
        """Keep the refresh token of a service; False when it can only live in memory."""
        _require_gui_thread()
        manager = _manager()
        if manager is None or self.vault is not Vault.OPEN:
            return False
        return bool(manager.storeAuthSetting(_key(service_url), refresh, True))

    def holds(self, service_url: str) -> bool:
        """Tell whether a token of this service is kept, without reading it."""
        manager = _manager()
        if manager is None or self.vault is Vault.DISABLED:
            return False
        return bool(manager.existsAuthSetting(_key(service_url)))

    def load(self, service_url: str) -> str | None:
        """Read the refresh token of a service; None when there is none or the vault is closed."""
        _require_gui_thread()
        manager = _manager()
        if manager is None or self.vault is not Vault.OPEN or not self.holds(service_url):
            return None
        value = manager.authSetting(_key(service_url), "", True)
        return str(value) if value else None

    def remove(self, service_url: str) -> bool:
        """Forget the token of a service; True when nothing of it is left. Needs no password."""
        _require_gui_thread()
        manager = _manager()
        if manager is None or not self.holds(service_url):
            return True
        return bool(manager.removeAuthSetting(_key(service_url)))


def api_key(config_id: str) -> ApiKey | KeyProblem:
    """Read the key of a signing service out of a configuration of QGIS, or say why there is none.

    It is one of the method Basic, user name and password being the access key and the secret key, or of
    API Header (from QGIS 3.26 on) with headers of the names that the service wants. Never asks for the master
    password.
    """
    _require_gui_thread()
    if not config_id:
        return KeyProblem.MISSING
    manager = _manager()
    if manager is None or manager.isDisabled() or not manager.masterPasswordIsSet():
        return KeyProblem.LOCKED
    config = QgsAuthMethodConfig()
    known = config_id in manager.configIds()
    if not known or not manager.loadAuthenticationConfig(config_id, config, True)[0]:
        return KeyProblem.UNUSABLE
    fields = {name.lower(): value for name, value in config.configMap().items()}
    names = ("username", "password") if config.method() == "Basic" else ("access-key", "secret-key")
    access, secret = (fields.get(name, "") for name in names)
    return ApiKey(Secret(access), Secret(secret)) if access and secret else KeyProblem.UNUSABLE


def _manager() -> QgsAuthManager | None:
    return QgsApplication.authManager()


def _key(service_url: str) -> str:
    return _PREFIX + hashlib.sha256(service_url.rstrip("/").encode("utf-8")).hexdigest()[:16]


def _require_gui_thread() -> None:
    if QThread.currentThread() != QCoreApplication.instance().thread():
        msg = "The authentication database was used outside the GUI thread"
        raise RuntimeError(msg)
