"""What the landing page claims, proven by the community's own programs, unchanged."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pystac_client
import pytest
import rasterio
from catalogue_model import make_item
from rasterio.transform import from_origin
from running import LiveService
from stac_api_validator.validations import QueryConfig, validate_api
from stac_schemas import needs_schemas, read_offline
from stored import put

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
_CHOSEN = re.compile(
    # ids are those of the suppliers, in capitals; items always tell them, and their collection
    r"should only contain Searchable identifiers"
    r"|response contained extra fields \['(id|collection|type|links|properties)'"
    # its question about ids beside a box that holds none of them
    r"|Search within bbox=20,20,21,21 to validate ids .* returned 0 results"
)
"""Recommendations that we do not follow."""
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
    assert [warning for warning in warnings if not _CHOSEN.search(warning)] == []


@pytest.mark.usefixtures("filled")
def test_pystac_client_searches_by_every_parameter(live_service: LiveService) -> None:
    catalogue = pystac_client.Client.open(f"{live_service.url}/stac")
    for method in ("GET", "POST"):
        found = catalogue.search(
            method=method,
            collections=["pleiades"],
            bbox=[-1, -1, 9, 9],
            datetime="2015-01-01/2015-03-31",
            query={"eo:cloud_cover": {"lt": 60}},
            filter={"op": "in", "args": [{"property": "dinamis:mission"}, ["PLEIADES"]]},
            filter_lang="cql2-json",
            sortby="-properties.eo:cloud_cover",
            fields={"include": ["properties.eo:cloud_cover"]},
            limit=25,
        )
        items = list(found.items_as_dicts())
        assert found.matched() == len(items) == 60
        clouds = [item["properties"] for item in items]
        assert clouds == [{"eo:cloud_cover": number} for number in range(59, -1, -1)]


_STACIT = """
import json, sys
from osgeo import gdal
gdal.UseExceptions()
mosaic = gdal.Open(f'STACIT:"{sys.argv[1]}":asset=pan')
band = mosaic.GetRasterBand(1)
print(json.dumps([mosaic.RasterXSize, mosaic.RasterYSize, sorted(set(band.ReadAsArray().ravel().tolist()))]))
"""


@pytest.mark.skipif(not PLUGIN_PYTHON.exists(), reason="no GDAL: the environment of the plugin is not there")
def test_gdal_reads_a_search_as_one_mosaic(
    live_service: LiveService, context: Context, tmp_path: Path
) -> None:
    for number, value in enumerate((7, 9)):
        put_scene(context, f"SCENE-{number}", 600_000 + 640 * number, value, tmp_path)
    search = f"{live_service.url}/stac/search?collections=pleiades&limit=1"
    run = subprocess.run(
        [str(PLUGIN_PYTHON), "-c", _STACIT, search], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [128, 64, [7, 9]]


def put_scene(context: Context, item_id: str, west: float, value: int, folder: Path) -> None:
    """An open image of 64 x 64 pixels of 10 m in UTM 31 N, all of one value, and its item."""
    transform = from_origin(west, 4_800_000, 10, 10)
    profile = {
        "driver": "GTiff",
        "width": 64,
        "height": 64,
        "count": 1,
        "dtype": "uint8",
        "crs": "EPSG:32631",
    }
    with rasterio.open(folder / "pan.tif", "w", transform=transform, **profile) as image:
        image.write(np.full((1, 64, 64), value, np.uint8))
    key = f"pleiades/{item_id}/pan.tif"
    put(context, key, (folder / "pan.tif").read_bytes())
    asset = {
        "href": f"objects:{key}",
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "roles": ["data"],
        "proj:epsg": 32631,
        "proj:shape": [64, 64],
        "proj:transform": list(transform)[:6],
    }
    properties = {"dinamis:access": "open", "dinamis:product_type": "downloadable"}
    extensions = ["https://stac-extensions.github.io/projection/v1.1.0/schema.json"]
    context.catalogue.upsert(
        [make_item(1, id=item_id, stac_extensions=extensions, properties=properties, assets={"pan": asset})]
    )
