"""The dock of a QGIS where a Python package is missing; imports nothing of the kind itself."""

from __future__ import annotations

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QLabel, QVBoxLayout, QWidget

from .theme import STEP, Role, set_role

translate = QCoreApplication.translate


class MissingPackageDock(QgsDockWidget):
    """Says what is missing and how to install it."""

    def __init__(self, package: str, parent: QWidget | None = None) -> None:
        super().__init__(translate("Dinamis", "DINAMIS"), parent)
        self.setObjectName("DinamisDock")
        title = QLabel(translate("Dinamis", "A Python package is missing: {package}").format(package=package))
        title.setWordWrap(True)
        title.setObjectName("missingPackageLabel")
        set_role(title, Role.HEADING)
        text = QLabel(_how_to_install(package))
        text.setObjectName("missingPackageHintLabel")
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout()
        layout.setContentsMargins(2 * STEP, 2 * STEP, 2 * STEP, 2 * STEP)
        layout.setSpacing(STEP)
        layout.addWidget(title)
        layout.addWidget(text)
        layout.addStretch(1)
        content = QWidget()
        content.setLayout(layout)
        self.setWidget(content)

    def shut_down(self) -> None:
        """There is nothing on the map to take away."""


def _how_to_install(package: str) -> str:
    return translate(
        "Dinamis",
        "The plugin cannot work without it.\n\n"
        "Debian, Ubuntu: sudo apt install python3-{package}\n"
        "Fedora: sudo dnf install python3-{package}\n"
        "Windows: OSGeo4W Shell, then: python -m pip install {package}\n"
        "macOS: it comes with QGIS; install QGIS again.\n\n"
        "Then start QGIS again.",
    ).format(package=package)
