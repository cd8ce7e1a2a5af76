"""Asks where images go, whether whole or cut to the area, and says how much will come (CAT-30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QDialog, QFileDialog, QFormLayout, QLineEdit, QWidget

from ..controllers.estimates import SizeEstimate
from ..domain.scene import Scene
from . import formats
from .theme import STEP, Role, Tone, make_primary, set_role
from .widgets import Card, ElidedCombo, column, label, push_button, row

translate = QCoreApplication.translate

_ADD, _SWITCH, _NOTHING = "add", "switch", "nothing"
_PROBLEMS_SHOWN = 3


@dataclass(frozen=True)
class DownloadChoice:
    """What a person chose.

    Attributes:
        folder: Where the files go.
        area: What to cut out, as WKT in EPSG:4326; empty for whole images.
        add_to_map: Whether each file becomes a layer.
        switch_layers: Whether the layers of the images read the files then.
        pack_name: Name of the offline pack; empty when none is wanted.
        zipped: Whether the pack becomes one .zip.
    """

    folder: str
    area: str
    add_to_map: bool
    switch_layers: bool
    pack_name: str
    zipped: bool


class DownloadDialog(QDialog):
    """The questions before a download.

    Signals:
        estimate_requested: area (WKT, may be empty) and folder.
        chosen: a DownloadChoice.

    Args:
        scenes: what shall come.
        area: the areas of interest as one WKT in EPSG:4326; empty when there is none.
        folder: where it goes if nothing else is said.
        on_map: whether some of the images are layers of the map.
    """

    estimate_requested = pyqtSignal(str, str)
    chosen = pyqtSignal(object)

    def __init__(
        self,
        scenes: Sequence[Scene],
        area: str,
        folder: str,
        *,
        on_map: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("downloadDialog")
        self.setWindowTitle(translate("Dinamis", "Download"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(460, 340)
        self._area = area
        self._folder = QLineEdit(folder)
        self._folder.setObjectName("downloadFolderEdit")
        self._folder.setAccessibleName(translate("Dinamis", "Folder"))
        self._folder.setPlaceholderText(translate("Dinamis", "Choose a folder first."))
        self._browse = push_button(translate("Dinamis", "Browse…"), name="downloadBrowseButton")
        self._clip = _check("downloadClipCheck", translate("Dinamis", "Only the area of interest"))
        self._clip.setEnabled(bool(area))
        if not area:
            self._clip.setToolTip(translate("Dinamis", "Draw or import an area of interest first."))
        self._pack = _check("downloadPackCheck", translate("Dinamis", "Offline pack for the field"))
        self._pack.setToolTip(
            translate("Dinamis", "Images, styles, metadata, licences and a project, in one folder")
        )
        self._pack_name = QLineEdit(translate("Dinamis", "dinamis-pack"))
        self._pack_name.setObjectName("downloadPackNameEdit")
        self._pack_name.setAccessibleName(translate("Dinamis", "Name of the pack"))
        self._zip = _check("downloadZipCheck", translate("Dinamis", "as one .zip"))
        self._after = ElidedCombo()
        self._after.setObjectName("downloadAfterCombo")
        self._after.setAccessibleName(translate("Dinamis", "Then"))
        self._after.addItem(translate("Dinamis", "Add the files to the map"), _ADD)
        if on_map:
            self._after.addItem(translate("Dinamis", "Let the layers read the files"), _SWITCH)
            self._after.setCurrentIndex(1)
        self._after.addItem(translate("Dinamis", "Leave the map as it is"), _NOTHING)
        self._count = label(translate("Dinamis", "%n image(s)", None, len(scenes)), role=Role.HEADING)
        self._said = label(name="downloadEstimateLabel")
        self._card = Card()
        self._start = push_button(
            translate("Dinamis", "Download"), name="downloadStartButton", icon="download"
        )
        make_primary(self._start)
        self._cancel = push_button(translate("Dinamis", "Cancel"), name="downloadDialogCancelButton")
        self._build()
        self._connect()
        self._changed()

    def _build(self) -> None:
        self._card.setLayout(column(self._said, margins=STEP + 4))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(translate("Dinamis", "Folder"), row(self._folder, self._browse))
        form.addRow(translate("Dinamis", "Then"), self._after)
        pack = row(self._pack_name, self._zip)
        pack.setContentsMargins(3 * STEP, 0, 0, 0)
        buttons = row(self._cancel, self._start)
        buttons.insertStretch(0, 1)
        layout = column(self._count, form, self._clip, self._pack, margins=2 * STEP)
        layout.addLayout(pack)
        layout.addWidget(self._card)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.setLayout(layout)

    def _connect(self) -> None:
        self._browse.clicked.connect(lambda _checked: self._choose_folder())
        self._cancel.clicked.connect(self.reject)
        self._start.clicked.connect(lambda _checked: self._choose())
        self._clip.toggled.connect(lambda _on: self._changed())
        self._pack.toggled.connect(lambda _on: self._changed())
        self._folder.editingFinished.connect(self._changed)
        self._folder.textChanged.connect(lambda _text: self._allow())
        self._pack_name.textChanged.connect(lambda _text: self._allow())

    def ask(self) -> None:
        """Ask how much will come, as chosen now."""
        self._said.setText(translate("Dinamis", "The size is being estimated…"))
        self.estimate_requested.emit(self._wanted_area(), self._folder.text().strip())

    def show_estimate(self, found: SizeEstimate) -> None:
        """Say how much will come, and whether there is room for it."""
        set_role(self._said, Role.TEXT)
        lines = [_amount(found)]
        if found.free is not None:
            free = translate("Dinamis", "{size} free on the disk.").format(size=formats.size(found.free))
            lines.append(free)
        for title, reason in found.problems[:_PROBLEMS_SHOWN]:
            lines.append(f"{title}: {reason}")
        if len(found.problems) > _PROBLEMS_SHOWN:
            more = translate("Dinamis", "and %n more", None, len(found.problems) - _PROBLEMS_SHOWN)
            lines.append(more)
        full = found.free is not None and found.size is not None and found.size > found.free
        if full:
            lines.append(translate("Dinamis", "There is not enough room on the disk for this."))
        self._card.set_tone(Tone.WARNING if full or found.problems else None)
        self._said.setText("\n".join(lines))
        needed = self.layout().totalHeightForWidth(self.width())
        self.resize(self.width(), max(self.height(), needed))

    def choice(self) -> DownloadChoice:
        """What is chosen now."""
        pack = self._pack.isChecked()
        after = _NOTHING if pack else self._after.currentData()
        return DownloadChoice(
            folder=self._folder.text().strip(),
            area=self._wanted_area(),
            add_to_map=after == _ADD,
            switch_layers=after == _SWITCH,
            pack_name=self._pack_name.text().strip() if pack else "",
            zipped=self._zip.isChecked(),
        )

    def _wanted_area(self) -> str:
        return self._area if self._clip.isChecked() else ""

    def _choose(self) -> None:
        self.chosen.emit(self.choice())
        self.accept()

    def _choose_folder(self) -> None:
        title = translate("Dinamis", "Folder for the images")
        folder = QFileDialog.getExistingDirectory(self, title, self._folder.text())
        if folder:
            self._folder.setText(folder)
            self._changed()

    def _changed(self) -> None:
        pack = self._pack.isChecked()
        self._pack_name.setEnabled(pack)
        self._zip.setEnabled(pack)
        self._after.setEnabled(not pack)
        self._allow()
        self.ask()

    def _allow(self) -> None:
        reason = ""
        if not self._folder.text().strip():
            reason = translate("Dinamis", "Choose a folder first.")
        elif self._pack.isChecked() and not self._pack_name.text().strip():
            reason = translate("Dinamis", "Give the pack a name.")
        self._start.setEnabled(not reason)
        self._start.setToolTip(reason or self._start.text())


def _amount(found: SizeEstimate) -> str:
    if found.size is None:
        return translate("Dinamis", "The catalogue does not say how large the images are.")
    if found.whole is not None and found.size < found.whole:
        text = translate("Dinamis", "About {size} will come, of {whole} in all.")
        return text.format(size=formats.size(found.size), whole=formats.size(found.whole))
    return translate("Dinamis", "About {size} will come.").format(size=formats.size(found.size))


def _check(name: str, text: str) -> QCheckBox:
    made = QCheckBox(text)
    made.setObjectName(name)
    return made
