"""Opens the dialogs of requests and wires each to the controllers while it is open."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QDialog, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice
from ..domain.form import FormField
from ..domain.project import Project
from ..domain.scene import Scene
from .order_dialog import OrderDialog
from .programming_dialog import ProgrammingDialog
from .projects_desk import ProjectsDesk
from .request_dialog import RequestDialog


class Dialogs(QObject):
    """At most one request dialog at a time."""

    def __init__(self, owner: QWidget, controllers: Controllers, projects: ProjectsDesk) -> None:
        super().__init__(owner)
        self._owner = owner
        self._do = controllers
        self._request: RequestDialog | None = None
        self._projects = projects
        controllers.aois.zone_ready.connect(lambda zone: self._tell("set_zone", zone))
        controllers.aois.zone_failed.connect(lambda notice: self._tell("set_refusal", notice))
        requests = controllers.requests
        requests.form_ready.connect(self._form_came)
        requests.form_failed.connect(self._form_refused)
        controllers.projects.changed.connect(self._projects_came)
        controllers.projects.created.connect(self._project_made)
        for name, signal in (
            ("set_estimate", requests.estimate_ready),
            ("set_estimate_refusal", requests.estimate_failed),
            ("set_form_refusal", requests.products_failed),
            ("set_products", requests.products_changed),
            ("set_refusal", requests.submit_failed),
            ("set_submitted", requests.submitted),
        ):
            signal.connect(lambda value, name=name: self._tell(name, value))

    def order(self, scenes: Sequence[Scene]) -> None:
        """Review an order of the orderable ones of these scenes."""
        wanted = [scene for scene in scenes if scene.is_orderable and scene.sensor]
        if wanted:
            has_areas = bool(self._do.aois.aois)
            self._open(OrderDialog(wanted, self._owner.window(), has_areas=has_areas))

    def new_programming(self) -> None:
        """Ask for an acquisition over the areas of interest."""
        dialog = ProgrammingDialog(self._owner.window(), has_areas=bool(self._do.aois.aois))
        dialog.set_products(self._do.requests.products)
        self._open(dialog)

    def close(self) -> None:
        """Close what is open."""
        if self._request is not None:
            self._request.done(QDialog.DialogCode.Rejected)

    def _open(self, dialog: RequestDialog) -> None:
        if self._request is not None:
            dialog.deleteLater()
            self._request.raise_()
            return
        requests = self._do.requests
        self._request = dialog
        dialog.zone_requested.connect(self._do.aois.find_zone)
        dialog.estimate_requested.connect(requests.estimate)
        dialog.submit_requested.connect(requests.submit)
        dialog.form_requested.connect(requests.load_form)
        dialog.products_requested.connect(requests.refresh_products)
        dialog.project_requested.connect(lambda: self._projects.new_project(dialog))
        dialog.finished.connect(self._request_closed)
        dialog.set_projects(self._do.projects.projects)
        dialog.begin()
        dialog.open()

    def _request_closed(self) -> None:
        if self._request is not None:
            self._request.deleteLater()
            self._request = None

    def _tell(self, name: str, value: object) -> None:
        if self._request is not None:
            getattr(self._request, name)(value)

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
