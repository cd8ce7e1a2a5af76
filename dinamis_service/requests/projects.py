"""Projects of the users: made, listed, changed, closed; every change is kept (REQ-01 to REQ-05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.preconditions import require_match, require_seen
from dinamis_service.quotas.table import Sensor
from dinamis_service.quotas.words import Words, sentence
from dinamis_service.requests import announcements
from dinamis_service.requests.caller import Caller, require_operator
from dinamis_service.requests.idempotency import check_key, used_key
from dinamis_service.requests.numbering import next_number
from dinamis_service.requests.project_access import (
    is_open,
    require_keeper,
    require_owner,
    seen_by,
    visible_project,
)
from dinamis_service.requests.project_forms import (
    ProjectEdit,
    ProjectForm,
    changed_fields,
    columns_of,
    refused_fields,
    told_changes,
)
from dinamis_service.requests.project_terms import (
    PackageTerms,
    TermsChange,
    budget_too_small,
    package_too_small,
    stored_package,
)
from dinamis_service.requests.tables import Project, ProjectChange
from dinamis_service.requests.usage import ProjectUsage, usage_of, usages
from dinamis_service.requests.validation import refusal
from dinamis_service.soundness import digest_of


@dataclass(frozen=True)
class Seen:
    """A project with what its requests take."""

    project: Project
    usage: ProjectUsage


class Projects:
    """The projects that a person may see, and new ones."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def today(self) -> date:
        """This day (UTC)."""
        return self._clock().date()

    def create(self, caller: Caller, form: ProjectForm, key: str | None = None) -> tuple[Seen, bool]:
        """Open a project for the caller; its identifier is given here (decision 1 of the architecture).

        Returns:
            The project, and whether it was made now: the same `key` finds the one that it made before.

        Raises:
            InvalidError: it ends in the past, or has scientific fields without being scientific.
            ConflictError: the key came with another form before.
        """
        check_key(key, caller)
        try:
            return self._create(caller, form, key)
        except IntegrityError:  # on PostgreSQL a twin may store the same key meanwhile
            with self._database.reading() as session:
                made = _made_before(session, caller, key, digest_of(form))
            if made is None:
                raise
            return made, False

    def _create(self, caller: Caller, form: ProjectForm, key: str | None) -> tuple[Seen, bool]:
        """Open a project, unless the key made it before."""
        now, principal, digest = self._clock(), caller.principal, digest_of(form)
        fields = {name: getattr(form, name) for name in ProjectForm.model_fields}
        with self._database.session() as session:
            made = _made_before(session, caller, key, digest)
            if made is not None:
                return made, False
            _refuse(refused_fields(caller, principal.user_kind, fields, now.date()))
            number = next_number(session, f"project-{now.year}")
            project = Project(
                id=f"{now.year}-{number:03d}-{principal.user_kind}",
                kind=principal.user_kind,
                owner_sub=principal.sub,
                owner_email=principal.email,
                owner_name=principal.name,
                start_date=now.date(),
                granted_km2={},
                package=None,
                closed=None,
                created=now,
                version=0,
                creation_key=key,
                creation_digest=digest,
                **columns_of(fields),
            )
            session.add(project)
            session.flush()
            self._keep(session, caller, project, Words("Projet ouvert.", "Project opened."))
        return Seen(project, ProjectUsage()), True

    def visible(self, caller: Caller) -> list[Seen]:
        """Projects that the caller may see, newest first."""
        with self._database.reading() as session:
            wanted = select(Project).where(seen_by(caller))
            projects = session.scalars(wanted.order_by(Project.created.desc(), Project.id.desc())).all()
            used = usages(session, seen_by(caller))
        return [Seen(project, used.get(project.id, ProjectUsage())) for project in projects]

    def get(self, caller: Caller, project_id: str) -> Seen:
        """One project that the caller may see. Raises `NotFoundError` otherwise."""
        with self._database.reading() as session:
            return Seen(visible_project(session, caller, project_id), usage_of(session, project_id))

    def history(self, caller: Caller, project_id: str) -> Sequence[ProjectChange]:
        """Every change of a project, oldest first, for its owner and operators.

        Raises:
            NotFoundError: the caller does not see the project.
            ForbiddenError: the caller is neither its owner nor an operator.
        """
        with self._database.reading() as session:
            require_keeper(visible_project(session, caller, project_id), caller)
            return _changes(session, project_id)

    def edit(self, caller: Caller, project_id: str, edit: ProjectEdit, if_match: str | None) -> Seen:
        """Change fields of one's project.

        Raises:
            NotFoundError, ForbiddenError: it is not the caller's.
            PreconditionRequiredError, PreconditionFailedError: the caller has not seen it as it is.
            InvalidError: fields do not hold, or the budget is less than what is committed.
        """
        with self._database.session() as session:
            project = visible_project(session, caller, project_id, lock=True)
            require_owner(project, caller)
            require_seen(if_match, entity_tag(project), caller.language)
            usage = usage_of(session, project_id)
            fields = changed_fields(project, edit.given)
            refused = refused_fields(caller, project.kind, fields, self.today)
            if "budget" in fields:
                little = budget_too_small(columns_of(fields)["budget_cents"], usage)
                refused |= {"budget": little.told(caller.language)} if little else {}
            _refuse(refused)
            for column, value in columns_of(fields).items():
                setattr(project, column, value)
            if fields:
                self._keep(session, caller, project, told_changes(fields))
        return Seen(project, usage)

    def close(self, caller: Caller, project_id: str, reason: str | None, if_match: str | None) -> Seen:
        """Close a project: its requests go on, no new one is taken. One already closed by hand stays so.

        Raises:
            NotFoundError, ForbiddenError: the caller is neither its owner nor an operator.
            PreconditionFailedError: it is not as `if_match` says any more.
        """
        with self._database.session() as session:
            project = self._kept(session, caller, project_id, if_match)
            if project.closed is None:
                project.closed = self.today
                self._keep(session, caller, project, Words("Projet fermé.", "Project closed."), reason)
            return Seen(project, usage_of(session, project_id))

    def reopen(self, caller: Caller, project_id: str, reason: str | None, if_match: str | None) -> Seen:
        """Open a project again that was closed by hand; one that is open stays so.

        Raises:
            NotFoundError, ForbiddenError, PreconditionFailedError: as `close`.
            ConflictError: its end date is past.
        """
        with self._database.session() as session:
            project = self._kept(session, caller, project_id, if_match)
            if project.end_date < self.today:
                detail = caller.say(
                    fr=f"Le projet a pris fin le {project.end_date:%d/%m/%Y} : changez d'abord cette date.",
                    en=f"The project ended on {project.end_date.isoformat()}: change that date first.",
                )
                raise ConflictError(detail, fields={"end_date": detail})
            if not is_open(project, self.today):
                project.closed = None
                self._keep(session, caller, project, Words("Projet rouvert.", "Project reopened."), reason)
            return Seen(project, usage_of(session, project_id))

    def set_terms(self, caller: Caller, project_id: str, terms: TermsChange, if_match: str | None) -> Seen:
        """Grant a project quotas and a package of its own; requests made before keep theirs (QUO-12, SUP-09).

        Raises:
            NotFoundError, ForbiddenError: the caller is no operator.
            PreconditionRequiredError, PreconditionFailedError: the caller has not seen it as it is.
            InvalidError: the package opens less than what requests have taken.
        """
        with self._database.session() as session:
            project = visible_project(session, caller, project_id, lock=True)
            require_operator(caller)
            require_seen(if_match, entity_tag(project), caller.language)
            usage, told = usage_of(session, project_id), []
            if terms.granted_km2 is not None:
                project.granted_km2 = {sensor.value: str(km2) for sensor, km2 in terms.granted_km2.items()}
                told.append(_told_surfaces("Quotas accordés", "Granted quotas", terms.granted_km2))
            if "package" in terms.model_fields_set:
                little = package_too_small(terms.package, usage)
                if little:
                    raise refusal("package", little.told(caller.language))
                project.package = stored_package(terms.package)
                told.append(_told_package(terms.package))
            if told:
                words = Words(" ".join(one.fr for one in told), " ".join(one.en for one in told))
                self._keep(session, caller, project, words, terms.reason)
        return Seen(project, usage)

    def _kept(self, session: Session, caller: Caller, project_id: str, if_match: str | None) -> Project:
        """A project held for a change that its owner and operators may make."""
        project = visible_project(session, caller, project_id, lock=True)
        require_keeper(project, caller)
        require_match(if_match, entity_tag(project), caller.language)
        return project

    def _keep(
        self, session: Session, caller: Caller, project: Project, words: Words, reason: str | None = None
    ) -> None:
        """Keep a change of a project that this transaction holds: when, by whom, what and why."""
        project.version += 1
        moment = self._clock()
        announcements.project_changed(session, project, caller, words, reason=reason, moment=moment)
        session.add(
            ProjectChange(
                project_id=project.id,
                number=project.version,
                moment=moment,
                author=caller.principal.name,
                author_sub=caller.principal.sub,
                text_fr=words.fr,
                text_en=words.en,
                reason=reason or None,
            )
        )


