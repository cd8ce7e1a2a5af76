"""The words of the news, in French and in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dinamis_service.language import Language
from dinamis_service.notifications.letters import LETTERS, Letter, lettered
from dinamis_service.notifications.posting import Topic
from dinamis_service.quotas.words import Words, euros, number
from dinamis_service.requests.states import TITLES, State

_UNTOLD = {"fr": "", "en": ""}


@dataclass(frozen=True)
class Facts:
    """What is known of something that happened to a request, or to a project."""

    about: str
    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        """A fact; empty where it is not known."""
        return self.values.get(name) or ""


def worded(topic: str, about: str | None, facts: Mapping[str, Any], language: Language) -> tuple[str, str]:
    """Title and text of what happened to the request, or the project, `about`."""
    if topic in LETTERS:
        title, text = lettered(Letter(topic), facts)
    else:
        title, text = _WORDS[Topic(topic)](Facts(about or "", facts))
    return title.told(language), text.told(language)


def _state(facts: Facts) -> tuple[Words, Words]:
    state = TITLES[State(facts.state)]
    return (
        Words(f"Demande {facts.about} : {state.fr}", f"Request {facts.about}: {state.en}"),
        _with_reason(
            Words(f"Votre demande est maintenant {state.fr}.", f"Your request is now {state.en}."), facts
        ),
    )


def _quotation(facts: Facts) -> tuple[Words, Words]:
    fr, en = (euros(int(facts.cents), language) for language in ("fr", "en"))
    text = Words(
        f"Un devis de {fr} attend votre réponse : acceptez-le ou déclinez-le dans QGIS.",
        f"A quotation of {en} waits for your answer: accept or decline it in QGIS.",
    )
    title = Words(f"Devis pour la demande {facts.about}", f"Quotation for request {facts.about}")
    return title, _with_reason(text, facts)


def _delivery(facts: Facts) -> tuple[Words, Words]:
    count = int(facts.count or 0)
    many = Words("images sont", "images are") if count > 1 else Words("image est", "image is")
    text = Words(
        f"{count} {many.fr} au catalogue, pour tous les adhérents.",
        f"{count} {many.en} in the catalogue, for all members.",
    )
    title = Words(f"Demande {facts.about} : livrée", f"Request {facts.about}: delivered")
    return title, _with_reason(text, facts)


def _message(facts: Facts) -> tuple[Words, Words]:
    title = Words(f"Message sur la demande {facts.about}", f"Message about request {facts.about}")
    files = int(facts.files or 0)
    said = Words(facts.excerpt or f"{files} pièce(s) jointe(s)", facts.excerpt or f"{files} attachment(s)")
    return title, Words(f"{facts.author} : {said.fr}", f"{facts.author}: {said.en}")


def _submitted(facts: Facts) -> tuple[Words, Words]:
    area = Decimal(facts.area_km2 or 0)
    kind = (
        Words("commande d'archive", "archive order")
        if facts.request == "archive"
        else Words("demande de programmation", "programming request")
    )
    return (
        Words(f"Nouvelle demande {facts.about}", f"New request {facts.about}"),
        Words(
            f"{facts.author} : {kind.fr} {facts.sensor}, {number(area, 'fr')} km².",
            f"{facts.author}: {facts.sensor} {kind.en}, {number(area, 'en')} km².",
        ),
    )


def _project(facts: Facts) -> tuple[Words, Words]:
    what = facts.what or {"fr": "modifié.", "en": "changed."}
    title = Words(f"Projet {facts.about} : modifié", f"Project {facts.about}: changed")
    return title, _with_reason(Words(what["fr"], what["en"]), facts)


def _registry(facts: Facts) -> tuple[Words, Words]:
    """The words of the letter that says the same."""
    if not facts.letter:
        return Words("Registre DINAMIS", "DINAMIS registry"), Words(
            "Le registre a du nouveau.", "There is news in the registry."
        )
    return lettered(Letter(facts.letter), facts.values)


def _call(facts: Facts) -> tuple[Words, Words]:
    called, said = facts.title or _UNTOLD, facts.text or _UNTOLD
    ends = Words("Il n'a pas de date de fin.", "It has no end.")
    if facts.closes:
        closes = date.fromisoformat(facts.closes)
        ends = Words(f"Il se ferme le {closes:%d/%m/%Y}.", f"It closes on {closes.isoformat()}.")
    title = Words(f"Appel à demandes ouvert : {called['fr']}", f"Call for requests open: {called['en']}")
    return title, Words(f"{said['fr']} {ends.fr}".strip(), f"{said['en']} {ends.en}".strip())


def _by_requester(fr: str, en: str, done_fr: str, done_en: str) -> Callable[[Facts], tuple[Words, Words]]:
    """The words for what a requester did: a title, and a sentence about them."""

    def told(facts: Facts) -> tuple[Words, Words]:
        text = Words(f"{facts.author} {done_fr}.", f"{facts.author} {done_en}.")
        return Words(f"{fr} : {facts.about}", f"{en}: {facts.about}"), _with_reason(text, facts)

    return told


def _with_reason(text: Words, facts: Facts) -> Words:
    if not facts.reason:
        return text
    return Words(f"{text.fr} Motif : {facts.reason}", f"{text.en} Reason: {facts.reason}")


_WORDS: dict[Topic, Callable[[Facts], tuple[Words, Words]]] = {
    Topic.STATE: _state,
    Topic.QUOTATION: _quotation,
    Topic.DELIVERY: _delivery,
    Topic.ANSWER: _message,
    Topic.QUESTION: _message,
    Topic.SUBMITTED: _submitted,
    Topic.PROJECT: _project,
    Topic.REGISTRY: _registry,
    Topic.CALL: _call,
    Topic.QUOTATION_ACCEPTED: _by_requester(
        "Devis accepté", "Quotation accepted", "a accepté le devis", "accepted the quotation"
    ),
    Topic.QUOTATION_DECLINED: _by_requester(
        "Devis décliné", "Quotation declined", "a décliné le devis", "declined the quotation"
    ),
    Topic.CANCELLED: _by_requester(
        "Demande annulée", "Request cancelled", "a annulé sa demande", "cancelled the request"
    ),
}
