"""What tests of signed layers share: adding, drawing, styling."""

from __future__ import annotations

from qgis.core import QgsMapRendererSequentialJob, QgsMapSettings
from qgis.PyQt.QtCore import QSize

from dinamis_plugin.qgisio import layer_paths

from .images import scene_of
from .waiting import Caught, wait_until


def add(controllers, hrefs):
    """Add a layer for each address; gives the layers."""
    added, failed = Caught(controllers.layers.layer_added), Caught(controllers.layers.failed)
    scenes = [scene_of(href, scene_id=f"S{number}") for number, href in enumerate(hrefs)]
    controllers.loading.load(scenes)
    wait_until(lambda: len(added.values) + len(failed.values) == len(hrefs), 60)
    assert failed.values == []
    return added.values


def drawn(layer):
    """Draw a layer; gives the picture and the errors."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(128, 128))
    job = QgsMapRendererSequentialJob(settings)
    done = Caught(job.finished)
    job.start()
    wait_until(lambda: done.values or not job.isActive(), 30)
    return job.renderedImage(), [error.message for error in job.errors()]


def shows_pixels(layer):
    """Whether a layer draws an image without an error."""
    image, errors = drawn(layer)
    colours = {image.pixel(x, y) for x in range(0, 128, 8) for y in range(0, 128, 8)}
    return not errors and len(colours) > 10


def is_placeholder(layer):
    """Whether a layer shows its placeholder."""
    return layer_paths.is_placeholder(layer.source())


def restyle(layer, project):
    """Style, name and hide a layer as a person does."""
    layer.renderer().setRedBand(3)
    layer.renderer().setOpacity(0.4)
    layer.setName("My name")
    project.layerTreeRoot().findLayer(layer.id()).setItemVisibilityChecked(False)


def state_of(project):
    """What a renewal may not touch, by layer, in the order of the layers."""
    root = project.layerTreeRoot()
    return [
        (
            layer.id(),
            layer.name(),
            root.findLayer(layer.id()).itemVisibilityChecked(),
            layer.renderer().redBand(),
            round(layer.renderer().opacity(), 3),
            layer.renderer().redContrastEnhancement().maximumValue(),
        )
        for layer in root.layerOrder()
    ]
