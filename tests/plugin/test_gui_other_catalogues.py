"""Catalogues of other people: numbers by the aggregation of STAC, or an honest word that there are none."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
from qgis.PyQt.QtWidgets import QApplication

from dinamis_plugin.domain.months import month_read

from .gui_support import canvas, child, click, dock, window  # noqa: F401 - fixtures
from .waiting import wait_until

CLASSES = ["v1.0.0/core", "v1.0.0/item-search", "v1.0.0/item-search#filter", "v1.0.0/item-search#sort"]
COUNTING = [*CLASSES, "v0.3.0/aggregation", "v0.3.0/aggregation#filter"]
FREQUENCIES = [("2023-05-01T00:00:00.000Z", 7), ("2023-06-01T00:00:00.000Z", 0), ("2024-01-01T00:00:00Z", 5)]


class Catalogue:
    """A STAC API of 25 items in pages of 10, which may count."""

    def __init__(self, server, url, *, classes, matched):
        self.classes, self.matched, self.url = classes, matched, url
        self.searches, self.counts = [], []
        server.routes["/stac"] = self._landing
        server.routes["/stac/search"] = self._search
        server.routes["/stac/aggregate"] = self._aggregate

    def _landing(self, *_):
        links = [{"rel": "search", "href": f"{self.url}/stac/search", "method": "POST"}]
        claims = [f"https://api.stacspec.org/{name}" for name in self.classes]
        head = {"type": "Catalog", "id": "c", "description": "c", "stac_version": "1.0.0"}
        return 200, {**head, "conformsTo": claims, "links": links}

    def _search(self, request, _handler):
        body = request.json
        self.searches.append(body)
        first = int(body.get("token", 0))
        last = min(first + min(body["limit"], 10), 25)
        features = [
            {
                "type": "Feature",
                "id": f"s{number}",
                "geometry": {"type": "Point", "coordinates": [3, 43]},
                "properties": {"datetime": f"2024-01-{25 - number:02}T00:00:00Z"},
            }
            for number in range(first, last)
        ]
        following = {"rel": "next", "method": "POST", "href": f"{self.url}/stac/search", "body": {**body}}
        following["body"]["token"] = str(last)
        answer = {
            "type": "FeatureCollection",
            "features": features,
            "links": [following] if last < 25 else [],
        }
        return 200, {**answer, "numberMatched": 25} if self.matched else answer

    def _aggregate(self, request, _handler):
        self.counts.append(parse_qs(request.query))
        buckets = [{"key": key, "data_type": "datetime", "frequency": count} for key, count in FREQUENCIES]
        found = [
            {"name": "total_count", "data_type": "integer", "value": 25},
            {"name": "datetime_frequency", "data_type": "frequency_distribution", "buckets": buckets},
        ]
        return 200, {"type": "AggregationCollection", "aggregations": found}


@pytest.fixture
def open_at(dock, controllers, scripted, server):  # noqa: F811
    """The dock at such a catalogue, looking at its results."""

    def opened(classes, *, matched):
        catalogue = Catalogue(server, scripted.url, classes=classes, matched=matched)
        controllers.settings.service_url = scripted.url
        controllers.session.connect_service()
        child(dock, "mainTabs").setCurrentWidget(dock.results)
        wait_until(lambda: dock.results.model.rowCount() == 10, 20)
        return catalogue

    return opened


def months(dock):  # noqa: F811
    return dock.filters.dates.timeline._counts


@pytest.mark.parametrize("matched", [True, False])
def test_the_timeline_and_the_total_come_from_the_aggregation(dock, open_at, matched):  # noqa: F811
    catalogue = open_at(COUNTING, matched=matched)
    wait_until(lambda: months(dock) is not None, 20)
    assert months(dock) == {month_read("2023-05"): 7, month_read("2024-01"): 5}
    wait_until(lambda: "25" in child(dock, "resultsCountLabel").text(), 20)
    assert "25" in child(dock, "mainTabs").tabText(1)
    assert catalogue.counts[-1]["aggregations"] == ["total_count,datetime_frequency"]


def test_the_numbers_are_of_the_same_search(dock, open_at, controllers):  # noqa: F811
    catalogue = open_at(COUNTING, matched=True)
    controllers.aois.add_extent(QgsRectangle(3, 43, 4, 44), QgsCoordinateReferenceSystem("EPSG:4326"))
    child(dock, "cloudSpin").setValue(20)
    wait_until(lambda: catalogue.counts and "filter" in catalogue.counts[-1], 20)
    asked = catalogue.counts[-1]
    assert json.loads(asked["filter"][0]) == catalogue.searches[-1]["filter"]
    assert json.loads(asked["intersects"][0]) == catalogue.searches[-1]["intersects"]


@pytest.mark.parametrize("classes", [CLASSES, COUNTING[:-1]], ids=["never", "not of filters"])
def test_what_is_not_counted_is_said_to_be_unknown(dock, open_at, classes):  # noqa: F811
    catalogue = open_at(classes, matched=False)
    child(dock, "cloudSpin").setValue(20)
    wait_until(lambda: "filter" in catalogue.searches[-1], 20)
    wait_until(lambda: child(dock, "resultsCountLabel").text() == "More than 10 scenes", 20)
    assert months(dock) is None
    assert not any("filter" in one for one in catalogue.counts)
    for listed in (20, 25):
        wait_until(child(dock, "loadMoreButton").isEnabled, 20)
        click(child(dock, "loadMoreButton"))
        wait_until(lambda listed=listed: dock.results.model.rowCount() == listed, 20)
        QApplication.processEvents()
    wait_until(lambda: child(dock, "resultsCountLabel").text() == "25 scene(s)", 20)
    assert child(dock, "loadMoreButton").isHidden() or not child(dock, "loadMoreButton").isVisible()
