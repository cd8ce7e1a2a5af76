"""The reference list of entities as a table that spreadsheets open (REG-03): CSV, UTF-8 that says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.language import Language
from dinamis_service.quotas.words import Words
from dinamis_service.registry.entity_admin import accounts_of
from dinamis_service.registry.nationalities import country
from dinamis_service.registry.sectors import CATEGORIES
from dinamis_service.registry.tables import Entity, SuperEntity
from dinamis_service.requests.csv_export import BOM, csv_line

TITLES = (
    Words("Acronyme", "Acronym"),
    Words("Nom", "Name"),
    Words("Nationalité", "Nationality"),
    Words("Catégorie", "Category"),
    Words("Intitulé de la catégorie", "Title of the category"),
    Words("Établissement de rattachement", "Parent establishment"),
    Words("Adresse", "Address"),
    Words("Code postal", "Postcode"),
    Words("Ville", "Town"),
    Words("Super-entité", "Super-entity"),
    Words("État", "State"),
    Words("Admise le (UTC)", "Admitted on (UTC)"),
    Words("Comptes actifs", "Active accounts"),
)


def rows(session: Session, language: Language) -> Iterator[str]:
    """The lines of the table, titles first."""
    accounts = accounts_of(session)
    groups = {one.id: one.name for one in session.scalars(select(SuperEntity))}
    yield BOM + csv_line([one.told(language) for one in TITLES])
    for entity in session.scalars(select(Entity).order_by(Entity.name)):
        yield csv_line(
            [
                entity.acronym,
                entity.name,
                country(entity.nationality, language),
                str(entity.category),
                CATEGORIES[entity.category].told(language),
                entity.parent,
                entity.address,
                entity.postcode,
                entity.town,
                groups.get(entity.super_entity_id or "", ""),
                STATES[entity.state].told(language),
                f"{entity.admitted_at.astimezone(UTC):%Y-%m-%d}" if entity.admitted_at else "",
                str(accounts.get(entity.id, 0)),
            ]
        )


STATES = {"member": Words("adhérente", "member"), "closed": Words("close", "closed")}
"""States of entities, in words."""
