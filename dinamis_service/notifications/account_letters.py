"""Words of the letters about accounts, entities, partnerships and missions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dinamis_service.quotas.words import Words

Facts = Mapping[str, Any]
Told = Callable[[Facts], tuple[Words, Words]]


def letter(title: Words, text: Words) -> Told:
    """The words of a letter: its patterns filled in with its facts, then the reason where there is one."""

    def told(facts: Facts) -> tuple[Words, Words]:
        fr, en = _Known(_days(facts, "fr")), _Known(_days(facts, "en"))
        words = Words(text.fr.format_map(fr), text.en.format_map(en))
        if reason := facts.get("reason"):
            words = Words(f"{words.fr}\n\nMotif : {reason}", f"{words.en}\n\nReason: {reason}")
        return Words(title.fr.format_map(fr), title.en.format_map(en)), words

    return told


class _Known(dict[str, Any]):
    """Facts by name; one that is not known leaves its place empty."""

    def __missing__(self, name: str) -> str:
        return ""


def _days(facts: Facts, language: str) -> dict[str, Any]:
    """Facts with their day as people of the language write it; it is a day of UTC."""
    if not facts.get("day"):
        return dict(facts)
    day = date.fromisoformat(facts["day"])
    return {**facts, "day": f"{day:%d/%m/%Y}" if language == "fr" else day.isoformat()}


ACCOUNT_TO_VALIDATE = letter(
    Words("Compte à valider : {name}", "Account to validate: {name}"),
    Words(
        "{name} ({email}) demande un compte DINAMIS pour l'entité {entity}. Action en attente : Valider "
        "Compte. Vous pouvez valider ou refuser cette demande sur la plateforme de gestion :",
        "{name} ({email}) asks for a DINAMIS account for the entity {entity}. Pending action: validate the "
        "account. You can validate or refuse it on the management platform:",
    ),
)
ACCOUNT_ASKED = letter(
    Words("Votre demande d'inscription", "Your registration request"),
    Words(
        "Votre demande de compte DINAMIS pour l'entité {entity} est enregistrée ; elle est en attente de "
        "validation par le référent DINAMIS de l'entité. Une notification vous parviendra dès sa réponse.",
        "Your request for a DINAMIS account for the entity {entity} is recorded; it waits for validation by "
        "the DINAMIS contact of the entity. You will be notified of the answer.",
    ),
)
ACCOUNT_VALIDATED = letter(
    Words("Votre compte est validé", "Your account is validated"),
    Words(
        "Le référent DINAMIS a validé votre compte pour l'entité {entity}. Connectez-vous avec votre "
        "adresse et le mot de passe que vous avez choisi :",
        "The DINAMIS contact has validated your account for the entity {entity}. Sign in with your address "
        "and the password that you chose:",
    ),
)
ACCOUNT_VALIDATED_UNTIL = letter(
    Words("Votre compte est validé", "Your account is validated"),
    Words(
        "Le référent DINAMIS a validé votre compte pour l'entité {entity} jusqu'au {day} inclus (UTC). "
        "Connectez-vous avec votre adresse et le mot de passe que vous avez choisi :",
        "The DINAMIS contact has validated your account for the entity {entity} until {day} included (UTC). "
        "Sign in with your address and the password that you chose:",
    ),
)
ACCOUNT_REFUSED = letter(
    Words("Votre demande de compte est refusée", "Your account request is refused"),
    Words(
        "Le référent DINAMIS n'a pas validé votre demande de compte pour l'entité {entity}.",
        "The DINAMIS contact has not validated your request for an account of the entity {entity}.",
    ),
)
ACCOUNT_CLOSED = letter(
    Words("Votre compte est fermé", "Your account is closed"),
    Words(
        "Votre compte DINAMIS de l'entité {entity} est fermé : il ne permet plus de se connecter.",
        "Your DINAMIS account of the entity {entity} is closed: it lets nobody in any more.",
    ),
)
ACCOUNT_REOPENED = letter(
    Words("Votre compte est rouvert", "Your account is open again"),
    Words(
        "Votre compte DINAMIS de l'entité {entity} est rouvert. Connectez-vous avec votre adresse :",
        "Your DINAMIS account of the entity {entity} is open again. Sign in with your address:",
    ),
)
ACCOUNT_UNTIL = letter(
    Words("Date d'expiration de votre compte", "Expiry date of your account"),
    Words(
        "Votre compte DINAMIS de l'entité {entity} est valable jusqu'au {day} inclus (UTC).",
        "Your DINAMIS account of the entity {entity} is valid until {day} included (UTC).",
    ),
)
ACCOUNT_WITHOUT_END = letter(
    Words("Date d'expiration de votre compte", "Expiry date of your account"),
    Words(
        "Votre compte DINAMIS de l'entité {entity} n'a plus de date d'expiration.",
        "Your DINAMIS account of the entity {entity} has no expiry date any more.",
    ),
)
ACCOUNT_ENDS = letter(
    Words("Votre compte expire bientôt", "Your account expires soon"),
    Words(
        "Votre compte DINAMIS de l'entité {entity} expire à la fin du {day} (UTC). Si vous en avez encore "
        "besoin, demandez à votre référent DINAMIS d'en reporter la date d'expiration.",
        "Your DINAMIS account of the entity {entity} expires at the end of {day} (UTC). If you still need "
        "it, ask your DINAMIS contact to put its expiry date off.",
    ),
)
PARTNERSHIP_TO_VALIDATE = letter(
    Words("Partenariat à valider : {contractor}", "Partnership to validate: {contractor}"),
    Words(
        "{contractor} demande son adhésion à DINAMIS comme prestataire de la commande publique et désigne "
        "votre entité {entity} comme entité publique partenaire, pour la mission « {title} ». Action en "
        "attente : Valider le partenariat, sur la plateforme de gestion :",
        "{contractor} asks to join DINAMIS as a contractor of public procurement and names your entity "
        "{entity} as its public partner, for the mission '{title}'. Pending action: validate the "
        "partnership, on the management platform:",
    ),
)
PARTNERSHIP_ACCEPTED = letter(
    Words("Partenariat validé", "Partnership validated"),
    Words(
        "{entity} a validé le partenariat de {contractor} pour la mission « {title} ». La demande d'adhésion "
        "est maintenant en instruction par l'instance DINAMIS.",
        "{entity} has validated the partnership of {contractor} for the mission '{title}'. The adhesion "
        "request is now instructed by the DINAMIS body.",
    ),
)
PARTNERSHIP_REFUSED = letter(
    Words("Partenariat refusé", "Partnership refused"),
    Words(
        "{entity} a refusé le partenariat de {contractor} pour la mission « {title} ». La demande "
        "d'adhésion est refusée.",
        "{entity} has refused the partnership of {contractor} for the mission '{title}'. The adhesion "
        "request is refused.",
    ),
)
REFERENT_CHANGED = letter(
    Words("Référent DINAMIS de {entity}", "DINAMIS contact of {entity}"),
    Words(
        "{name} est maintenant référent DINAMIS de l'entité {entity}, à la place de {former}.",
        "{name} is now the DINAMIS contact of the entity {entity}, in the place of {former}.",
    ),
)
REPRESENTATIVE_CHANGED = letter(
    Words("Représentant légal de {entity}", "Legal representative of {entity}"),
    Words(
        "{name} ({function}) est maintenant enregistré comme représentant légal de l'entité {entity} auprès "
        "de DINAMIS. Ce changement a été déclaré par le référent DINAMIS, {author}.",
        "{name} ({function}) is now recorded as the legal representative of the entity {entity} with "
        "DINAMIS. This change was declared by the DINAMIS contact, {author}.",
    ),
)
MISSION_ENDS = letter(
    Words("La mission « {title} » prend fin bientôt", "The mission '{title}' ends soon"),
    Words(
        "La mission « {title} » de {contractor} pour {entity} prend fin à la fin du {day} (UTC). L'accès aux "
        "images qu'elle donne s'arrête alors.",
        "The mission '{title}' of {contractor} for {entity} ends at the end of {day} (UTC). The access to "
        "images that it gives stops then.",
    ),
)
MISSION_SHORTENED = letter(
    Words("La mission « {title} » prend fin plus tôt", "The mission '{title}' ends earlier"),
    Words(
        "{entity} met fin à la mission « {title} » de {contractor} : son dernier jour est le {day} (UTC).",
        "{entity} ends the mission '{title}' of {contractor}: its last day is {day} (UTC).",
    ),
)
