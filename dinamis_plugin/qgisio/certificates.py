"""Whom QGIS trusts, for GDAL, and why an encrypted server was not reached."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

from osgeo import gdal
from qgis.core import QgsApplication
from qgis.PyQt.QtNetwork import QAbstractSocket, QSslConfiguration, QSslSocket

from ..domain.errors import CancelledError, TimedOutError, UntrustedCertificateError
from . import log
from .transport import proxy_for

_GDAL_AUTHORITIES = "CURL_CA_BUNDLE"
_HTTPS_PORT = 443
_STEP_MS = 100


def follow_certificates() -> None:
    """Have GDAL trust the authorities that QGIS trusts, when a person added some to those of the system.

    They are public, and GDAL reads them from a file, which lies in the profile. Faults of certificates that
    are ignored in QGIS are never ignored by GDAL, and what somebody set by hand is left alone.
    """
    manager, path = QgsApplication.authManager(), _authorities()
    set_by_hand = gdal.GetConfigOption(_GDAL_AUTHORITIES) not in (None, str(path))
    if set_by_hand or gdal.GetConfigOption("SSL_CERT_FILE"):
        return
    system = {bytes(certificate.digest()) for certificate in manager.systemRootCAs()}
    trusted = [certificate for certificate in manager.trustedCaCertsCache() if not certificate.isNull()]
    if all(bytes(certificate.digest()) in system for certificate in trusted):
        gdal.SetConfigOption(_GDAL_AUTHORITIES, None)
        return
    content = b"".join(bytes(certificate.toPem()) for certificate in trusted)
    try:
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
    except OSError as error:
        log.warning(f"GDAL trusts the authorities of the system only, their file is not written: {error}")
        gdal.SetConfigOption(_GDAL_AUTHORITIES, None)
        return
    gdal.SetConfigOption(_GDAL_AUTHORITIES, str(path))


def forget_certificates() -> None:
    """Have GDAL trust whom it trusted before: the plugin is unloaded."""
    if gdal.GetConfigOption(_GDAL_AUTHORITIES) == str(_authorities()):
        gdal.SetConfigOption(_GDAL_AUTHORITIES, None)


def _authorities() -> Path:
    return Path(QgsApplication.qgisSettingsDirPath()) / "dinamis-authorities.pem"


def check_certificate(address: str, timeout_s: float, cancelled: Callable[[], bool]) -> None:
    """Shake hands with an encrypted server, for worker threads, to see whether its certificate is trusted.

    A request through QGIS would wait without end: QGIS holds a worker whose server is not trusted until the
    GUI thread, or the person whom it asks there, has answered. A server that is not reached passes: a request
    tells more about it.

    Raises:
        UntrustedCertificateError: It is not.
        TimedOutError: The handshake did not end in time.
        CancelledError: Nobody waits for it any more.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        return
    socket, configuration = QSslSocket(), QSslConfiguration.defaultConfiguration()
    trusted = QgsApplication.authManager().trustedCaCertsCache()
    if trusted:
        configuration.setCaCertificates(trusted)
    socket.setSslConfiguration(configuration)
    socket.setProxy(proxy_for(address))
    socket.connectToHostEncrypted(parts.hostname, parts.port or _HTTPS_PORT)
    end = time.monotonic() + timeout_s
    try:
        while not socket.waitForEncrypted(_STEP_MS):
            if socket.sslHandshakeErrors():
                raise UntrustedCertificateError(socket.sslHandshakeErrors()[0].errorString())
            if socket.state() == QAbstractSocket.SocketState.UnconnectedState:
                return
            if cancelled():
                raise CancelledError("")
            if time.monotonic() > end:
                raise TimedOutError("")
    finally:
        socket.abort()
