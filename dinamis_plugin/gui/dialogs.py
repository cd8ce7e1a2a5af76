"""Opens the dialogs of requests and wires each to the controllers while it is open."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsGeometry
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QDialog, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice
from ..domain.form import FormField
from ..domain.kept_draft import KeptDraft, document_of
from ..domain.order import Order, OrderKind
from ..domain.order_draft import OrderDraft
from ..domain.project import Project, with_first
from ..domain.scene import Scene
from .order_dialog import OrderDialog
from .programming_dialog import ProgrammingDialog
from .projects_desk import ProjectsDesk
from .request_dialog import RequestDialog


class Dialogs(QObject):
    """At most one request dialog at a time."""

    def __init__(
        self, owner: QWidget, controllers: Controllers, projects: ProjectsDesk, canvas: QgsMapCanvas
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._do = controllers
        self._canvas = canvas
        self._request: RequestDialog | None = None
        self._projects = projects
        requests = controllers.requests
        requests.form_ready.connect(self._form_came)
        requests.form_failed.connect(self._form_refused)
        controllers.projects.changed.connect(self._projects_came)
        controllers.projects.created.connect(self._project_made)
        controllers.drafts.changed.connect(self._draft_kept)
        controllers.order_page.found.connect(self._draft_found)
        submissions = controllers.submissions
        for name, signal in (
            ("set_refusal", submissions.refused),
            ("set_unanswered", submissions.unanswered),
            ("set_submitted", submissions.settled),
        ):
            signal.connect(lambda key, value, name=name: self._tell_of(key, name, value))
        for name, signal in (
            ("set_wanted", controllers.aois.whole_ready),
            ("set_zone", controllers.aois.zone_ready),
            ("set_refusal", controllers.aois.zone_failed),
            ("set_estimate", requests.estimate_ready),
            ("set_estimate_refusal", requests.estimate_failed),
            ("set_form_refusal", requests.products_failed),
            ("set_products", requests.products_changed),
            ("set_feasibility", requests.feasibility_ready),
            ("set_feasibility_refusal", requests.feasibility_failed),
        ):
            signal.connect(lambda value, name=name: self._tell(name, value))

    def order(self, scenes: Sequence[Scene], draft: OrderDraft | None = None) -> None:
        """Review an order of the orderable ones of these scenes."""
        wanted = [scene for scene in scenes if scene.is_orderable and scene.sensor]
        if wanted and not self._is_busy():
            options = {"has_areas": bool(self._do.aois.aois), "model": self._canvas, "draft": draft}
            self._open(OrderDialog(wanted, self._owner.window(), **options))

    def new_programming(self, project_id: str = "", draft: OrderDraft | None = None) -> None:
        """Ask for an acquisition over the areas of interest, in a project or from a draft if there is one."""
        if not self._is_busy():
            options = {"has_areas": bool(self._do.aois.aois), "model": self._canvas, "draft": draft}
            dialog = ProgrammingDialog(self._owner.window(), **options)
            dialog.set_products(self._do.requests.products)
            self._open(dialog, project_id)

    def resume(self, kept: KeptDraft) -> None:
        """Go on with a draft; scenes that this profile does not know are looked up first."""
        if kept.kind is OrderKind.PROGRAMMING:
            self.new_programming(draft=kept.draft)
        elif kept.scenes:
            self.order(kept.scene_list, kept.draft)
        else:
            self._do.order_page.open_draft(kept.draft)

    def close(self) -> None:
        """Close what is open."""
        if self._request is not None:
            self._request.done(QDialog.DialogCode.Rejected)

    def _is_busy(self) -> bool:
        """Say whether a dialog is open, and show it."""
        if self._request is not None:
            self._request.raise_()
        return self._request is not None

    def _open(self, dialog: RequestDialog, project_id: str = "") -> None:
        requests = self._do.requests
        self._request = dialog
        dialog.zone_requested.connect(self._do.aois.find_zone)
        dialog.drawn.connect(self._drawn)
        dialog.estimate_requested.connect(requests.estimate)
        dialog.keep_requested.connect(self._keep)
        dialog.submit_requested.connect(self._submit)
        dialog.form_requested.connect(requests.load_form)
        dialog.products_requested.connect(requests.refresh_products)
        dialog.project_requested.connect(lambda: self._projects.new_project(dialog))
        if isinstance(dialog, ProgrammingDialog):
            dialog.feasibility_requested.connect(requests.feasibility)
        dialog.finished.connect(self._request_closed)
        usual = project_id or self._do.settings.default_project
        dialog.set_projects(with_first(self._do.projects.projects, usual))
        dialog.begin()
        dialog.open()

    def _request_closed(self) -> None:
        if self._request is not None:
            self._request.deleteLater()
            self._request = None
            self._do.drafts.write()

    # From the dialog

    def _drawn(self, geometry: QgsGeometry, canvas: QgsMapCanvas) -> None:
        area = self._do.aois.area_of(geometry, canvas.mapSettings().destinationCrs())
        if area is not None and self._request is not None:
            self._request.add_drawn(area)

    def _keep(self, draft: OrderDraft, title: str) -> None:
        self._do.drafts.keep(draft, title, self._documents())

    def _submit(self, draft: OrderDraft, title: str) -> None:
        self._do.submissions.submit(draft, title, self._documents())

    def _documents(self) -> list[dict]:
        """What is kept of the scenes of an archive order."""
        if isinstance(self._request, OrderDialog):
            return [document_of(scene) for scene in self._request.scenes]
        return []

    # To the dialog

    def _tell(self, name: str, value: object) -> None:
        if self._request is not None and hasattr(self._request, name):
            getattr(self._request, name)(value)

    def _tell_of(self, key: str, name: str, value: Notice | Order) -> None:
        """Tell what became of a draft, where it is the one in the dialog."""
        if self._request is not None and self._request.key == key:
            getattr(self._request, name)(value)

    def _draft_kept(self) -> None:
        if self._request is not None:
            self._request.set_kept(written=self._do.drafts.is_written(self._request.key))

    def _draft_found(self, draft: OrderDraft, scenes: Sequence[Scene]) -> None:
        if draft.kind is OrderKind.PROGRAMMING:
            self.new_programming(draft=draft)
        else:
            self.order(scenes, draft)

    def _form_came(self, product_id: str, fields: Sequence[FormField]) -> None:
        if self._request is not None and self._request.product_id == product_id:
            self._request.set_form(fields)

    def _form_refused(self, product_id: str, notice: Notice) -> None:
        if self._request is not None and self._request.product_id == product_id:
            self._request.set_form_refusal(notice)

    def _projects_came(self, projects: Sequence[Project]) -> None:
        if self._request is not None:
            self._request.set_projects(projects)

    def _project_made(self, project: Project) -> None:
        """Offer it at once: a request sent before the list is read again must not go to another project."""
        self._projects_came([*self._do.projects.projects, project])
