"""Layers that were there before the plugin, or before it knew them as its own, and those it leaves behind."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest
from osgeo import gdal
from qgis.core import QgsPathResolver, QgsProject, QgsRasterLayer

from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.qgisio import layer_paths, rasters

from .images import addresses_of, make_cog
from .layer_support import add, is_placeholder, restyle, shows_pixels, state_of
from .waiting import Caught, run_for, wait_until


def start_again(scripted):
    """The plugin as it is loaded anew, signed in."""
    again = Controllers(open_url=lambda _url: True)
    again.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    again.session.sign_in()
    wait_until(lambda: again.session.state is SessionState.SIGNED_IN)
    return again


def forget_memory():
    """What a restart of QGIS does to the memory of GDAL."""
    for folder in (layer_paths.PLACEHOLDERS, layer_paths.LIVE):
        gdal.RmdirRecursive(folder.rstrip("/"))


def add_by_hand(project, source, name="By hand"):
    return project.addMapLayer(QgsRasterLayer(source, name, "gdal"))


def test_a_layer_from_before_its_store_was_known_is_adopted(signed_in, scripted, project, cog):
    """The images of another store that the connected service signs too."""
    scripted.files["/objects/a.tif"] = cog[0].read_bytes()
    signed_in.layers._paths.use_roots(layer_paths.ObjectRoots.of([]))
    layer = add_by_hand(project, "/vsicurl/" + scripted.signed(f"{scripted.url}/objects/a.tif", now()))
    run_for(0.3)
    assert rasters.identity_of(layer) is None
    signed_in.use_object_hosts([f"{scripted.url}/objects"])
    wait_until(lambda: rasters.lives(layer), 20)


def test_connecting_makes_its_images_known_in_an_open_project(controllers, scripted, hrefs, project):
    [href] = hrefs()
    layer = add_by_hand(project, "/vsicurl/" + scripted.signed(href, now()))
    assert rasters.identity_of(layer) is None
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    wait_until(lambda: rasters.lives(layer), 20)
    assert rasters.identity_of(layer).href == href


def test_what_was_open_before_the_plugin_was_loaded_comes_alive(
    signed_in, scripted, hrefs, project, tmp_path
):
    """A marked layer that QGIS could not open without the plugin, and an unmarked one whose address ended."""
    first, second = hrefs(2)
    add(signed_in, [first])
    path = tmp_path / "p.qgs"
    assert project.write(str(path))
    project.clear()
    signed_in.shutdown()
    scripted.lifetime_s = -10
    ended = "/vsicurl/" + scripted.signed(second, now())
    scripted.lifetime_s = 28800
    assert project.read(str(path))
    add_by_hand(project, ended)
    layers = list(project.mapLayers().values())
    assert not any(layer.isValid() for layer in layers)
    again = start_again(scripted)
    wait_until(lambda: all(rasters.lives(layer) and layer.isValid() for layer in layers), 20)
    assert {rasters.identity_of(layer).href for layer in layers} == {first, second}
    again.shutdown()


def test_an_unmarked_source_in_a_project_is_not_opened_by_the_window(
    signed_in, scripted, hrefs, project, tmp_path
):
    unsigned, signed = hrefs(2)
    scripted.lifetime_s = 3600
    sources = [f"/vsicurl/{unsigned}", "/vsicurl/" + scripted.signed(signed, now())]
    scripted.lifetime_s = 28800
    of_before, path = QgsProject(), tmp_path / "p.qgs"
    signed_in.layers._paths.remove()
    for source in sources:
        of_before.addMapLayer(QgsRasterLayer(source, source[-5:], "gdal"))
    assert of_before.write(str(path))
    of_before.clear()
    signed_in.layers._paths.install()
    scripted.object_requests.clear()
    assert project.read(str(path))
    assert scripted.object_requests == []
    layers = list(project.mapLayers().values())
    assert all(layer.isValid() and is_placeholder(layer) for layer in layers)
    wait_until(lambda: all(rasters.lives(layer) for layer in layers), 20)


@pytest.mark.parametrize("suffix", ["qgs", "qgz"])
def test_a_project_saved_after_the_plugin_went_survives_a_restart(  # noqa: PLR0917 - fixtures
    signed_in, scripted, hrefs, project, tmp_path, suffix
):
    [layer] = add(signed_in, hrefs())
    restyle(layer, project)
    before, extent, path = state_of(project), layer.extent(), str(tmp_path / f"p.{suffix}")
    signed_in.shutdown()
    assert layer.isValid()
    assert is_placeholder(layer)
    assert project.write(path)
    project.clear()
    forget_memory()
    asked = len(scripted.object_requests)
    assert project.read(path)  # without the plugin
    [layer] = project.mapLayers().values()
    assert layer.isValid()
    assert (layer.extent(), state_of(project)) == (extent, before)
    assert len(scripted.object_requests) == asked
    assert project.write(path)
    again = start_again(scripted)
    wait_until(lambda: rasters.lives(layer), 20)
    assert shows_pixels(layer)
    assert project.write(str(tmp_path / "again.qgs"))
    assert f"/vsicurl/{hrefs()[0]}#dinamis:v1;" in (tmp_path / "again.qgs").read_text("utf-8")
    assert project.read(path)  # and with it
    [layer] = project.mapLayers().values()
    assert layer_paths.PLACEHOLDERS in layer.source()
    wait_until(lambda: rasters.lives(layer), 20)
    assert state_of(project) == before
    again.shutdown()


def test_the_placeholder_of_an_earlier_session_is_no_broken_layer(signed_in, hrefs, project, tmp_path):
    """As older versions saved projects when they had been unloaded."""
    [layer] = add(signed_in, hrefs())
    extent, path = layer.extent(), tmp_path / "p.qgs"
    dead = f"{layer_paths.PLACEHOLDERS}{'0' * 24}.vrt"
    signed_in.layers._paths.remove()
    layer.setDataSource(dead, layer.name(), "gdal", layer.dataProvider().ProviderOptions())
    assert project.write(str(path))
    signed_in.layers._paths.install()
    assert dead in path.read_text("utf-8")
    project.clear()
    opened = QgsPathResolver().readPath(dead)
    assert gdal.Open(opened).RasterXSize == 1
    assert project.read(str(path))
    [layer] = project.mapLayers().values()
    assert layer.isValid()
    assert (layer.extent(), is_placeholder(layer)) == (extent, True)
    wait_until(lambda: rasters.lives(layer), 20)


def test_a_signature_of_its_own_leaves_the_source_at_once(controllers, scripted, hrefs, project):
    [href] = hrefs()
    controllers.layers._paths.remember_root(f"{scripted.url}/objects")
    own = scripted.signed(href, now())
    layer = add_by_hand(project, f"/vsicurl/{own}")
    assert is_placeholder(layer)
    assert "X-Amz" not in layer.source() + layer.publicSource()
    wait_until(lambda: rasters.lives(layer), 20)
    assert set(addresses_of(layer)) == {own}


def test_a_service_that_is_away_leaves_a_signature_of_its_own_in_use(signed_in, scripted, hrefs, project):
    [href] = hrefs()
    scripted.down.add("/sign_urls")
    own = scripted.signed(href, now())
    layer = add_by_hand(project, f"/vsicurl/{own}")
    wait_until(lambda: rasters.lives(layer), 30)
    assert set(addresses_of(layer)) == {own}


def test_another_project_begins_anew(signed_in, hrefs, scripted, project):
    add(signed_in, hrefs())
    assert signed_in.layers._paths.live_files()
    project.clear()
    assert signed_in.layers._paths.live_files() == []
    assert signed_in.layers._live._leases == {}


def test_a_layer_that_shows_something_else_meanwhile_keeps_it(signed_in, hrefs, scripted, project, tmp_path):
    first, second = hrefs(2)
    make_cog(tmp_path / "b.tif", size=256)
    scripted.files["/objects/a1.tif"] = (tmp_path / "b.tif").read_bytes()
    [one] = add(signed_in, [first])
    [other] = add(signed_in, [second])
    source = one.source()
    signed_in.layers._live._give_signature(other.id(), rasters.identity_of(one).key, source, redraw=False)
    assert other.source() != source
    assert other.width() == 256


def test_busy_lasts_until_the_last_work_has_ended(signed_in, hrefs, scripted):
    told = Caught(signed_in.layers.busy)
    scripted.object_delay_s = 0.3
    add(signed_in, hrefs(1, "x"))
    scripted.object_delay_s = 0.0
    run_for(0.3)
    assert told.values == [True, False]
    told.values.clear()
    works = signed_in.layers._works
    for seconds in (0.05, 0.2):
        works.run(
            "w",
            lambda context, s=seconds: time.sleep(s),
            lambda: None,
            lambda _error: None,
            lambda _part: None,
        )
    run_for(0.1)
    assert told.values == [True]
    wait_until(lambda: told.values == [True, False])
    works.run("w", lambda context: time.sleep(0.1), lambda: 1 / 0, lambda _error: None, lambda _part: None)
    works.drop()
    run_for(0.2)
    assert told.values == [True, False] * 2


def now():
    return datetime.now(timezone.utc)
