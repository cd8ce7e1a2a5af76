"""GDAL trusts the authorities that QGIS trusts, and no certificate beside."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsApplication
from qgis.PyQt.QtNetwork import QSslCertificate

from dinamis_plugin.controllers.messages import notice_for
from dinamis_plugin.domain.errors import CancelledError, CorruptImageError, TimedOutError
from dinamis_plugin.domain.errors import UntrustedCertificateError as Untrusted
from dinamis_plugin.qgisio import certificates, images

from .images import scene_of
from .local_http import LocalServer
from .scripted_service import ScriptedService
from .waiting import Caught

REQUEST = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj"]


@pytest.fixture(autouse=True)
def nothing_set_by_hand(monkeypatch):
    """Whoever runs these tests may have named a file of authorities: GDAL reads the environment too."""
    for name in ("CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


def openssl(folder, *arguments):
    subprocess.run(arguments, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """An authority of its own and a certificate of it for the loopback address."""
    folder = tmp_path_factory.mktemp("authority")
    openssl(
        folder, *REQUEST, "/CN=Test authority", "-x509", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem"
    )
    openssl(folder, *REQUEST, "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n", "utf-8")
    signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"]
    openssl(folder, "openssl", "x509", "-req", "-in", "server.csr", *signing, "-out", "server.pem")
    return folder


@pytest.fixture
def encrypted(authority):
    """The scripted service behind that certificate."""
    server = LocalServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    server._server.socket = context.wrap_socket(
        server._server.socket, server_side=True, do_handshake_on_connect=False
    )
    with server:
        service = ScriptedService(server)
        service.url = server.url.replace("http:", "https:")
        yield service


@pytest.fixture
def trusted(authority, master_password):
    """The authority, added to those of QGIS by a person; taken out again."""
    manager = master_password
    certificate = QSslCertificate.fromPath(str(authority / "ca.pem"))[0]

    def trust():
        assert manager.storeCertAuthority(certificate)
        renew()

    def renew():
        manager.rebuildCaCertsCache()
        manager.rebuildTrustedCaCertsCache()

    yield trust
    manager.removeCertAuthority(certificate)
    renew()


def open_one(service):
    """Open an image by GDAL alone; gives its header, None when its server is not trusted."""
    certificates.follow_certificates()
    try:
        return images.open_header(service.signed(f"{service.url}/objects/a.tif", datetime.now(timezone.utc)))
    except CorruptImageError:
        return None


def test_gdal_trusts_whom_qgis_trusts_and_nobody_beside(encrypted, trusted, cog):
    encrypted.files["/objects/a.tif"] = cog[0].read_bytes()
    assert gdal.GetConfigOption("CURL_CA_BUNDLE") is None
    assert open_one(encrypted) is None
    assert encrypted.object_requests == []
    trusted()
    header = open_one(encrypted)
    assert header.shape == (1024, 1024)
    assert gdal.GetConfigOption("GDAL_HTTP_UNSAFESSL") is None
    bundle = Path(gdal.GetConfigOption("CURL_CA_BUNDLE"))
    assert bundle.parent == Path(QgsApplication.qgisSettingsDirPath())
    assert b"PRIVATE" not in bundle.read_bytes()


def test_an_authority_that_is_not_trusted_any_more_is_not_by_gdal(encrypted, cog):
    encrypted.files["/objects/a.tif"] = cog[0].read_bytes()
    gdal.VSICurlClearCache()
    assert open_one(encrypted) is None
    assert gdal.GetConfigOption("CURL_CA_BUNDLE") is None


def test_a_profile_that_cannot_be_written_leaves_gdal_with_the_system(trusted, encrypted, cog):
    """Where the file of authorities should be made lies a folder."""
    encrypted.files["/objects/a.tif"] = cog[0].read_bytes()
    trusted()
    bundle = Path(QgsApplication.qgisSettingsDirPath()) / "dinamis-authorities.pem"
    bundle.unlink(missing_ok=True)
    bundle.mkdir()
    try:
        gdal.VSICurlClearCache()
        assert open_one(encrypted) is None
        assert gdal.GetConfigOption("CURL_CA_BUNDLE") is None
    finally:
        bundle.rmdir()


def test_after_the_plugin_gdal_trusts_whom_it_trusted_before(trusted):
    trusted()
    certificates.follow_certificates()
    assert gdal.GetConfigOption("CURL_CA_BUNDLE")
    certificates.forget_certificates()
    assert gdal.GetConfigOption("CURL_CA_BUNDLE") is None


def test_what_somebody_set_by_hand_is_left_alone(trusted, tmp_path):
    gdal.SetConfigOption("CURL_CA_BUNDLE", str(tmp_path / "own.pem"))
    try:
        trusted()
        certificates.follow_certificates()
        assert gdal.GetConfigOption("CURL_CA_BUNDLE") == str(tmp_path / "own.pem")
    finally:
        gdal.SetConfigOption("CURL_CA_BUNDLE", None)


def in_a_worker(work, seconds=10):
    """Do work in a thread while this one stands still, as QGIS does while it asks somebody."""
    results = []

    def run():
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - what it raised is the result
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    began = time.monotonic()
    thread.start()
    thread.join(seconds)
    assert results, "it did not end in time"
    return results[0], time.monotonic() - began


def test_an_untrusted_certificate_is_told_and_nobody_waits_for_it(encrypted, cog):
    encrypted.files["/objects/a.tif"] = cog[0].read_bytes()
    address = encrypted.signed(f"{encrypted.url}/objects/a.tif", datetime.now(timezone.utc))
    error, seconds = in_a_worker(lambda: images.explain(address))
    assert isinstance(error, Untrusted)
    assert seconds < 5
    notice = notice_for(error)
    assert notice.title == "Certificate not trusted"
    assert "add the authority in QGIS's options" in notice.hint
    assert encrypted.object_requests == []


def test_a_trusted_certificate_passes(encrypted, trusted):
    trusted()
    result, _ = in_a_worker(lambda: certificates.check_certificate(encrypted.url, 5, lambda: False))
    assert result is None


def test_a_server_that_never_shakes_hands_is_left_after_the_time_or_a_cancel():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/a.tif"
        check = certificates.check_certificate
        error, seconds = in_a_worker(lambda: check(address, 0.5, lambda: False))
        assert isinstance(error, TimedOutError)
        assert seconds < 3
        error, _ = in_a_worker(lambda: check(address, 30, lambda: True))
        assert isinstance(error, CancelledError)
    # A server that is not there at all is told by the request that follows.
    assert in_a_worker(lambda: check(address, 5, lambda: False))[0] is None


def test_a_layer_whose_server_is_not_trusted_says_so(signed_in, encrypted, project, cog):
    """The service of the images is trusted here, their store is not."""
    [layers, failed] = [Caught(signed_in.layers.layer_added), Caught(signed_in.layers.failed)]
    encrypted.files["/objects/a.tif"] = cog[0].read_bytes()
    signed_in.loading.load([scene_of(f"{encrypted.url}/objects/a.tif")])
    _, notice = failed.wait(seconds=20)
    assert notice.title == "Certificate not trusted"
    assert notice.action.label == "Try again"
    assert layers.values == []
