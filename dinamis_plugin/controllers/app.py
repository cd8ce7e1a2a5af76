"""All controllers of the plugin, built once and shared by the dock and the integrations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject

from ..domain.object_roots import ObjectRoots, clean_root
from ..domain.signing_store import SigningStore
from ..qgisio.credentials import CredentialStore
from ..qgisio.layer_paths import LayerPaths
from ..qgisio.settings import PluginSettings
from ..tasks.runner import TaskRunner
from .aois import AoiController
from .cart import CartController
from .counts import CountsController
from .cover import CoverController
from .coverage import CoverageController
from .credits import LayerCredits
from .downloads import DownloadController
from .drafts import DraftsController
from .estimates import EstimateController
from .exports import ExportController
from .free_text import FreeTextController
from .kept_areas import KeptAreas
from .last_state import LastStateController
from .layers import SignedLayersController
from .loading import LoadingController
from .local_copies import LocalCopies
from .notifications import NotificationsController
from .order_page import OrderPageController
from .orders import OrdersController
from .packs import PackController
from .places import PlacesController
from .preferences import PreferencesController
from .projects import ProjectsController
from .quicklooks import QuicklookController
from .quotas import QuotasController
from .requests import RequestsController
from .saved_searches import SavedSearchController
from .search import SearchController
from .session import SessionController, open_in_browser
from .signers import ImageSigners
from .styling import StylingController
from .submissions import SubmissionController


class Controllers(QObject):
    """The controllers, wired to each other.

    Attributes:
        session: connection and sign-in.
        aois: areas of interest.
        kept: areas that were kept for later.
        places: areas by the name of a place.
        search: catalogue.
        cart: ticked scenes.
        coverage: how much of the areas each scene covers.
        quicklooks: large pictures.
        exports: scenes as layers and files.
        counts: how many scenes match.
        free_text: what typed words mean.
        saved: searches kept under a name, and defaults.
        last_state: the search of the last session.
        cover: the fewest scenes that cover the areas.
        layers: signed layers.
        loading: the ways in which scenes become layers.
        styling: their styles.
        credits: their attribution and licence.
        downloads: files.
        copies: layers that read them.
        estimates: how much will come.
        packs: offline packs.
        quotas: free areas and prices of the person.
        projects: in whose frame images are asked for.
        requests: what can be requested, at what price.
        orders: requests and their states.
        drafts: requests that are being filled in.
        submissions: their sending.
        order_page: what is done with one request.
        notifications: what happened to requests and projects.
        preferences: how the service writes to the person.
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
        credentials = CredentialStore()
        self._open_url = open_url or open_in_browser
        self.session = SessionController(self.runner, self.settings, credentials, self._open_url, self)
        self.aois = AoiController(self.runner, self)
        self.kept = KeptAreas(self.runner, self)
        self.places = PlacesController(self.runner, self.session, self)
        self.search = SearchController(self.runner, self.session, self)
        self.cart = CartController(self)
        self.coverage = CoverageController(self.runner, self)
        self.quicklooks = QuicklookController(self.runner, self.session, self)
        self.exports = ExportController(self.runner, self.session, project, self)
        self.counts = CountsController(self.runner, self.session, self.search, self)
        self.free_text = FreeTextController(self.runner, self.session, self)
        self.saved = SavedSearchController(self.runner, self.session, self)
        self.last_state = LastStateController(self.runner, self)
        self.cover = CoverController(self.runner, self)
        self._paths = LayerPaths(self._object_roots())
        signers = ImageSigners(self.session, self.settings, credentials)
        self.layers = SignedLayersController(
            self.runner, self.session, signers, self._paths, project, parent=self
        )
        self.loading = LoadingController(self.runner, self.layers, project, self)
        self.styling = StylingController(self.runner, self.layers, project, self)
        self.credits = LayerCredits(self.runner, self.session, self.layers, project, self)
        self.downloads = DownloadController(self.runner, self.session, signers, project, self)
        self.copies = LocalCopies(self.runner, self.downloads, self.layers, project, self)
        self.estimates = EstimateController(self.runner, self.session, self)
        self.packs = PackController(self.runner, self.session, self.downloads, self.copies, self)
        self.quotas = QuotasController(self.runner, self.session, self)
        self.projects = ProjectsController(self.runner, self.session, self)
        self.requests = RequestsController(self.runner, self.session, self)
        self.orders = OrdersController(self.runner, self.session, self.settings, self)
        self.drafts = DraftsController(self.runner, self.session, self)
        self.submissions = SubmissionController(self.runner, self.session, self.drafts, self)
        self.order_page = OrderPageController(self.runner, self.session, self.orders, self)
        self.notifications = NotificationsController(self.runner, self.session, self.settings, self)
        self.preferences = PreferencesController(self.runner, self.session, self)
        self.submissions.submitted.connect(self.orders.put)
        for read in (self.quotas.refresh, self.projects.refresh):
            self.submissions.submitted.connect(lambda _order, read=read: read())

    def open_registry(self) -> bool:
        """Open the register of members in the browser; False when no service is known."""
        endpoints = self.session.endpoints
        return endpoints is not None and self._open_url(endpoints.registry)

    def open_account(self) -> bool:
        """Open the page of one's own account in the browser; False when no service is known."""
        endpoints = self.session.endpoints
        return endpoints is not None and self._open_url(endpoints.account)

    def use_object_hosts(self, typed: Sequence[str]) -> None:
        """Keep signed what lies under these addresses too, from now on; what is none is left out."""
        self.settings.object_hosts = [root for root in map(clean_root, typed) if root]
        self._paths.use_roots(self._object_roots())
        self.layers.look_at_all()

    def use_signing_store(self, store: SigningStore) -> None:
        """Have the images of a store signed by its own service from now on."""
        if store != self.settings.signing_store:
            self.settings.signing_store = store
            self._paths.use_roots(self._object_roots())
            self.layers.look_at_all()
            self.layers.try_again()

    def _object_roots(self) -> ObjectRoots:
        settings = self.settings
        return ObjectRoots.of(
            [*settings.object_hosts, *settings.object_roots, settings.signing_store.objects]
        )

    def shutdown(self) -> None:
        """End all work and leave nothing of the plugin in QGIS."""
        self.downloads.shutdown()
        self.drafts.write_now()
        self.runner.shutdown()
        self.layers.shutdown()
        self.session.shutdown()
