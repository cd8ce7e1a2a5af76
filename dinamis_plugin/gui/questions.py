"""Questions to the person: which layer of an imported file, in which CRS, and whether something is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.core import QgsCoordinateReferenceSystem, QgsProject
from qgis.gui import QgsProjectionSelectionDialog
from qgis.PyQt.QtCore import QCoreApplication, QObject
from qgis.PyQt.QtWidgets import QDialog, QInputDialog, QMessageBox, QWidget

from ..controllers.aois import AoiController

translate = QCoreApplication.translate


class AoiQuestions(QObject):
    """Asks, then imports again with the answer; without one, nothing is imported."""

    def __init__(self, owner: QWidget, aois: AoiController) -> None:
        super().__init__(owner)
        self._owner = owner
        self._aois = aois
        self._open: QDialog | None = None
        aois.layer_needed.connect(self._ask_layer)
        aois.crs_needed.connect(self._ask_crs_of_file)
        aois.text_crs_needed.connect(self._ask_crs_of_text)

    def _ask_layer(self, path: str, layers: Sequence) -> None:
        names = [layer.name for layer in layers]
        dialog = QInputDialog(self._owner.window())
        dialog.setObjectName("aoiLayerDialog")
        dialog.setWindowTitle(translate("Dinamis", "Layer to import"))
        dialog.setLabelText(translate("Dinamis", "The file holds several layers:"))
        dialog.setComboBoxItems(names)
        dialog.textValueSelected.connect(lambda name: self._aois.import_file(path, name))
        self._show(dialog)

    def _ask_crs_of_file(self, path: str, layer: str) -> None:
        self._ask_crs(
            translate("Dinamis", "Coordinate reference system of the file"),
            translate("Dinamis", "The file does not say its coordinate reference system."),
            lambda crs: self._aois.import_file(path, layer or None, crs),
        )

    def _ask_crs_of_text(self, text: str) -> None:
        self._ask_crs(
            translate("Dinamis", "Coordinate reference system of the pasted area"),
            translate("Dinamis", "What was pasted does not say its coordinate reference system."),
            lambda crs: self._aois.import_text(text, crs),
        )

    def _ask_crs(self, title: str, message: str, use: Callable[[QgsCoordinateReferenceSystem], None]) -> None:
        """Ask for a system; that of the project is chosen to begin with."""
        dialog = QgsProjectionSelectionDialog(self._owner.window())
        dialog.setObjectName("aoiCrsDialog")
        dialog.setWindowTitle(title)
        dialog.setMessage(message)
        dialog.setCrs(QgsProject.instance().crs())
        dialog.accepted.connect(lambda: use(dialog.crs()))
        self._show(dialog)

    def _show(self, dialog: QDialog) -> None:
        if self._open is not None:
            self._open.reject()
        self._open = dialog
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        if self._open is not None:
            self._open.deleteLater()
            self._open = None


def confirmed(
    owner: QWidget,
    name: str,
    *,
    title: str,
    question: str,
    consequence: str,
    yes: str,
    no: str,
    destructive: bool = False,
) -> bool:
    """Ask whether something is meant, and say what comes of it; Escape and Enter on its own do nothing."""
    box = QMessageBox(owner.window())
    box.setObjectName(name)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setText(question)
    box.setInformativeText(consequence)
    roles = QMessageBox.ButtonRole
    sure = box.addButton(yes, roles.DestructiveRole if destructive else roles.AcceptRole)
    keep = box.addButton(no, roles.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    box.deleteLater()
    return box.clickedButton() is sure
