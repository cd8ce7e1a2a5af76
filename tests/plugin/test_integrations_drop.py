"""Scenes dragged and dropped: what the drag carries, and what the drop does."""

from __future__ import annotations

import pytest
from qgis.core import QgsMimeDataUtils, QgsProject

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.integrations.drop_handler import DinamisDropHandler
from dinamis_plugin.integrations.mime import PROVIDER_KEY, dragged_names, scene_mime, scene_uri
from dinamis_plugin.qgisio import rasters

from .images import make_cog, scene_of
from .waiting import Caught, run_for, wait_until


@pytest.fixture
def scenes(controllers, scripted, tmp_path):
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN)
    make_cog(tmp_path / "source.tif", size=512)
    data = (tmp_path / "source.tif").read_bytes()
    made = {}
    for number in range(3):
        scripted.files[f"/objects/{number}.tif"] = data
        scene = scene_of(f"{scripted.url}/objects/{number}.tif", scene_id=f"S'{number}:é")
        made[scene.collection, scene.id] = scene
    return made


@pytest.fixture
def ctrl():
    return []


@pytest.fixture
def handler(controllers, scenes, ctrl):
    return DinamisDropHandler(
        controllers.loading,
        controllers.downloads,
        controllers.settings,
        lambda collection, scene_id: scenes.get((collection, scene_id)),
        lambda: bool(ctrl),
    )


def test_a_drag_carries_names_and_nothing_secret(scenes):
    mime = scene_mime(scenes.values())
    decoded = QgsMimeDataUtils.decodeUriList(mime)
    assert [dragged_names(uri.uri)["item"] for uri in decoded] == [scene.id for scene in scenes.values()]
    assert {uri.providerKey for uri in decoded} == {PROVIDER_KEY}
    everything = b"".join(bytes(mime.data(kind)) for kind in mime.formats())
    assert b"X-Amz" not in everything
    assert b"/objects/" not in everything


def test_a_drop_of_many_is_signed_in_one_request(controllers, handler, scenes, scripted, project):
    added = Caught(controllers.layers.layer_added)
    for scene in scenes.values():
        assert handler.canHandleCustomUriCanvasDrop(scene_uri(scene), None)
        assert handler.handleCustomUriCanvasDrop(scene_uri(scene), None)
    added.wait(3, 30)
    assert scripted.signings == 1
    assert all(rasters.lives(layer) for layer in project.mapLayers().values())


@pytest.mark.parametrize("by", ["ctrl", "setting"])
def test_with_ctrl_or_by_the_setting_the_file_comes(controllers, handler, ctrl, tmp_path, by):
    project = QgsProject.instance()
    if by == "ctrl":
        ctrl.append(True)
    else:
        controllers.settings.download_dropped = True
    project.write(str(tmp_path / "p.qgz"))
    added = Caught(controllers.downloads.layer_added)
    handler.handleCustomUriDrop(scene_uri(handler._find_scene("pleiades", "S'0:é")))
    layer = added.wait(seconds=30)
    assert layer.source().startswith(str(tmp_path))
    assert len(project.mapLayers()) == 1


def test_with_ctrl_and_no_folder_it_says_so_once(controllers, handler, scenes, ctrl):
    ctrl.append(True)
    failed = Caught(controllers.downloads.failed)
    for scene in scenes.values():
        handler.handleCustomUriDrop(scene_uri(scene))
    failed.wait()
    run_for(0.2)
    assert [notice.title for _, notice in failed.values] == ["Save the project first"]


@pytest.mark.parametrize(
    "uri", ["", "{", "[]", '{"collection": 1, "item": 2}', '{"collection": "x", "item": "gone"}']
)
def test_a_drag_of_something_else_is_left_alone(handler, uri):
    other = QgsMimeDataUtils.Uri()
    other.providerKey = PROVIDER_KEY
    other.uri = uri
    assert not handler.handleCustomUriCanvasDrop(other, None)
    handler.handleCustomUriDrop(other)


def test_scenes_of_one_acquisition_are_dropped_into_one_group(controllers, handler, scenes, project):
    added = Caught(controllers.layers.layer_added)
    for uri in QgsMimeDataUtils.decodeUriList(scene_mime(scenes.values())):
        handler.handleCustomUriDrop(uri)  # as QGIS does for a drop on the layer tree
    added.wait(len(scenes), 30)
    [group] = project.layerTreeRoot().findGroups()
    assert group.name() == "2026-11-21 10:30 UTC Pléiades PHR1A"
    assert {node.layerId() for node in group.findLayers()} == {layer.id() for layer in added.values}
