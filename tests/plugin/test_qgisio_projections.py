"""A layer that a worker made stays where it is after the worker's thread has ended."""

from __future__ import annotations

import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsProject,
    QgsRasterLayer,
)

from dinamis_plugin.qgisio.projections import adopt_system

from .waiting import wait_until

LAMBERT_93 = 2154


@pytest.fixture
def picture(tmp_path):
    """A small image in Lambert-93."""
    path = str(tmp_path / "picture.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 4, 4)
    dataset.SetGeoTransform((772900, 1, 0, 6270000, 0, -1))
    system = osr.SpatialReference()
    system.ImportFromEPSG(LAMBERT_93)
    dataset.SetProjection(system.ExportToWkt())
    del dataset
    return path


def test_an_adopted_layer_can_be_drawn_after_its_thread_ended(runner, picture):
    QgsCoordinateReferenceSystem.invalidateCache()
    made = []

    def work(_context):
        layer = QgsRasterLayer(picture, "picture", "gdal")
        layer.moveToThread(QgsApplication.instance().thread())
        return layer

    def done(layer):
        adopt_system(layer)
        made.append(layer)

    runner.run("makes a layer", work, done)
    wait_until(lambda: made, 10)
    runner.shutdown()  # the thread ends
    layer = made[0]
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    transform = QgsCoordinateTransform(layer.crs(), mercator, QgsProject.instance())
    box = transform.transformBoundingBox(layer.extent())
    assert layer.crs().authid() == "EPSG:2154"
    assert box.xMinimum() == pytest.approx(434_666, abs=2000)
    assert box.yMinimum() == pytest.approx(5_391_919, abs=20000)
