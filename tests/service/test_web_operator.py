"""Pages of the operators: the queue, one request, decisions and deliveries."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browsing import Operator
from deliveries import PHR_P, SPOT6_PMS, deliver_v2, image
from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from requesters import ARCHIVE, Requester, archive, scene
from running import PASSWORD, SignedIn
from shapely.geometry import box, mapping

from dinamis_service.context import Context
from dinamis_service.requests.decisions import Decision
from dinamis_service.settings import Settings
from dinamis_service.web.operator import routes as operator_routes

SignIn = Callable[..., SignedIn]

WEST, EAST = box(3.6, 43.4, 3.85, 43.8), box(3.8, 43.4, 4.1, 43.8)
LARGE = mapping(box(3.0, 43.0, 3.8, 43.5))  # beyond the quota of Pléiades


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "drop").mkdir()
    return Settings(data_dir=tmp_path / "data", drop_dir=tmp_path / "drop")


@pytest.fixture(autouse=True)
def _deliveries_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a small delivery takes longer than people are let wait."""
    monkeypatch.setattr("dinamis_service.web.operator.delivery.SOON_S", 60.0)


@pytest.fixture
def requester(client: TestClient, signed_in: SignIn) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def operator(client: TestClient, signed_in: SignIn) -> Operator:
    return Operator(client, signed_in("operator"))


def page_of(order_id: str) -> str:
    return f"/operator/requests/{order_id}"


def listed(page: str) -> list[str]:
    return re.findall(r'<th role="rowheader" scope="row"><a href="/operator/requests/([^"]+)"', page)


def offered(page: str) -> set[str]:
    found = set(re.findall(r'type="radio" name="decision" value="(\w+)"', page))
    return found | ({"deliver"} if 'action="/operator/requests/' in page and "/delivery" in page else set())


def decide(operator: Operator, order_id: str, decision: str, **fields: str) -> int:
    operator.open(page_of(order_id))
    return operator.send(page_of(order_id), decision=decision, **fields).status_code


def order_archive(requester: Requester, context: Context, *item_ids: str) -> str:
    known = {"PHR-WEST": WEST, "PHR-EAST": EAST}
    told = {"platform": "PHR1A", "title": "PLEIADES 2025-06-01"}
    context.catalogue.upsert([scene(item_id, known[item_id], **told) for item_id in item_ids])
    return str(requester.post(ARCHIVE, archive(requester.project, list(item_ids))).json()["id"])


def state(requester: Requester, order_id: str) -> str:
    return str(requester.get(f"/stapi/orders/{order_id}").json()["properties"]["dinamis:state"])


def test_the_queue_is_filtered_counted_and_paged(
    operator: Operator, requester: Requester, context: Context, client: TestClient, signed_in: SignIn
) -> None:
    other = Requester(client, signed_in("user", "PUB"))
    first = order_archive(requester, context, "PHR-WEST")
    made = [requester.submit()["id"] for _ in range(26)]
    foreign = other.submit(geometry=LARGE)["id"]
    page = operator.open("/operator/")
    assert listed(page) == [first, *made[:24]]  # oldest first
    assert "28 requests, page 1 of 2" in page
    assert listed(operator.open("/operator/?page=2")) == [*made[24:], foreign]
    assert listed(operator.open("/operator/?order=newest"))[0] == foreign
    assert listed(operator.open("/operator/?kind=archive")) == [first]
    assert listed(operator.open(f"/operator/?project={other.project}")) == [foreign]
    assert listed(operator.open(f"/operator/?text={foreign[:9]} camille")) == [foreign]
    assert listed(operator.open("/operator/?text=100%25")) == []
    assert "No request matches" in operator.page.text
    assert listed(operator.open("/operator/?sensor=SPOT")) == []
    assert "241% of the quota" in operator.open(f"/operator/?project={other.project}")
    assert decide(operator, first, "refuse", reason="Covered already") == 200
    page = operator.open("/operator/?kind=archive&state=rejected")
    assert listed(page) == [first]
    assert "Rejected <b>1</b>" in page
    assert "To be handled <b>0</b>" in page


