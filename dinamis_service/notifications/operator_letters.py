"""Words of the letters that operators' decisions and the contact form send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dinamis_service.notifications.account_letters import letter
from dinamis_service.quotas.words import Words

PURPOSES = {
    "information": Words("Demande d'information générale", "General information"),
    "support": Words("Demande d'accompagnement personnalisé", "Request for personal support"),
    "problem": Words("Problème technique", "Technical problem"),
    "products": Words("Formats ou utilisation des produits", "Formats or use of products"),
}
"""The purposes of the contact form (SUP-01)."""

ADHESION_REFUSED = letter(
    Words("Demande d'adhésion de {entity} : refusée", "Adhesion request of {entity}: refused"),
    Words(
        "L'instance DINAMIS n'a pas validé la demande d'adhésion de {entity}.",
        "The DINAMIS body has not validated the adhesion request of {entity}.",
    ),
)
ENTITY_CLOSED = letter(
    Words("Adhésion de {entity} : clôturée", "Adhesion of {entity}: closed"),
    Words(
        "L'adhésion de votre entité {entity} est clôturée : ses comptes ne donnent plus accès au service.",
        "The adhesion of your entity {entity} is closed: its accounts give no access any more.",
    ),
)
ENTITY_REOPENED = letter(
    Words("Adhésion de {entity} : rouverte", "Adhesion of {entity}: opened again"),
    Words(
        "L'adhésion de votre entité {entity} est rouverte : ses comptes donnent de nouveau accès au service.",
        "The adhesion of your entity {entity} is open again: its accounts give access to the service again.",
    ),
)
ENTITY_MERGED = letter(
    Words("{former} : fusion avec {entity}", "{former}: merged with {entity}"),
    Words(
        "Les comptes de {former} appartiennent maintenant à {entity}, avec leurs projets et leurs demandes. "
        "Personne n'a à se reconnecter.",
        "The accounts of {former} belong to {entity} now, with their projects and requests. Nobody has to "
        "sign in again.",
    ),
)
LICENCE_EXTENDED = letter(
    Words("Licence de données ouvertes : {region}", "Open-data licence: {region}"),
    Words(
        "La licence de données ouvertes est étendue à votre entité {entity} sur la Région {region}, {days}.",
        "The open-data licence is extended to your entity {entity} over the Region {region}, {days}.",
    ),
)


def CONTACT(facts: Mapping[str, Any]) -> tuple[Words, Words]:  # noqa: N802 (a letter among the others)
    """A message of the contact form, for those who read them."""
    purpose = PURPOSES[facts["purpose"]]
    return (
        Words(f"Contact : {purpose.fr}", f"Contact: {purpose.en}"),
        Words(
            f"{facts['name']} <{facts['reply_to']}> écrit :\n\n{facts['text']}",
            f"{facts['name']} <{facts['reply_to']}> writes:\n\n{facts['text']}",
        ),
    )


def CONTACT_RECEIVED(facts: Mapping[str, Any]) -> tuple[Words, Words]:  # noqa: N802
    """Receipt of a message to the signed-in person who wrote it."""
    return (
        Words("Votre message est arrivé", "Your message has arrived"),
        Words(
            f"L'équipe DINAMIS a reçu votre message et vous répondra :\n\n{facts['text']}",
            f"The DINAMIS team has received your message and will answer:\n\n{facts['text']}",
        ),
    )
