"""The ways to load, chosen in the results and at the layers, through the dock and a real canvas."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsTemporalNavigationObject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QAction

from dinamis_plugin.controllers.local_copies import REMOTE_PROPERTY
from dinamis_plugin.domain.loading import Way
from dinamis_plugin.domain.styles import StyleKind
from dinamis_plugin.domain.view_service import ViewService
from dinamis_plugin.gui.load_menu import LoadMenu
from dinamis_plugin.integrations.layer_menu import LayerMenu, LayerTree
from dinamis_plugin.qgisio import rasters

from .gui_support import canvas, child, click, dock, window  # noqa: F401
from .test_controllers_loading import FIRST, publish, signed_in  # noqa: F401
from .waiting import Caught, wait_until


def offered(menu):
    menu.aboutToShow.emit()
    return [action.objectName() for action in menu.actions() if not action.isSeparator()]


def test_the_menu_offers_what_the_scenes_allow(qgis_app, publish):  # noqa: F811
    menu = LoadMenu()
    scene = publish("PLEIADES")
    menu.set_scenes([scene], images=True)
    styles = ["loadAs_image", "loadAs_true-colour", "loadAs_false-colour", "loadAs_ndvi"]
    assert offered(menu) == [*styles, "loadAs_sharpened"]
    later = publish("PLEIADES", "b", FIRST + timedelta(days=9))
    menu.set_scenes([scene, later], images=True)
    assert offered(menu)[5:] == ["loadAs_mosaic", "loadAs_time-series", "loadAs_compare"]
    menu.set_scenes([scene], images=False)
    assert offered(menu) == []
    views = (ViewService("wms", "https://w.example"), ViewService("wmts", "https://t.example", "Ortho"))
    viewed, shown = Caught(menu.view_chosen), replace(scene, services=views)
    menu.set_scenes([shown], images=False)
    assert offered(menu) == ["loadView_wms", "loadView_wmts"]
    menu.actions()[1].trigger()
    assert viewed.values == [(shown, views[1])]
    chosen = Caught(menu.way_chosen)
    menu.set_scenes([scene], images=True)
    menu.aboutToShow.emit()
    menu.actions()[3].trigger()
    assert chosen.values == [Way.NDVI]


@pytest.fixture
def shown(signed_in, dock, canvas):  # noqa: F811
    """The dock of a signed-in person, with scenes chosen in its results."""

    def show(scenes):
        dock.results.add_scenes(scenes)
        dock._tabs.setCurrentWidget(dock.results)
        dock.results.view.selectAll()
        return dock

    return show


def choose(dock, name):  # noqa: F811
    menu = child(dock, "loadAsButton").menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.objectName() == name).trigger()


def test_a_time_series_sets_the_controller_and_offers_it(shown, publish, canvas, controllers):  # noqa: F811
    controller = QgsTemporalNavigationObject(canvas)
    canvas.setTemporalController(controller)
    dock_ = shown([publish("PLEIADES", str(n), FIRST + timedelta(days=60 * n)) for n in range(3)])
    opened = []
    dock_.images._show_time = lambda: opened.append(True)
    ready = Caught(controllers.loading.series_ready)
    choose(dock_, "loadAs_time-series")
    whole = ready.wait(seconds=30)
    assert controller.temporalExtents() == whole
    controller.setCurrentFrameNumber(controller.totalFrameCount() - 1)
    dock_.images.play()
    assert opened == [True]
    assert controller.navigationMode() == QgsTemporalNavigationObject.Animated
    assert controller.totalFrameCount() >= 4
    assert controller.currentFrameNumber() == 0  # an image is to be seen at once
    assert whole.begin().toString(Qt.DateFormat.ISODate).startswith("2023-06-12")


def test_comparing_starts_from_the_results(shown, publish, canvas, controllers):  # noqa: F811
    dock_ = shown([publish("PLEIADES", str(n), FIRST + timedelta(days=60 * n)) for n in range(2)])
    choose(dock_, "loadAs_compare")
    bar = dock_.images.compare_bar
    wait_until(bar.isVisible, 30)
    assert "2023-06-12" in child(bar, "compareLeftCombo").currentLayer().name()
    assert "2023-08-11" in child(bar, "compareRightCombo").currentLayer().name()


def test_layers_are_stretched_on_what_the_canvas_shows(shown, publish, canvas, controllers, project):  # noqa: F811
    shown([publish("PLEIADES")])
    added = Caught(controllers.layers.layer_added)
    controllers.loading.load(controllers_scene(shown), Way.TRUE_COLOUR)
    layer = added.wait(seconds=30)
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
    canvas.setLayers([layer])
    area = layer.extent()
    canvas.setExtent(area)
    wait_until(lambda: layer.renderer().redContrastEnhancement().maximumValue() > 3000, 20)
    area.setXMaximum(area.xMinimum() + area.width() * 3 / 8)
    area.setYMaximum(area.yMinimum() + area.width())
    canvas.setExtent(area)
    wait_until(lambda: layer.renderer().redContrastEnhancement().maximumValue() < 1000, 20)
    canvas.setLayers([])


def controllers_scene(shown):
    return shown([]).results.view.selected_scenes()


class Tree:
    """The layer tree of the window, as far as the plugin uses it."""

    def __init__(self):
        self.actions, self.offered, self.layer = [], {}, None

    def parts(self):
        return LayerTree(self.add, self.add_for, self.actions.remove, lambda: self.layer)

    def add(self, action, menu, _type, every):
        assert (menu, every) == ("DINAMIS", False)
        self.actions.append(action)

    def add_for(self, action, layer):
        self.offered.setdefault(layer.id(), []).append(action.objectName())


def test_the_menu_of_a_layer_changes_its_style(signed_in, publish, project, qgis_app):  # noqa: F811
    tree, compared = Tree(), []
    menu = LayerMenu(tree.parts(), signed_in.styling, signed_in.copies, compared.append)
    added = Caught(signed_in.layers.layer_added)
    signed_in.loading.load([publish("SPOT 5")], Way.IMAGE)
    layer = tree.layer = added.wait(seconds=30)
    kinds = ["dinamis_style_true-colour", "dinamis_style_false-colour", "dinamis_style_ndvi"]
    others = ["dinamis_followMap", "dinamis_keepStretch", "dinamis_compare"]
    assert sorted(tree.offered[layer.id()]) == sorted([*kinds, *others])
    action = {action.objectName(): action for action in tree.actions}
    action["dinamis_style_ndvi"].trigger()
    wait_until(lambda: layer.bandCount() == 1 and rasters.lives(layer), 30)
    assert signed_in.styling.styles_of(layer) == (
        StyleKind.FALSE_COLOUR,
        StyleKind.TRUE_COLOUR,
        StyleKind.NDVI,
    )
    action["dinamis_compare"].trigger()
    assert compared == [layer]
    # The way back from a local copy is offered for layers that read one.
    layer.setCustomProperty(REMOTE_PROPERTY, layer.customProperty(rasters.PROPERTY))
    layer.removeCustomProperty(rasters.PROPERTY)
    signed_in.copies.switched.emit(layer)
    assert tree.offered[layer.id()][-1] == "dinamis_readRemote"
    action["dinamis_readRemote"].trigger()
    assert rasters.identity_of(layer) is not None
    wait_until(lambda: rasters.lives(layer), 30)
    menu.remove()
    assert tree.actions == []
    assert all(isinstance(one, QAction) for one in action.values())
