"""Words of the letters of an adhesion (domain.md 3.11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dinamis_service.quotas.words import Words

Told = Callable[[Mapping[str, Any]], tuple[Words, Words]]


def _letter(title: Words, text: Words) -> Told:
    """The words of a letter, its patterns filled in with its facts."""

    def told(facts: Mapping[str, Any]) -> tuple[Words, Words]:
        return (
            Words(title.fr.format_map(facts), title.en.format_map(facts)),
            Words(text.fr.format_map(facts), text.en.format_map(facts)),
        )

    return told


ACCOUNT_EXISTS = _letter(
    Words("Vous avez déjà un compte", "You have an account already"),
    Words(
        "Quelqu'un, vous sans doute, a saisi votre adresse sur le portail d'adhésion et d'inscription. Un "
        "compte DINAMIS existe déjà pour elle : connectez-vous avec cette adresse, ou écrivez-nous par le "
        "formulaire Contact si vous avez changé d'entité. Si vous n'avez rien demandé, ne faites rien.",
        "Somebody, probably you, typed your address on the portal of adhesion and registration. There is a "
        "DINAMIS account for it already: sign in with this address, or write to us by the contact form if "
        "you have changed entity. If you asked for nothing, do nothing.",
    ),
)
ADHESION_TEXTS = _letter(
    Words("Adhésion de {entity} : charte et licences", "Adhesion of {entity}: charter and licences"),
    Words(
        "{referent} a rempli le formulaire d'adhésion de l'entité {entity} au dispositif DINAMIS. La charte "
        "et les licences d'utilisation des images sont jointes à ce message : lisez-les et conservez-les.\n\n"
        "{representative}, représentant légal, reçoit un autre message avec le lien pour finaliser la "
        "démarche : confirmer les informations de l'entité, accepter la charte et s'engager sur les "
        "licences. La demande d'adhésion est alors générée, horodatée et transmise à DINAMIS pour "
        "instruction.",
        "{referent} has filled in the adhesion form of the entity {entity} to DINAMIS. The charter and the "
        "licences of use of the images are enclosed: read and keep them.\n\n{representative}, legal "
        "representative, gets another message with the link to finish: confirm the information on the "
        "entity, accept the charter and commit to the licences. The adhesion request is then generated, "
        "time-stamped and sent to DINAMIS for instruction.",
    ),
)
VALIDATION_LINK = _letter(
    Words(
        "Validation électronique de l'adhésion de {entity}",
        "Electronic validation of the adhesion of {entity}",
    ),
    Words(
        "En tant que représentant légal, validez électroniquement la demande d'adhésion de l'entité "
        "{entity}, générée à partir des informations fournies par {referent}. Ce lien vous est personnel : "
        "il permet de relire les informations, d'accepter la charte et les licences, puis de valider l'acte "
        "d'adhésion.",
        "As the legal representative, validate electronically the adhesion request of the entity {entity}, "
        "which was generated from the information given by {referent}. This link is for you alone: by it you "
        "read the information again, accept the charter and the licences, and validate the deed of adhesion.",
    ),
)
DEED = _letter(
    Words("Acte d'Adhésion DINAMIS de {entity}", "DINAMIS deed of adhesion of {entity}"),
    Words(
        "{representative} a validé électroniquement la demande d'adhésion de l'entité {entity}. L'Acte "
        "d'Adhésion DINAMIS est joint à ce message : conservez-le. L'adhésion prend effet après une "
        "instruction positive par l'instance DINAMIS ; une notification vous parviendra dès que l'entité "
        "sera créée.",
        "{representative} has validated electronically the adhesion request of the entity {entity}. The "
        "DINAMIS deed of adhesion is enclosed: keep it. The adhesion takes effect after a positive "
        "instruction by the DINAMIS body; you will be notified as soon as the entity is created.",
    ),
)
ENTITY_CREATED = _letter(
    Words("L'entité {entity} est créée", "The entity {entity} is created"),
    Words(
        "L'instance DINAMIS a validé l'adhésion de l'entité {entity} : l'entité est créée et ses membres "
        "peuvent demander un compte. L'Acte d'Adhésion DINAMIS est joint à ce message : conservez-le. "
        "{referent}, référent DINAMIS, se connecte avec son adresse et le mot de passe choisi dans le "
        "formulaire :",
        "The DINAMIS body has validated the adhesion of the entity {entity}: the entity is created and its "
        "members may ask for an account. The DINAMIS deed of adhesion is enclosed: keep it. {referent}, the "
        "DINAMIS contact, signs in with their address and the password chosen in the form:",
    ),
)
