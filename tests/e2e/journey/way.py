"""The end of the way of a new member: signed in by a browser beside QGIS, to the first image."""

from __future__ import annotations

import time
from collections.abc import Iterator

from .account import BROWSER_S, open_dock, take_tour
from .hands import check, click, find, text, usable, wait, write
from .play import Journey, Step
from .search import add_to_map, search, show_place

PERSON_S = 60


def sign_in(journey: Journey) -> Iterator[None]:
    """Connect a QGIS that was never used to the service, and be let in by the page that it opens."""
    yield from open_dock()
    yield from take_tour(journey)
    yield from show_place(journey, journey.scenario["bbox"])
    yield from write("serviceUrlEdit", journey.service_url)
    yield from click("connectButton")
    yield from wait(lambda: usable("connectButton"), "the end of the connection")
    yield from click("signInButton")
    yield from wait(lambda: text("deviceCodeLabel"), "the code of the device")
    yield from journey.picture("code and address while the person is in the browser")
    yield from _browser_opened(journey)
    account = journey.scenario["account"]
    yield from wait(lambda: account["name"] in text("accountLabel"), "the name of the person", PERSON_S)
    check(account["entity"] in text("entityLabel"), f"the entity {account['entity']} is shown")
    journey.fact("Signed in as", f"{text('accountLabel')}, {text('entityLabel')}")
    yield from journey.picture("the new member and their entity")


def _browser_opened(journey: Journey) -> Iterator[None]:
    """See that the dock opened the browser by itself; one that did not come is opened by the button."""
    asked = journey.out / "browser" / "asked"
    end = time.monotonic() + BROWSER_S
    while not asked.exists() and time.monotonic() < end:
        yield
    if not asked.exists() and find("openBrowserButton"):
        yield from click("openBrowserButton")
    yield from wait(asked.exists, "the browser")


STEPS: list[Step] = [
    ("Sign in for the first time", "Se connecter pour la première fois", sign_in),
    ("Search the catalogue", "Chercher dans le catalogue", search),
    ("Add the first image to the map", "Ajouter la première image à la carte", add_to_map),
]
