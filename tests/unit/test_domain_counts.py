"""The numbers beside the filters, and what is typed as words."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.counts import FACETS, MISSION, MONTH, TYPE, Counts, facets_of, narrowed_by, opened
from dinamis_plugin.domain.free_text import Reading, endings
from dinamis_plugin.domain.place import places_of
from dinamis_plugin.domain.search import ProductType, SearchQuery

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
QUERIES = st.builds(
    SearchQuery,
    start=st.none() | st.just(date(2020, 1, 1)),
    end=st.none() | st.just(date(2021, 1, 1)),
    missions=st.sampled_from([(), ("PWH",)]),
    without_missions=st.sampled_from([(), ("SPOT 5",)]),
    product_type=st.sampled_from(ProductType),
    max_cloud=st.none() | st.integers(0, 100),
    text=st.sampled_from(["", "neo"]),
)


@given(JSON)
def test_no_answer_of_a_service_is_too_strange(answer):
    counts = Counts().with_facets(facets_of(answer))
    for numbers in (counts.missions, counts.months, counts.types):
        assert numbers is None or all(isinstance(n, int) and n >= 0 for n in numbers.values())
    Reading.from_json(answer if isinstance(answer, dict) else {})
    places_of(answer if isinstance(answer, dict) else {})


def test_numbers_are_read_by_facet_and_what_is_absent_stays_unknown():
    answer = {"mission": {"PWH": 3, "": 2}, "month": {"2023-06": 4, "": 1, "no": 9}}
    counts = Counts(5).with_facets(facets_of(answer))
    assert counts.total == 5
    assert counts.missions == {"PWH": 3}
    assert counts.months == {2023 * 12 + 5: 4}
    assert counts.types is None


@given(QUERIES)
def test_a_facet_is_asked_for_without_its_own_filter_only(query):
    narrow = narrowed_by(query)
    assert (MISSION in narrow) == bool(query.missions or query.without_missions)
    assert (MONTH in narrow) == bool(query.start or query.end)
    assert (TYPE in narrow) == (query.product_type is not ProductType.ALL)
    for facet in FACETS:
        wide = opened(query, facet)
        assert facet not in narrowed_by(wide)
        assert [other for other in narrow if other != facet] == narrowed_by(wide)
        assert (wide.text, wide.max_cloud) == (query.text, query.max_cloud)


def test_a_reading_tells_what_was_understood():
    reading = Reading.from_json(
        {
            "chips": [
                {"kind": "place", "title": "Sète"},
                {"kind": "theme", "title": "Forêt", "applied": False},
                {"kind": "mission", "title": "SPOT 5", "excluded": True},
                {"kind": "broken"},
            ],
            "unknown": [{"word": "blork"}, {}],
            "notes": ["a note", 3],
        }
    )
    assert [(chip.title, chip.applied, chip.excluded) for chip in reading.chips] == [
        ("Sète", True, False),
        ("Forêt", False, False),
        ("SPOT 5", True, True),
    ]
    assert reading.unknown == ("blork",)
    assert reading.notes == ("a note",)


@given(st.text(max_size=60))
def test_every_ending_ends_the_text_and_is_long_enough_to_ask(text):
    found = endings(text)
    assert len(set(found)) == len(found)
    for end in found:
        assert text.rstrip().endswith(end)
        assert len(end) >= 2
        assert "," not in end


def test_a_place_may_be_all_words_or_the_last_ones():
    assert endings("pléiades saint d") == ["pléiades saint d", "saint d"]
    assert endings("Paris, Mont") == ["Mont"]
    assert endings("") == []
