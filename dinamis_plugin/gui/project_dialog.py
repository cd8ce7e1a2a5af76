"""The form of a project, in whose frame images are asked for: a new one, or one that is changed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from qgis.PyQt.QtCore import QCoreApplication, QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from ..controllers.messages import Notice
from ..domain.project import Project, ProjectDraft, changed_fields, merged
from . import formats
from .project_texts import field_line, field_title, field_value
from .refusal_card import RefusalCard
from .theme import HALF, STEP, Role, make_primary
from .themes_edit import ThemesEdit
from .widgets import Section, column, label, push_button, row, scroller

translate = QCoreApplication.translate

SCIENTIFIC = "SCI"
_MOST_EUR = 10_000_000.0
_NEEDED = ("title", "end_date", "description", "objectives", "methodology", "expected_results")


class ProjectDialog(QDialog):
    """The sections of a project; what concerns method only of scientific ones.

    Every sending of a new project bears the same key, so that it makes one project however often an answer
    is lost on the way.

    Signals:
        create_requested: a ProjectDraft and the key of this form.
        change_requested: the Project as it was read, and a ProjectDraft.
    """

    create_requested = pyqtSignal(object, str)
    change_requested = pyqtSignal(object, object)

    def __init__(
        self, *, scientific: bool, project: Project | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("projectDialog")
        self._project = project
        self._key = str(uuid4())
        self._scientific = scientific
        self._in_flight = False
        new = translate("Dinamis", "New project")
        edited = translate("Dinamis", "Project {id}").format(id=project.id) if project else new
        self.setWindowTitle(edited)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(520, 760 if scientific else 600)
        self._title = QLineEdit()
        self._themes = ThemesEdit("projectThemesEdit")
        self._end = self._make_end()
        self._texts = {
            name: _text()
            for name in ("description", "objectives", "methodology", "expected_results", "publications")
        }
        self._shared = QCheckBox(translate("Dinamis", "Share with the members of my entity"))
        self._shared.setObjectName("projectSharedCheck")
        self._shared.setToolTip(
            translate("Dinamis", "They see the project and its requests, and may make requests in it.")
        )
        self._has_budget = QCheckBox(translate("Dinamis", "A budget of the project pays small volumes"))
        self._has_budget.setObjectName("projectBudgetCheck")
        self._budget = QDoubleSpinBox()
        self._reference = QLineEdit()
        self._name_fields()
        self._refusal = RefusalCard("project")
        self._hint = label(role=Role.MUTED, name="projectHintLabel")
        self._submit = push_button(
            translate("Dinamis", "Create the project") if project is None else translate("Dinamis", "Save"),
            name="projectSubmitButton",
            icon="check",
        )
        make_primary(self._submit)
        self._submit.clicked.connect(self._send)
        self._cancel = push_button(translate("Dinamis", "Cancel"), name="projectCancelButton")
        self._cancel.clicked.connect(self.reject)
        self._build()
        self._fill(_empty_draft() if project is None else ProjectDraft.of(project))
        self._watch()

    def _make_end(self) -> QDateEdit:
        """The last day; one that is past already may stay."""
        end = QDateEdit()
        formats.localise(end)
        today = QDate.currentDate()
        kept = self._project.end_date if self._project is not None else None
        end.setMinimumDate(today if kept is None else min(today, formats.to_qdate(kept)))
        return end

    def _name_fields(self) -> None:
        """Object names for tests, accessible names for people, and the bounds of the budget."""
        named: dict[str, QWidget] = {
            "title": self._title,
            "end_date": self._end,
            "budget_eur": self._budget,
            "budget_reference": self._reference,
            **self._texts,
        }
        for name, field in named.items():
            field.setAccessibleName(field_title(name))
        for name, field in (
            ("projectTitleEdit", self._title),
            ("projectEndEdit", self._end),
            ("projectDescriptionEdit", self._texts["description"]),
            ("projectObjectivesEdit", self._texts["objectives"]),
            ("projectMethodologyEdit", self._texts["methodology"]),
            ("projectResultsEdit", self._texts["expected_results"]),
            ("projectPublicationsEdit", self._texts["publications"]),
            ("projectBudgetSpin", self._budget),
            ("projectBudgetReferenceEdit", self._reference),
        ):
            field.setObjectName(name)
        self._title.setMaxLength(200)
        self._budget.setRange(0.0, _MOST_EUR)
        self._budget.setLocale(formats.locale())
        self._budget.setGroupSeparatorShown(True)
        self._budget.setSuffix(translate("Dinamis", "{amount} €").format(amount=""))

    def _build(self) -> None:
        texts = self._texts
        general = self._section(
            translate("Dinamis", "General information about the project"),
            title=self._title,
            themes=self._themes,
            end_date=self._end,
        )
        description = self._section(
            translate("Dinamis", "Description of the project"), description=texts["description"]
        )
        science = self._section(
            translate("Dinamis", "Specifics of scientific projects"),
            **{name: texts[name] for name in ("objectives", "methodology", "expected_results")},
        )
        science.setObjectName("scientificSection")
        science.setVisible(self._scientific)
        before = self._section(
            translate("Dinamis", "Earlier publications"), publications=texts["publications"]
        )
        others = Section(translate("Dinamis", "Sharing and budget"))
        others.add(self._shared)
        others.add(self._has_budget)
        self._budget_box = QWidget()
        self._budget_box.setLayout(_form(budget_eur=self._budget, budget_reference=self._reference))
        others.add(self._budget_box)
        content = QWidget()
        sections = (general, description, science, before, others)
        content.setLayout(column(*sections, margins=2 * STEP, spacing=2 * STEP))
        content.layout().addStretch(1)
        problem = column(self._refusal)
        problem.setContentsMargins(2 * STEP, 0, 2 * STEP, STEP)
        buttons = row(self._hint, self._cancel, self._submit)
        buttons.setStretch(0, 1)
        buttons.setContentsMargins(2 * STEP, STEP, 2 * STEP, 2 * STEP)
        self.setLayout(column(scroller(content), problem, buttons, spacing=0))

    def _section(self, heading: str, /, **fields: QWidget) -> Section:
        section = Section(heading)
        section.add(_form(heading, **fields))
        return section

    def _watch(self) -> None:
        for field in (self._title, *self._texts.values()):
            field.textChanged.connect(self._update)
        self._has_budget.toggled.connect(self._update)
        self._budget.valueChanged.connect(self._update)
        self._update()

    def set_themes(self, titles: Sequence[str]) -> None:
        """Suggest themes."""
        self._themes.set_suggestions(titles)

    def set_refusal(self, notice: Notice) -> None:
        """Show why the project was not taken; everything filled in stays."""
        self._in_flight = False
        self._refusal.show_notice(notice)
        self._update()

    def set_outdated(self, now: Project) -> None:
        """Somebody changed the project meanwhile: say what, take it over, and keep what was typed."""
        if self._project is None:
            return
        self._in_flight = False
        before, typed = ProjectDraft.of(self._project), self.draft()
        there = ProjectDraft.of(now)
        own = changed_fields(before, typed)
        lines = [translate("Dinamis", "The project was changed meanwhile. Nothing you typed is lost.")]
        for name in changed_fields(before, there):
            line = field_line(name, field_value(there, name))
            kept = translate("Dinamis", "yours stays: {value}").format(value=field_value(typed, name))
            lines.append(f"{line} ({kept})" if name in own else line)
        lines.append(translate("Dinamis", "Save again to change it as it stands in the form now."))
        self._project = now
        self._fill(merged(typed, before, there))
        self._refusal.show_warning("\n".join(lines))
        self._update()

    def draft(self) -> ProjectDraft:
        """The project as filled in."""
        budget = self._has_budget.isChecked()
        return ProjectDraft(
            title=self._title.text(),
            themes=self._themes.themes(),
            end_date=formats.to_date(self._end.date()),
            shared=self._shared.isChecked(),
            budget_eur=self._budget.value() if budget else None,
            budget_reference=self._reference.text() if budget else "",
            **{name: edit.toPlainText() for name, edit in self._texts.items()},
        )

    def _fill(self, draft: ProjectDraft) -> None:
        self._title.setText(draft.title)
        self._themes.set_themes(draft.themes)
        if draft.end_date is not None:
            self._end.setDate(formats.to_qdate(draft.end_date))
        for name, edit in self._texts.items():
            edit.setPlainText(getattr(draft, name))
        self._shared.setChecked(draft.shared)
        self._has_budget.setChecked(draft.budget_eur is not None)
        self._budget.setValue(draft.budget_eur or 0.0)
        self._reference.setText(draft.budget_reference)

    def _send(self) -> None:
        if self._in_flight:
            return
        self._in_flight = True
        self._refusal.hide()
        self._update()
        if self._project is None:
            self.create_requested.emit(self.draft(), self._key)
        else:
            self.change_requested.emit(self._project, self.draft())

    def _update(self) -> None:
        self._budget_box.setVisible(self._has_budget.isChecked())
        reason = self._missing()
        self._hint.setText(reason)
        self._submit.setEnabled(not reason)
        self._submit.setToolTip(reason or self._submit.text())

    def _missing(self) -> str:
        """Why the form cannot be sent, empty when it can."""
        if self._in_flight:
            return translate("Dinamis", "The project is on its way…")
        if not self._title.text().strip():
            return translate("Dinamis", "Give the project a title.")
        if not self._texts["description"].toPlainText().strip():
            return translate("Dinamis", "Describe the project in a few words.")
        science = (self._texts[name] for name in ("objectives", "methodology", "expected_results"))
        if self._scientific and not all(field.toPlainText().strip() for field in science):
            return translate("Dinamis", "Fill in objectives, methodology and expected results.")
        if self._has_budget.isChecked() and not self._budget.value():
            return translate("Dinamis", "Give the amount of the budget.")
        return ""


def _empty_draft() -> ProjectDraft:
    """A new project, a year long."""
    return ProjectDraft("", (), formats.to_date(QDate.currentDate().addYears(1)), "")


def _form(section: str = "", /, **fields: QWidget) -> QFormLayout:
    """Fields under their titles; one that bears the title of its section needs none of its own."""
    form = QFormLayout()
    form.setHorizontalSpacing(STEP)
    form.setVerticalSpacing(HALF)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    for name, field in fields.items():
        title = field_title(name)
        if title == section:
            form.addRow(field)
        else:
            form.addRow(f"{title} *" if name in _NEEDED else title, field)
    return form


def _text() -> QPlainTextEdit:
    edit = QPlainTextEdit()
    edit.setTabChangesFocus(True)
    edit.setFixedHeight(edit.fontMetrics().lineSpacing() * 3 + 2 * STEP)
    return edit
