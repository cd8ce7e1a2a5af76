"""The STAC browser of QGIS itself (3.44) reads the service as it is, without the plugin."""

from __future__ import annotations

import pytest
import qgis.core
from qgis.PyQt.QtCore import QUrl

pytestmark = pytest.mark.skipif(
    not hasattr(qgis.core, "QgsStacController"), reason="QGIS has a STAC client in Python from 3.44 on"
)
COG = "image/tiff; application=geotiff; profile=cloud-optimized"


@pytest.fixture
def controller(qgis_app):
    return qgis.core.QgsStacController()


def test_it_lists_the_collections(controller, live):
    listed = controller.fetchCollections(QUrl(f"{live.url}/stac/collections"))
    collections = listed.takeCollections()
    titles = {one.id(): one.title() for one in collections}
    assert {"pleiades", "pleiades-neo", "spot-6-7", "sentinel-2"} <= titles.keys()
    assert all(titles.values())


def test_it_pages_through_a_search_without_loss_or_repetition(controller, live):
    url, ids, pages = QUrl(f"{live.url}/stac/search?limit=700"), [], []
    while not url.isEmpty():
        page = controller.fetchItemCollection(url)
        items = page.takeItems()
        ids += [item.id() for item in items]
        pages.append(page.numberMatched())
        url = page.nextUrl()
    assert len(pages) > 2
    assert set(pages) == {len(ids)}
    assert len(set(ids)) == len(ids)


def test_it_sees_images_that_it_can_open(controller, live):
    wanted = "%22dinamis:product_type%22='downloadable'"
    page = controller.fetchItemCollection(QUrl(f"{live.url}/stac/search?filter={wanted}&limit=5"))
    items = page.takeItems()
    assert items
    for item in items:
        assert not item.geometry().isEmpty()
        images = [asset for asset in item.assets().values() if asset.mediaType() == COG]
        assert images
        assert all(image.isCloudOptimized() for image in images)
