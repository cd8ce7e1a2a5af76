"""Words for the fields, the kind and the state of a project."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

from ..domain.project import Project, ProjectDraft, ProjectStatus
from . import formats

translate = QCoreApplication.translate


def field_title(name: str) -> str:
    """The title of a field of the form, by its name in ProjectDraft."""
    return {
        "title": translate("Dinamis", "Title"),
        "themes": translate("Dinamis", "Themes"),
        "end_date": translate("Dinamis", "End date"),
        "description": translate("Dinamis", "Description"),
        "objectives": translate("Dinamis", "Objectives"),
        "methodology": translate("Dinamis", "Methodology"),
        "expected_results": translate("Dinamis", "Expected results"),
        "publications": translate("Dinamis", "Earlier publications"),
        "shared": translate("Dinamis", "Shared with the entity"),
        "budget_eur": translate("Dinamis", "Budget"),
        "budget_reference": translate("Dinamis", "Reference of the budget"),
    }[name]


def field_value(draft: ProjectDraft, name: str) -> str:
    """What a field holds, in words."""
    value = getattr(draft, name)
    if name == "themes":
        return ", ".join(value) or formats.DASH
    if name == "end_date":
        return formats.day(value)
    if name == "shared":
        return yes_no(value)
    if name == "budget_eur":
        return formats.DASH if value is None else formats.euros(value)
    return f"« {value} »" if value else formats.DASH


def field_line(name: str, value: str) -> str:
    """A field and what it holds, in one line."""
    return translate("Dinamis", "{field}: {value}").format(field=field_title(name), value=value)


def yes_no(value: bool) -> str:
    """Yes or no."""
    return translate("Dinamis", "Yes") if value else translate("Dinamis", "No")


def status_label(status: ProjectStatus) -> str:
    """Open or closed."""
    return translate("Dinamis", "Open") if status is ProjectStatus.OPEN else translate("Dinamis", "Closed")


def owner_text(project: Project) -> str:
    """The owner by name and address, as far as they are known."""
    if project.owner_name and project.owner:
        return f"{project.owner_name}\n{project.owner}"
    return project.owner_name or project.owner or formats.DASH
