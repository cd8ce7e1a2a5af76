"""Projects and their changes as the wire says them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dinamis_service.catalogue.moments import format_moment
from dinamis_service.language import Language, text
from dinamis_service.quotas.table import Sensor
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.project_access import is_open
from dinamis_service.requests.project_terms import budget_left, package_of
from dinamis_service.requests.projects import Seen, entity_tag
from dinamis_service.requests.tables import Project, ProjectChange
from dinamis_service.requests.usage import ProjectUsage


def project_document(seen: Seen, caller: Caller, today: date) -> dict[str, Any]:
    """A project as its caller sees it (REQ-02, REQ-05)."""
    project = seen.project
    own = project.owner_sub == caller.principal.sub
    return {
        "id": project.id,
        "etag": entity_tag(project),
        "kind": project.kind,
        "title": project.title,
        "themes": project.themes,
        "start_date": project.start_date.isoformat(),
        "end_date": project.end_date.isoformat(),
        "status": "open" if is_open(project, today) else "closed",
        "closed": None if project.closed is None else project.closed.isoformat(),
        "description": project.description,
        "objectives": project.objectives,
        "methodology": project.methodology,
        "expected_results": project.expected_results,
        "publications": project.publications,
        "owner": project.owner_email,
        "owner_name": project.owner_name,
        "own": own,
        "editable": own,
        "shared": project.shared,
        "granted_km2": {sensor: float(km2) for sensor, km2 in project.granted_km2.items()},
        "package": _package(project, seen.usage),
        "budget": _budget(project, seen.usage),
        "request_count": seen.usage.requests,
    }


def change_document(change: ProjectChange, language: Language) -> dict[str, Any]:
    """One change of a project."""
    return {
        "moment": format_moment(change.moment),
        "author": change.author,
        "text": text(language, fr=change.text_fr, en=change.text_en),
        "reason": change.reason,
    }


def _package(project: Project, usage: ProjectUsage) -> dict[str, Any] | None:
    """The package of a project and what requests have taken of it (SUP-09)."""
    package = package_of(project)
    if package is None:
        return None
    used = {sensor: usage.package_km2.get(sensor, Decimal(0)) for sensor in package.volume_km2}
    return {
        "text": package.text,
        "quota_km2": _numbers(package.quota_km2),
        "volume_km2": _numbers(package.volume_km2),
        "used_km2": _numbers(used),
    }


def _numbers(surfaces: Mapping[Sensor, Decimal]) -> dict[str, float]:
    """Surfaces by sensor."""
    return {sensor.value: float(km2) for sensor, km2 in surfaces.items()}


def _budget(project: Project, usage: ProjectUsage) -> dict[str, Any] | None:
    """The budget of a project and what requests have committed on it (QUO-10)."""
    left = budget_left(project, usage)
    if project.budget_cents is None or left is None:
        return None
    return {
        "eur": project.budget_cents / 100,
        "reference": project.budget_reference,
        "committed_eur": usage.budget_cents / 100,
        "left_eur": left / 100,
    }
