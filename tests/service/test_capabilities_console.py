"""The capabilities of the operators' side of the registry: each id, and what must be seen on which page."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from registry_people import adhesion, entity
from running import SignedIn

from dinamis_service.context import Context
from dinamis_service.settings import Settings

PNEO = "pneo@demo.example"

# id, page, what stands there in French, what stands there in English
TABLE: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("REG-27", "/operator/adhesions/{adhesion}", ("Instruction", "Valider l'adhésion", "Refuser l'adhésion"),
     ("Instruction", "Validate the adhesion", "Refuse the adhesion")),
    ("REG-28", "/operator/adhesions", ("Validée", "Refusée", "En instruction", "Clôturée"),
     ("Validated", "Refused", "Under instruction", "Closed")),
    ("REG-03", "/operator/entities", ("Entités adhérentes", "Liste de référence (CSV)", "Nationalité"),
     ("Member entities", "Reference list (CSV)", "Nationality")),
    ("REG-12", "/operator/entities/{entity}",
     ("Acronyme/Nom court de l'Entité *", "Nom complet de l'Entité *", "Nationalité de l'Entité *",
      "Établissement de rattachement", "Adresse de l'Entité", "Code Postal", "Ville",
      "Champs obligatoires *"),
     ("Acronym or short name of the entity *", "Mandatory fields *")),
    ("REG-46", "/operator/entities/{entity}/merge?into={other}",
     ("Fusion d'entités", "Comptes", "Projets", "Demandes", "Missions", "Signatures"),
     ("Merge of entities", "Accounts", "Projects", "Requests", "Missions", "Signatures")),
    ("REG-48", "/operator/super-entities", ("Super-entités", "Nouvelle super-entité"),
     ("Super-entities", "New super-entity")),
    ("REG-48", "/operator/entities/{entity}", ("Regrouper dans",), ("Group into",)),
    ("REG-49", "/operator/home",
     ("Plateforme de gestion", "Accueil", "Demandes", "Statistiques", "Paramètres", "Aide",
      "Retour au portail", "Actions en attente", "English",
      "Dispositif Institutionnel National d'Approvisionnement Mutualisé en Imagerie Satellitaire"),
     ("Management platform", "Home", "Requests", "Statistics", "Settings", "Help", "Back to the portal",
      "Pending actions", "Français")),
    ("REG-49", "/help", ("Aide", "Opérateurs DINAMIS"), ("Help", "Operators of DINAMIS")),
    ("REG-45", "/operator/texts/charter", ("Nouvelle version", "personne(s) signent ce texte", "Signatures"),
     ("New version", "people sign this text", "Signatures")),
    ("SUP-01", "/contact",
     ("Demande d'information générale", "Demande d'accompagnement personnalisé", "Problème technique",
      "Formats ou utilisation des produits", "Message *"),
     ("General information", "Request for personal support", "Technical problem",
      "Formats or use of products")),
    ("SUP-03", "/", ("Contact",), ("Contact",)),
    ("SUP-06", "/operator/texts",
     ("Charte et licences", "Modèles", "Fiches", "Charte d'utilisation DINAMIS"),
     ("Charter and licences", "Templates", "Sheets", "DINAMIS charter of use")),
    ("SUP-10", "/operator/entities/{entity}",
     ("Extensions régionales de la licence de données ouvertes", "Région *", "Occitanie", "La Réunion"),
     ("Regional extensions of the open-data licence", "Region *")),
    ("SUP-13", "/contact", ("Pour Pléiades Neo", PNEO), ("For Pléiades Neo", PNEO)),
    ("SUP-14", "/operator/entities/{entity}",
     ("Textes à signer par ses utilisateurs", "Pléiades CAT1", "SPOT 6-7", "PWH", "Néo"),
     ("Texts that its users sign",)),
    ("CAT-44", "/operator/statistics",
     ("Adhérents", "Recherche et enseignement", "Acteurs publics", "R&D privée", "Associations",
      "Demandes d'adhésion reçues", "dont validées", "dont refusées", "dont en instruction",
      "Adhésions clôturées", "Comptes créés", "Demandes d'images", "Téléchargements de produits",
      "Surfaces livrées (km²)", "Tous les chiffres (CSV)"),
     ("Members", "Research and teaching", "Public actors", "Private R&D", "Associations", "Accounts created",
      "Image requests", "Product downloads")),
    ("ACC-12", "/operator/accounts?role=referent", ("référent DINAMIS", "représentant légal", "opérateur"),
     ("DINAMIS contact", "legal representative")),
)  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", pneo_contact_address=PNEO)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_capability_is_seen(
    client: TestClient, context: Context, signed_in: Callable[..., SignedIn], language: str
) -> None:
    one, other = entity(context, "Une"), entity(context, "Autre")
    names = {"adhesion": adhesion(context), "entity": one.id, "other": other.id}
    reader = Operator(client, signed_in("operator"), language)
    missing = []
    for capability, path, fr, en in TABLE:
        page = unescape(reader.open(path.format(**names))).replace("\u202f", " ").replace("\u00a0", " ")
        missing += [f"{capability}: {one}" for one in (fr if language == "fr" else en) if one not in page]
    assert missing == []
