"""People who make requests, and what they send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import Client, Response
from running import SignedIn
from shapely.geometry import box, mapping

ZONE = box(3.7, 43.5, 4.0, 43.7)  # 537 km2
PROGRAMMING = "/stapi/products/pleiades-programming/orders"
ARCHIVE = "/stapi/products/pleiades-archive/orders"


def scene(item_id: str, footprint: Any, collection: str = "pleiades", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [],
        "id": item_id,
        "collection": collection,
        "geometry": mapping(footprint),
        "bbox": list(footprint.bounds),
        "properties": {
            "datetime": "2025-06-01T10:30:00Z",
            "dinamis:mission": "PLEIADES",
            "dinamis:product_type": "orderable",
            "order:status": "orderable",
            "eo:cloud_cover": 5,
            "view:incidence_angle": 12,
            **properties,
        },
        "assets": {},
    }


def window(days_ahead: int = 5, days: int = 30) -> str:
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days_ahead)
    return f"{start.isoformat()}/{(start + timedelta(days=days)).isoformat()}"


def tasking(project_id: str, **changes: Any) -> dict[str, Any]:
    body = {"datetime": window(), "geometry": mapping(ZONE), "order_parameters": {"project_id": project_id}}
    return {**body, **changes}


def archive(project_id: str, item_ids: list[str], zone: Any = ZONE) -> dict[str, Any]:
    return {
        "datetime": "2025-06-01T10:30:00Z/2025-06-01T10:30:00Z",
        "geometry": mapping(zone),
        "order_parameters": {"project_id": project_id, "item_ids": item_ids},
    }


class Requester:
    """A signed-in person with a project."""

    def __init__(self, client: Client, person: SignedIn) -> None:
        self.client, self.principal = client, person.principal
        self.headers = {**person.headers, "Accept-Language": "en"}
        form = {"title": "Coastline", "end_date": "2099-12-31", "themes": ["Coast"]}
        self.project = self.post("/api/projects", form).json()["id"]

    def post(self, path: str, body: Any = None, key: str | None = None) -> Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(path, json=body, headers=headers)

    def get(self, path: str) -> Response:
        return self.client.get(path, headers=self.headers)

    def submit(self, **changes: Any) -> dict[str, Any]:
        answer = self.post(PROGRAMMING, tasking(self.project, **changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def refused(answer: Response, status: int, code: str, field: str | None = None) -> str:
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code
    if field:
        assert field in [one["field"] for one in problem["errors"]]
    return str(problem["detail"])
