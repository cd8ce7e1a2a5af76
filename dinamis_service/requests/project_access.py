"""Who may see and use a project: its owner, members of the owner's entity where it is shared, operators."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from dinamis_service.errors import ConflictError, ForbiddenError, NotFoundError
from dinamis_service.identity.tables import Account
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.tables import Project
from dinamis_service.requests.validation import refusal


def seen_by(caller: Caller) -> ColumnElement[bool]:
    """Condition on projects: that the caller may see them."""
    return true() if caller.principal.is_operator else usable_by(caller)


def usable_by(caller: Caller) -> ColumnElement[bool]:
    """Condition on projects: that the caller may make requests under them, as owner or colleague."""
    me = caller.principal
    colleagues = select(Account.id).where(Account.entity_id == me.entity_id)
    return or_(Project.owner_sub == me.sub, and_(Project.shared, Project.owner_sub.in_(colleagues)))


def is_open(project: Project, today: date) -> bool:
    """Whether requests may be made under the project: not closed by hand, nor over."""
    return project.closed is None and today <= project.end_date


def visible_project(session: Session, caller: Caller, project_id: str, *, lock: bool = False) -> Project:
    """A project that the caller may see, held until the transaction ends when it is to be changed.

    Raises:
        NotFoundError: there is none, or it is not the caller's to see.
    """
    wanted = select(Project).where(Project.id == project_id, seen_by(caller))
    project = session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if project is None:
        raise NotFoundError(unknown_project(project_id, caller))
    return project


def project_for_request(
    session: Session, caller: Caller, project_id: str, today: date, *, lock: bool = False
) -> Project:
    """The open project of a request, of the requester or shared with them.

    It is held until the transaction ends when the request is made: what it takes of package and budget is
    then there for nobody else.

    Raises:
        InvalidError: there is none of the user's.
        ConflictError: it is closed.
    """
    wanted = select(Project).where(Project.id == project_id, usable_by(caller))
    project = session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if project is None:
        raise refusal("project_id", unknown_project(project_id, caller))
    if not is_open(project, today):
        since = project.closed or project.end_date
        detail = caller.say(
            fr=f"Le projet {project_id} est fermé depuis le {since:%d/%m/%Y}.",
            en=f"Project {project_id} has been closed since {since.isoformat()}.",
        )
        raise ConflictError(detail, fields={"project_id": detail})
    return project


def require_owner(project: Project, caller: Caller) -> None:
    """Refuse somebody who sees a project of another. Raises `ForbiddenError`."""
    if project.owner_sub != caller.principal.sub:
        raise ForbiddenError(
            caller.say(
                fr="Seul le propriétaire du projet peut le modifier.",
                en="Only the owner may change the project.",
            )
        )


def require_keeper(project: Project, caller: Caller) -> None:
    """Refuse somebody who is neither owner nor operator. Raises `ForbiddenError`."""
    if not caller.may_see(project.owner_sub):
        raise ForbiddenError(
            caller.say(
                fr="Seuls le propriétaire du projet et les opérateurs peuvent faire cela.",
                en="Only the owner of the project and operators may do this.",
            )
        )


def unknown_project(project_id: str, caller: Caller) -> str:
    """Why a project that the person has not is refused."""
    return caller.say(
        fr=f"Vous n'avez pas de projet « {project_id} ».", en=f"You have no project '{project_id}'."
    )
