"""The scenes that are ticked, and which scenes an action works on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from dinamis_plugin.domain.cart import Cart, acting, key_of
from dinamis_plugin.domain.scene import Scene

SCENE = Scene.from_stac(
    {
        "id": "0",
        "collection": "c",
        "geometry": box(0, 0, 1, 1).__geo_interface__,
        "properties": {"datetime": datetime(2026, 1, 1, tzinfo=timezone.utc).isoformat()},
    }
)


def scene(number):
    return replace(SCENE, id=str(number))


@given(st.lists(st.tuples(st.lists(st.integers(0, 6), max_size=5), st.booleans()), max_size=20))
def test_a_cart_is_an_ordered_set_that_tells_what_changed(steps):
    cart, expected = Cart(), {}
    for numbers, ticked in steps:
        before = set(expected)
        for number in numbers:
            if ticked:
                expected.setdefault(("c", str(number)), None)
            else:
                expected.pop(("c", str(number)), None)
        changed = cart.put(map(scene, numbers), ticked=ticked)
        assert changed == before ^ set(expected)
        assert [key_of(one) for one in cart] == list(expected)
        assert len(cart) == len(expected)
        assert all((scene(number) in cart) == (("c", str(number)) in expected) for number in range(7))
    assert cart.clear() == frozenset(expected)
    assert not len(cart)


def test_a_scene_found_by_another_search_is_the_same_scene():
    cart = Cart()
    cart.put([scene(1)], ticked=True)
    assert replace(scene(1), title="told otherwise") in cart
    assert replace(scene(1), collection="other") not in cart


def test_actions_work_on_what_is_ticked_else_on_what_is_highlighted():
    cart = Cart()
    assert acting(cart, [scene(2)]) == [scene(2)]
    cart.put([scene(1), scene(3)], ticked=True)
    assert acting(cart, [scene(2)]) == [scene(1), scene(3)]
