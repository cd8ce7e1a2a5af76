"""A small real HTTP proxy on the loopback: forwards plain requests and CONNECT tunnels, and notes both."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

from qgis.core import QgsNetworkAccessManager, QgsSettings
from qgis.PyQt.QtNetwork import QNetworkProxy


@contextmanager
def qgis_uses(proxy):
    """Let QGIS use a proxy inside the block."""
    settings = QgsSettings()
    values = {
        "proxyEnabled": True,
        "proxyType": "HttpProxy",
        "proxyHost": "127.0.0.1",
        "proxyPort": proxy.port,
    }
    for key, value in values.items():
        settings.setValue(f"proxy/{key}", value)
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
    try:
        yield
    finally:
        settings.remove("proxy")
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()


def lead_through(proxy):
    """Let QGIS use a proxy until it ends, without a word in its settings."""
    through = QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "127.0.0.1", proxy.port)
    QgsNetworkAccessManager.instance().setFallbackProxyAndExcludes(through, [], [])


class LocalProxy:
    """Listens on a free port; `seen` holds the request lines that passed.

    A plain request whose line holds `cut` reaches the service, and loses its answer: `lost` counts them, and
    `on_lost` is called when the answer is there.
    """

    def __init__(self):
        self.seen = []
        self.cut = ""
        self.lost = 0
        self.on_lost = lambda: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._listener.settimeout(0.1)
        self._open = True
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._open = False
        self._thread.join(2)
        self._listener.close()

    def _accept(self):
        while self._open:
            try:
                client, _ = self._listener.accept()
            except socket.timeout:
                continue
            client.settimeout(None)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return
                head += piece
            line = head.split(b"\r\n", 1)[0].decode("latin-1")
            self.seen.append(line)
            method, target, _ = line.split(" ", 2)
            if method == "CONNECT":
                host, port = target.rsplit(":", 1)
                first = b""
            else:
                parts = urlsplit(target)
                host, port = parts.hostname, parts.port or 80
                path = parts.path + (f"?{parts.query}" if parts.query else "")
                first = head.replace(target.encode("latin-1"), path.encode("latin-1") or b"/", 1)
                # One request a connection, so that every one of them is seen.
                first = first.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
            with socket.create_connection((host, int(port)), 5) as upstream:
                if method == "CONNECT":
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                upstream.sendall(first)
                self._pump(client, upstream, loses=bool(self.cut) and self.cut in line)

    def _pump(self, one, other, *, loses):
        while self._open:
            for ready in select.select([one, other], [], [], 0.2)[0]:
                try:
                    data = ready.recv(65536)
                except OSError:
                    return
                if not data:
                    return
                if loses and ready is other:
                    self.lost += 1
                    self.on_lost()
                    return
                (other if ready is one else one).sendall(data)
