"""Settings of the plugin in QGIS's profile, typed. Nothing secret belongs here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime

from qgis.core import QgsApplication, QgsSettings

from ..domain.parsing import iso_utc, utc_of
from ..domain.signing_store import PRESET_STORE, SigningStore

_GROUP = "plugins/dinamis"
SHORTEST_REFRESH_S = 15


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
        """Language of the plugin and asked of the service: `fr` or `en`, as chosen, else that of QGIS."""
        chosen = self._text("language", "")
        spoken = chosen or QgsApplication.locale().lower()
        return "fr" if spoken.startswith("fr") else "en"

    @language.setter
    def language(self, language: str) -> None:
        self._store.setValue(f"{_GROUP}/language", language)

    @property
    def object_roots(self) -> list[str]:
        """Addresses under which the images of services lie that were connected once; known offline too."""
        return self._words("object_roots")

    def remember_root(self, root: str) -> None:
        """Add an address to `object_roots`."""
        roots = self.object_roots
        if root and root not in roots:
            self._store.setValue(f"{_GROUP}/object_roots", " ".join([*roots, root]))

    @property
    def object_hosts(self) -> list[str]:
        """Addresses of images beside the service's own, as the person set them."""
        return self._words("object_hosts")

    @object_hosts.setter
    def object_hosts(self, hosts: Sequence[str]) -> None:
        self._store.setValue(f"{_GROUP}/object_hosts", " ".join(hosts))

    @property
    def signing_store(self) -> SigningStore:
        """The store with a signing service of its own; a preset to begin with. The key lies elsewhere."""
        if not self._store.contains(f"{_GROUP}/store_objects"):
            return PRESET_STORE
        names = ("store_objects", "store_signing", "store_key_config")
        return SigningStore(*(self._text(name, "") for name in names))

    @signing_store.setter
    def signing_store(self, store: SigningStore) -> None:
        self._store.setValue(f"{_GROUP}/store_objects", store.objects)
        self._store.setValue(f"{_GROUP}/store_signing", store.signing)
        self._store.setValue(f"{_GROUP}/store_key_config", store.key_config)

    @property
    def download_dropped(self) -> bool:
        """Whether a dropped scene is always downloaded, not only with Ctrl."""
        return bool(self._store.value(f"{_GROUP}/download_dropped", defaultValue=False, type=bool))

    @download_dropped.setter
    def download_dropped(self, always: bool) -> None:
        self._store.setValue(f"{_GROUP}/download_dropped", always)

    @property
    def results_columns(self) -> list[str]:
        """Names of the columns of the list of results in their order; empty until the person chose."""
        return self._words("results_columns")

    @results_columns.setter
    def results_columns(self, names: Sequence[str]) -> None:
        self._store.setValue(f"{_GROUP}/results_columns", " ".join(names))

    @property
    def results_grouping(self) -> str:
        """How the list of results is divided."""
        return self._text("results_grouping", "none")

    @results_grouping.setter
    def results_grouping(self, name: str) -> None:
        self._store.setValue(f"{_GROUP}/results_grouping", name)

    @property
    def results_sort(self) -> str:
        """The column by which the list of results is sorted, with a minus before it where downwards."""
        return self._text("results_sort", "")

    @results_sort.setter
    def results_sort(self, name: str) -> None:
        self._store.setValue(f"{_GROUP}/results_sort", name)

    @property
    def results_as_thumbnails(self) -> bool:
        """Whether results are shown as thumbnails, not as a list."""
        return bool(self._store.value(f"{_GROUP}/results_as_thumbnails", defaultValue=False, type=bool))

    @results_as_thumbnails.setter
    def results_as_thumbnails(self, shown: bool) -> None:
        self._store.setValue(f"{_GROUP}/results_as_thumbnails", shown)

    @property
    def requests_refresh_s(self) -> int:
        """Pause between two looks at the states of the requests, in seconds; 120 to begin with."""
        seconds = int(self._store.value(f"{_GROUP}/requests_refresh_s", defaultValue=120, type=int))
        return max(seconds, SHORTEST_REFRESH_S)

    @requests_refresh_s.setter
    def requests_refresh_s(self, seconds: int) -> None:
        self._store.setValue(f"{_GROUP}/requests_refresh_s", seconds)

    @property
    def picture_cache_bytes(self) -> int:
        """What small pictures may take on the disk; set in megabytes, 200 to begin with."""
        megabytes = int(self._store.value(f"{_GROUP}/picture_cache_mb", defaultValue=200, type=int))
        return max(megabytes, 0) * 1_000_000

    @property
    def default_project(self) -> str:
        """Identifier of the project that new requests begin with; empty for none."""
        return self._text("default_project", "")

    @default_project.setter
    def default_project(self, project_id: str) -> None:
        self._store.setValue(f"{_GROUP}/default_project", project_id)

    @property
    def notifications_announced(self) -> bool:
        """Whether QGIS's message bar tells of new notifications."""
        return bool(self._store.value(f"{_GROUP}/notifications_announced", defaultValue=True, type=bool))

    @notifications_announced.setter
    def notifications_announced(self, announced: bool) -> None:
        self._store.setValue(f"{_GROUP}/notifications_announced", announced)

    @property
    def tutorial_seen(self) -> bool:
        """Whether the guided tour was shown once."""
        return bool(self._store.value(f"{_GROUP}/tutorial_seen", defaultValue=False, type=bool))

    @tutorial_seen.setter
    def tutorial_seen(self, seen: bool) -> None:
        self._store.setValue(f"{_GROUP}/tutorial_seen", seen)

    def notification_seen(self, owner: str) -> datetime | None:
        """Time of the newest notification that was announced to somebody, None when none was yet."""
        return utc_of(self._text(_seen_key(owner), ""))

    def see_notification(self, owner: str, moment: datetime) -> None:
        """Remember the time of the newest notification that was announced to somebody."""
        self._store.setValue(f"{_GROUP}/{_seen_key(owner)}", iso_utc(moment))

    def _words(self, key: str) -> list[str]:
        return [word for word in self._text(key, "").split(" ") if word]

    def _text(self, key: str, default: str) -> str:
        return str(self._store.value(f"{_GROUP}/{key}", defaultValue=default, type=str))


def _seen_key(owner: str) -> str:
    return f"notifications_seen/{hashlib.sha256(owner.encode()).hexdigest()[:16]}"
