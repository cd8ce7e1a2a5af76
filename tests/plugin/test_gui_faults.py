"""Every fault of the service and of the files gives its own message in the dock, and nothing is lost.

Real sockets, the real controllers and the dock: what a person does, and what they then read.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import namedtuple

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsRectangle
from shapely.geometry import box

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.domain.scene import Scene
from dinamis_plugin.qgisio import area_layers

from .gui_support import canvas, child, click, dock, make_order, make_scene, window  # noqa: F401
from .waiting import Caught, run_for, wait_until

TITLES = {
    401: "Sign-in",
    403: "Not allowed",
    404: "Not found",
    409: "Not possible now",
    422: "Something is not right in the form",
    429: "Too many requests",
    500: "The service failed",
    503: "Service not available",
    "html": "Answer not understood",
    "list": "Answer not understood",
    "other": "Answer not understood",
    "silence": "No answer in time",
    "nobody": "Service not reachable",
}
DETAIL = "The sentence of the service."
#: What the service says is shown word for word, except where our own words say more.
TOLD = (403, 404, 409, 422, 500, 503, 429)


@pytest.fixture
def joined(dock, controllers, scripted):  # noqa: F811
    """A dock that is signed in to a scripted service; its lists are empty."""
    for path, body in (
        ("/api/quotas", {"year": 2026, "sensors": []}),
        ("/api/projects", {"projects": []}),
        ("/stapi/products", {"products": []}),
        ("/stapi/orders", {"features": []}),
    ):
        scripted.server.routes[path] = lambda *_, body=body: (200, body)
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    session = controllers.session
    wait_until(lambda: session.state is SessionState.SIGNED_IN and not controllers.runner.busy, 20)
    for subject in dock.notices.subjects:
        dock.notices.clear(subject)
    return dock


def break_route(scripted, path, fault):
    """Let a path answer with a fault from now on."""
    route = {
        "html": lambda *_: (200, b"<html>Portal</html>", {"Content-Type": "text/html"}),
        "list": lambda *_: (200, [1, 2]),
        "other": lambda *_: (200, {"message": "It works!"}),
        "silence": lambda *_: time.sleep(3),
    }.get(fault)
    if fault == "nobody":
        scripted.down.add(path)
        scripted.server.routes.pop(path, None)
        return
    document = {"code": "x", "detail": DETAIL}
    headers = {"Content-Type": "application/problem+json", "Retry-After": "77"}
    scripted.server.routes[path] = route or (lambda *_: (fault, json.dumps(document).encode(), headers))


def read(dock, title, fault=""):  # noqa: F811
    """Wait for the notice with this title; gives all that it says."""
    shown = child(dock, "noticeLabel")
    end = time.monotonic() + 12
    while not (shown.isVisible() and title in shown.text()):
        assert time.monotonic() < end, f"after {fault!r} the dock says {shown.text()!r}, not {title!r}"
        run_for(0.02)
    assert child(dock, "noticeTextLabel").text()
    return f"{child(dock, 'noticeTextLabel').text()} {child(dock, 'noticeDetailsLabel').text()}"


def impatient(controllers):
    """Take the service for silent after half a second."""
    controllers.session.service.http.timeout_s = 0.5


def after_each_fault(dock, scripted, paths, act):  # noqa: F811
    """Let the paths fail in every way, one after the other, and do the same thing each time.

    Gives each fault with all that the dock said of it. 401 comes last: it ends the session.
    """
    for fault in sorted(TITLES, key=lambda one: one == 401):
        for path in paths:
            break_route(scripted, path, fault)
        act()
        yield fault, read(dock, TITLES[fault], fault)
        scripted.down.clear()
        while dock.notices.subjects:
            click(child(dock, "noticeCloseButton"))


def test_a_search_that_fails_says_why_and_keeps_what_was_set(joined, controllers, scripted):
    impatient(controllers)
    controllers.aois._add([Aoi("Zone", box(3.6, 43.5, 3.7, 43.6), 90.0)])
    child(joined, "cloudSpin").setValue(20)

    def search():
        joined._tabs.setCurrentWidget(joined.filters)
        click(child(joined, "searchButton"))

    for fault, said in after_each_fault(joined, scripted, ("/stac", "/stac/", "/stac/search"), search):
        if fault in TOLD:
            assert DETAIL in said, fault
        if fault in (429, 503):
            assert "77" in said, fault
        assert child(joined, "cloudSpin").value() == 20
        assert len(controllers.aois.aois) == 1


def test_lists_that_cannot_be_read_say_why_and_stay(joined, controllers, scripted):
    impatient(controllers)
    controllers.orders.put(make_order(1))
    joined._tabs.setCurrentWidget(joined.requests)
    lists = ("/stapi/orders", "/api/projects", "/stapi/products", "/api/quotas")
    refresh = child(joined, "refreshOrdersButton")
    for fault, _said in after_each_fault(joined, scripted, lists, lambda: click(refresh)):
        wait_until(lambda: not controllers.runner.busy, 20)
        assert joined.requests.orders.rowCount() == 1, fault


@pytest.mark.parametrize("answer", ["accept", "cancel", "decline"])
def test_an_answer_to_a_quotation_that_fails_says_why(joined, controllers, scripted, answer):
    impatient(controllers)
    order = make_order(1, "quotation")
    act = {
        "accept": lambda: joined.requests.view.accept_requested.emit(order),
        "cancel": lambda: joined.requests.view.cancel_requested.emit(order),
        "decline": lambda: joined.requests.view.decline_requested.emit(order, "trop cher"),
    }[answer]
    path = f"/stapi/orders/{order.id}/{answer}"
    for _fault, said in after_each_fault(joined, scripted, (path,), act):
        assert said


def test_a_quotation_that_is_accepted_is_read_again(joined, controllers, scripted):
    order = make_order(1, "quotation")
    controllers.orders.put(order)
    answer = {"id": order.id, "properties": {"dinamis:state": "accepted"}}
    scripted.server.routes[f"/stapi/orders/{order.id}/accept"] = lambda *_: (200, answer)
    scripted.server.routes[f"/stapi/orders/{order.id}"] = lambda *_: (200, answer)
    scripted.server.routes[f"/stapi/orders/{order.id}/statuses"] = lambda *_: (200, {"statuses": []})
    scripted.server.routes["/stapi/orders"] = lambda *_: (200, {"features": [answer]})
    joined.requests.view.accept_requested.emit(order)
    wait_until(lambda: controllers.orders.orders[0].state.value == "accepted")
    assert not joined.notices.subjects


def test_a_search_without_a_service_names_the_service_and_not_a_form(dock):  # noqa: F811
    click(child(dock, "searchButton"))
    assert "form" not in child(dock, "noticeLabel").text()
    assert "Connect to a DINAMIS service first." in read(dock, "No service")


def test_a_session_revoked_in_mid_work_is_told_and_the_work_stays(joined, controllers, scripted):
    controllers.aois._add([Aoi("Zone", box(3.6, 43.5, 3.7, 43.6), 90.0)])
    scripted.access_valid.clear()
    scripted.refresh_valid.clear()
    image = {"href": f"{scripted.url}/objects/a.tif", "type": "image/tiff; application=geotiff"}
    controllers.loading.load([with_image(image)])
    wait_until(lambda: controllers.session.state is SessionState.EXPIRED and not controllers.runner.busy, 20)
    read(joined, "Sign-in")
    assert "session" in joined.notices.subjects
    assert len(controllers.aois.aois) == 1
    click(child(joined, "noticeActionButton"))
    scripted.polls = ["granted"]
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN, 20)


def with_image(image):
    """A downloadable scene whose image lies at the scripted service."""
    scene = make_scene()
    return Scene.from_stac(
        {
            "id": scene.id,
            "collection": scene.collection,
            "geometry": box(3.6, 43.5, 3.7, 43.6).__geo_interface__,
            "properties": {
                "datetime": scene.acquired.isoformat(),
                "dinamis:mission": "PLEIADES",
                "dinamis:product_type": "downloadable",
            },
            "assets": {"ms": image},
        }
    )


@pytest.mark.parametrize(
    ("content", "title"), [(b"not an image at all" * 50, "Image not readable"), (None, "Image gone")]
)
def test_an_image_that_is_corrupt_or_gone_says_so(joined, scripted, project, content, title):
    if content is not None:
        scripted.files["/objects/a.tif"] = content
    image = {"href": f"{scripted.url}/objects/a.tif", "type": "image/tiff; application=geotiff"}
    joined.results.add_requested.emit([with_image(image)])
    read(joined, title)
    assert not project.mapLayers()


Usage = namedtuple("Usage", "total used free")


def test_a_full_disk_says_so_and_the_project_stays(joined, controllers, scripted, tmp_path, monkeypatch):
    scripted.files["/objects/a.tif"] = b"x" * 5000
    image = {"href": f"{scripted.url}/objects/a.tif", "type": "image/tiff; application=geotiff"}
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9, 100))
    controllers.downloads.download(with_image(image), None, tmp_path)
    read(joined, "Disk full")
    assert list(tmp_path.iterdir()) == []
    assert child(joined, "noticeActionButton").isVisible()


def test_a_folder_that_is_gone_says_so(joined, controllers, scripted, tmp_path):
    scripted.files["/objects/a.tif"] = b"x" * 5000
    image = {"href": f"{scripted.url}/objects/a.tif", "type": "image/tiff; application=geotiff"}
    controllers.downloads.download(with_image(image), None, tmp_path / "gone")
    read(joined, "File not reachable")


RING = [[3.6, 43.5], [3.7, 43.5], [3.7, 43.6], [3.6, 43.6], [3.6, 43.5]]


def geojson(kind, coordinates):
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": coordinates}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("neither one nor the other", "This file cannot be read as a map layer."),
        ("", "This file cannot be read as a map layer."),
        ('{"type": "FeatureCollection", "features": []}', "There is no area in it."),
        (geojson("Point", [3.6, 43.5]), "It holds points or lines, but no area."),
        (
            geojson("Polygon", [[[3.6, 43.5], [3.7, 43.5], [3.7, 43.5], [3.6, 43.5]]]),
            "There is no area in it.",
        ),
    ],
    ids=["noise", "empty file", "no feature", "a point", "no extent"],
)
def test_an_area_file_that_cannot_be_used_says_why(dock, controllers, tmp_path, content, sentence):  # noqa: F811
    controllers.aois._add([Aoi("Zone", box(3.6, 43.5, 3.7, 43.6), 90.0)])
    path = tmp_path / "zone.geojson"
    path.write_text(content, "utf-8")
    asked = Caught(controllers.aois.crs_needed)
    controllers.aois.import_file(str(path))
    shown = child(dock, "noticeTextLabel")
    wait_until(lambda: shown.isVisible() or asked.values)
    assert not asked.values
    assert sentence in shown.text()
    assert [aoi.name for aoi in controllers.aois.aois] == ["Zone"]


def test_an_area_file_without_a_crs_asks_for_it(dock, controllers, tmp_path):  # noqa: F811
    path = tmp_path / "zone.geojson"
    path.write_text(geojson("Polygon", [[[x * 2e5, y * 1.5e5] for x, y in RING]]), "utf-8")
    controllers.aois.import_file(str(path))
    wait_until(lambda: dock.areas.questions._open is not None)
    assert dock.areas.questions._open.objectName() == "aoiCrsDialog"
    dock.areas.questions._open.reject()
    run_for(0.05)
    assert not controllers.aois.aois


def test_a_drawing_beyond_the_world_says_so(dock, controllers):  # noqa: F811
    world = QgsCoordinateReferenceSystem("EPSG:4326")
    controllers.aois.add_geometry(QgsGeometry.fromRect(QgsRectangle(0, 0, 1e9, 1e9)), world)
    read(dock, "Area not usable")
    assert not controllers.aois.aois


def test_a_file_with_too_many_vertices_says_so(dock, controllers, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(area_layers, "MAX_VERTICES", 4)
    path = tmp_path / "zone.geojson"
    path.write_text(geojson("Polygon", [RING]), "utf-8")
    controllers.aois.import_file(str(path))
    read(dock, "Area not usable")
    assert "too many vertices" in child(dock, "noticeTextLabel").text()
