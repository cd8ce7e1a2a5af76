"""The reasons of the rules, in words of both languages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum, auto

from dinamis_service.quotas.pricing import Price
from dinamis_service.quotas.table import RequestKind, SensorTerms, Unit
from dinamis_service.quotas.words import Words, amount, sentence
from dinamis_service.registry.kinds import UserKind

KIND_NAMES: dict[UserKind, Words] = {
    "RND": Words("entité privée de R&D", "private R&D entity"),
    "PCP": Words("prestataire de la commande publique", "contractor of public procurement"),
    "ETR": Words("entité étrangère", "foreign entity"),
    "SCI": Words("scientifique", "scientific"),
    "PUB": Words("acteur public", "public actor"),
}


class Level(StrEnum):
    """Weight of a message: an error stops the request, a warning does not."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Source(Enum):
    """Whose the quota of a request is."""

    TABLE = auto()
    GRANT = auto()
    PACKAGE = auto()


@dataclass(frozen=True)
class Message:
    """One reason, in words; `field` is what of the request must change where it is an error."""

    level: Level
    words: Words
    field: str = "geometry"


def of_quota(terms: SensorTerms, user_kind: UserKind, quota: Decimal | None, source: Source) -> Message:
    """What is free."""
    if quota is None:
        return Message(
            Level.WARNING,
            sentence(
                "Le quota {sensor} est en cours de définition : rien n'est gratuit.",
                "The {sensor} quota is being defined: nothing is free.",
                sensor=terms.title,
            ),
        )
    if source is Source.TABLE and quota == 0:
        return Message(
            Level.INFO,
            sentence(
                "Pas de quota {sensor} gratuit pour vous ({kind}) : le tarif vaut dès le premier km².",
                "No free {sensor} quota for you ({kind}): the tariff applies from the first km².",
                sensor=terms.title,
                kind=KIND_NAMES[user_kind],
            ),
        )
    fr, en = _QUOTAS[source]
    return Message(Level.INFO, sentence(fr, en, sensor=terms.title, quota=quota))


_QUOTAS = {
    Source.TABLE: (
        "Quota {sensor} gratuit : {quota} km² par demande.",
        "Free {sensor} quota: {quota} km² per request.",
    ),
    Source.GRANT: (
        "Quota {sensor} accordé à ce projet : {quota} km² par demande.",
        "{sensor} quota granted to this project: {quota} km² per request.",
    ),
    Source.PACKAGE: (
        "Quota {sensor} de l'accompagnement de ce projet : {quota} km² par demande.",
        "{sensor} quota of this project's support package: {quota} km² per request.",
    ),
}


def of_share(counted: Decimal, share: Decimal) -> Message:
    """What of the quota one request takes."""
    return Message(
        Level.INFO,
        sentence(
            "Cette demande compte pour {counted} km², soit {percent} % du quota d'une demande.",
            "This request counts as {counted} km², {percent} % of the quota of one request.",
            counted=counted,
            percent=share * 100,
        ),
    )


def of_package(taken: Decimal, left: Decimal) -> Message:
    """What the package of the project carries (SUP-09)."""
    return Message(
        Level.INFO,
        sentence(
            "{taken} km² sont pris sur le volume ouvert à ce projet, où il en reste {left}.",
            "{taken} km² are taken from the volume opened for this project, of which {left} are left.",
            taken=taken,
            left=left,
        ),
    )


def of_minimum(terms: SensorTerms, kind: RequestKind) -> Message:
    """Below the minimum (QUO-08): new images cannot be asked, scenes of the archive count as the minimum."""
    if kind is RequestKind.PROGRAMMING:
        return Message(
            Level.ERROR,
            sentence(
                "Zone trop petite : programmer {sensor} demande au moins {minimum} km², agrandissez-la.",
                "The zone is too small: {sensor} tasking takes at least {minimum} km². Make it larger.",
                sensor=terms.title,
                minimum=terms.minimum_km2,
            ),
        )
    return Message(
        Level.WARNING,
        sentence(
            "La zone est plus petite que la commande minimale {sensor} : {minimum} km² seront comptés.",
            "The zone is smaller than the smallest {sensor} order: {minimum} km² will be counted.",
            sensor=terms.title,
            minimum=terms.minimum_km2,
        ),
    )


def of_excess(quota: Decimal, excess: Decimal) -> Message:
    """The warning of an excess."""
    return Message(
        Level.WARNING,
        sentence(
            "Attention, vous avez dépassé le quota de gratuité de {quota} km², de {excess} km². "
            "Vous pouvez envoyer la demande, mais elle risque d'être rejetée.",
            "Beware, you are {excess} km² over the free quota of {quota} km². "
            "You may send the request, but it may be rejected.",
            quota=quota,
            excess=excess,
        ),
    )


def of_price(price: Price, each: int) -> Message:
    """What is to be paid, `each` being the cents of a square kilometre or a credit."""
    return Message(Level.WARNING, _price_words(price, each))


def _price_words(price: Price, each: int) -> Words:
    """What is to be paid, in words."""
    told: dict[str, Decimal | Words] = {
        "quantity": price.quantity,
        "each": amount(each),
        "amount": amount(price.cents or 0),
    }
    if price.unit is Unit.KM2:
        return sentence(
            "À payer : {quantity} km² à {each} le km², soit {amount}.",
            "To pay: {quantity} km² at {each} per km², {amount} in all.",
            **told,
        )
    if not price.tranches:
        return sentence(
            "À payer en crédits SPOT : {quantity} à {each}, soit {amount}.",
            "To pay in SPOT credits: {quantity} at {each}, {amount} in all.",
            **told,
        )
    lots = " + ".join(str(credits_) for credits_ in price.tranches)
    if price.cents is not None:
        return sentence(
            "À payer : {quantity} crédits SPOT (tranches : {lots}) pour {amount}.",
            "To pay: {quantity} SPOT credits (tranches: {lots}) for {amount}.",
            lots=lots,
            **told,
        )
    return sentence(
        "À payer : {quantity} crédits SPOT (tranches : {lots}) ; prix sur devis, {total} à titre indicatif.",
        "To pay: {quantity} SPOT credits (tranches: {lots}); price on quotation, {total} as an indication.",
        quantity=price.quantity,
        lots=lots,
        total=amount(int(price.quantity) * each),
    )


def of_budget(cents: int, left: int | None) -> Message:
    """What the budget of the project says to an amount that is to be paid on it (QUO-10)."""
    if left is None:
        return Message(
            Level.ERROR,
            Words(
                "Ce projet n'a pas de budget : déclarez-en un, ou demandez un devis.",
                "This project has no budget: declare one, or ask for a quotation.",
            ),
            "payment",
        )
    told = {"amount": amount(cents), "left": amount(left)}
    if cents > left:
        return Message(
            Level.ERROR,
            sentence(
                "Le budget du projet ne suffit pas : il y reste {left}, cette demande coûte {amount}.",
                "The budget of the project does not suffice: {left} are left, this request costs {amount}.",
                **told,
            ),
            "payment",
        )
    return Message(
        Level.INFO,
        sentence(
            "{amount} seront engagés sur le budget du projet, où il reste {left}.",
            "{amount} will be committed on the budget of the project, of which {left} are left.",
            **told,
        ),
    )


def of_table(year: int, version: int) -> Message:
    """By which table all this is judged."""
    return Message(
        Level.INFO,
        sentence(
            "Quotas et tarifs {year}, version {version} de la table.",
            "Quotas and tariffs of {year}, version {version} of the table.",
            year=str(year),
            version=version,
        ),
    )
