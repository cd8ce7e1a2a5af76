"""The page of the plugin in QGIS's options."""

from __future__ import annotations

from qgis.gui import QgsAuthConfigSelect, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGroupBox,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ..controllers.app import Controllers
from ..domain.signing_store import PRESET_STORE, SigningStore
from ..paths import icon_path

translate = QCoreApplication.translate

PAGE_NAME = "mOptionsPageDinamis"


class DinamisOptionsPage(QgsOptionsPageWidget):
    """Address of the service, other stores of images and who signs them, and what a drop does."""

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE_NAME)
        self._do = controllers
        self._url = QLineEdit(controllers.settings.service_url)
        self._url.setObjectName("optionsServiceUrlEdit")
        self._url.setPlaceholderText(translate("Dinamis", "Address of the service (https://…)"))
        self._download = QCheckBox(translate("Dinamis", "A scene dropped on the map is always downloaded"))
        self._download.setObjectName("optionsDownloadDroppedCheck")
        self._download.setToolTip(translate("Dinamis", "Otherwise only when Ctrl is held at the drop"))
        self._download.setChecked(controllers.settings.download_dropped)
        form = QFormLayout()
        form.addRow(translate("Dinamis", "Address of the service"), self._url)
        self._hosts = QLineEdit(" ".join(controllers.settings.object_hosts))
        self._hosts.setObjectName("optionsObjectHostsEdit")
        self._hosts.setToolTip(
            translate(
                "Dinamis",
                "Addresses under which images lie that the service signs, with spaces between them."
                " Layers added by hand from there are kept signed too.",
            )
        )
        form.addRow(translate("Dinamis", "Other stores of images"), self._hosts)
        form.addRow(self._download)
        layout = QVBoxLayout()
        layout.addLayout(form)
        layout.addWidget(self._store_group(controllers.settings.signing_store))
        layout.addStretch(1)
        self.setLayout(layout)

    def _store_group(self, store: SigningStore) -> QGroupBox:
        """The store with a signing service of its own: addresses, and where the key lies."""
        group = QGroupBox(translate("Dinamis", "Images of another signing service"))
        self._objects, self._signing = QLineEdit(store.objects), QLineEdit(store.signing)
        self._objects.setObjectName("optionsStoreObjectsEdit")
        self._signing.setObjectName("optionsStoreSigningEdit")
        self._key = QgsAuthConfigSelect()
        self._key.setObjectName("optionsStoreKeySelect")
        self._key.setConfigId(store.key_config)
        self._key.setToolTip(
            translate(
                "Dinamis",
                "A configuration of the kind Basic with the access key as user name and the secret key as"
                " password, or of the kind API Header with the headers access-key and secret-key.",
            )
        )
        preset = QPushButton(translate("Dinamis", "Addresses of DINAMIS and THEIA"))
        preset.setObjectName("optionsStorePresetButton")
        preset.clicked.connect(self._put_preset)
        form = QFormLayout(group)
        form.addRow(translate("Dinamis", "Address of the images"), self._objects)
        form.addRow(translate("Dinamis", "Address of the signing service"), self._signing)
        form.addRow(translate("Dinamis", "Key"), self._key)
        form.addRow(preset)
        return group

    def _put_preset(self) -> None:
        self._objects.setText(PRESET_STORE.objects)
        self._signing.setText(PRESET_STORE.signing)

    def apply(self) -> None:
        """Take the settings over; a new address is connected to at once."""
        self._do.settings.download_dropped = self._download.isChecked()
        self._do.use_object_hosts(self._hosts.text().split())
        self._do.use_signing_store(
            SigningStore.typed(self._objects.text(), self._signing.text(), self._key.configId())
        )
        url = self._url.text().strip().rstrip("/")
        if url and url != self._do.settings.service_url:
            self._do.session.connect_service(url)


class DinamisOptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page each time the options open."""

    def __init__(self, controllers: Controllers) -> None:
        super().__init__()
        self._do = controllers
        self.setTitle("DINAMIS")
        self.setIcon(QIcon(str(icon_path("dinamis"))))

    def createWidget(self, parent: QWidget) -> DinamisOptionsPage:  # noqa: N802 - Qt's name
        """Make the page."""
        return DinamisOptionsPage(self._do, parent)
