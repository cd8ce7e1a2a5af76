"""What QGIS saves, opens and shows as the source of a signed layer (CAT-37).

The source of a live layer is a virtual raster in memory, which names the signed addresses: so the source
itself, which QGIS writes into its style database and hands to drags and messages, holds no signature. Every
renewal writes another file, since GDAL writes histograms into that of before when it closes it.

The path writer takes signatures out of everything that is saved; the path preprocessor gives QGIS a local
raster without pixels for every source of ours that is opened, so that opening a project never waits for the
network. QGIS calls both on the GUI thread, several times a layer, for all layers of the person: they answer
from memory, leave alone what is not ours, and never raise, since an exception in them ends QGIS.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from osgeo import gdal
from qgis.core import QgsPathResolver

from ..domain.layer_document import href_of
from ..domain.layer_source import LayerIdentity, from_source, placeholder_vrt, saved_in_resting, to_source
from ..domain.object_roots import ObjectRoots
from ..domain.signed_url import SignedUrl, is_signed, strip_signature
from .unopened import UNKNOWN_BANDS, signatures_in, unopened_identity

PLACEHOLDERS = "/vsimem/dinamis/"
LIVE = "/vsimem/dinamis-live/"
_PLACEHOLDER = re.compile(re.escape(PLACEHOLDERS) + r"[0-9a-f]{24}\.vrt")


class LayerPaths:
    """Knows the layers of ours by their unsigned address, and translates their sources."""

    def __init__(self, roots: ObjectRoots) -> None:
        self._saved_by_href: dict[str, str] = {}
        self._saved_by_placeholder: dict[str, str] = {}
        self._saved_by_live: dict[str, str] = {}
        self._own: dict[str, SignedUrl] = {}
        self._generation = 0
        self._roots = roots
        self._origins: set[str] = set()
        self._lock = threading.Lock()
        self._installed: list[str] = []

    # Known layers

    def remember(self, identity: LayerIdentity) -> str:
        """Know a layer from now on; gives the source that is saved for it."""
        saved = to_source(identity)
        with self._lock:
            if not identity.parts:
                self._saved_by_href[identity.href] = saved
            self._saved_by_live[_live_base(identity)] = saved
            self._origins.update(filter(None, map(origin_of, identity.hrefs)))
        return saved

    def remember_root(self, root: str) -> bool:
        """Own every image under an address (see `ObjectRoots`), also those of layers added by hand.

        True when that is new.
        """
        before, self._roots = self._roots, self._roots.with_root(root)
        return self._roots != before

    def use_roots(self, roots: ObjectRoots) -> None:
        """Own the images under these addresses, and no others."""
        self._roots = roots

    def keep_own(self, signed: Mapping[str, SignedUrl]) -> None:
        """Keep, in memory, the signatures of a layer's own, by unsigned address: it shows its placeholder."""
        with self._lock:
            self._own.update(signed)

    def own_signatures(self) -> dict[str, SignedUrl]:
        """The signatures that layers had of their own, by unsigned address."""
        with self._lock:
            return dict(self._own)

    def forget_own(self) -> None:
        """Forget the signatures that layers had of their own."""
        with self._lock:
            self._own.clear()

    def owns(self, href: str) -> bool:
        """Say whether an unsigned address is that of an image of ours."""
        return self._roots.hold(href)

    def identity_of(self, source: str) -> LayerIdentity | None:
        """Give the identity behind a placeholder, None for one that was made by an earlier session."""
        return from_source(self._saved_in_memory(source) or "")

    def unopened(self, source: str) -> LayerIdentity | None:
        """Give the identity of images of ours that were not opened yet; keeps their signatures."""
        identity = unopened_identity(source)
        if identity is None or not all(map(self.owns, identity.hrefs)):
            return None
        self.keep_own(signatures_in(source))
        return identity

    def placeholder(self, identity: LayerIdentity) -> str:
        """Give the local raster that stands in for a layer; it lies in memory, nothing is on disk."""
        saved = self.remember(identity)
        path = f"{PLACEHOLDERS}{_digest(saved)}.vrt"
        with self._lock:
            if path not in self._saved_by_placeholder:
                gdal.FileFromMemBuffer(path, placeholder_vrt(identity).encode("utf-8"))
                self._saved_by_placeholder[path] = saved
        return path

    def made_placeholder(self, source: str) -> bool:
        """Whether a source is a placeholder that was made here, not one of an earlier session."""
        at = source.find(PLACEHOLDERS)
        return at >= 0 and source[at:] in self._saved_by_placeholder

    def put_live(self, identity: LayerIdentity, vrt: str) -> str:
        """Put the virtual raster with the signed addresses where layers read it; gives the source for them.

        The one before stays for what is being drawn; those before that go.
        """
        self.remember(identity)
        base = _live_base(identity)
        with self._lock:
            self._generation += 1
            path = f"{base}-{self._generation:09d}.vrt"
        earlier = [name for name in self.live_files() if name.startswith(base)]
        for name in earlier[:-1]:
            gdal.Unlink(name)
        gdal.FileFromMemBuffer(path, vrt.encode("utf-8"))
        return path

    @staticmethod
    def live_files() -> list[str]:
        """Every virtual raster of a live layer that is in memory, the oldest of each layer first."""
        return sorted(LIVE + name for name in gdal.ReadDir(LIVE.rstrip("/")) or ())

    @staticmethod
    def forget_live(names: Iterable[str]) -> None:
        """Remove virtual rasters with their signed addresses; no layer may need them any more."""
        for name in names:
            gdal.Unlink(name)

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
            saved = saved_in_resting(source) or source
            identity = from_source(saved) or self.unopened(source)
            return self._stand_in(source) if identity is None else self.placeholder(identity)
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
        saved = self._saved_in_memory(source)
        if saved is not None:
            return saved
        if "x-amz-" not in source.lower() or not is_signed(source) or not self._is_ours(source):
            return source
        return self._saved_by_href.get(strip_signature(href_of(source) or ""), strip_signature(source))

    def _stand_in(self, source: str) -> str:
        """Give a raster of one pixel for the placeholder of an earlier session: it went with its memory."""
        found = _PLACEHOLDER.search(source)
        if found is None:
            return source
        path = found[0]
        with self._lock:
            if path not in self._saved_by_placeholder and gdal.VSIStatL(path) is None:
                nothing = LayerIdentity("", "", "", "", title="", band_count=UNKNOWN_BANDS)
                gdal.FileFromMemBuffer(path, placeholder_vrt(nothing).encode("utf-8"))
        return path

    def _saved_in_memory(self, source: str) -> str | None:
        resting = saved_in_resting(source)
        if resting:
            return resting
        at = source.find(PLACEHOLDERS)
        if at >= 0:
            return self._saved_by_placeholder.get(source[at:])
        at = source.find(LIVE)
        return self._saved_by_live.get(source[at:].rpartition("-")[0]) if at >= 0 else None

    def _is_ours(self, source: str) -> bool:
        plain = source
        for _ in range(3):
            if self._roots.occur_in(plain) or any(origin in plain for origin in self._origins):
                return True
            plain = unquote(plain)
        return False


def is_placeholder(source: str) -> bool:
    """Tell whether a source is a placeholder, also after QGIS made its path relative, or a resting one."""
    return PLACEHOLDERS in source or bool(saved_in_resting(source))


def is_live(source: str) -> bool:
    """Tell whether a source is the virtual raster of signed addresses, also with a relative path."""
    return LIVE in source


def origin_of(href: str) -> str:
    """Give `scheme://host:port` of an address, nothing when it is none."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


@lru_cache(maxsize=1024)
def identity_in(saved: str) -> LayerIdentity | None:
    """Read the identity out of a saved source; kept, since a mosaic of many images takes milliseconds."""
    return from_source(saved) if saved else None


def _live_base(identity: LayerIdentity) -> str:
    """What the names of all files of a layer begin with; its number and `.vrt` follow a hyphen."""
    return LIVE + _digest(identity.key)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]
