"""Words of the letters that operators' decisions and the contact form send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dinamis_service.quotas.words import Words

PURPOSES = {
    "information": Words("Demande d'information générale", "General information"),
    "support": Words("Demande d'accompagnement personnalisé", "Request for personal support"),
    "problem": Words("Problème technique", "Technical problem"),
    "products": Words("Formats ou utilisation des produits", "Formats or use of products"),
}
"""The purposes of the contact form (SUP-01)."""


def adhesion_refused(facts: Mapping[str, Any]) -> tuple[Words, Words]:
    """An adhesion was refused by the DINAMIS body."""
    name = facts["entity"]
    return (
        Words(f"Demande d'adhésion de {name} : refusée", f"Adhesion request of {name}: refused"),
        Words(
            f"L'instance DINAMIS n'a pas validé la demande d'adhésion de {name}. Motif : {facts['reason']}",
            f"The DINAMIS body has not validated the adhesion request of {name}. Reason: {facts['reason']}",
        ),
    )


def contact(facts: Mapping[str, Any]) -> tuple[Words, Words]:
    """A message of the contact form, for those who read them."""
    purpose = PURPOSES[facts["purpose"]]
    return (
        Words(f"Contact : {purpose.fr}", f"Contact: {purpose.en}"),
        Words(
            f"{facts['name']} <{facts['reply_to']}> écrit :\n\n{facts['text']}",
            f"{facts['name']} <{facts['reply_to']}> writes:\n\n{facts['text']}",
        ),
    )


def contact_received(facts: Mapping[str, Any]) -> tuple[Words, Words]:
    """Receipt of a message to the signed-in person who wrote it."""
    return (
        Words("Votre message est arrivé", "Your message has arrived"),
        Words(
            f"L'équipe DINAMIS a reçu votre message et vous répondra :\n\n{facts['text']}",
            f"The DINAMIS team has received your message and will answer:\n\n{facts['text']}",
        ),
    )
