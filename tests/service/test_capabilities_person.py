"""What the specification asks of a person's own account: one row for each id, seen where a person sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from browsing import Operator
from clocks import MovableClock
from fastapi.testclient import TestClient
from letterbox import letters
from running import PASSWORD, SignedIn
from sqlalchemy import delete
from stored import put_item

from dinamis_service.context import Context
from dinamis_service.identity.tables import Account
from dinamis_service.registry.tables import Entity, Signature

Look = Callable[["Stage"], str]


class Stage:
    """A service, a person, and their browser in one of the two languages."""

    def __init__(self, context: Context, client: TestClient, person: SignedIn, language: str) -> None:
        self.context, self.client, self.person, self.language = context, client, person, language
        self.pages = Operator(client, person, language) if language == "en" else self._in_french()

    def _in_french(self) -> Operator:
        pages = Operator(self.client, None, "fr")
        pages.open("/sign-in")
        pages.send("/sign-in", login=self.person.principal.email, password=PASSWORD)
        return pages

    def change(self, **values: Any) -> None:
        with self.context.database.session() as session:
            account = session.get_one(Account, self.person.principal.sub)
            for name, value in values.items():
                setattr(account, name, value)


def profile(stage: Stage) -> str:
    return stage.pages.open("/account")


def expiring(stage: Stage) -> str:
    """An account that ends at midnight: its last day is told, in UTC."""
    later = stage.context.clock() + timedelta(days=40)
    stage.change(expires_at=later.replace(hour=0, minute=0, second=0, microsecond=0))
    return stage.pages.open("/account")


def expired(stage: Stage) -> str:
    """The account after its end, whose owner gives the right password."""
    stage.change(expires_at=stage.context.clock())
    stage.pages.open("/sign-in")
    stage.pages.send("/sign-in", login=stage.person.principal.email, password=PASSWORD)
    return stage.pages.page.text


def sign_in_page(stage: Stage) -> str:
    stage.client.cookies.clear()
    return stage.pages.open("/sign-in")


def signed_out_image(stage: Stage) -> str:
    """What somebody not signed in gets for an image."""
    put_item(stage.context, "IMAGE")
    url = "http://testserver/objects/pleiades/IMAGE/pan.tif"
    answer = stage.client.get("/sign", params={"url": url}, headers={"Accept-Language": stage.language})
    return str(answer.json()["detail"])


def texts(stage: Stage) -> str:
    with stage.context.database.session() as session:
        session.execute(delete(Signature))
    return stage.pages.open("/account/texts")


def foreign_texts(stage: Stage) -> str:
    with stage.context.database.session() as session:
        session.get_one(Entity, stage.person.principal.entity_id).nationality = "CH"
    return texts(stage)


def refused_image(stage: Stage) -> str:
    """What a member gets for a Pléiades image whose texts are unsigned."""
    texts(stage)
    put_item(stage.context, "IMAGE")
    url = "http://testserver/objects/pleiades/IMAGE/pan.tif"
    headers = stage.person.headers | {"Accept-Language": stage.language}
    return str(stage.client.get("/sign", params={"url": url}, headers=headers).json()["detail"])


def security(stage: Stage) -> str:
    return stage.pages.open("/account/security")


def data(stage: Stage) -> str:
    return stage.pages.open("/account/data")


def forgotten(stage: Stage) -> str:
    stage.client.cookies.clear()
    return stage.pages.open("/password")


def reset_letter(stage: Stage) -> str:
    email = stage.person.principal.email
    stage.context.identity.passwords.ask_reset(email, "192.0.2.1", stage.language)  # type: ignore[arg-type]
    return str(letters(stage.context, email)[0].get_content())


ROWS: list[tuple[str, Look, list[str], list[str]]] = [
    (
        "ACC-02",
        profile,
        [
            "Prénom *",
            "Nom *",
            "Fonction *",
            "Téléphone *",
            "Nationalité *",
            "Adresse<",
            "Code Postal",
            "Ville",
            "Champs obligatoires *",
            "Email professionnel",
        ],
        [
            "First name *",
            "Last name *",
            "Position *",
            "Telephone *",
            "Nationality *",
            "Address<",
            "Postcode",
            "Town",
            "Mandatory fields *",
            "Professional e-mail",
        ],
    ),
    ("ACC-07", expiring, ["Date d&#39;expiration (UTC)"], ["Expiry date (UTC)"]),
    ("ACC-07", expired, ["Votre compte a expiré"], ["Your account has expired"]),
    (
        "ACC-10",
        sign_in_page,
        ["Se connecter", "Adresse électronique", "Mot de passe", "Mot de passe oublié"],
        ["Sign in", "E-mail address", "Password", "Forgotten password?"],
    ),
    ("ACC-11", profile, ["Camille Martin", "Se déconnecter"], ["Camille Martin", "Sign out"]),
    (
        "ACC-11",
        signed_out_image,
        ["Connectez-vous pour accéder à cette image"],
        ["Sign in to read this image"],
    ),
    (
        "ACC-14",
        profile,
        ["Mon profil", "Enregistrer", "Changer d&#39;adresse électronique"],
        ["My profile", "Save", "Change the e-mail address"],
    ),
    (
        "ACC-14",
        security,
        [
            "Changer le mot de passe",
            "Double authentification",
            "Vos appareils",
            "Se déconnecter partout",
            "Clés d&#39;accès",
        ],
        ["Change the password", "Second factor", "Your devices", "Sign out everywhere", "Access keys"],
    ),
    (
        "ACC-14",
        data,
        [
            "Télécharger mes données",
            "Supprimer mon compte",
            "Qui a consulté vos données",
            "Durées de conservation",
        ],
        ["Download my data", "Delete my account", "Who looked at your data", "How long things are kept"],
    ),
    (
        "ACC-10",
        forgotten,
        ["Mot de passe oublié", "Envoyer le lien"],
        ["Forgotten password", "Send the link"],
    ),
    (
        "ACC-10",
        reset_letter,
        ["/password/new?link=", "il ne sert qu'une fois"],
        ["/password/new?link=", "it works once"],
    ),
    (
        "REG-45",
        texts,
        [
            "J&#39;atteste avoir pris connaissance de la Charte DINAMIS",
            "J&#39;atteste avoir pris connaissance des licences d&#39;utilisation des images SPOT 6-7",
            "images Pléiades PWH",
            "images Pléiades Néo",
            "Signer la charte et les licences",
        ],
        [
            "I certify that I have taken note of the DINAMIS Charter",
            "SPOT 6-7 images",
            "Pléiades PWH images",
            "Pléiades Néo images",
            "Sign the charter and the licences",
        ],
    ),
    (
        "REG-45",
        refused_image,
        ["Signez d'abord", "Charte", "/account/texts"],
        ["Sign first", "charter", "/account/texts"],
    ),
    ("SUP-14", texts, ["Pléiades CAT1"], ["Pléiades CAT1"]),
    ("SUP-14", foreign_texts, ["Pléiades ISIS"], ["Pléiades ISIS"]),
]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1].__name__}" for row in ROWS])
def test_what_is_asked_is_seen(
    context: Context,
    client: TestClient,
    signed_in: Callable[..., SignedIn],
    row: tuple[str, Look, list[str], list[str]],
    language: str,
) -> None:
    _id, look, french, english = row
    seen = look(Stage(context, client, signed_in(), language))
    missing = [words for words in (french if language == "fr" else english) if words not in seen]
    assert missing == [], seen


def test_only_the_pleiades_licence_of_the_nationality_is_shown(
    context: Context, client: TestClient, signed_in: Callable[..., SignedIn]
) -> None:
    stage = Stage(context, client, signed_in(), "fr")
    assert "ISIS" not in texts(stage)
    assert "CAT1" not in foreign_texts(stage)


def test_the_last_day_of_an_account_is_whole(
    context: Context, client: TestClient, signed_in: Callable[..., SignedIn], clock: MovableClock
) -> None:
    """ACC-07: until the end of the day, UTC; not one second more."""
    person = signed_in()
    midnight = (clock() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    with context.database.session() as session:
        session.get_one(Account, person.principal.sub).expires_at = midnight
    key = client.get("/create_api_key", headers=person.headers).json()
    keys = {"access-key": key["access-key"], "secret-key": key["secret-key"]}
    clock.advance((midnight - clock()).total_seconds() - 30)
    assert client.get("/api/me", headers=keys).status_code == 200
    clock.advance(31)
    assert client.get("/api/me", headers=keys).status_code == 401


def test_the_profile_is_read_and_changed_by_programs(
    client: TestClient, signed_in: Callable[..., SignedIn]
) -> None:
    """ACC-14 over the API: with the ETag that was read, field by field, nothing else."""
    headers = signed_in().headers | {"Accept-Language": "en"}
    read = client.get("/api/me", headers=headers)
    me = read.json()
    assert read.headers["ETag"] == me["etag"]
    assert me["texts_to_sign"] == []
    seen = headers | {"If-Match": me["etag"]}
    changed = client.patch("/api/me", json={"town": "Sète", "phone": "+33 4"}, headers=seen)
    assert (changed.status_code, changed.json()["town"]) == (200, "Sète")
    assert changed.json()["etag"] != me["etag"]
    assert client.patch("/api/me", json={"town": "x"}, headers=seen).status_code == 412
    assert client.patch("/api/me", json={"town": "x"}, headers=headers).status_code == 428
    fresh = headers | {"If-Match": changed.json()["etag"]}
    wrong: list[Any] = [
        {"email": "a@b.fr"},
        {"roles": ["operator"]},
        {"town": None},
        {"phone": "x"},
        {"town": 3},
    ]
    for bad in (*wrong, []):
        assert client.patch("/api/me", json=bad, headers=fresh).status_code == 422, bad
    assert client.get("/api/me", headers=headers).json()["etag"] == changed.json()["etag"]