def test_a_view_that_makes_no_sense_shows_the_queue(operator: Operator, requester: Requester) -> None:
    order_id = requester.submit()["id"]
    for query in (
        "state=x&sensor=y&kind=z&page=-1",
        "page=99999999999999999999",
        "page=x",
        "text=%00",
        "order=1",
    ):
        operator.open(f"/operator/?{query}")
        assert operator.page.status_code == 200, query
    assert listed(operator.open("/operator/?state=nothing")) == [order_id]
    assert "This page of the list is empty" in operator.open("/operator/?page=3")


def test_a_request_shows_all_that_it_holds(
    operator: Operator, requester: Requester, context: Context
) -> None:
    order_id = order_archive(requester, context, "PHR-WEST", "PHR-EAST")
    other = requester.submit(geometry=LARGE)["id"]
    page = operator.open(page_of(order_id))
    for shown in (
        "Pléiades, archive",
        "mailto:camille.martin",
        "PHR-EAST",
        "538.25",
        "35.9%",
        "Ortho",
        "12 bits",
        other,
    ):
        assert shown in page, shown
    assert page.count('<path class="scene"') == 2
    assert page.count('<path class="zone"') == 1
    page = operator.open(page_of(other))
    for shown in (
        "Acquisition window",
        "Maximum cloud cover",
        "2,108.84",
        "€3,795.91",
        "Beware",
        "version 1",
    ):
        assert shown in page, shown
    context.catalogue.delete("pleiades", "PHR-EAST")
    assert "no longer in the catalogue" in operator.open(page_of(order_id))
    operator.open(page_of("2026-001-SCI-2026-A-999-SPOT"))
    assert operator.page.status_code == 404


def test_only_what_may_be_decided_is_offered(operator: Operator, requester: Requester) -> None:
    free, paid = requester.submit()["id"], requester.submit(geometry=LARGE)["id"]
    assert offered(operator.open(page_of(free))) == {"accept", "refuse", "cancel"}
    assert offered(operator.open(page_of(paid))) == {"quote", "refuse", "cancel"}
    decide(operator, free, "accept")
    assert operator.said("status") == "The decision is recorded."
    assert offered(operator.page.text) == {"produce", "cancel", "deliver"}
    decide(operator, free, "produce")
    decide(operator, free, "produce")
    assert offered(operator.page.text) == {"deliver", "fail", "expire", "cancel"}
    decide(operator, free, "fail", reason="Clouds all along")
    assert offered(operator.page.text) == set()
    assert "Clouds all along" in operator.page.text
    assert state(requester, free) == "failed"


def test_a_quotation_is_sent_accepted_and_answered(operator: Operator, requester: Requester) -> None:
    order_id = requester.submit(geometry=LARGE)["id"]
    for written in ("much", "-5", "12.345"):
        assert decide(operator, order_id, "quote", eur=written) == 422
        assert operator.said(), written
        assert f'value="{written}"' in operator.page.text
    assert decide(operator, order_id, "quote", eur="1 234,50", reason="Discount") == 200
    assert "€1,234.50" in operator.page.text
    assert decide(operator, order_id, "accept") == 422
    assert "Give the reason" in operator.said()
    assert requester.post(f"/stapi/orders/{order_id}/accept").status_code == 200
    assert offered(operator.open(page_of(order_id))) == {"produce", "cancel", "deliver"}


def test_a_request_paid_on_the_budget_is_accepted_without_a_quotation(
    operator: Operator, requester: Requester
) -> None:
    budget = {"budget": {"eur": 5000, "reference": "ANR-7"}}
    headers = requester.headers | {"If-Match": "*"}
    project = f"/api/projects/{requester.project}"
    assert requester.client.patch(project, json=budget, headers=headers).status_code == 200
    parameters = {"project_id": requester.project, "payment": "project_budget"}
    order_id = requester.submit(geometry=LARGE, order_parameters=parameters)["id"]
    page = operator.open(page_of(order_id))
    assert "accept" in offered(page)
    assert "Committed on the project&#39;s budget" in page or "Committed on the project's budget" in page
    assert "€3,795.91" in page
    assert decide(operator, order_id, "accept") == 200
    page = operator.open(f"/operator/projects/{requester.project}")
    assert "€5,000.00 (ANR-7), left €1,204.09" in page


