"""How the places where somebody is signed in are named: programs by name, browsers by what they say."""

from __future__ import annotations

from dinamis_service.identity.clients import Clients
from dinamis_service.identity.sessions import SignedInAt
from dinamis_service.web.pages import Page

# the first that is found counts: browsers name those that they are like, after themselves
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def place_name(page: Page, clients: Clients, place: SignedInAt) -> str:
    """Name of a place for its owner."""
    if place.kind == "program":
        return clients.named(place.name)
    browser = _first(_BROWSERS, place.name)
    system = _first(_SYSTEMS, place.name)
    if not browser:
        return page.text("Navigateur inconnu", "Unknown browser")
    return page.text(f"{browser} sous {system}", f"{browser} on {system}") if system else browser


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in names if sign in agent), "")
