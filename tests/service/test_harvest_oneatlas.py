"""The supplier's archive, answered by a stand-in of our own that pages and fails as the real one does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import Handler, ScriptedServer, answer, problem
from test_harvest import catalogue, everything, fetcher, gather, server

from dinamis_service import cli
from dinamis_service.catalogue.harvest import oneatlas
from dinamis_service.catalogue.harvest.oneatlas import OneAtlas
from dinamis_service.catalogue.harvest.source import Wanted
from dinamis_service.catalogue.moments import months, parse_moment

__all__ = ["catalogue", "fetcher", "gather", "server"]
NOW = datetime(2023, 7, 1, tzinfo=UTC)
SINCE = Wanted(start=datetime(2023, 1, 1, tzinfo=UTC), end=NOW)
KEY = "a key of nobody"  # pragma: allowlist secret


def scene(number: int, day: datetime, **changes: Any) -> dict[str, Any]:
    """A scene as the archive writes it."""
    west = round(number % 90 * 0.5, 3)
    corners = [[west, 43], [west + 0.2, 43], [west + 0.2, 43.2], [west, 43.2], [west, 43]]
    properties = {
        "acquisitionDate": day.isoformat().replace("+00:00", "Z"),
        "acquisitionIdentifier": f"DS_PHR1B_{number:06d}",
        "azimuthAngle": 180.5,
        "cloudCover": 12.5,
        "constellation": "PHR",
        "id": f"00000000-{number:04d}",
        "illuminationAzimuthAngle": 170.1,
        "illuminationElevationAngle": 55.2,
        "incidenceAngle": 14.2,
        "lastUpdateDate": "2023-06-30T04:31:54.040448215Z",
        "platform": "PHR1B",
        "processingLevel": "SENSOR",
        "publicationDate": "2023-06-30T04:31:54.040448215Z",
        "resolution": 0.5,
        "snowCover": 0,
        **changes.pop("properties", {}),
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "_links": {
            "thumbnail": {"href": f"https://pictures.example/{number}/t", "type": "HTTP"},
            "quicklook": {"href": f"https://pictures.example/{number}/q", "type": "HTTP"},
            "imagesWmts": [{"href": f"https://view.example/{number}/wmts"}],
        },
        "properties": properties,
        **changes,
    }


class Archive:
    """Answers searches by date of acquisition and page; needs the token."""

    def __init__(self, server: ScriptedServer, scenes: list[dict[str, Any]], guarded: bool = False) -> None:
        self.scenes = sorted(scenes, key=lambda one: str(one["properties"]["acquisitionDate"]))
        self.guarded = guarded
        self.url = server.on("/search", self.reply)
        self.tokens = server.on("/token", answer({"access_token": "one"}), answer({"access_token": "two"}))
        self.asked: list[dict[str, str]] = []

    def reply(self, handler: Handler) -> None:
        if self.guarded and handler.headers.get("Authorization") != "Bearer two":
            problem(401, "expired")(handler)
            return
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        self.asked.append(asked)
        first, last = asked["acquisitionDate"].strip("[").split(",")
        last = last.strip("[]")
        inside = [
            one
            for one in self.scenes
            if first <= str(one["properties"]["acquisitionDate"]).ljust(20, "Z")[:20] < last
        ]
        size, number = int(asked["itemsPerPage"]), int(asked["startPage"])
        if (number - 1) * size >= oneatlas._DEEPEST:
            problem(400, "too deep")(handler)
            return
        found = inside[(number - 1) * size : number * size]
        document = {
            "features": found, "totalResults": len(inside), "itemsPerPage": size, "type": "FeatureCollection",
        }  # fmt: skip
        handler.send(200, json.dumps(document).encode())


@pytest.fixture
def scenes() -> list[dict[str, Any]]:
    start = datetime(2023, 1, 3, 10, tzinfo=UTC)
    return [scene(number, start + timedelta(hours=7 * number)) for number in range(450)]


@pytest.fixture
def small_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive shows fewer scenes of a long answer."""
    monkeypatch.setattr(oneatlas, "_DEEPEST", 40)
    monkeypatch.setattr(oneatlas, "_PAGE", 15)


@pytest.mark.usefixtures("small_answers")
def test_long_answers_are_asked_for_in_shorter_windows(
    server: ScriptedServer, fetcher: Any, gather: Any, catalogue: Any, scenes: list[dict[str, Any]]
) -> None:
    archive = Archive(server, scenes)
    report = gather(OneAtlas(fetcher, NOW, archive.url), SINCE)
    assert (report.complete, report.new, report.refused, report.duplicates) == (True, 450, 0, 0)
    assert len(everything(catalogue)) == 450
    again = gather(OneAtlas(fetcher, NOW, archive.url), SINCE)
    assert (again.complete, again.new, again.changed) == (True, 0, 0)
    assert again.unchanged < 450, "old acquisitions are not asked for again"


