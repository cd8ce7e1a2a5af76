"""What the landing page claims, proven by the community's own programs, unchanged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pystac_client
import pytest
from running import LiveService
from stac_api_validator.validations import QueryConfig, validate_api
from stac_schemas import needs_schemas, read_offline
from stored import put_item
from test_catalogue_engine import make_item

from dinamis_service.context import Context

PLUGIN_PYTHON = Path(__file__).parents[2] / ".venv" / "plugin" / "bin" / "python"
CLASSES = [
    "core",
    "item-search",
    "features",
    "collections",
    "filter",
    "item-search#sort",
    "item-search#fields",
    "item-search#query",
    "features#sort",
    "features#fields",
    "features#query",
]
AREA = {"type": "Polygon", "coordinates": [[[-1, -1], [3, -1], [3, 3], [-1, 3], [-1, -1]]]}


@pytest.fixture
def filled(context: Context) -> Context:
    context.catalogue.upsert(
        make_item(
            number,
            stac_extensions=["https://stac-extensions.github.io/eo/v1.1.0/schema.json"],
            properties={"eo:cloud_cover": number % 100, "dinamis:mission": "PLEIADES"},
            assets={"thumbnail": {"href": "https://far.example/thumbnail.png", "type": "image/png"}},
        )
        for number in range(120)
    )
    return context


@needs_schemas
@pytest.mark.usefixtures("filled")
def test_stac_api_validator_is_clean(live_service: LiveService, monkeypatch: pytest.MonkeyPatch) -> None:
    read_offline(monkeypatch, live_service.url)
    warnings, errors = validate_api(
        root_url=f"{live_service.url}/stac/",
        ccs_to_validate=CLASSES,
        collection="pleiades",
        geometry=json.dumps(AREA),
        auth_bearer_token=None,
        auth_query_parameter=None,
        fields_nested_property="properties.eo:cloud_cover",
        validate_pagination=True,
        query_config=QueryConfig(
            *("eo:cloud_cover", 10, 10, 50, 50, 50, 50),
            # the validator takes the answer to `in` for a list, and a text for one of characters: hence the P
            *("platform", "PHR", "1A", "R1", "platform", "PHR1A,P"),
        ),
        transaction_collection=None,
        headers=None,
        open_assets_urls=False,
    )
    assert not errors, "\n".join(errors)
    assert not warnings, "\n".join(warnings)
