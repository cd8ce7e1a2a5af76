"""Products as suppliers pack them, delivered for requests: in place of ordered scenes, or as new ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deliveries import PHR_MS, PHR_P, SPOT6_PMS, deliver_v2, image
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from operators import Terminal
from requesters import ARCHIVE, Requester, archive, scene
from running import SignedIn
from shapely.geometry import box
from test_catalogue_ingest_products import bundle

from dinamis_service.catalogue.products.discovery import ProductScene
from dinamis_service.catalogue.products.facts import Product
from dinamis_service.context import Context
from dinamis_service.identity.principal import Principal
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.parcels import SentProduct
from dinamis_service.requests.placing import products_by_scene

GROUND = box(2.9, 43.2, 3.1, 43.4)  # where products of our making lie
ZONE = box(2.95, 43.3, 3.05, 43.38)
MOMENT = "2023-06-12T10:44:47Z"  # of the products of our making


NOBODY = Principal("x", "x", "", "X", "Y", frozenset({"operator"}), "", "", "", "")


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


def order(requester: Requester, context: Context, operator: Terminal, *scenes: dict[str, Any]) -> str:
    """An archive order, accepted."""
    context.catalogue.upsert(list(scenes))
    wanted = archive(requester.project, [one["id"] for one in scenes], ZONE)
    order_id = str(requester.post(ARCHIVE, wanted).json()["id"])
    operator.run("accept", order_id)
    return order_id


def pleiades(item_id: str, moment: str = MOMENT, **told: Any) -> dict[str, Any]:
    told = {"platform": "PHR1B", "title": "PLEIADES 2023", "eo:cloud_cover": 40, **told}
    return scene(item_id, GROUND, datetime=moment, **told)


def zipped(folder: Path, target: Path) -> Path:
    return Path(shutil.make_archive(str(target), "zip", folder))


def state(requester: Requester, order_id: str) -> str:
    return str(requester.get(f"/stapi/orders/{order_id}").json()["properties"]["dinamis:state"])


def delivered(requester: Requester, order_id: str) -> list[str]:
    told = requester.get(f"/stapi/orders/{order_id}").json()["properties"]["dinamis:delivered_items"]
    return [one["id"] for one in told]


def orderable(client: TestClient) -> list[str]:
    wanted = {"filter-lang": "cql2-text", "filter": "dinamis:product_type='orderable'"}
    found = client.get("/stac/search", params=wanted).json()
    return [one["id"] for one in found["features"]]


@pytest.mark.parametrize("packed", ["folder", "zip", "tgz", "folder-of-zip", "two-zips", "loose"])
def test_a_product_takes_the_place_of_the_ordered_scene(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path, packed: str
) -> None:
    order_id = order(requester, context, terminal, pleiades("DS_PHR1B_1044"))
    assert orderable(requester.client) == ["DS_PHR1B_1044"]
    folder = bundle(tmp_path / "from-supplier")
    sources = [folder]
    if packed == "zip":
        sources = [zipped(folder, tmp_path / "sent")]
    elif packed == "tgz":
        sources = [tmp_path / "sent.tar.gz"]
        with tarfile.open(sources[0], "w:gz") as target:
            target.add(folder, "x")
    elif packed == "folder-of-zip":
        (tmp_path / "drop").mkdir()
        zipped(folder, tmp_path / "drop/sent")
        sources = [tmp_path / "drop"]
    elif packed == "two-zips":  # the panchromatic and the multispectral image apart
        parts = sorted(one for one in folder.iterdir() if one.is_dir())
        sources = [zipped(one, tmp_path / one.name) for one in parts]
    elif packed == "loose":
        sources = [one for one in folder.rglob("*") if one.suffix in (".XML", ".TIF")]
    terminal.run("deliver", order_id, *map(str, sources))
    assert state(requester, order_id) == "delivered"
    assert delivered(requester, order_id) == ["DS_PHR1B_1044"]
    item = context.catalogue.get("pleiades", "DS_PHR1B_1044")
    assert item is not None
    assert set(item["assets"]) == {"pan", "ms", "thumbnail", "quicklook"}
    told = item["properties"]
    assert told["dinamis:product_type"] == "downloadable"
    assert not [name for name in told if name.startswith("order:")]
    assert (told["title"], told["platform"]) == ("PLEIADES 2023", "PHR1B")
    assert (told["eo:cloud_cover"], told["view:incidence_angle"]) == (7.5, 12.75), "as the product tells"
    assert orderable(requester.client) == []


def test_what_a_product_does_not_tell_stays_as_it_was(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path
) -> None:
    order_id = order(requester, context, terminal, pleiades("ONE"))
    deliver_v2(tmp_path / "sent", PHR_P, cloud="unknown")
    terminal.run("deliver", order_id, str(tmp_path / "sent"))
    assert context.catalogue.get("pleiades", "ONE")["properties"]["eo:cloud_cover"] == 40


def test_products_go_to_the_scene_of_their_moment(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path
) -> None:
    later = pleiades("LATER", "2023-06-12T10:45:10Z")
    order_id = order(requester, context, terminal, pleiades("FIRST"), later)
    sent = tmp_path / "sent"
    deliver_v2(sent / "a", PHR_P)
    assert "Give the images of: LATER" in terminal.refused("deliver", order_id, str(sent))
    second = replace(PHR_P, dataset=PHR_P.dataset.replace("104447", "104511"))
    path = deliver_v2(sent / "b", second)
    path.write_text(path.read_text().replace("10:44:47.0Z", "10:45:11.0Z"))
    terminal.run("deliver", order_id, str(sent))
    for item_id, moment in (("FIRST", MOMENT), ("LATER", "2023-06-12T10:45:11Z")):
        assert context.catalogue.get("pleiades", item_id)["properties"]["datetime"] == moment


def sent_product(name: str, moment: datetime) -> SentProduct:
    product = Product(Path(name), name, "", "PHR1B", moment, "P", (), None, (), "ORTHO")
    return SentProduct(ProductScene(name, {"pan": product}), name)


@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=6, unique=True),
    st.floats(-0.4, 0.4),
    st.randoms(use_true_random=False),
)
def test_however_products_are_sent_each_goes_to_its_own_moment(
    seconds: list[int], late: float, shuffled: Any
) -> None:
    start = datetime(2023, 6, 12, 10, tzinfo=UTC)
    moments = [start + timedelta(seconds=one) for one in seconds]
    ordered = [pleiades(f"S{number}", one.isoformat()) for number, one in enumerate(moments)]
    sent = [
        sent_product(f"product {chr(97 + number)}", one + timedelta(seconds=late))
        for number, one in enumerate(moments)
    ]
    wanted = {item["id"]: one for item, one in zip(ordered, sent, strict=True)}
    shuffled.shuffle(sent)
    assert products_by_scene(sent, ordered, Caller(NOBODY, "en")) == wanted


def test_products_of_another_acquisition_are_refused(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path
) -> None:
    order_id = order(requester, context, terminal, pleiades("ONE"))

    def reason(folder: Path) -> str:
        return terminal.refused("deliver", order_id, str(folder))

    deliver_v2(tmp_path / "spot", SPOT6_PMS)
    assert "is a product of SPOT6; scene ONE is of PHR1B" in reason(tmp_path / "spot")
    path = deliver_v2(tmp_path / "other-day", PHR_P)
    path.write_text(path.read_text().replace("2023-06-12<", "2023-06-13<"))
    assert "was acquired on 2023-06-13" in reason(tmp_path / "other-day")
    deliver_v2(tmp_path / "both/a", PHR_P)
    deliver_v2(tmp_path / "both/b", replace(PHR_P, dataset="PHR1B_P_202306121044470_SEN_8", job="8"))
    assert "Several products for scene ONE" in reason(tmp_path / "both")
    deliver_v2(tmp_path / "mixed/a", PHR_P)
    image(tmp_path / "mixed/b/ms.tif", bands=4)
    assert "other images beside it: mixed/b/ms.tif" in reason(tmp_path / "mixed")
    assert state(requester, order_id) == "accepted"
    assert context.catalogue.get("pleiades", "ONE")["assets"] == {}, "nothing was ingested"


def test_incomplete_and_damaged_products_are_refused_with_their_reason(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path
) -> None:
    order_id = order(requester, context, terminal, pleiades("ONE"))

    def reason(source: Path) -> str:
        return terminal.refused("deliver", order_id, str(source))

    path = deliver_v2(tmp_path / "lacking", PHR_P)
    next(path.parent.glob("IMG*C2.TIF")).unlink()
    assert "C2.TIF is missing" in reason(tmp_path / "lacking")
    damaged = deliver_v2(tmp_path / "damaged", PHR_P)
    tile = next(damaged.parent.glob("IMG*C2.TIF"))
    os.truncate(tile, tile.stat().st_size // 2)
    assert "damaged" in reason(tmp_path / "damaged")
    leaving = deliver_v2(tmp_path / "leaving", PHR_P)
    leaving.write_text(leaving.read_text().replace('href="IMG', 'href="../damaged/IMG'))
    assert "outside of the delivery" in reason(tmp_path / "leaving")
    (tmp_path / "RPC.xml").write_text("<Dimap_Document/>")
    assert "not the metadata of a product" in reason(tmp_path / "RPC.xml")
    assert state(requester, order_id) == "accepted"


def test_damaged_and_hostile_archives_are_refused_with_their_reason(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path
) -> None:
    order_id = order(requester, context, terminal, pleiades("ONE"))

    def reason(source: Path) -> str:
        return terminal.refused("deliver", order_id, str(source))

    whole = zipped(bundle(tmp_path / "whole"), tmp_path / "cut")
    os.truncate(whole, whole.stat().st_size // 2)
    assert "cut.zip: the archive cannot be read, or is damaged" in reason(whole)
    outside = tmp_path / "outside.zip"
    with zipfile.ZipFile(outside, "w") as target:
        target.writestr("../../evil.tif", b"II*\0")
    assert "leads out of the archive" in reason(outside)
    linked = tmp_path / "linked.tar"
    with tarfile.open(linked, "w") as bundle_:
        link = tarfile.TarInfo("a.tif")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        bundle_.addfile(link)
    assert "is no file" in reason(linked)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target, target.open("a.tif", "w") as file:
        for _ in range(300):
            file.write(bytes(1 << 20))
    assert "grows beyond what is accepted" in reason(bomb)
    naming = tmp_path / "naming.zip"
    with zipfile.ZipFile(naming, "w") as target:
        target.writestr("a.vrt", "<VRTDataset/>")
    assert "naming.zip holds no image" in reason(naming)
    assert not (tmp_path.parent / "evil.tif").exists()
    assert state(requester, order_id) == "accepted"


def test_raw_products_are_put_on_the_ground_when_asked(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path
) -> None:
    order_id = order(requester, context, terminal, pleiades("ONE"))
    deliver_v2(tmp_path / "raw", PHR_P, tiles=1, sensor=True)
    assert "ask for its orthorectification" in terminal.refused("deliver", order_id, str(tmp_path / "raw"))
    bare = deliver_v2(tmp_path / "bare", PHR_P, tiles=1, sensor=True)
    text = bare.read_text()
    start, end = text.index("<Geoposition>"), text.index("</Geoposition>") + len("</Geoposition>")
    bare.write_text(text[:start] + text[end:])
    (bare.parent / f"RPC_{PHR_P.dataset}.XML").unlink()
    said = terminal.refused("deliver", order_id, str(tmp_path / "bare"), "--ortho")
    assert "without a sensor model" in said
    terminal.run("deliver", order_id, str(tmp_path / "raw"), "--ortho", "--height", "100")
    told = context.catalogue.get("pleiades", "ONE")["properties"]
    assert told["processing:level"] == "ORTHO"


def test_a_programming_request_is_named_after_itself_and_told_by_its_product(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path
) -> None:
    order_id = requester.submit()["id"]
    terminal.run("accept", order_id)
    deliver_v2(tmp_path / "spot", SPOT6_PMS)
    assert "is a product of SPOT6; the request is: " in terminal.refused(
        "deliver", order_id, str(tmp_path / "spot")
    )
    deliver_v2(tmp_path / "sent/p", PHR_P, cloud="unknown")
    deliver_v2(tmp_path / "sent/ms", PHR_MS, cloud="unknown", size=(40, 60))
    archive_ = zipped(tmp_path / "sent", tmp_path / "sent")
    assert "0 to 100" in terminal.refused("deliver", order_id, str(archive_), "--cloud", "140")
    terminal.run("deliver", order_id, str(archive_), "--cloud", "3")
    assert delivered(requester, order_id) == [order_id]
    item = context.catalogue.get("pleiades", order_id)
    assert item is not None
    assert {"pan", "ms"} <= set(item["assets"])
    told = item["properties"]
    assert (told["platform"], told["datetime"]) == ("PHR1B", MOMENT)
    assert told["view:incidence_angle"] == 12.75
    assert told["eo:cloud_cover"] == 3, "typed, as the product does not tell"


def test_the_images_of_a_stereo_request_are_scenes_in_the_order_they_were_taken(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path
) -> None:
    order_id = requester.submit()["id"]
    terminal.run("accept", order_id)
    late = deliver_v2(tmp_path / "sent/a", replace(PHR_P, dataset="PHR1B_P_202306121045300_ORT_9"))
    late.write_text(late.read_text().replace("10:44:47.0Z", "10:45:30.0Z"))
    deliver_v2(tmp_path / "sent/b", PHR_P)
    terminal.run("deliver", order_id, str(tmp_path / "sent"))
    assert delivered(requester, order_id) == [f"{order_id}-1", f"{order_id}-2"]
    moments = [
        context.catalogue.get("pleiades", one)["properties"]["datetime"]
        for one in delivered(requester, order_id)
    ]
    assert moments == [MOMENT, "2023-06-12T10:45:30Z"]


def test_a_full_disk_is_told_and_nothing_is_lost(
    requester: Requester, context: Context, terminal: Terminal, tmp_path: Path, full_disk: Path
) -> None:
    order_id = order(requester, context, terminal, pleiades("ONE"))
    deliver_v2(tmp_path / "sent", PHR_P)
    objects = context.settings.objects_root
    if objects.exists():
        shutil.rmtree(objects)
    objects.symlink_to(full_disk)
    assert "disk is full" in terminal.refused("deliver", order_id, str(tmp_path / "sent"))
    assert state(requester, order_id) == "accepted"
    assert orderable(requester.client) == ["ONE"]
    objects.unlink()
    terminal.run("deliver", order_id, str(tmp_path / "sent"))
    assert state(requester, order_id) == "delivered"


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk without room, where this machine lets us make one."""
    place = tmp_path / "full"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk cannot be made here")
    yield place
    subprocess.run(["umount", str(place)], check=True)