def entity_tag(project: Project) -> str:
    """The `ETag` of a project: another one after each change of it; its requests do not change it."""
    return f'"{project.id}-{project.version}"'


def _refuse(fields: dict[str, str]) -> None:
    """Refuse a form whose fields do not hold."""
    if fields:
        raise InvalidError(" ".join(fields.values()), fields=fields)


def _made_before(session: Session, caller: Caller, key: str | None, digest: str) -> Seen | None:
    """The project that this user's key made, if any.

    Raises:
        ConflictError: the key made a project of another form.
    """
    if key is None:
        return None
    own = select(Project).where(Project.owner_sub == caller.principal.sub, Project.creation_key == key)
    project = session.scalars(own).one_or_none()
    if project is None:
        return None
    if project.creation_digest != digest:
        raise used_key(caller, project.id)
    return Seen(project, usage_of(session, project.id))


def _changes(session: Session, project_id: str) -> Sequence[ProjectChange]:
    """Changes of a project, oldest first."""
    kept = select(ProjectChange).where(ProjectChange.project_id == project_id)
    return session.scalars(kept.order_by(ProjectChange.number)).all()


def _told_surfaces(fr: str, en: str, surfaces: dict[Sensor, Decimal]) -> Words:
    """Surfaces by sensor, in words."""
    if not surfaces:
        return Words(f"{fr} : aucun.", f"{en}: none.")
    parts = [sentence("{s} {n} km²", "{s} {n} km²", s=s.value, n=n) for s, n in surfaces.items()]
    return Words(f"{fr} : {', '.join(p.fr for p in parts)}.", f"{en}: {', '.join(p.en for p in parts)}.")


def _told_package(package: PackageTerms | None) -> Words:
    """A package, in words."""
    if package is None:
        return Words("Accompagnement retiré.", "Support package taken back.")
    quota = _told_surfaces("Accompagnement, quota par demande", "Support package, quota", package.quota_km2)
    volume = _told_surfaces("Volume ouvert", "Opened volume", package.volume_km2)
    return Words(
        f"{quota.fr} {volume.fr} {package.text}".strip(), f"{quota.en} {volume.en} {package.text}".strip()
    )
