"""What QGIS saves and reads as the source of a signed layer (CAT-37).

The path writer takes signatures out of everything that is saved; the path preprocessor gives QGIS a local
raster without pixels for every source of ours that is opened, so that opening a project never waits for the
network. QGIS calls both on the GUI thread, several times a layer, for all layers of the person: they answer
from memory, leave alone what is not ours, and never raise, since an exception in them ends QGIS.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from osgeo import gdal
from qgis.core import QgsPathResolver

from ..domain.layer_document import VSICURL, href_of
from ..domain.layer_source import LayerIdentity, from_source, placeholder_vrt, to_source
from ..domain.signed_url import is_signed, strip_signature

PLACEHOLDERS = "/vsimem/dinamis/"


class LayerPaths:
    """Knows the layers of ours by their unsigned address, and translates their sources."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._saved_by_href: dict[str, str] = {}
        self._saved_by_placeholder: dict[str, str] = {}
        self._origins = set(origins)
        self._lock = threading.Lock()
        self._installed: list[str] = []

    # Known layers

    def remember(self, identity: LayerIdentity) -> str:
        """Know a layer from now on; gives the source that is saved for it."""
        saved = to_source(identity)
        with self._lock:
            self._saved_by_href[identity.href] = saved
            self._origins.add(origin_of(identity.href))
        return saved

    def remember_origin(self, origin: str) -> None:
        """Take signatures out of every address of this origin, also of layers added by hand."""
        with self._lock:
            self._origins.add(origin)

    def placeholder(self, identity: LayerIdentity) -> str:
        """Give the local raster that stands in for a layer; it lies in memory, nothing is on disk."""
        saved = self.remember(identity)
        path = f"{PLACEHOLDERS}{hashlib.sha256(saved.encode('utf-8')).hexdigest()[:24]}.vrt"
        with self._lock:
            if path not in self._saved_by_placeholder:
                gdal.FileFromMemBuffer(path, placeholder_vrt(identity).encode("utf-8"))
                self._saved_by_placeholder[path] = saved
        return path

    # The callbacks of QGIS

    def to_saved(self, source: str) -> str:
        """Give what is saved for a source: never a signature, never a placeholder."""
        try:
            return self._to_saved(source)
        except Exception:  # noqa: BLE001 - raising here ends QGIS
            return strip_signature(source) if isinstance(source, str) else source

    def to_opened(self, source: str) -> str:
        """Give what is opened for a saved source: the placeholder of a layer of ours."""
        try:
            identity = from_source(source) if source.startswith(VSICURL) else None
            return source if identity is None else self.placeholder(identity)
        except Exception:  # noqa: BLE001 - raising here ends QGIS
            return source

    def install(self) -> None:
        """Have QGIS call both."""
        if not self._installed:
            self._writer = QgsPathResolver.setPathWriter(self.to_saved)
            self._reader = QgsPathResolver.setPathPreprocessor(self.to_opened)
            self._installed = [self._writer, self._reader]

    def remove(self) -> None:
        """Have QGIS call neither any more. Placeholders stay: layers of the project may still use them."""
        if self._installed:
            QgsPathResolver.removePathWriter(self._writer)
            QgsPathResolver.removePathPreprocessor(self._reader)
            self._installed = []

    def _to_saved(self, source: str) -> str:
        at = source.find(PLACEHOLDERS)
        if at >= 0:
            return self._saved_by_placeholder.get(source[at:], source)
        if "X-Amz-" not in source and "x-amz-" not in source.lower():
            return source
        if not is_signed(source) or not self._is_ours(source):
            return source
        return self._saved_by_href.get(strip_signature(href_of(source) or ""), strip_signature(source))

    def _is_ours(self, source: str) -> bool:
        plain = source
        for _ in range(3):
            if any(origin and origin in plain for origin in self._origins):
                return True
            plain = unquote(plain)
        return False


def is_placeholder(source: str) -> bool:
    """Tell whether a source is a placeholder, also after QGIS made its path relative."""
    return PLACEHOLDERS in source


def origin_of(href: str) -> str:
    """Give `scheme://host:port` of an address."""
    parts = urlsplit(href)
    return f"{parts.scheme}://{parts.netloc}"


def identity_in(saved: str | None) -> LayerIdentity | None:
    """Read the identity out of a saved source."""
    return from_source(saved) if saved else None