def test_what_was_typed_is_kept_when_a_decision_is_refused(operator: Operator, requester: Requester) -> None:
    order_id = requester.submit()["id"]
    assert decide(operator, order_id, "produce", reason="<b>now</b>") == 409
    assert "cannot become" in operator.said()
    assert "&lt;b&gt;now&lt;/b&gt;" in operator.page.text
    assert decide(operator, order_id, "dance") == 422
    assert operator.said() == "Choose a decision."


def test_a_decision_on_a_page_that_is_out_of_date_is_refused_with_what_changed(
    operator: Operator, requester: Requester
) -> None:
    order_id = requester.submit()["id"]
    operator.open(page_of(order_id))
    old = operator.hidden(page_of(order_id))
    assert requester.post(f"/stapi/orders/{order_id}/cancel", {"reason": "Too late"}).status_code == 200
    operator.page = operator.post(page_of(order_id), old | {"decision": "refuse", "reason": "Full"})
    assert operator.page.status_code == 412
    assert "nothing was kept" in operator.said()
    assert "Cancelled, Camille Martin (Too late)" in operator.said()
    assert state(requester, order_id) == "cancelled"


def test_a_decision_from_elsewhere_is_not_made(operator: Operator, requester: Requester) -> None:
    order_id = requester.submit()["id"]
    operator.open(page_of(order_id))
    forged = operator.hidden(page_of(order_id)) | {
        "form_token": "0" * 64,
        "decision": "accept",
        "reason": "kept",
    }
    operator.page = operator.post(page_of(order_id), forged)
    assert operator.page.status_code == 403
    assert ">kept</textarea>" in operator.page.text
    assert (
        operator.post(f"{page_of(order_id)}/delivery", {"form_token": "x"}, {"files": b""}).status_code == 403
    )
    assert state(requester, order_id) == "submitted"


def test_an_archive_order_is_delivered_by_files(
    operator: Operator, requester: Requester, context: Context, tmp_path: Path
) -> None:
    order_id = order_archive(requester, context, "PHR-WEST")
    decide(operator, order_id, "accept")
    pan = image(tmp_path / "pan.tif")
    delivery = f"{page_of(order_id)}/delivery"
    stray = tmp_path / "note.txt"
    stray.write_text("no image")
    operator.send(delivery, [("files", ("note.tif", stray.read_bytes()))])
    assert operator.page.status_code == 422
    twice = [("files", ("a/pan.tif", pan.read_bytes())), ("files", ("pan.tif", pan.read_bytes()))]
    operator.send(delivery, twice)
    assert "same name" in operator.said()
    operator.send(delivery, [("files", ("../../pan.tif", pan.read_bytes()))], reason="With thanks")
    assert operator.said("status") == "The delivery is in the catalogue, for every member."
    assert state(requester, order_id) == "delivered"
    item = requester.get("/stac/collections/pleiades/items/PHR-WEST").json()
    assert item["properties"]["dinamis:product_type"] == "downloadable"
    assert [one.name for one in (context.settings.data_dir / "deliveries").iterdir()] == [".lock"]


