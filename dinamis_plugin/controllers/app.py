"""All controllers of the plugin, built once and shared by the dock and the integrations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject

from ..domain.object_roots import ObjectRoots, clean_root
from ..qgisio.credentials import CredentialStore
from ..qgisio.layer_paths import LayerPaths
from ..qgisio.settings import PluginSettings
from ..tasks.runner import TaskRunner
from .aois import AoiController
from .downloads import DownloadController
from .layers import SignedLayersController
from .requests import RequestsController
from .search import SearchController
from .session import SessionController


class Controllers(QObject):
    """The controllers, wired to each other.

    Attributes:
        session: connection and sign-in.
        aois: areas of interest.
        search: catalogue.
        layers: signed layers.
        downloads: files.
        requests: quotas, projects and orders.
    """

    def __init__(
        self,
        settings: PluginSettings | None = None,
        project: QgsProject | None = None,
        open_url: Callable[[str], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings or PluginSettings()
        self.runner = TaskRunner()
        self.session = SessionController(self.runner, self.settings, CredentialStore(), open_url, self)
        self.aois = AoiController(self.runner, self)
        self.search = SearchController(self.runner, self.session, self)
        self._paths = LayerPaths(self._object_roots())
        self.layers = SignedLayersController(self.runner, self.session, self._paths, project, parent=self)
        self.downloads = DownloadController(self.runner, self.session, project, self)
        self.requests = RequestsController(self.runner, self.session, self)

    def use_object_hosts(self, typed: Sequence[str]) -> None:
        """Keep signed what lies under these addresses too, from now on; what is none is left out."""
        self.settings.object_hosts = [root for root in map(clean_root, typed) if root]
        self._paths.use_roots(self._object_roots())

    def _object_roots(self) -> ObjectRoots:
        return ObjectRoots.of([*self.settings.object_hosts, *self.settings.object_roots])

    def shutdown(self) -> None:
        """End all work and leave nothing of the plugin in QGIS."""
        self.runner.shutdown()
        self.layers.shutdown()
        self.session.shutdown()
