"""Operators: the command line, from arbitration to products that every member can download."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from deliveries import image
from fastapi.testclient import TestClient
from operators import Terminal as Operator
from requesters import ARCHIVE, Requester, archive, refused, scene
from running import SignedIn
from shapely.geometry import box, mapping

from dinamis_service.context import Context

WEST, EAST = box(3.6, 43.4, 3.85, 43.8), box(3.8, 43.4, 4.1, 43.8)
LARGE = mapping(box(3.0, 43.0, 3.8, 43.5))  # beyond the quota of Pléiades


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def operator(terminal: Operator) -> Operator:
    return terminal


def order_archive(requester: Requester, context: Context, *item_ids: str) -> str:
    known = {"PHR-WEST": WEST, "PHR-EAST": EAST}
    platform = {"platform": "PHR1A", "title": "PLEIADES 2025-06-01"}
    context.catalogue.upsert([scene(item_id, known[item_id], **platform) for item_id in item_ids])
    return str(requester.post(ARCHIVE, archive(requester.project, list(item_ids))).json()["id"])


def state(requester: Requester, order_id: str) -> str:
    return str(requester.get(f"/stapi/orders/{order_id}").json()["properties"]["dinamis:state"])


def history(requester: Requester, order_id: str) -> list[str]:
    told = requester.get(f"/stapi/orders/{order_id}/statuses").json()["statuses"]
    return [one["dinamis:state"] for one in told]


def test_an_archive_order_from_queue_to_delivery(
    requester: Requester,
    context: Context,
    operator: Operator,
    tmp_path: Path,
    signed_in: Callable[..., SignedIn],
) -> None:
    order_id = order_archive(requester, context, "PHR-WEST")
    assert operator.run("list").startswith(f"{order_id}  submitted  ")
    operator.run("accept", order_id)
    operator.run("produce", order_id)
    files = [image(tmp_path / "in/pan.tif"), image(tmp_path / "in/ms.tif", bands=4)]
    assert "-> pleiades/PHR-WEST" in operator.run("deliver", order_id, *map(str, files))
    assert history(requester, order_id) == ["submitted", "arbitration", "accepted", "production", "delivered"]

    told = requester.get(f"/stapi/orders/{order_id}").json()["properties"]
    assert told["status"]["status_code"] == "completed"
    assert told["dinamis:delivered_items"] == [{"collection": "pleiades", "id": "PHR-WEST"}]
    item = requester.get("/stac/collections/pleiades/items/PHR-WEST").json()
    assert item["properties"]["dinamis:product_type"] == "downloadable"
    assert "order:status" not in item["properties"]
    assert item["properties"]["title"] == "PLEIADES 2025-06-01"
    assert {"pan", "ms", "thumbnail", "quicklook"} == set(item["assets"])
    other = signed_in("user", "PUB")
    signing = requester.client.post(
        "/sign_urls", json={"urls": [item["assets"]["pan"]["href"]]}, headers=other.headers
    )
    signed = next(iter(signing.json()["hrefs"].values()))
    part = requester.client.get(signed, headers={"Range": "bytes=0-3"})
    assert part.status_code == 206
    assert part.content in (b"II*\0", b"II+\0")
    again = requester.post(ARCHIVE, archive(requester.project, ["PHR-WEST"]))
    assert "in the catalogue already" in refused(again, 422, "invalid", "item_ids")


def test_files_go_to_the_scene_whose_identifier_they_bear(
    requester: Requester, context: Context, operator: Operator, tmp_path: Path
) -> None:
    order_id = order_archive(requester, context, "PHR-WEST", "PHR-EAST")
    operator.run("accept", order_id)
    image(tmp_path / "in/PHR-WEST/image.tif")
    assert "Give the images of: PHR-EAST" in operator.refused("deliver", order_id, str(tmp_path / "in"))
    stray = image(tmp_path / "other.tif")
    assert "bears the identifier of no ordered scene" in operator.refused("deliver", order_id, str(stray))
    image(tmp_path / "in/IMG_PHR-EAST_P.tif")
    image(tmp_path / "in/IMG_PHR-EAST_P2.tif")
    assert "two images of the same kind (pan)" in operator.refused("deliver", order_id, str(tmp_path / "in"))
    assert state(requester, order_id) == "accepted"
    assert context.catalogue.get("pleiades", "PHR-WEST")["assets"] == {}, "nothing was ingested"
    (tmp_path / "in/IMG_PHR-EAST_P2.tif").unlink()
    operator.run("deliver", order_id, str(tmp_path / "in"))
    assert history(requester, order_id)[-3:] == ["accepted", "production", "delivered"]


def test_scenes_whose_images_are_there_already_need_no_files(
    requester: Requester, context: Context, operator: Operator, tmp_path: Path
) -> None:
    order_id = order_archive(requester, context, "PHR-WEST")
    operator.run("accept", order_id)
    assert "Give the images of: PHR-WEST" in operator.refused("deliver", order_id)
    item = context.catalogue.get("pleiades", "PHR-WEST")
    assert item is not None
    item["assets"] = {"pan": {"href": "objects:pleiades/PHR-WEST/pan.tif", "roles": ["data"]}}
    context.catalogue.upsert([item])
    operator.run("deliver", order_id)
    found = context.catalogue.get("pleiades", "PHR-WEST")
    assert found["properties"]["dinamis:product_type"] == "downloadable"


def test_a_programming_request_becomes_new_scenes(
    requester: Requester, context: Context, operator: Operator, tmp_path: Path
) -> None:
    order_id = requester.submit()["id"]
    operator.run("accept", order_id)
    operator.run("produce", order_id)
    operator.run("produce", order_id)
    assert state(requester, order_id) == "acquiring"
    files = [str(image(tmp_path / "one/a.tif").parent), str(image(tmp_path / "two/b.tif").parent)]
    told = ("--datetime", "2026-12-05T10:30:00Z", "--platform", "PHR1B", "--cloud", "3", "--incidence", "14")
    assert "Give the moment" in operator.refused("deliver", order_id, *files, *told[2:])
    assert "(PHR1A, PHR1B)" in operator.refused("deliver", order_id, *files, *told[:3], "SPOT6")
    assert "not a moment" in operator.refused(
        "deliver", order_id, *files, "--datetime", "5 December", *told[2:]
    )
    operator.run("deliver", order_id, *files, *told)
    items = requester.get(f"/stapi/orders/{order_id}").json()["properties"]["dinamis:delivered_items"]
    assert items == [{"collection": "pleiades", "id": f"{order_id}-{number}"} for number in (1, 2)]
    stored = context.catalogue.get("pleiades", f"{order_id}-2")
    assert stored["properties"]["eo:cloud_cover"] == 3
    assert stored["properties"]["datetime"].startswith("2026-12-05T10:30:00")
    assert history(requester, order_id)[-3:] == ["programmed", "acquiring", "delivered"]


@pytest.mark.parametrize("content", [b"", b"not an image"])
def test_a_damaged_image_delivers_nothing(
    requester: Requester, context: Context, operator: Operator, tmp_path: Path, content: bytes
) -> None:
    order_id = order_archive(requester, context, "PHR-WEST")
    operator.run("accept", order_id)
    (tmp_path / "broken.tif").write_bytes(content)
    assert "broken.tif" in operator.refused("deliver", order_id, str(tmp_path / "broken.tif"))
    assert "does not exist" in operator.refused("deliver", order_id, str(tmp_path / "gone.tif"))
    (tmp_path / "empty").mkdir()
    assert "holds no image" in operator.refused("deliver", order_id, str(tmp_path / "empty"))
    assert state(requester, order_id) == "accepted"


def test_nothing_is_delivered_before_it_is_accepted(requester: Requester, operator: Operator) -> None:
    order_id = requester.submit()["id"]
    assert "is not accepted" in operator.refused("deliver", order_id)
    assert "cannot become programmed" in operator.refused("produce", order_id)
    assert state(requester, order_id) == "submitted"


def test_a_refusal_has_a_reason_that_the_requester_reads(requester: Requester, operator: Operator) -> None:
    order_id = requester.submit()["id"]
    assert "Give the reason" in operator.refused("refuse", order_id)
    assert "Give the reason" in operator.refused("refuse", order_id, "--reason", " ")
    operator.run("refuse", order_id, "--reason", "Outside the programme")
    status = requester.get(f"/stapi/orders/{order_id}").json()["properties"]["status"]
    assert (status["status_code"], status["reason_text"]) == ("rejected", "Outside the programme")
    assert status["dinamis:by"] == "operator"
    assert "cannot become" in operator.refused("accept", order_id)
    shown = operator.run("show", order_id)
    assert "nadia (operator) : Outside the programme" in shown


def test_what_is_to_be_paid_is_quoted_and_accepted_by_the_requester(
    requester: Requester, operator: Operator
) -> None:
    order = requester.submit(geometry=LARGE)
    order_id, price = order["id"], order["properties"]["dinamis:price_eur"]
    assert price > 0
    assert "send a quotation first" in operator.refused("accept", order_id)
    operator.run("quote", order_id)
    quoted = requester.get(f"/stapi/orders/{order_id}").json()
    assert (quoted["properties"]["dinamis:state"], quoted["properties"]["dinamis:price_eur"]) == (
        "quotation",
        price,
    )
    operator.run("quote", order_id, "--eur", "1234,50", "--reason", "Discount")
    quoted = requester.get(f"/stapi/orders/{order_id}").json()
    assert quoted["properties"]["dinamis:price_eur"] == 1234.5
    (accept,) = [link for link in quoted["links"] if link["rel"] == "accept"]
    assert accept["method"] == "POST"
    answer = requester.post(f"/stapi/orders/{order_id}/accept")
    assert answer.json()["properties"]["dinamis:state"] == "accepted"
    assert requester.post(f"/stapi/orders/{order_id}/accept").status_code == 200, "a retry"
    operator.run("produce", order_id)
    refused(requester.post(f"/stapi/orders/{order_id}/accept"), 409, "conflict")
    assert history(requester, order_id) == [
        "submitted",
        "arbitration",
        "quotation",
        "arbitration",
        "quotation",
        "accepted",
        "programmed",
    ]


def test_a_quotation_accepted_by_mail_says_so(requester: Requester, operator: Operator) -> None:
    order_id = requester.submit(geometry=LARGE)["id"]
    operator.run("quote", order_id)
    assert "Give the reason" in operator.refused("accept", order_id)
    operator.run("accept", order_id, "--reason", "Signed quotation received by mail")
    assert state(requester, order_id) == "accepted"


def test_quotations_that_make_no_sense(requester: Requester, operator: Operator) -> None:
    free = requester.submit()["id"]
    assert "has nothing to pay" in operator.refused("quote", free)
    for eur in ("12.345", "much", "NaN", "-5"):
        assert f"{eur}" in operator.refused("quote", free, f"--eur={eur}")
    spot = requester.post(
        "/stapi/products/spot-programming/orders",
        {
            "datetime": "2099-06-01T00:00:00Z/2099-06-30T00:00:00Z",
            "geometry": mapping(box(0, 43, 2.2, 44.1)),
            "order_parameters": {"project_id": requester.project},
        },
    ).json()
    assert spot["properties"]["dinamis:price_eur"] is None
    assert "give it in euros" in operator.refused("quote", spot["id"])
    assert "to be quoted" in operator.run("list", "--state", "submitted")
    operator.run("quote", spot["id"], "--eur", "5000")
    assert "€5,000.00" in operator.run("show", spot["id"])


@pytest.mark.parametrize(
    ("action", "end"), [("fail", "failed"), ("expire", "expired"), ("cancel", "cancelled")]
)
def test_requests_that_come_to_nothing(
    requester: Requester, operator: Operator, action: str, end: str
) -> None:
    order_id = requester.submit()["id"]
    operator.run("accept", order_id)
    operator.run("produce", order_id)
    assert "Give the reason" in operator.refused(action, order_id)
    operator.run(action, order_id, "--reason", "Clouds all along")
    status = requester.get(f"/stapi/orders/{order_id}").json()["properties"]["status"]
    assert (status["status_code"], status["reason_text"]) == (end, "Clouds all along")


def test_a_project_is_granted_a_quota_of_its_own(requester: Requester, operator: Operator) -> None:
    assert "Give the reason" in operator.refused("grant", requester.project, "PLEIADES", "3500")
    why = ("--reason", "Agreed in committee")
    operator.run("grant", requester.project, "PLEIADES", "3500", *why)
    assert requester.submit()["properties"]["dinamis:quota_km2"] == 3500
    operator.run("grant", requester.project, "PLEIADES", "none", *why)
    assert requester.submit()["properties"]["dinamis:quota_km2"] == 1500
    assert "not a possible number" in operator.refused("grant", requester.project, "PLEIADES", "all", *why)
    assert "granted_km2" in operator.refused("grant", requester.project, "PLEIADES", "-1", *why)
    assert "no project" in operator.refused("grant", "2020-001-SCI", "SPOT", "1", *why)


def test_the_tariffs_are_versioned_by_year(requester: Requester, operator: Operator, tmp_path: Path) -> None:
    heading, _, content = operator.run("tariffs", "--year", "2026").partition("\n")
    assert heading.startswith("# 2026 v1, DINAMIS")
    table = json.loads(content)
    table["sensors"]["PLEIADES"]["quota_km2"]["SCI"] = "9000"
    (tmp_path / "new.json").write_text(json.dumps(table))
    change = ("tariffs", "--set", str(tmp_path / "new.json"))
    assert "Give the reason" in operator.refused(*change)
    assert "outside 1,500 to 3,500 km²" in operator.refused(*change, "--reason", "more")
    table["sensors"]["PLEIADES"]["quota_km2"]["SCI"] = "2000"
    (tmp_path / "new.json").write_text(json.dumps(table))
    assert "nadia" in operator.run(*change, "--reason", "Revision of the year")
    assert requester.submit()["properties"]["dinamis:quota_km2"] == 2000
    assert "nothing.json" in operator.refused(
        "tariffs", "--set", str(tmp_path / "nothing.json"), "--reason", "x"
    )


def test_unknown_requests(operator: Operator) -> None:
    for action in ("show", "accept", "produce", "deliver"):
        assert "There is no request 'none'" in operator.refused(action, "none")
