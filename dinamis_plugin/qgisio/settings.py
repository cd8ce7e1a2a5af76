"""Settings of the plugin in QGIS's profile, typed. Nothing secret belongs here."""

from __future__ import annotations

import os

from qgis.core import QgsApplication, QgsSettings

_GROUP = "plugins/dinamis"


class PluginSettings:
    """Reads and writes the settings; an administrator may fix the address by DINAMIS_SERVICE_URL."""

    def __init__(self) -> None:
        self._store = QgsSettings()

    @property
    def service_url(self) -> str:
        """Address of the service, without a slash at its end; empty when none was chosen yet."""
        return self._text("service_url", os.environ.get("DINAMIS_SERVICE_URL", "")).rstrip("/")

    @service_url.setter
    def service_url(self, url: str) -> None:
        self._store.setValue(f"{_GROUP}/service_url", url.strip().rstrip("/"))

    @property
    def language(self) -> str:
        """Language asked of the service: `fr` or `en`, following QGIS."""
        return "fr" if QgsApplication.locale().lower().startswith("fr") else "en"

    @property
    def object_origins(self) -> list[str]:
        """Origins (`https://host:port`) whose signatures are never saved, known offline too."""
        return [origin for origin in self._text("object_origins", "").split(" ") if origin]

    def remember_origin(self, origin: str) -> None:
        """Add an origin to `object_origins`."""
        origins = self.object_origins
        if origin and origin not in origins:
            self._store.setValue(f"{_GROUP}/object_origins", " ".join([*origins, origin]))

    @property
    def download_dropped(self) -> bool:
        """Whether a dropped scene is always downloaded, not only with Ctrl."""
        return bool(self._store.value(f"{_GROUP}/download_dropped", defaultValue=False, type=bool))

    @download_dropped.setter
    def download_dropped(self, always: bool) -> None:
        self._store.setValue(f"{_GROUP}/download_dropped", always)

    def _text(self, key: str, default: str) -> str:
        return str(self._store.value(f"{_GROUP}/{key}", defaultValue=default, type=str))
