"""Signatures are renewed before their end, after sleep and clock changes, and nobody notices."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from qgis.core import QgsMapRendererParallelJob, QgsMapSettings
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QSize

from dinamis_plugin.domain.signed_url import expiry_of
from dinamis_plugin.qgisio import images, rasters

from .images import addresses_of
from .layer_support import add, is_placeholder, restyle, shows_pixels, state_of
from .waiting import Caught, run_for, wait_until


def test_a_signature_is_renewed_before_its_end_and_nobody_notices(signed_in, hrefs, scripted, project):
    [layer] = add(signed_in, hrefs())
    old = addresses_of(layer)
    told = Caught(layer.repaintRequested, layer.dataSourceChanged, layer.styleChanged, layer.rendererChanged)
    controller = signed_in.layers
    controller.tick()
    run_for(0.3)
    assert addresses_of(layer) == old  # eight hours are left
    time.sleep(1.1)  # a signature of another second is another one
    controller._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=31)
    controller.tick()
    wait_until(lambda: addresses_of(layer) != old)
    assert expiry_of(addresses_of(layer)[0]) > expiry_of(old[0])
    assert told.values == []
    assert shows_pixels(layer)


def test_after_a_long_sleep_the_expired_layer_is_renewed(signed_in, hrefs, scripted):
    scripted.lifetime_s = 2
    [layer] = add(signed_in, hrefs())
    old = addresses_of(layer)
    time.sleep(2.2)
    scripted.lifetime_s = 3600
    signed_in.layers.tick()
    wait_until(lambda: addresses_of(layer) != old)
    images.forget_addresses()
    assert shows_pixels(layer)


def test_an_image_added_again_leaves_every_layer_of_it_alive(signed_in, hrefs):
    [href] = hrefs()
    layers = add(signed_in, [href])
    for _ in range(3):
        time.sleep(1.1)  # a signature of another second is another one
        layers += add(signed_in, [href])
        run_for(0.1)
        assert len({tuple(addresses_of(layer)) for layer in layers}) == 1
    images.forget_addresses()
    assert all(shows_pixels(layer) for layer in layers)


def test_a_layer_refused_at_its_renewal_waits_from_the_end_of_its_signature(signed_in, hrefs, scripted):
    [href] = hrefs()
    [layer] = add(signed_in, [href])
    scripted.refusals[href] = {"code": "forbidden", "detail": "Not for you."}
    failed = Caught(signed_in.layers.failed)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=31)
    signed_in.layers.tick()
    failed.wait(seconds=30)
    assert rasters.lives(layer)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=9)
    signed_in.layers.tick()
    wait_until(lambda: is_placeholder(layer))


def test_a_service_that_is_away_takes_no_signature_that_still_works(signed_in, hrefs, scripted):
    [layer] = add(signed_in, hrefs())
    scripted.down.add("/sign_urls")
    failed = Caught(signed_in.layers.failed)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=31)
    signed_in.layers.tick()
    failed.wait(seconds=30)
    assert rasters.lives(layer)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=9)
    signed_in.layers.tick()
    failed.wait(2, seconds=30)
    wait_until(lambda: is_placeholder(layer))


@pytest.mark.parametrize(
    ("wall", "steady"),
    [
        (timedelta(hours=-10), timedelta(hours=7, minutes=31)),  # the clock was set back meanwhile
        (timedelta(hours=7, minutes=31), timedelta()),  # the machine slept, and its steady clock with it
        (timedelta(hours=30), timedelta(minutes=1)),  # it slept for longer than signatures last
        (timedelta(), timedelta(hours=7, minutes=31)),  # the clock was held
    ],
)
def test_neither_sleep_nor_a_clock_set_anew_hides_the_end(signed_in, hrefs, wall, steady):
    [layer] = add(signed_in, hrefs())
    old, clocks = addresses_of(layer), signed_in.layers._clocks
    before = clocks.steady
    time.sleep(1.1)  # a signature of another second is another one
    clocks.now = lambda: datetime.now(timezone.utc) + wall
    clocks.steady = lambda: before() + steady.total_seconds()
    signed_in.layers.tick()
    wait_until(lambda: addresses_of(layer) != old)
    assert rasters.lives(layer)
    # From then on the clocks agree again.
    new, clocks.now = addresses_of(layer), lambda: datetime.now(timezone.utc) + wall + timedelta(hours=1)
    signed_in.layers.tick()
    run_for(0.3)
    assert addresses_of(layer) == new or wall > timedelta()


def test_a_small_change_of_the_clock_renews_nothing(signed_in, hrefs, scripted):
    add(signed_in, hrefs())
    asked = scripted.signings
    for minutes in (-600, 120, 5):
        signed_in.layers._clocks.now = lambda m=minutes: datetime.now(timezone.utc) + timedelta(minutes=m)
        signed_in.layers.tick()
    run_for(0.3)
    assert scripted.signings == asked == 1


def renew(controllers, layers):
    """Renew the signatures of layers by a moved clock."""
    old = [addresses_of(layer) for layer in layers]
    time.sleep(1.1)
    controllers.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=31)
    controllers.layers.tick()
    wait_until(lambda: all(addresses_of(layer) != was for layer, was in zip(layers, old)))
    run_for(0.1)


def test_a_renewal_touches_nothing_that_a_person_set_and_nothing_blinks(signed_in, hrefs, project, tmp_path):
    layers = add(signed_in, hrefs(3))
    restyle(layers[1], project)
    canvas = QgsMapCanvas()
    canvas.setLayers(layers)
    canvas.setDestinationCrs(layers[0].crs())
    canvas.resize(64, 64)
    canvas.setExtent(layers[0].extent())
    canvas.refresh()
    run_for(0.5)
    assert project.write(str(tmp_path / "p.qgz"))
    before, sources = state_of(project), [layer.source() for layer in layers]
    told = Caught(
        canvas.renderStarting,
        project.layerTreeRoot().nameChanged,
        project.layerTreeRoot().visibilityChanged,
        *[
            signal
            for layer in layers
            for signal in (
                layer.repaintRequested,
                layer.dataSourceChanged,
                layer.styleChanged,
                layer.rendererChanged,
                layer.nameChanged,
                layer.crsChanged,
            )
        ],
    )
    renew(signed_in, layers)
    assert [layer.source() for layer in layers] != sources
    assert told.values == []
    assert not canvas.isDrawing()
    assert state_of(project) == before
    assert not project.isDirty()


def job_for(layer):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent().buffered(-layer.extent().width() / 3))
    settings.setOutputSize(QSize(340, 340))
    return QgsMapRendererParallelJob(settings)


def test_what_is_being_drawn_during_a_renewal_is_drawn_to_its_end(signed_in, hrefs, scripted):
    [layer] = add(signed_in, hrefs())
    scripted.object_delay_s = 1.0
    job = job_for(layer)
    job.start()
    run_for(0.2)
    assert job.isActive()
    old = addresses_of(layer)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=31)
    time.sleep(0.9)
    signed_in.layers.tick()
    wait_until(lambda: addresses_of(layer) != old)
    scripted.object_delay_s = 0.0
    wait_until(lambda: not job.isActive(), 30)
    undisturbed = job_for(layer)
    undisturbed.start()
    undisturbed.waitForFinished()
    assert job.errors() == undisturbed.errors() == []
    assert job.renderedImage() == undisturbed.renderedImage()
    assert shows_pixels(layer)


def test_only_two_generations_of_signatures_are_in_memory(signed_in, hrefs, controllers):
    [layer] = add(signed_in, hrefs())
    for hours in (8, 16, 24):
        old = layer.source()
        signed_in.layers._clocks.now = lambda h=hours: datetime.now(timezone.utc) + timedelta(hours=h)
        signed_in.layers.tick()
        wait_until(lambda old=old: layer.source() != old)
    names = controllers.layers._paths.live_files()
    assert len(names) == 2
    assert layer.source() in names
    signed_in.session.sign_out()
    wait_until(lambda: controllers.layers._paths.live_files() == [])
