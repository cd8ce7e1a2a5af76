"""The pages of one's own account in Debian's Chromium: the button of the texts, who can read them."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import PHONE, WIDE, chromium, unreadable
from running import PASSWORD, LiveService, SignedIn
from sqlalchemy import delete

from dinamis_service.registry.tables import Signature

pytestmark = pytest.mark.long

PAGES = ("/account", "/account/security", "/account/texts", "/account/data")


@pytest.fixture
def person(live_service: LiveService) -> SignedIn:
    """Somebody who has signed nothing."""
    made = live_service.sign_in()
    with live_service.context.database.session() as session:
        session.execute(delete(Signature))
    return made


def sign_in(page: Any, url: str, person: SignedIn, wanted: str) -> None:
    page.goto(f"{url}/sign-in?next={wanted}")
    page.fill("#login", person.principal.email)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{wanted}")


def unfit(page: Any) -> list[str]:
    """What axe finds wrong with the page, and whether it is too wide."""
    told = unreadable(page)
    fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return told if fits else [*told, "too wide"]


def test_the_button_is_dead_until_every_box_is_ticked(live_service: LiveService, person: SignedIn) -> None:
    with chromium(viewport=WIDE, locale="fr") as page:
        sign_in(page, live_service.url, person, "/account/texts")
        button = page.locator("form[data-attest] button")
        boxes = page.locator("form[data-attest] [type=checkbox]")
        for number in range(boxes.count()):
            assert button.is_disabled()
            boxes.nth(number).focus()
            page.keyboard.press("Space")
        assert button.is_enabled()
        boxes.first.uncheck()
        assert button.is_disabled()
        boxes.first.check()
        button.click()
        assert page.text_content("[role=status]") == "Merci\u00a0: tout est signé."


def test_without_a_script_the_service_refuses(live_service: LiveService, person: SignedIn) -> None:
    with chromium(viewport=PHONE, locale="fr", java_script_enabled=False) as page:
        sign_in(page, live_service.url, person, "/account/texts")
        assert page.locator("form[data-attest] button").is_enabled()
        page.evaluate("document.querySelector('form[data-attest]').noValidate = true")
        page.click("form[data-attest] button")
        assert "cochez la case à la fin de chaque document" in str(page.text_content("[role=alert]"))


@pytest.mark.long
@pytest.mark.parametrize(("size", "theme", "language"), [(WIDE, "light", "en"), (PHONE, "dark", "fr")])
def test_the_pages_can_be_read_by_everyone(
    live_service: LiveService, person: SignedIn, size: dict[str, int], theme: str, language: str
) -> None:
    with chromium(viewport=size, color_scheme=theme, locale=language) as page:
        page.goto(live_service.url + "/password")
        assert unfit(page) == []
        sign_in(page, live_service.url, person, "/account")
        for path in PAGES:
            page.goto(live_service.url + path)
            assert page.locator("h1").count() == 1, path
            assert unfit(page) == [], path
        page.goto(live_service.url + "/account/security")
        page.fill("#factor-password", PASSWORD)
        page.click("[value=propose]")
        assert page.locator("img.qr").evaluate("img => img.complete && img.naturalWidth > 0")
        assert unfit(page) == [], "the QR code"
        page.goto(live_service.url + "/account/security")
        page.fill("#password-current", "wrong")
        page.fill("#password", "long enough for it")
        page.fill("#password_again", "long enough for it")
        page.press("#password_again", "Enter")
        assert page.locator("#password-current-problem").is_visible()
        assert unfit(page) == [], "with a refusal"
