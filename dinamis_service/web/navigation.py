"""The sections of the management platform, by role (REG-49)."""

from __future__ import annotations

from dinamis_service.identity.principal import Principal
from dinamis_service.quotas.words import Words

PORTAL = "/registry"


def sections(person: Principal) -> list[tuple[str, Words]]:
    """Addresses and names of the sections that a person may open, in the order of the menu."""
    if person.is_operator:
        return [
            ("/operator/", Words("Demandes", "Requests")),
            ("/operator/projects", Words("Projets", "Projects")),
            ("/operator/tariffs", Words("Tarifs", "Tariffs")),
            ("/operator/calls", Words("Appels", "Calls")),
            ("/operator/outbox", Words("Courriers", "Mails")),
        ]
    if "referent" in person.roles:
        return [
            ("/entity/", Words("Accueil", "Home")),
            ("/entity/requests", Words("Demandes", "Requests")),
            ("/entity/statistics", Words("Statistiques", "Statistics")),
            ("/entity/settings", Words("Paramètres", "Settings")),
            ("/entity/help", Words("Aide", "Help")),
        ]
    return []
