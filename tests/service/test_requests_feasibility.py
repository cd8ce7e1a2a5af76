"""Feasibility of a programming request, from the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import stapi_pydantic
from fastapi.testclient import TestClient
from requesters import ZONE, Requester, refused, scene, window
from running import SignedIn
from shapely.geometry import mapping

from dinamis_service.context import Context


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


def test_feasibility_is_what_the_archive_says_of_the_same_months(
    requester: Requester, context: Context
) -> None:
    start = datetime(datetime.now(UTC).year + 1, 6, 10, tzinfo=UTC)
    period = f"{start.isoformat()}/{(start + timedelta(days=40)).isoformat()}"
    june = [
        ("2024-06-02T10:00:00Z", 5, 10),
        ("2025-06-30T10:00:00Z", 50, 10),
        ("2023-06-11T10:00:00Z", 5, 45),
    ]
    july = [("2025-07-01T10:00:00Z", 0, 0)]
    elsewhen = [("2025-08-01T10:00:00Z", 0, 0)]
    context.catalogue.upsert(
        scene(
            f"S{number}",
            ZONE,
            datetime=moment,
            **{"eo:cloud_cover": cloud, "view:incidence_angle": angle},
        )
        for number, (moment, cloud, angle) in enumerate(june + july + elsewhen)
    )
    body = {"datetime": period, "geometry": mapping(ZONE)}
    answer = requester.post("/stapi/products/pleiades-programming/opportunities", body).json()
    stapi_pydantic.OpportunityCollection.model_validate(answer)
    told = [one["properties"] for one in answer["features"]]
    assert [(one["dinamis:archived_scenes"], one["dinamis:matching_scenes"]) for one in told] == [
        (3, 1),
        (1, 1),
    ]
    assert told[0]["dinamis:share"] == pytest.approx(1 / 3, abs=1e-4)
    assert told[0]["datetime"] == f"{start.isoformat()}/{start.year}-07-01T00:00:00+00:00"
    assert answer["links"][0]["rel"] == "create-order"
    wider = {**body, "filter": {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 60]}}
    told = requester.post("/stapi/products/pleiades-programming/opportunities", wider).json()["features"]
    assert told[0]["properties"]["dinamis:matching_scenes"] == 2


def test_feasibility_without_archive_says_so(requester: Requester) -> None:
    body = {"datetime": window(), "geometry": mapping(ZONE)}
    for product, reason in (("pneo-programming", "has no scene"), ("pneo-archive", "exist already")):
        answer = requester.post(f"/stapi/products/{product}/opportunities", body).json()
        assert answer["features"] == []
        assert reason in answer["dinamis:reason"]


@pytest.mark.parametrize("start", ["9999-12-01", "9999-12-31"])
def test_windows_at_the_end_of_the_calendar(requester: Requester, context: Context, start: str) -> None:
    context.catalogue.upsert([scene("S1", ZONE, datetime="2025-12-02T10:00:00Z")])
    body = {"datetime": f"{start}T00:00:00Z/9999-12-31T23:59:59Z", "geometry": mapping(ZONE)}
    answer = requester.post("/stapi/products/pleiades-programming/opportunities", body)
    if start == "9999-12-31":
        assert "a precise day" in refused(answer, 422, "invalid", "datetime")
    else:
        assert [one["properties"]["datetime"] for one in answer.json()["features"]] == [
            "9999-12-01T00:00:00+00:00/9999-12-31T23:59:59+00:00"
        ]
