"""What people of the demonstration have at the real service: images, keys, lines in the journal."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
import requests
from live_service import decide

AUTH = "/auth/realms/dinamis/protocol/openid-connect"


def person(live, kind):
    """The account of a kind of user without any other role."""
    people = live.accounts.values()
    return next(one for one in people if one["user_kind"] == kind and one["role"] == "user")


def image_hrefs(live, *, open_data):
    """Addresses of images of the demonstration that lie on the service, open to everyone or not."""
    kind = {"op": "=", "args": [{"property": "dinamis:product_type"}, "downloadable"]}
    body = {"limit": 100, "bbox": [3.6, 43.4, 4.2, 43.8], "filter-lang": "cql2-json", "filter": kind}
    answer = requests.post(f"{live.url}/stac/search", json=body, timeout=30)
    answer.raise_for_status()
    found = [
        asset["href"]
        for item in answer.json()["features"]
        for asset in item["assets"].values()
        if (item["properties"].get("dinamis:access") == "open") is open_data
        and item["properties"].get("dinamis:synthetic")
        and "data" in asset.get("roles", ())
        and "tiff" in asset.get("type", "")
    ]
    assert len(found) >= 1
    return found


def key_of(live, account):
    """Have a key made for a person, as the page of keys does; gives its two halves."""
    device = requests.post(
        f"{live.url}{AUTH}/auth/device", data={"client_id": "dinamis-qgis", "scope": "openid"}, timeout=20
    ).json()
    decide(device["verification_uri_complete"], account, "accept")
    form = {
        "client_id": "dinamis-qgis",
        "device_code": device["device_code"],
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    }
    token = requests.post(f"{live.url}{AUTH}/token", data=form, timeout=20).json()["access_token"]
    made = requests.get(
        f"{live.url}/create_api_key?description=test",
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    ).json()
    return made["access-key"], made["secret-key"]


def signed_for(live):
    """Who had which objects signed so far: pairs of a user name (None for nobody known) and an address."""
    if not hasattr(live, "folder"):
        pytest.skip("the journal of a service that was handed in cannot be read")
    state = live.folder / "data" / "state.sqlite"
    asked = (
        "SELECT username, objects FROM signature_batches LEFT JOIN accounts ON sub = accounts.id"
        " ORDER BY signature_batches.id"
    )
    with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as database:
        rows = database.execute(asked).fetchall()
    return [
        (name, f"{live.url}/objects/{key}")
        for name, objects in rows
        for group in json.loads(objects)
        for key in group["keys"]
    ]
