"""JSON schemas of STAC read from a folder instead of the network (`DINAMIS_STAC_SCHEMAS`)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pystac
import pytest
import requests
from jsonschema import Draft7Validator
from referencing import Registry, Resource

FOLDER = Path(os.environ.get("DINAMIS_STAC_SCHEMAS", Path(__file__).parents[3] / "shared" / "stac_schemas"))

needs_schemas = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder of STAC schemas at {FOLDER}")


def schema(uri: str) -> dict[str, Any]:
    """The schema of a URI; a missing one is a failure of the test that asks for it."""
    path = FOLDER / uri.split("://")[1].rstrip("#")
    assert path.is_file(), f"the schema {uri} is not in {FOLDER}"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def stac_faults(document: dict[str, Any], kind: str) -> list[str]:
    """What the STAC 1.0.0 schema of its kind, and those of its extensions, find wrong with a document."""
    wanted = [
        f"https://schemas.stacspec.org/v1.0.0/{kind}-spec/json-schema/{kind}.json",
        *document.get("stac_extensions", []),
    ]
    registry = Registry(retrieve=lambda uri: Resource.from_contents(schema(uri)))  # type: ignore[call-arg]
    return [
        f"{uri}: {fault.json_path}: {fault.message}"[:300]
        for uri in wanted
        for fault in Draft7Validator(schema(uri), registry=registry).iter_errors(document)
    ]


def read_offline(monkeypatch: pytest.MonkeyPatch, own: str) -> None:
    """Let requests and pystac reach the service at `own` alone, and find schemas in the folder."""
    send = requests.Session.send
    read_text = pystac.stac_io.DefaultStacIO.read_text_from_href

    def local_send(self: requests.Session, request: Any, **kwargs: Any) -> requests.Response:
        if request.url.startswith(own):
            return send(self, request, **kwargs)
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.headers["Content-Type"] = "application/json"
        answer._content = json.dumps(schema(request.url)).encode()
        return answer

    def local_read(self: Any, href: str, *args: Any, **kwargs: Any) -> str:
        if href.startswith(own):
            return str(read_text(self, href, *args, **kwargs))
        return json.dumps(schema(href))

    monkeypatch.setattr(requests.Session, "send", local_send)
    monkeypatch.setattr(pystac.stac_io.DefaultStacIO, "read_text_from_href", local_read)
