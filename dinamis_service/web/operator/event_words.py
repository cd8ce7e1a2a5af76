"""What was done with entities, accounts and super-entities, in words for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dinamis_service.quotas.words import Words
from dinamis_service.registry.tables import RegistryEvent
from dinamis_service.web.pages import Page

EVENTS: Mapping[str, Words] = {
    "edited": Words("Corrigée", "Corrected"),
    "closed": Words("Fermeture", "Closed"),
    "reopened": Words("Réouverture", "Opened again"),
    "merged": Words("Fusionnée avec {into}", "Merged with {into}"),
    "absorbed": Words("A repris {name}", "Took {name} over"),
    "grouped": Words("Rattachée à la super-entité {name}", "Grouped into the super-entity {name}"),
    "ungrouped": Words("Sortie de sa super-entité", "Taken out of its super-entity"),
    "extended": Words("Licence étendue : {name}", "Licence extended: {name}"),
    "extension_ended": Words("Fin de l'extension {name} : {ends}", "End of the extension {name}: {ends}"),
    "role_given": Words("Devient opérateur DINAMIS", "Becomes an operator of DINAMIS"),
    "role_taken": Words("N'est plus opérateur DINAMIS", "Is no operator of DINAMIS any more"),
    "created": Words("Créée : {name}", "Created: {name}"),
    "renamed": Words("Renommée : {before} devient {name}", "Renamed: {before} becomes {name}"),
    "deleted": Words("Supprimée : {name}", "Deleted: {name}"),
    "referent": Words("Nouveau référent DINAMIS", "New DINAMIS contact"),
    "representative": Words("Nouveau représentant légal", "New legal representative"),
}


class _Known(dict[str, str]):
    """Facts by name; one that is not known leaves its place empty."""

    def __missing__(self, name: str) -> str:
        return ""


def told_events(page: Page, events: Iterable[RegistryEvent]) -> list[tuple[RegistryEvent, str]]:
    """Events with their words; for a correction, what changed."""
    return [(one, _told(page, one)) for one in events]


def _told(page: Page, event: RegistryEvent) -> str:
    words = EVENTS.get(event.event)
    if words is None:
        return event.event
    facts = _Known({name: str(value) for name, value in event.facts.items()})
    told = page.typeset(words.told(page.language).format_map(facts))
    changed = event.facts.get("changed", {})
    if not changed:
        return told
    return told + ", " + "; ".join(f"{name}: {old} → {new}" for name, (old, new) in changed.items())
