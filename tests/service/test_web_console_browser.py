"""The operators' pages of the registry in Debian's Chromium: for everyone, with keys alone, on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import PHONE, WIDE, chromium, unreadable, walk
from registry_people import AREA, RND, account, adhesion, entity
from running import LiveService
from test_web_browser import sign_in

from dinamis_service.registry import super_entities
from dinamis_service.registry.super_entities import SuperForm
from dinamis_service.requests.caller import Caller

pytestmark = pytest.mark.long

PAGES = (
    "/",
    "/contact",
    "/help",
    "/operator/home",
    "/operator/",
    "/operator/adhesions",
    "/operator/adhesions/{adhesion}",
    "/operator/entities",
    "/operator/entities/{entity}",
    "/operator/entities/{entity}/merge?into={other}",
    "/operator/super-entities",
    "/operator/super-entities/{group}",
    "/operator/accounts",
    "/operator/accounts/{account}",
    "/operator/access",
    "/operator/texts",
    "/operator/texts/charter",
    "/operator/texts/charter/1",
    "/operator/contact",
    "/operator/statistics",
    "/operator/projects",
    "/operator/tariffs",
    "/operator/calls",
    "/operator/outbox",
)


def stage(service: LiveService) -> tuple[Any, dict[str, str]]:
    """An operator, and what the addresses of the pages name."""
    context, person = service.context, service.sign_in("operator")
    mission = {"title": "M", "starts": "2026-01-01", "ends": "2026-12-31", "area": AREA, "wishes": []}
    kept = entity(context, "Ville d'Exemple au nom plutôt long pour un téléphone", town="Montpellier")
    group = super_entities.create(
        context.database, Caller(person.principal, "fr"), SuperForm(name="Région"), context.clock()
    )
    names = {
        "adhesion": adhesion(context, mission=mission, sector=RND),
        "entity": kept.id,
        "other": entity(context, "Autre").id,
        "group": group,
        "account": account(context, kept.id).id,
    }
    return person, names


@pytest.mark.long
@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_the_pages_can_be_read_by_everyone(
    live_service: LiveService, size: dict[str, int], theme: str
) -> None:
    person, names = stage(live_service)
    with chromium(viewport=size, color_scheme=theme, locale="fr") as page:
        for path in ("/", "/contact", "/help", "/contact?sent=1"):
            page.goto(live_service.url + path)
            assert unreadable(page) == [], f"{path}, signed out"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
        sign_in(page, live_service.url, person)
        for path in PAGES:
            page.goto(live_service.url + path.format(**names))
            assert page.locator("h1").count() == 1, path
            assert unreadable(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
        page.goto(f"{live_service.url}/operator/adhesions/{names['adhesion']}")
        page.check("[value=refuse]")
        page.click("text=Enregistrer la décision")
        assert page.locator("#reason-problem").is_visible()
        assert unreadable(page) == [], "with a refusal"
        page.goto(f"{live_service.url}/operator/texts/charter")
        page.fill("#body-fr", "# Charte\n\nUn mot.")
        page.click("text=Aperçu et différences")
        assert unreadable(page) == [], "with a preview"


@pytest.mark.long
def test_every_page_is_walked_with_the_keyboard(live_service: LiveService) -> None:
    person, names = stage(live_service)
    with chromium(viewport=WIDE, locale="fr") as page:
        sign_in(page, live_service.url, person)
        for path in PAGES:
            walk(page, live_service.url + path.format(**names))


def test_an_adhesion_is_decided_on_a_phone_without_scripts(live_service: LiveService) -> None:
    person, names = stage(live_service)
    with chromium(viewport=PHONE, locale="fr", java_script_enabled=False) as page:
        sign_in(page, live_service.url, person)
        page.click("text=Accueil")
        page.click("text=adhésions à instruire")
        page.click("tbody a")
        assert page.locator(".map path.zone").is_visible()
        page.check("[value=validate]")
        page.fill("#reason", "Complet")
        page.click("text=Enregistrer la décision")
        assert page.locator(".heading .state").text_content() == "Validée"
        page.click("text=Voir l'entité")
        assert page.locator("h1").text_content() == "Commune d'Exemple"
        page.goto(f"{live_service.url}/operator/statistics")
        assert page.locator("picture img").count() == 4
        assert names["entity"]
