"""What a person prefers: language and kinds of mails, refreshing, the usual project (ACC-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QDialog, QFormLayout, QWidget

from ..controllers.messages import Notice
from ..domain.notification import Preferences
from ..domain.project import Project, ProjectStatus
from . import formats
from .refusal_card import RefusalCard
from .theme import HALF, STEP, Role, make_primary
from .user_menu import LANGUAGE_NAMES
from .widgets import ElidedCombo, Section, column, label, push_button, row, scroller

translate = QCoreApplication.translate

_PAUSES_S = (30, 60, 120, 300, 900, 1800)


@dataclass(frozen=True)
class LocalPreferences:
    """What is kept in the profile of QGIS, not in the account.

    Attributes:
        refresh_s: Pause between two looks at requests and notifications, in seconds.
        announced: Whether QGIS's message bar tells of notifications.
        default_project: Identifier of the project that new requests begin with, empty for none.
    """

    refresh_s: int
    announced: bool
    default_project: str


class PreferencesDialog(QDialog):
    """Mails lie in the account, the rest in this profile; signed out the mails cannot be chosen.

    Signals:
        mails_changed: Preferences to keep in the account.
        local_changed: LocalPreferences to keep in the profile.
    """

    mails_changed = pyqtSignal(object)
    local_changed = pyqtSignal(object)

    def __init__(
        self, local: LocalPreferences, projects: Sequence[Project], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("preferencesDialog")
        self.setWindowTitle(translate("Dinamis", "Preferences"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._before: Preferences | None = None
        self._in_flight = False
        self._language = ElidedCombo()
        self._language.setObjectName("mailLanguageCombo")
        self._language.setAccessibleName(translate("Dinamis", "Language of the mails"))
        self._language.addItem(translate("Dinamis", "That of the service"), None)
        for code, name in LANGUAGE_NAMES.items():
            self._language.addItem(name, code)
        self._mails = {kind: QCheckBox(text) for kind, text in _mail_texts().items()}
        for kind, check in self._mails.items():
            check.setObjectName(f"mail_{kind}")
        self._state = label(role=Role.MUTED, name="mailStateLabel")
        self._pause = ElidedCombo()
        self._pause.setObjectName("refreshPauseCombo")
        self._pause.setAccessibleName(translate("Dinamis", "States of requests are read again every"))
        self._announced = QCheckBox(translate("Dinamis", "Announce notifications in QGIS's message bar"))
        self._announced.setObjectName("announceCheck")
        self._project = ElidedCombo()
        self._project.setObjectName("defaultProjectCombo")
        self._project.setAccessibleName(translate("Dinamis", "Usual project"))
        self._refusal = RefusalCard("preferences")
        self._save = push_button(translate("Dinamis", "Save"), name="preferencesSaveButton", icon="check")
        make_primary(self._save)
        self._save.clicked.connect(self._send)
        self._cancel = push_button(translate("Dinamis", "Cancel"), name="preferencesCancelButton")
        self._cancel.clicked.connect(self.reject)
        self._fill(local, projects)
        self._build()
        self.set_why_not(translate("Dinamis", "The preferences are being read…"))

    def _fill(self, local: LocalPreferences, projects: Sequence[Project]) -> None:
        for seconds in sorted({*_PAUSES_S, local.refresh_s}):
            self._pause.addItem(formats.duration(seconds), seconds)
        self._pause.setCurrentIndex(self._pause.findData(local.refresh_s))
        self._announced.setChecked(local.announced)
        self._project.addItem(translate("Dinamis", "None: the newest is offered first"), "")
        for project in projects:
            if project.status is ProjectStatus.OPEN:
                self._project.addItem(f"{project.id} {formats.DASH} {project.title}", project.id)
        self._project.setCurrentIndex(max(0, self._project.findData(local.default_project)))

    def _build(self) -> None:
        mails = Section(translate("Dinamis", "Mails"))
        mails.add(_labelled(self._language))
        mails.add(column(*self._mails.values(), spacing=HALF))
        mails.add(self._state)
        here = Section(translate("Dinamis", "In this profile of QGIS"))
        here.add(_labelled(self._pause, self._project))
        here.add(self._announced)
        content = QWidget()
        content.setLayout(column(mails, here, margins=2 * STEP, spacing=2 * STEP))
        content.layout().addStretch(1)
        problem = column(self._refusal)
        problem.setContentsMargins(2 * STEP, 0, 2 * STEP, STEP)
        buttons = row(self._cancel, self._save)
        buttons.insertStretch(0, 1)
        buttons.setContentsMargins(2 * STEP, STEP, 2 * STEP, 2 * STEP)
        self.setLayout(column(scroller(content), problem, buttons, spacing=0))
        self.resize(420, 460)

    def set_why_not(self, sentence: str) -> None:
        """Say why the mails cannot be chosen; empty when they can."""
        for widget in (self._language, *self._mails.values()):
            widget.setEnabled(not sentence)
        self._state.setText(sentence)
        self._state.setVisible(bool(sentence))

    def set_preferences(self, preferences: Preferences) -> None:
        """Show what lies in the account; what the person changed meanwhile stays as they chose."""
        chosen = self._chosen()
        before, self._before = self._before, preferences
        language, emails = preferences.language, dict(preferences.emails)
        if before is not None and chosen is not None:
            language = language if chosen.language == before.language else chosen.language
            emails.update(
                {kind: wanted for kind, wanted in chosen.emails.items() if wanted != before.emails[kind]}
            )
        self._language.setCurrentIndex(max(0, self._language.findData(language)))
        for kind, check in self._mails.items():
            check.setChecked(emails[kind])
        self.set_why_not("")

    def set_refusal(self, notice: Notice) -> None:
        """Show why the mails could not be read or kept; what was chosen stays."""
        self._in_flight = False
        self._refusal.show_notice(notice)
        self._save.setEnabled(True)
        if self._before is None:
            self.set_why_not(notice.title)

    def _chosen(self) -> Preferences | None:
        """What is chosen for mails, None before it is known what there is."""
        if self._before is None:
            return None
        emails = {kind: check.isChecked() for kind, check in self._mails.items()}
        return replace(self._before, language=self._language.currentData(), emails=emails)

    def _send(self) -> None:
        if self._in_flight:
            return
        self._refusal.hide()
        self.local_changed.emit(
            LocalPreferences(
                self._pause.currentData(), self._announced.isChecked(), self._project.currentData()
            )
        )
        chosen = self._chosen()
        if chosen is None or chosen == self._before:
            self.accept()
            return
        self._in_flight = True
        self._save.setEnabled(False)
        self.mails_changed.emit(chosen)


def _mail_texts() -> dict[str, str]:
    return {
        "state": translate("Dinamis", "When the state of a request changes"),
        "message": translate("Dinamis", "When a message comes"),
        "quotation": translate("Dinamis", "When a quotation waits for an answer"),
        "delivery": translate("Dinamis", "When images are delivered"),
    }


def _labelled(*fields: QWidget) -> QFormLayout:
    """Fields under their names."""
    form = QFormLayout()
    form.setVerticalSpacing(HALF)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    for field in fields:
        form.addRow(field.accessibleName(), field)
    return form
