"""Places of the gazetteer, and what an area takes of the quotas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, mapping

from dinamis_plugin.domain.area_share import shares
from dinamis_plugin.domain.errors import BadAnswerError
from dinamis_plugin.domain.place import Place, outline_from_json
from dinamis_plugin.domain.quota import quotas_from_json


def document(**changes):
    return {"id": "commune/34172", "name": "Montpellier", "bbox": [3.8, 43.5, 3.9, 43.7], **changes}


def test_a_place_is_read_and_its_box_is_an_area():
    place = Place.from_json(document(title="Montpellier (commune)"))
    assert (place.id, place.title) == ("commune/34172", "Montpellier (commune)")
    assert place.box().bounds == pytest.approx((3.8, 43.5, 3.9, 43.7))
    assert Place.from_json(document()).title == "Montpellier"


def test_a_box_over_the_antimeridian_has_two_parts():
    assert len(Place.from_json(document(bbox=[177, -20, -178, -12])).box().geoms) == 2


def test_a_point_is_searched_around():
    around = Place.from_json(document(bbox=[-0.1, 51.5, -0.1, 51.5])).box()
    assert 0.08 < around.bounds[3] - around.bounds[1] < 0.1
    outline = outline_from_json({"geometry": {"type": "Point", "coordinates": [-0.1, 51.5]}})
    assert outline.equals(around)


@pytest.mark.parametrize("bad", [{"bbox": None}, {"bbox": [1, 2, 3]}, {"bbox": [1, 2, 3, "x"]}, {"name": ""}])
def test_a_place_without_what_it_needs_is_a_bad_answer(bad):
    with pytest.raises(BadAnswerError):
        Place.from_json(document(**bad))


@pytest.mark.parametrize(
    "bad", [{}, {"geometry": None}, {"geometry": {"type": "Polygon"}}, {"geometry": {"type": "Cube"}}]
)
def test_an_outline_that_is_none_is_a_bad_answer(bad):
    with pytest.raises(BadAnswerError):
        outline_from_json(bad)


def test_an_outline_comes_as_it_was_sent():
    sent = mapping(box(1 / 3, 0.1, 2 / 3, 0.7))
    assert mapping(outline_from_json({"geometry": sent}))["coordinates"] == sent["coordinates"]


def quotas(quota, minimum):
    return quotas_from_json({"sensors": [{"sensor": "S", "quota_km2": quota, "minimum_km2": minimum}]})


@given(st.floats(0, 1e6), st.floats(1, 1e5), st.floats(0, 1e3))
def test_the_minimum_counts_for_what_is_smaller(km2, quota, minimum):
    [one] = shares(quotas(quota, minimum), km2)
    assert one.below_minimum == (km2 < minimum)
    assert one.share == pytest.approx(max(km2, minimum) / quota)


def test_without_a_quota_there_is_no_share():
    [one] = shares(quotas(None, 0), 5)
    assert one.share is None