def test_a_programming_request_is_delivered_from_the_drop_folder(
    operator: Operator, requester: Requester, context: Context, tmp_path: Path
) -> None:
    drop = context.settings.drop_dir
    assert drop is not None
    image(drop / "DS_1/pan.tif")
    image(drop / "DS_1/ms.tif", bands=4)
    image(drop / "other/x.tif")
    deliver_v2(tmp_path / "spot", SPOT6_PMS)
    shutil.make_archive(str(drop / "spot"), "zip", tmp_path / "spot")
    (drop / "empty").mkdir()
    (drop / "elsewhere").symlink_to("/etc")
    order_id = requester.submit()["id"]
    decide(operator, order_id, "accept")
    assert re.findall(r'name="folder" value="([^"]*)"', operator.page.text) == ["DS_1", "other", "spot.zip"]
    delivery = f"{page_of(order_id)}/delivery"
    told = {"platform": "PHR1B", "moment": "2026-12-05T10:30:00", "incidence": "14"}
    for name in ("..", "empty", "elsewhere", "DS_1/../other"):
        operator.send(delivery, folder=name, **told)
        assert "no longer in the drop folder" in operator.said(), name
    operator.send(delivery, folder="spot.zip")
    assert "is a product of SPOT6; the request is: " in operator.said()
    operator.send(delivery, folder="DS_1", **{**told, "moment": "yesterday"})
    assert "cannot be read" in operator.said()
    operator.send(delivery, folder="DS_1", cloud="140", **told)
    assert "0 to 100" in operator.said()
    assert 'name="folder" value="DS_1" checked' in operator.page.text
    operator.send(delivery, folder="DS_1", cloud="3,5", **told)
    assert operator.said("status"), operator.page.text
    delivered = requester.get(f"/stapi/orders/{order_id}").json()["properties"]["dinamis:delivered_items"]
    item = requester.get(f"/stac/collections/pleiades/items/{delivered[0]['id']}").json()
    assert item["properties"]["eo:cloud_cover"] == 3.5
    assert {"pan", "ms"} <= set(item["assets"])
    assert delivered[0]["id"] in operator.page.text


def test_a_packed_product_is_delivered_by_the_form(
    operator: Operator, requester: Requester, context: Context, tmp_path: Path
) -> None:
    order_id = requester.submit()["id"]
    decide(operator, order_id, "accept")
    delivery = f"{page_of(order_id)}/delivery"
    deliver_v2(tmp_path / "raw", PHR_P, tiles=1, sensor=True)
    packed = Path(shutil.make_archive(str(tmp_path / "raw"), "zip", tmp_path / "raw")).read_bytes()
    files = [("files", ("raw.zip", packed))]
    operator.send(delivery, files)
    assert "ask for its orthorectification" in operator.said()
    operator.send(delivery, files, ortho="1", height="high")
    assert "cannot be read" in operator.said()
    operator.send(delivery, files, ortho="1", height="100")
    assert operator.said("status") == "The delivery is in the catalogue, for every member."
    item = requester.get(f"/stac/collections/pleiades/items/{order_id}").json()
    assert item["properties"]["eo:cloud_cover"] == 7.5
    assert item["properties"]["processing:level"] == "ORTHO"


PAGES = {
    "/operator/": ("GET",),
    "/operator/requests/{order}": ("GET", "POST"),
    "/operator/requests/{order}/delivery": ("GET", "POST"),
    "/operator/requests/{order}/delivery/again": ("POST",),
    "/operator/requests/{order}/messages": ("GET", "POST"),
    "/operator/requests/{order}/attachments/{file}": ("GET",),
    "/operator/projects": ("GET",),
    "/operator/projects/{project}": ("GET", "POST"),
    "/operator/tariffs": ("GET",),
    "/operator/tariffs/{year}/edit": ("GET", "POST"),
    "/operator/tariffs/{year}/{version}": ("GET",),
    "/operator/calls": ("GET",),
    "/operator/calls/{call}": ("GET", "POST"),
    "/operator/outbox": ("GET",),
    "/operator/outbox/{mail}": ("GET", "POST"),
    "/operator/{rest}": ("GET",),
}
OF_THE_REGISTRY = (
    "/operator/home",
    "/operator/adhesions",
    "/operator/entities",
    "/operator/super-entities",
    "/operator/accounts",
    "/operator/access",
    "/operator/texts",
    "/operator/contact",
    "/operator/statistics",
)
"""Pages whose rights `test_rights` tells, with what they name."""
LEADING_ON = {"/operator/requests/{order}/delivery", "/operator/requests/{order}/messages"}
"""Pages of a form alone: read, they lead to the page of the request."""


