"""The bar that covers the areas, in the dock."""

from __future__ import annotations

from shapely.geometry import box

from dinamis_plugin.controllers.cover import Covering
from dinamis_plugin.gui.cover_bar import CoverBar, sentence_of

from .gui_support import canvas, child, dock, make_aoi, make_scene, window  # noqa: F401 - fixtures
from .waiting import wait_until

OPEN = box(3.7, 43.5, 3.8, 43.7)


def covering(count, share, km2, *, fewest=True):
    return Covering(tuple(make_scene(number) for number in range(count)), OPEN, share, km2, fewest)


def test_the_sentence_is_exact_and_never_rounds_gaps_away(qgis_app):
    assert "98.4 %" in sentence_of(covering(7, 0.016, 12.3)).replace(",", ".")
    assert "99.9 %" in sentence_of(covering(7, 1e-7, 0.001)).replace(",", ".")
    assert "0.1 %" in sentence_of(covering(1, 1 - 1e-7, 12.3)).replace(",", ".")
    assert "%" not in sentence_of(covering(7, 0.0, 0.0))
    assert sentence_of(covering(0, 1.0, 5.0)) == (
        "No listed scene that can be downloaded or ordered lies over your areas."
    )


def test_other_results_are_told_and_offered(qgis_app):
    bar = CoverBar()
    bar.show_covering(covering(2, 0.1, 5), 100, 250)
    assert "100" in child(bar, "coverOthersLabel").text()
    assert not child(bar, "coverMoreButton").isHidden()
    bar.show_covering(covering(2, 0.1, 5), 250, 250)
    assert child(bar, "coverMoreButton").isHidden()
    assert child(bar, "coverOthersLabel").isHidden()
    bar.show_covering(covering(2, 0.1, 5, fewest=False), 250, 250)
    assert "Fewer might do" in child(bar, "coverOthersLabel").text()
    bar.clear()
    assert child(bar, "coverSentence").isHidden()


def test_scenes_are_ticked_in_the_list_and_gaps_drawn(dock, controllers):  # noqa: F811
    button = child(dock, "coverButton")
    assert not button.isEnabled()
    assert button.toolTip() == "Add an area first."
    dock.results.add_scenes([make_scene(1, lon=3.6), make_scene(2, lon=3.6), make_scene(3, lon=3.65)])
    controllers.aois.add_areas([make_aoi(side=0.2)])
    assert button.isEnabled()
    button.click()
    wait_until(lambda: dock.cover.gaps.band is not None)
    assert {scene.id for scene in controllers.cart.cart} == {"scene-1", "scene-3"}
    assert {scene.id for scene in dock.results.view.selected_scenes()} == {"scene-1", "scene-3"}
    assert "gaps" in child(dock, "coverSentence").text()
    child(dock, "coverClearButton").click()
    assert dock.cover.gaps.band is None
    assert len(controllers.cart.cart) == 2
    button.click()
    wait_until(lambda: dock.cover.gaps.band is not None)
    controllers.aois.clear()
    assert dock.cover.gaps.band is None
    assert not button.isEnabled()


def test_the_second_click_stops(dock, controllers):  # noqa: F811
    dock.results.add_scenes([make_scene(number) for number in range(30)])
    controllers.aois.add_areas([make_aoi()])
    button = child(dock, "coverButton")
    button.click()
    button.click()
    wait_until(lambda: not controllers.runner.busy)
    assert dock.cover.gaps.band is None
    assert button.text() == "Cover my area"


def test_metadata_alone_cover_nothing(dock, controllers):  # noqa: F811
    bare = make_scene(1, kind=None)
    assert not bare.is_obtainable
    dock.results.add_scenes([bare, make_scene(2, kind="orderable")])
    controllers.aois.add_areas([make_aoi()])
    child(dock, "coverButton").click()
    wait_until(lambda: not child(dock, "coverSentence").isHidden())
    assert {scene.id for scene in controllers.cart.cart} == {"scene-2"}