def test_scene_becomes_an_orderable_item(
    server: ScriptedServer, fetcher: Any, gather: Any, catalogue: Any
) -> None:
    archive = Archive(server, [scene(7, datetime(2023, 3, 4, 10, 11, 12, tzinfo=UTC))])
    gather(OneAtlas(fetcher, NOW, archive.url), Wanted(("PHR",), (3, 43, 4, 44), SINCE.start, NOW))
    assert archive.asked[0]["constellation"] == "PHR"
    assert archive.asked[0]["bbox"] == "3,43,4,44"
    item = everything(catalogue)["DS_PHR1B_000007"]
    properties = item["properties"]
    assert item["collection"] == "pleiades"
    assert properties["dinamis:product_type"] == properties["order:status"] == "orderable"
    assert properties["datetime"] == "2023-03-04T10:11:12Z"
    assert properties["eo:cloud_cover"] == 12.5
    assert properties["view:incidence_angle"] == 14.2
    assert properties["view:sun_elevation"] == 55.2
    assert properties["updated"] == "2023-06-30T04:31:54.040Z"
    assert item["assets"]["quicklook"]["roles"] == ["overview"]
    assert item["links"] == [{"rel": "wmts", "href": "https://view.example/7/wmts", "type": "image/png"}]


def test_traps_of_the_archive(server: ScriptedServer, fetcher: Any, gather: Any, catalogue: Any) -> None:
    day = datetime(2023, 3, 4, 10, tzinfo=UTC)
    odd = [
        scene(1, day, geometry=None),
        scene(2, day, geometry=None, bbox=[1, 43, 2, 44]),
        scene(3, day, properties={"cloudCover": None, "incidenceAngle": None}),
        scene(4, day, properties={"acquisitionDate": "2023-03-04T10:00:00"}),
        scene(5, day, bbox=[43, 1, 44, 2]),
        scene(6, day, _links=None),
        scene(7, day, properties={"platform": None, "constellation": "WORLDVIEW"}),
        scene(8, day),
        scene(8, day, properties={"processingLevel": "ALBUM"}),
        scene(9, day, properties={"acquisitionIdentifier": None, "sourceIdentifier": None, "id": None}),
        scene(10, day, properties={"platform": "PNEO4"}),
        scene(11, day, properties={"platform": "SPOT7"}),
    ]
    report = gather(OneAtlas(fetcher, NOW, Archive(server, odd).url), SINCE)
    found = everything(catalogue)
    assert sorted(int(name[-2:]) for name in found) == [2, 3, 4, 5, 6, 8, 10, 11]
    assert "eo:cloud_cover" not in found["DS_PHR1B_000003"]["properties"]
    assert found["DS_PHR1B_000004"]["properties"]["datetime"] == "2023-03-04T10:00:00Z"
    assert found["DS_PHR1B_000005"]["bbox"] == [2.5, 43, 2.7, 43.2]
    assert found["DS_PHR1B_000010"]["collection"] == "pleiades-neo"
    assert (report.complete, report.refused, report.duplicates) == (True, 3, 1)


def test_command_signs_in_and_keeps_the_key_to_itself(
    server: ScriptedServer,
    scenes: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    archive = Archive(server, scenes[:120], guarded=True)
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ARCHIVE_KEY", KEY)
    command = ["harvest", archive.url, "--kind", "oneatlas", "--key-variable", "ARCHIVE_KEY"]
    command += ["--token-url", archive.tokens, "--datetime", "2023-01-01T00:00:00Z/2023-03-01T00:00:00Z"]
    assert cli.main(command) == 0
    out, err = capfd.readouterr()
    assert "120 new" in out
    forms = [seen.body.decode() for seen in server.seen if seen.path == "/token"]
    assert len(forms) == 2, "a refused token is asked for anew"
    assert "grant_type=api_key" in forms[0]
    assert KEY not in out + err
    server.on("/token", problem(403, "no"))
    assert cli.main([*command, "--full"]) == 1
    assert KEY not in "".join(capfd.readouterr())


@given(
    st.integers(0, 44 * 365 * 86_400).map(lambda seconds: timedelta(seconds=seconds)),
    st.timedeltas(timedelta(), timedelta(days=1000)),
)
def test_windows_cover_the_span_once(since: timedelta, length: timedelta) -> None:
    first = datetime(1986, 1, 1, tzinfo=UTC) + since
    last = first + length
    windows = months(first, last)
    assert all(one < other for one, other in windows)
    assert all(before[1] == after[0] for before, after in zip(windows, windows[1:], strict=False))
    if length:
        assert (windows[0][0], windows[-1][1]) == (first, last)
    assert all(other - one <= timedelta(days=31) for one, other in windows)
    assert parse_moment("2023-06-30T04:31:54.040448215Z").microsecond == 40448
