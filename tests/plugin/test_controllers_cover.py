"""Covering the areas: the task, its measures beside those of QGIS, and its end."""

from __future__ import annotations

import pytest
from shapely.geometry import box

from dinamis_plugin.controllers.messages import Notice
from dinamis_plugin.domain.spheroid import ellipsoidal_km2
from dinamis_plugin.qgisio.geometry import area_km2

from .gui_support import make_aoi, make_scene
from .waiting import Caught, run_for


@pytest.mark.parametrize(
    "shape", [box(3, 43, 4, 44), box(-61, 14, -60.5, 14.9), box(2, 48, 2.01, 48.01), box(10, -60, 14, -58)]
)
def test_the_measure_of_the_domain_is_that_of_qgis(qgis_app, shape):
    assert ellipsoidal_km2(shape) == pytest.approx(area_km2(shape), rel=1e-3)


def test_the_fewest_scenes_are_chosen_and_gaps_measured(controllers):
    ready = Caught(controllers.cover.ready)
    busy = Caught(controllers.cover.busy)
    scenes = [make_scene(1, lon=3.6), make_scene(2, lon=3.6), make_scene(3, lon=3.65), make_scene(4, lon=9)]
    aoi = make_aoi(side=0.2)
    controllers.cover.run([aoi], scenes)
    covering = ready.wait()
    assert busy.values == [True, False]
    assert {scene.id for scene in covering.scenes} == {"scene-1", "scene-3"}
    gaps = box(3.6, 43.5, 3.8, 43.7).difference(box(3.6, 43.5, 3.75, 43.6))
    assert covering.gap_km2 == pytest.approx(area_km2(gaps), rel=1e-3)
    assert covering.gap_share == pytest.approx(area_km2(gaps) / area_km2(aoi.geometry), rel=1e-3)
    assert covering.fewest


def test_no_area_is_said(controllers):
    failed = Caught(controllers.cover.failed)
    controllers.cover.run([], [make_scene()])
    assert isinstance(failed.wait(), Notice)


def test_a_choice_that_is_given_up_says_nothing_more(controllers):
    ready = Caught(controllers.cover.ready, controllers.cover.failed)
    controllers.cover.run([make_aoi()], [make_scene(number) for number in range(50)])
    controllers.cover.cancel()
    run_for(0.5)
    assert ready.values == []
