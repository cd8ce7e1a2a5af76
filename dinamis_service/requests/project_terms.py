"""What operators and owners give a project beyond the table: granted quotas, package, budget.

What requests have taken is summed over those that are not abandoned, in the transaction that holds the
project: what one gives back is there for the next, and nothing is counted twice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from dinamis_service.quotas.rules import NO_PROJECT, ProjectTerms
from dinamis_service.quotas.table import DECIMALS, Sensor
from dinamis_service.quotas.words import Words, amount, sentence
from dinamis_service.requests.tables import Project
from dinamis_service.requests.usage import ProjectUsage
from dinamis_service.soundness import SOUND, Why

MOST_KM2 = 510_000_000
MOST_EUR = 1_000_000_000

Surface = Annotated[Decimal, Field(ge=0, le=MOST_KM2, decimal_places=DECIMALS, description="km2")]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000), SOUND]


class Budget(BaseModel):
    """Money that the owner of a project declares for its requests (QUO-10)."""

    eur: Annotated[Decimal, Field(ge=0, le=MOST_EUR, decimal_places=2)]
    reference: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), SOUND] = ""

    @property
    def cents(self) -> int:
        """Whole cents."""
        return int(self.eur * 100)


class PackageTerms(BaseModel):
    """Bespoke package of a project (SUP-09, QUO-12)."""

    text: Prose = ""
    quota_km2: dict[Sensor, Surface] = Field({}, description="Quota of one request, instead of the table's")
    volume_km2: dict[Sensor, Surface] = Field(
        {}, description="Free surface for the whole project, taken by what exceeds the quota"
    )


class TermsChange(BaseModel):
    """What an operator changes of the terms of a project; what is left out stays."""

    granted_km2: dict[Sensor, Surface] | None = Field(None, description="Every granted quota")
    package: PackageTerms | None = Field(None, description="Null takes the package back")
    reason: Why


def package_of(project: Project) -> PackageTerms | None:
    """The package of a project."""
    return None if project.package is None else PackageTerms.model_validate(project.package)


def stored_package(package: PackageTerms | None) -> dict[str, Any] | None:
    """A package as it is kept, its surfaces as exact texts."""
    return None if package is None else package.model_dump(mode="json")


def terms_for(project: Project | None, sensor: Sensor, usage: ProjectUsage) -> ProjectTerms:
    """What a project changes for its next request of one sensor."""
    if project is None:
        return NO_PROJECT
    package = package_of(project) or PackageTerms()
    granted = project.granted_km2.get(sensor)
    used = usage.package_km2.get(sensor, Decimal(0))
    return ProjectTerms(
        granted_km2=None if granted is None else Decimal(granted),
        package_quota_km2=package.quota_km2.get(sensor),
        package_left_km2=package.volume_km2.get(sensor, Decimal(0)) - used,
        budget_left_cents=budget_left(project, usage),
    )


def budget_left(project: Project, usage: ProjectUsage) -> int | None:
    """Cents of the budget that no request has committed; None without a budget."""
    return None if project.budget_cents is None else project.budget_cents - usage.budget_cents


def package_too_small(package: PackageTerms | None, usage: ProjectUsage) -> Words | None:
    """Why a package cannot take the place of the one before: requests have taken more than it opens."""
    volume = (package or PackageTerms()).volume_km2
    for sensor, used in usage.package_km2.items():
        if used > volume.get(sensor, Decimal(0)):
            return sentence(
                "Les demandes du projet ont déjà pris {used} km² {sensor} : le volume doit les couvrir.",
                "The requests of the project have taken {used} km² of {sensor}: the volume must cover them.",
                used=used,
                sensor=sensor.value,
            )
    return None


def budget_too_small(cents: int | None, usage: ProjectUsage) -> Words | None:
    """Why a budget cannot take the place of the one before: requests have committed more."""
    if usage.budget_cents <= (cents or 0):
        return None
    return sentence(
        "Les demandes du projet ont déjà engagé {amount} : le budget ne peut pas être moindre.",
        "The requests of the project have committed {amount}: the budget cannot be less.",
        amount=amount(usage.budget_cents),
    )
