"""Pages of the operators in Debian's Chromium: a request from queue to delivery, and who can read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import FOCUS, PHONE, WIDE, chromium, unreadable, walk
from deliveries import PHR_P, deliver_v2
from requesters import ARCHIVE, Requester, archive, scene
from running import PASSWORD, LiveService, SignedIn
from shapely.geometry import box, mapping

from dinamis_service.context import Context
from dinamis_service.settings import Settings

LARGE = mapping(box(3.0, 43.0, 3.8, 43.5))  # beyond the quota of Pléiades
PAGES = (
    "/",
    "/auth/realms/dinamis/device",
    "/operator/",
    "/operator/?text=nothing",
    "/operator/requests/{order}",
    "/operator/projects",
    "/operator/projects/{project}",
    "/operator/tariffs",
    "/operator/tariffs/{year}/1",
    "/operator/tariffs/{year}/edit",
    "/operator/calls",
    "/operator/calls/permanent",
    "/operator/outbox",
    "/operator/outbox/1",
    "/operator/nowhere",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "drop").mkdir()
    return Settings(data_dir=tmp_path / "data", drop_dir=tmp_path / "drop", demo=True)


@pytest.fixture
def operator(live_service: LiveService) -> SignedIn:
    return live_service.sign_in("operator")


@pytest.fixture
def requester(live_service: LiveService) -> Iterator[Requester]:
    with httpx.Client(base_url=live_service.url, timeout=60) as client:
        yield Requester(client, live_service.sign_in())


def sign_in(page: Any, url: str, person: SignedIn) -> None:
    page.goto(url + "/operator/")
    page.fill("#login", person.principal.email)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/operator/")


def test_a_request_is_quoted_produced_and_delivered_in_a_browser(
    live_service: LiveService,
    operator: SignedIn,
    requester: Requester,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dinamis_service.web.operator.delivery.SOON_S", 0.0)
    footprint = box(2.9, 42.9, 3.9, 43.6)
    told = {"platform": "PHR1B", "title": "PLEIADES 2023-06-12", "datetime": "2023-06-12T10:44:47Z"}
    context.catalogue.upsert([scene("PHR-WEST", footprint, **told)])
    wanted = requester.post(ARCHIVE, archive(requester.project, ["PHR-WEST"], box(3.0, 43.0, 3.8, 43.5)))
    order_id = wanted.json()["id"]
    requester.submit()
    assert context.settings.drop_dir is not None
    deliver_v2(context.settings.drop_dir / "DS", PHR_P)
    with chromium(viewport=WIDE, locale="fr") as page:
        sign_in(page, live_service.url, operator)
        page.select_option("#kind", label="Archive")
        page.click("text=Filtrer")
        assert page.locator("tbody tr").count() == 1
        page.click(f"text={order_id}")
        assert page.locator("#eur").is_hidden(), "the price is asked for with the quotation only"
        page.check("[name=decision][value=quote]")
        page.fill("#eur", "2500,50")
        page.fill("#reason", "Zone entière, une scène.")
        page.click("text=Enregistrer la décision")
        assert page.text_content("[role=status]") == "La décision est enregistrée."
        assert "2\u202f500,50\u202f€" in page.text_content("main")
        assert requester.post(f"/stapi/orders/{order_id}/accept").status_code == 200
        page.check("[name=decision][value=cancel]")  # the page shows the quotation still
        page.fill("#reason", "Sans réponse")
        page.click("text=Enregistrer la décision")
        assert "Acceptée, Camille Martin" in page.text_content("[role=alert]")
        assert page.input_value("#reason") == "Sans réponse"
        page.check("[name=decision][value=produce]")
        page.click("text=Enregistrer la décision")
        assert page.locator(".heading .state").text_content() == "En production"
        page.check("[name=folder][value=DS]")
        page.click("text=Livrer au catalogue")
        page.wait_for_selector("text=La livraison est au catalogue", timeout=60_000)  # it reads itself again
        assert page.locator(".heading .state").text_content() == "Livrée"
        page.fill("#message", "Voici l'image.")
        page.click("text=Envoyer le message")
        assert page.locator(".talk li.operator p").text_content() == "Voici l'image."
        page.click("section:has(#delivered) a")
        assert "PHR-WEST" in page.url
    told = requester.get(f"/stapi/orders/{order_id}").json()["properties"]
    assert told["dinamis:state"] == "delivered"
    assert told["dinamis:price_eur"] == 2500.5
    assert told["dinamis:unread_messages"] == 1


@pytest.mark.long
@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_the_pages_can_be_read_by_everyone(
    live_service: LiveService, operator: SignedIn, requester: Requester, size: dict[str, int], theme: str
) -> None:
    order_id, year = requester.submit(geometry=LARGE)["id"], datetime.now(UTC).year
    with chromium(viewport=size, color_scheme=theme, locale="fr") as page:
        page.goto(live_service.url + "/sign-in")
        assert unreadable(page) == []
        sign_in(page, live_service.url, operator)
        for path in PAGES:
            page.goto(live_service.url + path.format(order=order_id, project=requester.project, year=year))
            assert page.locator("h1").count() == 1, path
            assert unreadable(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
        page.goto(f"{live_service.url}/operator/requests/{order_id}")
        page.check("[name=decision][value=refuse]")
        page.click("text=Enregistrer la décision")
        assert page.locator("#reason-problem").is_visible()
        assert unreadable(page) == [], "with a refusal"


@pytest.mark.long
def test_a_request_is_decided_with_the_keyboard_alone(
    live_service: LiveService, operator: SignedIn, requester: Requester
) -> None:
    order_id = requester.submit()["id"]
    with chromium(viewport=WIDE, locale="en") as page:
        sign_in(page, live_service.url, operator)
        page.goto(f"{live_service.url}/operator/requests/{order_id}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        seen = []
        for _ in range(40):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            assert focus["outlined"], focus
            seen.append(focus["name"])
            if focus["name"] == "decision":
                page.keyboard.press("Space")
            if focus["name"] == "submit" and "reason" in seen:
                page.keyboard.press("Enter")
                break
        page.wait_for_url("**done=accept")
        assert seen.index("Zoom in") < seen.index("decision") < seen.index("reason")
    assert requester.get(f"/stapi/orders/{order_id}").json()["properties"]["dinamis:state"] == "accepted"


@pytest.mark.long
def test_every_page_is_walked_with_the_keyboard(
    live_service: LiveService, operator: SignedIn, requester: Requester
) -> None:
    order_id, year = requester.submit(geometry=LARGE)["id"], datetime.now(UTC).year
    with chromium(viewport=WIDE, locale="fr") as page:
        sign_in(page, live_service.url, operator)
        for path in PAGES:
            named = path.format(order=order_id, project=requester.project, year=year)
            walk(page, live_service.url + named)


@pytest.mark.long
def test_the_map_is_enlarged_and_whole_again(
    live_service: LiveService, operator: SignedIn, requester: Requester
) -> None:
    order_id = requester.submit()["id"]
    with chromium(viewport=WIDE, locale="en") as page:
        sign_in(page, live_service.url, operator)
        page.goto(f"{live_service.url}/operator/requests/{order_id}")
        shown = page.locator(".map svg")
        whole = shown.get_attribute("viewBox")
        page.click("[aria-label='Zoom in']")
        assert [float(one) for one in shown.get_attribute("viewBox").split()] == [190, 130, 380, 260]
        page.click("[aria-label='Zoom out']")
        assert [float(one) for one in shown.get_attribute("viewBox").split()] == [0, 0, 760, 520]
        shown.dblclick(position={"x": 5, "y": 5})
        assert float(shown.get_attribute("viewBox").split()[2]) < 760
        page.click("[aria-label='Whole map']")
        assert [float(one) for one in shown.get_attribute("viewBox").split()] == [
            float(one) for one in whole.split()
        ]


def test_without_scripts_nothing_is_missing(
    live_service: LiveService, operator: SignedIn, requester: Requester
) -> None:
    order_id = requester.submit()["id"]
    with chromium(viewport=PHONE, locale="en", java_script_enabled=False) as page:
        sign_in(page, live_service.url, operator)
        page.click(f"text={order_id}")
        assert page.locator(".map path.zone").is_visible()
        page.check("[name=decision][value=accept]")
        page.click("text=Record the decision")
        assert page.locator(".heading .state").text_content() == "Accepted"


@pytest.mark.long
def test_a_field_at_fault_is_seen_to_be(live_service: LiveService) -> None:
    with chromium(viewport=WIDE, locale="fr") as page:
        page.goto(f"{live_service.url}/sign-in")
        border = "getComputedStyle(document.querySelector('#login')).borderTopWidth"
        assert page.evaluate(border) == "1px"
        page.fill("#login", "nobody@demo.example")
        page.fill("#password", "wrong words")
        with page.expect_navigation():
            page.click("button.primary")
        assert page.get_attribute("#login", "aria-invalid") == "true"
        assert page.evaluate(border) == "2px"
