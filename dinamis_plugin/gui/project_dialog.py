"""A new project, in whose frame images are asked for."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDateEdit,
    QDialog,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from ..controllers.messages import Notice
from ..domain.project import ProjectDraft
from . import formats
from .notices import ActionButton
from .theme import HALF, STEP, Role, Tone, make_primary
from .widgets import Card, Section, column, label, push_button, row, scroller

translate = QCoreApplication.translate


class ProjectDialog(QDialog):
    """Asks for title, themes, end and description; scientific users also for their method.

    Signals:
        submit_requested: a ProjectDraft.
    """

    submit_requested = pyqtSignal(object)

    def __init__(self, *, scientific: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("projectDialog")
        self.setWindowTitle(translate("Dinamis", "New project"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(520, 640 if scientific else 460)
        self._scientific = scientific
        self._in_flight = False
        self._title = _line("projectTitleEdit", translate("Dinamis", "Title"))
        self._themes = _line("projectThemesEdit", translate("Dinamis", "Themes"))
        self._themes.setPlaceholderText(translate("Dinamis", "Agriculture, biodiversity…"))
        self._end = QDateEdit()
        self._end.setObjectName("projectEndEdit")
        self._end.setAccessibleName(translate("Dinamis", "End date"))
        formats.localise(self._end)
        self._end.setMinimumDate(QDate.currentDate())
        self._end.setDate(QDate.currentDate().addYears(1))
        self._description = _text("projectDescriptionEdit", translate("Dinamis", "Description"))
        self._objectives = _text("projectObjectivesEdit", translate("Dinamis", "Objectives"))
        self._methodology = _text("projectMethodologyEdit", translate("Dinamis", "Methodology"))
        self._results = _text("projectResultsEdit", translate("Dinamis", "Expected results"))
        self._publications = _text("projectPublicationsEdit", translate("Dinamis", "Earlier publications"))
        self._error = label(name="projectErrorLabel")
        self._action = ActionButton("projectActionButton")
        self._error_card = Card(Tone.DANGER)
        self._hint = label(role=Role.MUTED, name="projectHintLabel")
        self._submit = push_button(
            translate("Dinamis", "Create the project"), name="projectSubmitButton", icon="check"
        )
        make_primary(self._submit)
        self._submit.clicked.connect(self._send)
        self._cancel = push_button(translate("Dinamis", "Cancel"), name="projectCancelButton")
        self._cancel.clicked.connect(self.reject)
        self._build()
        for field in (
            self._title,
            self._themes,
            self._description,
            self._objectives,
            self._methodology,
            self._results,
        ):
            field.textChanged.connect(self._update)
        self._update()

    def _build(self) -> None:
        general = self._section(
            translate("Dinamis", "General information"),
            self._title,
            self._themes,
            self._end,
            self._description,
        )
        science = self._section(
            translate("Dinamis", "Scientific projects"), self._objectives, self._methodology, self._results
        )
        science.setVisible(self._scientific)
        before = self._section(translate("Dinamis", "Publications"), self._publications)
        before.setVisible(self._scientific)
        offer = row(self._action)
        offer.addStretch(1)
        self._error_card.setLayout(column(self._error, offer, margins=STEP + 4))
        self._error_card.hide()
        content = QWidget()
        content.setLayout(column(general, science, before, margins=2 * STEP, spacing=2 * STEP))
        content.layout().addStretch(1)
        area = scroller(content)
        problem = column(self._error_card)
        problem.setContentsMargins(2 * STEP, 0, 2 * STEP, STEP)
        buttons = row(self._hint, self._cancel, self._submit)
        buttons.setStretch(0, 1)
        buttons.setContentsMargins(2 * STEP, STEP, 2 * STEP, 2 * STEP)
        self.setLayout(column(area, problem, buttons, spacing=0))

    def _section(self, title: str, *fields: QWidget) -> Section:
        form = QFormLayout()
        form.setHorizontalSpacing(STEP)
        form.setVerticalSpacing(HALF)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        needed = (self._title, self._description, self._objectives, self._methodology, self._results)
        for field in fields:
            name = field.accessibleName()
            form.addRow(f"{name} *" if field in needed else name, field)
        section = Section(title)
        section.add(form)
        return section

    def set_refusal(self, notice: Notice) -> None:
        """Show why the project was not created; everything filled in stays."""
        self._in_flight = False
        said = [notice.title, notice.text, *(text for _name, text in notice.fields), notice.hint]
        self._error.setText("\n".join(part for part in said if part))
        self._action.offer(notice.action)
        self._error_card.show()
        self._update()

    def draft(self) -> ProjectDraft:
        """The project as filled in."""
        return ProjectDraft(
            title=self._title.text(),
            themes=tuple(self._themes.text().split(",")),
            end_date=formats.to_date(self._end.date()),
            description=self._description.toPlainText(),
            publications=self._publications.toPlainText(),
            objectives=self._objectives.toPlainText(),
            methodology=self._methodology.toPlainText(),
            expected_results=self._results.toPlainText(),
        )

    def _send(self) -> None:
        if not self._in_flight:
            self._in_flight = True
            self._error_card.hide()
            self._update()
            self.submit_requested.emit(self.draft())

    def _update(self) -> None:
        reason = ""
        if self._in_flight:
            reason = translate("Dinamis", "The project is being created…")
        elif not self._title.text().strip():
            reason = translate("Dinamis", "Give the project a title.")
        elif not self._description.toPlainText().strip():
            reason = translate("Dinamis", "Describe the project in a few words.")
        elif self._scientific and not all(
            field.toPlainText().strip() for field in (self._objectives, self._methodology, self._results)
        ):
            reason = translate("Dinamis", "Fill in objectives, methodology and expected results.")
        self._hint.setText(reason)
        self._submit.setEnabled(not reason)
        self._submit.setToolTip(reason or self._submit.text())


def _line(name: str, accessible: str) -> QLineEdit:
    edit = QLineEdit()
    edit.setObjectName(name)
    edit.setAccessibleName(accessible)
    return edit


def _text(name: str, accessible: str) -> QPlainTextEdit:
    edit = QPlainTextEdit()
    edit.setObjectName(name)
    edit.setAccessibleName(accessible)
    edit.setTabChangesFocus(True)
    edit.setFixedHeight(edit.fontMetrics().lineSpacing() * 3 + 2 * STEP)
    return edit
