"""Bands of every mission, and the styles made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.search import MISSIONS
from dinamis_plugin.domain.styles import (
    NormalisedDifference,
    StyleKind,
    WeightedSum,
    band_names,
    common_name,
    recipes_of,
)

TRUE, FALSE, NDVI, GREY = StyleKind.TRUE_COLOUR, StyleKind.FALSE_COLOUR, StyleKind.NDVI, StyleKind.GREY

TABLE = [
    ("SPOT 1", 3, (1, 2, 3), (1, 2)),
    ("SPOT 2", 3, (1, 2, 3), (1, 2)),
    ("SPOT 3", 3, (1, 2, 3), (1, 2)),
    ("SPOT 4", 4, (1, 2, 3), (1, 2)),
    ("SPOT 5", 4, (1, 2, 3), (1, 2)),
    ("SPOT 6/7", 4, (4, 1, 2), (4, 1)),
    ("PLEIADES", 4, (4, 1, 2), (4, 1)),
    ("PWH", 4, (4, 1, 2), (4, 1)),
    ("PLEIADES NEO", 6, (4, 1, 2), (4, 1)),
    ("SENTINEL 2", 4, (4, 3, 2), (4, 3)),
]


def test_every_mission_that_can_be_searched_is_in_the_table():
    assert {mission for mission, *_ in TABLE} == {code for code, _ in MISSIONS}


@pytest.mark.parametrize(("mission", "count", "false_colours", "ndvi"), TABLE)
def test_styles_of_each_mission(mission, count, false_colours, ndvi):
    recipes = recipes_of(band_names(mission, count))
    assert set(recipes) == {TRUE, FALSE, NDVI}
    assert recipes[FALSE].bands == false_colours
    assert recipes[NDVI].formulas == (NormalisedDifference(*ndvi),)


@pytest.mark.parametrize("mission", ["SPOT 6/7", "PLEIADES", "PWH", "PLEIADES NEO"])
def test_natural_colours_are_as_the_supplier_writes_them(mission):
    for count in (3, 4):
        recipe = recipes_of(band_names(mission, count))[TRUE]
        assert recipe.bands == (1, 2, 3)
        assert recipe.formulas == ()


@pytest.mark.parametrize(("mission", "count"), [("SPOT 1", 3), ("SPOT 3", 3), ("SPOT 4", 4), ("SPOT 5", 3)])
def test_without_blue_false_colours_come_first_and_natural_ones_are_computed(mission, count):
    recipes = recipes_of(band_names(mission, count))
    assert next(iter(recipes)) is FALSE
    red, green, blue = recipes[TRUE].formulas
    assert red == WeightedSum(((2, 1.0),))
    assert green == WeightedSum(((3, 0.75), (1, 0.25)))
    assert blue == WeightedSum(((3, 1.0),))


def test_pleiades_neo_has_six_bands():
    assert band_names("PLEIADES NEO", 6) == ("red", "green", "blue", "nir", "rededge", "coastal")


def test_what_is_told_comes_before_the_order_of_the_supplier():
    assert band_names("PLEIADES", 4, ("B0", "B1", "B2", "B3")) == ("blue", "green", "red", "nir")
    assert recipes_of(band_names("PLEIADES", 4, ("B0", "B1", "B2", "B3")))[TRUE].bands == (3, 2, 1)
    # a name for each band, or none is believed
    assert band_names("PLEIADES", 4, ("B0", "B1")) == ("red", "green", "blue", "nir")
    assert band_names("PLEIADES", 4, ("w", "x", "y", "z")) == ("red", "green", "blue", "nir")


def test_numbers_of_bands_mean_something_else_for_sentinel():
    assert band_names("SENTINEL 2", 4, ("B02", "B03", "B04", "B08")) == ("blue", "green", "red", "nir")
    assert common_name("B3") == "nir"
    assert common_name("B3", "SENTINEL 2") == "green"


def test_one_band_is_grey_and_what_is_unknown_has_no_colours():
    assert set(recipes_of(band_names("PLEIADES", 1))) == {GREY}
    assert band_names("CO3D", 5) == ()
    assert set(recipes_of(())) == {GREY}
    assert set(recipes_of(band_names("PLEIADES", 3))) == {TRUE}


NAMES = st.sampled_from(["red", "green", "blue", "nir", "rededge", "coastal", "swir16", ""])


@given(st.lists(NAMES, max_size=8, unique_by=lambda name: name or object()))
def test_a_recipe_names_only_bands_that_there_are(names):
    recipes = recipes_of(names)
    assert recipes
    for kind, recipe in recipes.items():
        assert recipe.kind is kind
        assert len(recipe.bands) == (3 if kind in (TRUE, FALSE) else 1)
        available = len(recipe.formulas) or max(len(names), 1)
        assert all(1 <= band <= available for band in recipe.bands)
        for formula in recipe.formulas:
            used = (
                [formula.plus, formula.minus]
                if isinstance(formula, NormalisedDifference)
                else [band for band, _ in formula.weights]
            )
            assert all(1 <= band <= len(names) and names[band - 1] for band in used)
