"""What operators give a project, as actions of `dinamis-service operator` (SUP-09, QUO-12)."""

from __future__ import annotations

import argparse
import json
from typing import Any

from pydantic import ValidationError

from dinamis_service.context import Context
from dinamis_service.quotas.table import Sensor
from dinamis_service.requests.actions import Add, decimal, reason_of, refused_form
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.project_documents import change_document, project_document
from dinamis_service.requests.project_terms import TermsChange
from dinamis_service.requests.projects import Projects, entity_tag


def register(add: Add) -> None:
    """Add the actions."""
    grant = add(
        "grant", _grant, "give a project a quota of its own (0 km2 or more, or 'none' to take it back)"
    )
    grant.add_argument("project", metavar="PROJECT")
    grant.add_argument("sensor", choices=[sensor.value for sensor in Sensor])
    grant.add_argument("km2", metavar="KM2")
    grant.add_argument("--reason", help="why, as the owner will read it (needed)")
    package = add("package", _package, "show the bespoke package of a project, give it one, or take it back")
    package.add_argument("project", metavar="PROJECT")
    package.add_argument("--text", default="", help="what was agreed")
    for name, help_ in (
        ("quota", "quota of one request, instead of the one of the table"),
        ("volume", "free surface for the whole project, taken by what exceeds the quota"),
    ):
        package.add_argument(f"--{name}", action="append", default=[], metavar="SENSOR=KM2", help=help_)
    package.add_argument("--none", action="store_true", help="take the package back")
    package.add_argument("--reason", help="why, as the owner will read it (needed to change it)")
    history = add("project", _project, "show a project, its terms and every change of it")
    history.add_argument("project", metavar="PROJECT")


def _grant(context: Context, operator: Caller, args: argparse.Namespace) -> None:
    """Give a project another quota (QUO-12); requests made before keep theirs."""
    projects = Projects(context.database, context.clock)
    project = projects.get(operator, args.project).project
    granted = {sensor: km2 for sensor, km2 in project.granted_km2.items() if sensor != args.sensor}
    if args.km2 != "none":
        granted[args.sensor] = str(decimal(args.km2, operator))
    terms = _terms(operator, granted_km2=granted, reason=reason_of(args, operator))
    project = projects.set_terms(operator, project.id, terms, entity_tag(project)).project
    print(f"{project.id}  {json.dumps(project.granted_km2)}")


def _package(context: Context, operator: Caller, args: argparse.Namespace) -> None:
    """Show or change the package of a project."""
    projects = Projects(context.database, context.clock)
    seen = projects.get(operator, args.project)
    if args.none or args.quota or args.volume or args.text:
        package = None
        if not args.none:
            package = {
                "text": args.text,
                "quota_km2": _surfaces(args.quota, operator),
                "volume_km2": _surfaces(args.volume, operator),
            }
        terms = _terms(operator, package=package, reason=reason_of(args, operator))
        seen = projects.set_terms(operator, args.project, terms, entity_tag(seen.project))
    told = project_document(seen, operator, projects.today)
    print(f"{told['id']}  {json.dumps(told['package'], ensure_ascii=False)}")


def _project(context: Context, operator: Caller, args: argparse.Namespace) -> None:
    """Show a project and its history."""
    projects = Projects(context.database, context.clock)
    told = project_document(projects.get(operator, args.project), operator, projects.today)
    print(f"{told['id']}  {told['status']}  {told['title']}  {told['owner_name']} <{told['owner']}>")
    for name in ("granted_km2", "package", "budget"):
        print(f"  {name}: {json.dumps(told[name], ensure_ascii=False)}")
    for change in projects.history(operator, args.project):
        one = change_document(change, operator.language)
        reason = f" : {one['reason']}" if one["reason"] else ""
        print(f"  {one['moment']}  {one['author']}  {one['text']}{reason}")


def _terms(operator: Caller, **values: Any) -> TermsChange:
    """New terms, with their reason."""
    try:
        return TermsChange(**values)
    except ValidationError as error:
        raise refused_form(error, operator) from error


def _surfaces(written: list[str], operator: Caller) -> dict[str, str]:
    """Surfaces by sensor, each written as SENSOR=KM2."""
    pairs = [one.partition("=") for one in written]
    return {sensor: str(decimal(km2, operator)) for sensor, _, km2 in pairs}
