"""The capabilities of accounts and referents, by id: what must be read on which page, or in which mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape

import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from referents import (
    account,
    add_adhesion,
    add_entity,
    add_mission,
    add_person,
    add_waiting,
    asked_for,
    letters,
    mailed_link,
    notified,
)

from dinamis_service.context import Context
from dinamis_service.registry import partnerships
from dinamis_service.registry.account_life import end_of
from dinamis_service.registry.directory import directory_of
from dinamis_service.registry.tables import Adhesion
from dinamis_service.settings import Settings

PAGES = {
    "choice": "/registry/account?link={link}&choose=1&text=tétis",
    "form": "/registry/account?link={link}&entity={lab}",
    "foreign form": "/registry/account?link={link}&entity={foreign}",
    "sent": "/registry/account/sent",
    "home": "/entity/",
    "requests": "/entity/requests",
    "help": "/entity/help",
    "sheet": "/entity/accounts/{waiting}",
    "dialogue": "/entity/accounts/{waiting}/validate",
    "user": "/entity/accounts/{user}",
    "users": "/entity/accounts",
    "partnership": "/entity/partnerships/{adhesion}",
    "missions": "/entity/missions",
    "mission": "/entity/missions/{mission}",
    "statistics": "/entity/statistics",
    "settings": "/entity/settings",
    "referent": "/entity/settings/referent",
    "representative": "/entity/settings/representative",
}
TABLE: list[tuple[str, str, str, str]] = [
    ("ACC-01", "choice", "Création d'un nouveau compte utilisateur", "Creation of a new user account"),
    ("ACC-01", "choice", "Rechercher une entité...", "Search an entity..."),
    ("ACC-01", "choice", "UMR Tétis", "UMR Tétis"),
    ("ACC-01", "form", "Nouveau compte utilisateur associé à une Entité adhérente",
     "New user account of a member entity"),
    ("ACC-01", "form", "Nouveau compte DINAMIS pour l'entité : UMR Tétis",
     "New DINAMIS account for the entity: UMR Tétis"),
    ("ACC-02", "form", "Champs obligatoires *", "Mandatory fields *"),
    ("ACC-02", "form", "Prénom *", "First name *"),
    ("ACC-02", "form", "Nom *", "Last name *"),
    ("ACC-02", "form", "Fonction *", "Function *"),
    ("ACC-02", "form", "Téléphone *", "Telephone *"),
    ("ACC-02", "form", "Email professionnel *", "Professional e-mail *"),
    ("ACC-02", "form", "Confirmation email *", "E-mail again *"),
    ("ACC-02", "form", "Mot de passe *", "Password *"),
    ("ACC-02", "form", "Confirmation mot de passe *", "Password again *"),
    ("ACC-02", "form", "Nationalité *", "Nationality *"),
    ("ACC-02", "form", "Adresse", "Address"),
    ("ACC-02", "form", "Code Postal", "Postcode"),
    ("ACC-02", "form", "Ville", "Town"),
    ("ACC-03", "form", "Je certifie avoir pris connaissance de la Charte DINAMIS",
     "I certify that I have read the DINAMIS charter"),
    *(
        ("ACC-03", where, f"Je certifie avoir pris connaissance des licences d'utilisation des images {name}",
         f"I certify that I have read the licences for the use of {name} images")
        for where, name in (
            ("form", "SPOT 6-7"), ("form", "Pléiades CAT1"), ("foreign form", "Pléiades ISIS"),
            ("form", "Pléiades PWH"), ("form", "Pléiades Néo"),
        )
    ),
    ("ACC-03", "form", "Envoyer votre demande d'inscription", "Send your registration request"),
    ("ACC-03", "form", "Retour", "Back"),
    ("ACC-04", "sent", "En attente de validation", "Waiting for validation"),
    ("ACC-04", "sheet", "En attente de validation", "Waiting for validation"),
    ("ACC-05", "home", "Actions en attente", "Pending actions"),
    ("ACC-05", "home", "Valider Compte", "Validate account"),
    ("ACC-05", "requests", "En attente de validation", "Waiting for validation"),
    *(
        ("ACC-05", "sheet", fr, en)
        for fr, en in (
            ("Prénom", "First name"), ("Nom", "Last name"), ("Fonction", "Function"), ("Entité", "Entity"),
            ("Email", "E-mail"), ("Téléphone", "Telephone"), ("Adresse", "Address"), ("Ville", "Town"),
            ("Code Postal", "Postcode"), ("Date Expiration (UTC)", "Expiry date (UTC)"),
            ("Nationalité", "Nationality"), ("Statut", "Status"),
        )
    ),
    ("ACC-06", "dialogue", "Valider Compte", "Validate account"),
    ("ACC-06", "dialogue", "Oui", "Yes"),
    ("ACC-06", "dialogue", "Non", "No"),
    ("ACC-07", "dialogue", "Date d'expiration (facultatif)", "Expiry date (optional)"),
    ("ACC-07", "dialogue", "JJ/MM/AAAA", "A day in UTC"),
    ("ACC-07", "users", "Date Expiration (UTC)", "Expiry date (UTC)"),
    ("ACC-08", "home", "Utilisateurs", "Users"),
    ("ACC-08", "users", "Chercher", "Search"),
    ("ACC-08", "user", "Date d'expiration", "Expiry date"),
    ("ACC-08", "user", "Fermer le compte", "Close the account"),
    ("ACC-12", "help", "permanent au sein de sa structure", "permanent staff of the structure"),
    ("ACC-12", "help", "Président(e)", "President"),
    ("ACC-12", "help", "Chef/Cheffe de service", "Head of service"),
    ("ACC-12", "representative", "Directeur/Directrice", "Director"),
    ("REG-42", "home", "Valider le partenariat", "Validate the partnership"),
    ("REG-42", "partnership", "Accepter", "Accept"),
    ("REG-42", "partnership", "Refuser", "Refuse"),
    ("REG-43", "partnership", "Missions", "Missions"),
    ("REG-43", "partnership", "MaMission", "MaMission"),
    ("REG-43", "partnership", "Prestataire de la commande publique", "Contractor of public procurement"),
    ("REG-43", "partnership", "Période de validité", "Validity period"),
    ("REG-43", "partnership", "Zone d'intérêt", "Area of interest"),
    ("REG-43", "partnership", "NORD", "NORTH"),
    ("REG-43", "partnership", "Données souhaitées", "Wanted data"),
    ("REG-43", "partnership", "Date de début", "First day"),
    ("REG-43", "partnership", "Date de fin", "Last day"),
    ("REG-43", "partnership", "Fichier de description", "Description file"),
    ("REG-43", "partnership", "Entité publique partenaire", "Public partner entity"),
    ("REG-43", "mission", "Mettre fin à la mission", "End the mission"),
    ("REG-47", "settings", "Changer de référent", "Change the contact"),
    ("REG-47", "settings", "Changer de représentant légal", "Change the legal representative"),
    ("REG-47", "referent", "permanente au sein de sa structure", "permanent staff of the structure"),
    ("REG-47", "representative", "Rang *", "Rank *"),
    ("REG-49", "home", "Plateforme de gestion", "Management platform"),
    ("REG-49", "home", "Accueil", "Home"),
    ("REG-49", "home", "Demandes", "Requests"),
    ("REG-49", "home", "Statistiques", "Statistics"),
    ("REG-49", "home", "Paramètres", "Settings"),
    ("REG-49", "home", "Aide", "Help"),
    ("REG-49", "home", "Retour au portail", "Back to the portal"),
    ("REG-49", "statistics", "Images téléchargées", "Images downloaded"),
]  # fmt: skip
BY_OTHERS = {"ACC-09", "REG-07", "REG-41"}
"""Capabilities that are no text of a page: each has a test of its own below."""
MINE = (
    {f"ACC-0{number}" for number in range(1, 10)}
    | {"ACC-12"}
    | {f"REG-{number:02}" for number in (7, 41, 42, 43, 47, 49)}
)


@dataclass
class Stage:
    """The pages of `PAGES`, read in both languages."""

    texts: dict[tuple[str, str], str]


@pytest.fixture
def stage(context: Context, client: TestClient) -> Stage:
    lab = add_entity(context, "UMR Tétis", legal_representative={"given_name": "Élise", "rank": "2"})
    contractor = add_entity(context, "Géo Prestations", 8)
    referent = add_person(context, lab, "referent")
    named = {
        "link": mailed_link(context),
        "lab": lab.id,
        "foreign": add_entity(context, "Institut", 9, nationality="CH").id,
        "waiting": add_waiting(context, lab),
        "user": add_person(context, lab).principal.sub,
        "adhesion": add_adhesion(context, lab),
        "mission": add_mission(context, contractor, lab, starts=date(2025, 1, 1), ends=date(2099, 1, 1)),
    }
    texts = {}
    for language in ("fr", "en"):
        client.cookies.clear()
        pages = Operator(client, referent, language)
        for name, address in PAGES.items():
            text = unescape(re.sub(r"<[^>]*>", " ", _spoken(pages.open(address.format(**named)))))
            texts[name, language] = " ".join(text.split())
    return Stage(texts)


def _spoken(page: str) -> str:
    """A page with what its fields say before anything is typed."""
    return re.sub(r'placeholder="([^"]*)"', r"> \1 <", page)


def test_every_label_is_on_its_page_in_both_languages(stage: Stage) -> None:
    missing = [
        (capability, where, told)
        for capability, where, fr, en in TABLE
        for language, told in (("fr", fr), ("en", en))
        if told not in stage.texts[where, language].replace("\u00a0", " ").replace("\u202f", " ")
    ]
    assert missing == []


def test_every_capability_of_accounts_and_referents_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} | BY_OTHERS == MINE


def test_acc_09_and_reg_41_are_told_by_mail_and_in_the_application(
    context: Context, client: TestClient
) -> None:
    lab = add_entity(context, "UMR Tétis")
    referent = add_person(context, lab, "referent")
    adhesion = add_adhesion(context, lab)
    with context.database.session() as session:
        partnerships.announce(session, session.get_one(Adhesion, adhesion), context.clock())
    asked_for(Operator(client, language="fr"), mailed_link(context), lab)
    desk = Operator(client, referent, "fr")
    desk.open("/entity/accounts?state=waiting")
    found = re.search(r"/entity/accounts/([0-9a-f-]{36})", desk.page.text)
    assert found is not None
    desk.open(f"/entity/accounts/{found[1]}/validate")
    day = context.clock().date() + timedelta(days=30)
    desk.send(f"/entity/accounts/{found[1]}/validate", answer="yes", expires=day.isoformat())
    assert account(context, found[1]).expires_at == end_of(day)
    told = ["[DINAMIS] Votre demande d'inscription", "[DINAMIS] Votre compte est validé"]
    assert [one["Subject"] for one in letters(context, "ada@umr.example")] == told
    assert notified(context, found[1]) == [one.removeprefix("[DINAMIS] ") for one in told]
    assert notified(context, referent.principal.sub) == [
        "Partenariat à valider : Géo Prestations <SARL>",
        "Compte à valider : Ada Lovelace",
    ]


def test_reg_07_has_its_adapter_and_none_by_default(settings: Settings) -> None:
    assert directory_of(settings) is None
    named = settings.model_copy(update={"directory_url": "https://directory.example/people"})
    directory = directory_of(named)
    assert directory is not None
    directory.close()