def routes_of(router: APIRouter) -> Iterator[APIRoute]:
    """Every route of a router, those of the routers in it included."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from routes_of(route.original_router)


def test_every_page_of_the_operators_is_in_the_table_of_rights(context: Context) -> None:
    there: dict[str, set[str]] = {}
    for route in routes_of(operator_routes.build_router(context)):
        path = re.sub(r"{(order|project|call|mail|attachment)_id}", r"{\1}", route.path)
        path = path.replace("{attachment}", "{file}").replace("{rest:path}", "{rest}")
        there.setdefault(path, set()).update(route.methods)
    there.pop("/operator")
    there = {path: methods for path, methods in there.items() if not path.startswith(OF_THE_REGISTRY)}
    assert there == {path: set(methods) for path, methods in PAGES.items()}


@pytest.mark.parametrize(
    ("role", "status"),
    [("user", 403), ("referent", 403), ("legal_representative", 403), ("", 303), ("operator", 200)],
)
def test_rights_of_each_role_on_each_page(
    client: TestClient, requester: Requester, signed_in: SignIn, role: str, status: int
) -> None:
    signed_in("operator")  # who is told of the request by mail
    order_id = requester.submit()["id"]
    values = {"order": order_id, "project": requester.project, "call": "permanent", "mail": 1, "rest": "x/y"}
    values |= {"file": "x", "year": datetime.now(UTC).year, "version": 1}
    if role:
        Operator(client, signed_in(role))
    for path, methods in PAGES.items():
        for method in methods:
            answer = client.request(method, path.format(**values), follow_redirects=False)
            wanted = status
            if role == "operator" and method == "POST":
                wanted = 403  # the form does not come from the page
            elif role == "operator" and path in (
                "/operator/{rest}",
                "/operator/requests/{order}/attachments/{file}",
            ):
                wanted = 404
            elif method == "GET" and path in LEADING_ON:
                wanted = 303
            assert answer.status_code == wanted, (role, method, path)
            if role != "operator":
                assert order_id not in answer.text, (role, method, path)
    assert state(requester, order_id) == "submitted"


def test_an_operator_does_not_decide_on_their_own_request(client: TestClient, signed_in: SignIn) -> None:
    person = signed_in("operator")
    order_id = Requester(client, person).submit()["id"]
    operator = Operator(client, person)
    page = operator.open(page_of(order_id))
    assert "your own request" in page
    assert offered(page) == {"cancel"}
    assert decide(operator, order_id, "accept") == 409


def test_the_pages_speak_both_languages(client: TestClient, signed_in: SignIn, requester: Requester) -> None:
    order_id = requester.submit()["id"]
    operator = Operator(client, signed_in("operator"), language="fr")
    assert "Demandes d&#39;images" in operator.open("/operator/")
    page = operator.open(page_of(order_id))
    for shown in ("Zone d&#39;intérêt", "Paramètres de production", "Décision", "Enregistrer la décision"):
        assert shown in page, shown
    assert "Area of interest" in operator.open(page_of(order_id) + "?lang=en")
    assert "Area of interest" in operator.open(page_of(order_id)), "the choice is kept"


def test_names_and_reasons_stay_text(client: TestClient, requester: Requester, operator: Operator) -> None:
    evil = "<script>alert(1)</script>{{7*7}}"
    order_id = requester.submit(order_parameters={"project_id": requester.project, "purpose": evil})["id"]
    decide(operator, order_id, "refuse", reason=evil)
    for address in (page_of(order_id), f"/operator/?text={evil}", f"{page_of(order_id)}?done={evil}"):
        page = operator.open(address)
        assert "<script>alert" not in page
        assert ">49<" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in operator.open(page_of(order_id))


def test_every_decision_has_a_name() -> None:
    from dinamis_service.web.operator.request_view import _NAMES  # noqa: PLC0415

    assert set(_NAMES) | {Decision.PRODUCE} == set(Decision)


def test_the_password_of_the_sign_in_is_nowhere(operator: Operator) -> None:
    assert PASSWORD not in operator.page.text
