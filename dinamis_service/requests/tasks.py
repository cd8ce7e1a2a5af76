"""What a request waits for now: who has to act, in words (REQ-23)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from dinamis_service.quotas.words import Words
from dinamis_service.requests.states import State


class Party(StrEnum):
    """Who has to act for a request to go on."""

    REQUESTER = "requester"
    OPERATOR = "operator"
    SUPPLIER = "supplier"


class Task(NamedTuple):
    """What is awaited, and of whom; of nobody when a request has ended."""

    who: Party | None
    words: Words


NOTHING = Task(None, Words("Aucune tâche en cours", "No task under way"))

_TASKS: dict[State, Task] = {
    State.DRAFT: Task(Party.REQUESTER, Words("Envoi de la demande", "Sending of the request")),
    State.SUBMITTED: Task(Party.OPERATOR, Words("Prise en charge de la demande", "Taking up of the request")),
    State.ARBITRATION: Task(Party.OPERATOR, Words("Arbitrage de la demande", "Arbitration of the request")),
    State.QUOTATION: Task(Party.REQUESTER, Words("Réponse au devis", "Answer to the quotation")),
    State.ACCEPTED: Task(Party.OPERATOR, Words("Lancement de la commande", "Placing of the order")),
    State.PRODUCTION: Task(Party.SUPPLIER, Words("Production des images", "Production of the images")),
    State.PROGRAMMED: Task(Party.SUPPLIER, Words("Programmation du satellite", "Tasking of the satellite")),
    State.ACQUIRING: Task(Party.SUPPLIER, Words("Acquisition des images", "Acquisition of the images")),
}


def current_task(state: State) -> Task:
    """What a request in this state waits for."""
    return _TASKS.get(state, NOTHING)
