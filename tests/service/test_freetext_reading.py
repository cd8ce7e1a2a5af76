"""Rules of reading a text that hold for any text, and for each part of it (CAT-06)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from gazetteers import gazetteer  # noqa: F401 - a fixture
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dinamis_service.catalogue.engine import SearchError, SearchRequest
from dinamis_service.catalogue.filters import parse_filter, to_sql
from dinamis_service.catalogue.freetext.dates import Period, merged, take_periods
from dinamis_service.catalogue.freetext.folding import key_of
from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.catalogue.freetext.narrowing import MAX_LENGTH, TextSearch, narrowed
from dinamis_service.catalogue.freetext.parser import parse
from dinamis_service.catalogue.freetext.raw import box_of, lighter
from dinamis_service.catalogue.freetext.search import NOTHING, Conditions, to_search
from dinamis_service.catalogue.freetext.text import Text
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS

TODAY = date(2026, 6, 15)
PIECES = [
    *("Paris", "littoral", "spot", "2023", "<", "10", "%", "°", ",", "-", "/", "43.6", "3.87", "entre", "et"),
    *("Saint-Denis", "(974)", "depuis", "13e", "sauf", "|", "\x00", "'", "É", "juin", "du", "au", "1er"),
]
DAYS = st.dates(date(1986, 1, 1), date(2089, 12, 31))
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905


def periods(text: str) -> list[Period]:
    return take_periods(Text(text), TODAY)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("juin 2023", "2023-06-01", "2023-06-30"),
        ("Févr. 2024", "2024-02-01", "2024-02-29"),
        ("06/2023", "2023-06-01", "2023-06-30"),
        ("2023-06", "2023-06-01", "2023-06-30"),
        ("2023-06-15", "2023-06-15", "2023-06-15"),
        ("15/06/2023", "2023-06-15", "2023-06-15"),
        ("1er mai 2020", "2020-05-01", "2020-05-01"),
        ("entre 2018 et 2020", "2018-01-01", "2020-12-31"),
        ("de juin à août 2022", "2022-06-01", "2022-08-31"),
        ("du 3 au 5 mai 2022", "2022-05-03", "2022-05-05"),
        ("depuis 2021", "2021-01-01", None),
        ("depuis juin 2021", "2021-06-01", None),
        ("avant 2015", None, "2014-12-31"),
        ("jusqu'en 2015", None, "2015-12-31"),
        ("après mars 2019", "2019-04-01", None),
        ("été 2022", "2022-06-01", "2022-08-31"),
        ("hiver 2022", "2021-12-01", "2022-02-28"),
        ("hiver 2023-2024", "2023-12-01", "2024-02-29"),
        ("années 90", "1990-01-01", "1999-12-31"),
        ("années 2000", "2000-01-01", "2009-12-31"),
        ("3 derniers mois", "2026-03-15", "2026-06-15"),
        ("dernière année", "2025-06-15", "2026-06-15"),
        ("les 10 derniers jours", "2026-06-05", "2026-06-15"),
        ("l'an dernier", "2025-01-01", "2025-12-31"),
        ("cette année", "2026-01-01", "2026-12-31"),
        ("mois dernier", "2026-05-01", "2026-05-31"),
        ("hier", "2026-06-14", "2026-06-14"),
    ],
)
def test_periods(text: str, first: str | None, last: str | None):
    found = periods(text)
    assert found == [Period(first and date.fromisoformat(first), last and date.fromisoformat(last))]


@pytest.mark.parametrize(
    "text", ["1850", "spot", "", "12345", "< 20 %", "31/02/2023", "2023-13-01", "2023 %"]
)
def test_what_is_no_period(text: str):
    """A day that the calendar does not have is at most the year that is in it."""
    assert periods(text) in ([], [Period(date(2023, 1, 1), date(2023, 12, 31))])


@given(DAYS)
def test_a_day_is_read_however_it_is_written(day: date):
    for text in (
        f"{day:%Y-%m-%d}",
        f"{day:%d/%m/%Y}",
        f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        f"Lyon le {day.day} {MONTHS[day.month - 1].upper()} {day.year} spot",
    ):
        assert periods(text) == [Period(day, day)]


@given(st.lists(st.tuples(DAYS, st.integers(0, 900)), max_size=6))
def test_merged_periods_hold_the_same_days(pairs: list[tuple[date, int]]):
    given_ = [Period(start, start + timedelta(days=length)) for start, length in pairs]
    joined = merged(given_)
    assert joined == merged(joined)
    for one in given_:
        assert any(two.first <= one.first and one.last <= two.last for two in joined)  # type: ignore[operator]
    for before, after in zip(joined, joined[1:], strict=False):
        assert before.last < after.first - timedelta(days=1)  # type: ignore[operator]


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_every_platform_is_known_by_its_name(name: str, gazetteer: SqliteGazetteer):  # noqa: F811
    for text in (name, name.lower(), f"{name[:-1]}-{name[-1]}" if name.startswith("SPOT") else name):
        reading = parse(text, gazetteer, TODAY)
        assert reading.platforms == (name,) or reading.missions == (PLATFORMS[name].mission,)
        assert not reading.unknown


@pytest.mark.parametrize("name", sorted(MISSIONS))
def test_every_mission_is_known_by_its_name(name: str, gazetteer: SqliteGazetteer):  # noqa: F811
    assert parse(name, gazetteer, TODAY).missions == (name,)
    assert parse(f"sauf {name}", gazetteer, TODAY).without_missions == (name,)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Chamonix", ["commune/74056"]),
        ("44000 Nantes", ["commune/44109"]),
        ("Guadeloupe 971", ["region/01"]),
        ("974", ["region/04"]),
        ("Mont Saint-Michel", ["commune/50353"]),
        ("foo bar truc", []),
        ("Montpel", ["commune/34172"]),
        ("pléiades 2023 montpel", ["commune/34172"]),
        ("Saint-Guilhem le d", ["commune/34261"]),
        ("Pléiades, occitan", ["region/76"]),
        ("truc montpel", []),
        ("1234", []),
        ("images de la", []),
    ],
)
def test_places(text: str, places: list[str], gazetteer: SqliteGazetteer):  # noqa: F811
    assert [found.place.key for found in parse(text, gazetteer, TODAY).places] == places


@pytest.mark.parametrize(
    ("text", "missions"), [("Hérault plei", ("PLEIADES",)), ("sentin", ("SENTINEL 2",)), ("ple", ())]
)
def test_a_mission_is_read_while_it_is_being_typed(
    text: str,
    missions: tuple[str, ...],
    gazetteer: SqliteGazetteer,  # noqa: F811
):
    reading = parse(text, gazetteer, TODAY)
    assert reading.missions == missions
    assert not missions or not reading.unknown


def test_a_place_that_is_being_typed_can_be_left_out(gazetteer: SqliteGazetteer):  # noqa: F811
    reading = parse("Hérault sauf montpel", gazetteer, TODAY)
    assert [one.place.key for one in reading.without_places] == ["commune/34172"]


@settings(max_examples=30, deadline=None)
@given(
    cut=st.integers(7, 30),
    whole=st.sampled_from(["Montpellier", "Saint-Guilhem-le-Désert", "Languedoc-Roussillon"]),
)
def test_no_letter_typed_takes_the_place_away(gazetteer: SqliteGazetteer, cut: int, whole: str):  # noqa: F811
    """Each beginning of a name finds some place, never nothing."""
    assert parse(f"Pléiades {whole[:cut]}", gazetteer, TODAY).places


def test_a_place_can_be_left_out(gazetteer: SqliteGazetteer):  # noqa: F811
    reading = parse("Île-de-France hors Paris", gazetteer, TODAY)
    assert [found.place.key for found in reading.places] == ["region/11"]
    assert [found.place.key for found in reading.without_places] == ["commune/75056"]
    area = to_search(reading, gazetteer).geometry
    assert area is not None
    assert area.covers(shapely.Point(2.13, 48.80))  # Versailles
    assert not area.intersects(shapely.Point(2.34, 48.86))  # Paris
    nothing = to_search(parse("Paris hors Île-de-France", gazetteer, TODAY), gazetteer)
    assert nothing.filter is NOTHING
    assert nothing.geometry is None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120) | st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
@example("(" * 300)
@example("99999999999 derniers mois")
@example("999 derniers ans")
def test_any_text_gives_a_search(gazetteer: SqliteGazetteer, text: str):  # noqa: F811
    reading = parse(text, gazetteer, TODAY)
    found = to_search(reading, gazetteer)
    if found.filter is not None:
        to_sql(parse_filter(found.filter))
    if found.start and found.end:
        assert found.start <= found.end
    if found.geometry is not None:
        assert not found.geometry.is_empty


@given(st.text(max_size=60))
def test_keys_are_the_same_when_made_again(text: str):
    assert key_of(key_of(text)) == key_of(text)


def test_spellings_share_a_key():
    assert key_of("St-Étienne s/ Chalaronne") == key_of("saint etienne sur chalaronne")
    assert key_of("L’Haÿ-les-Roses") == key_of("l'hay les roses")  # noqa: RUF001
    assert key_of("Œuilly") == key_of("oeuilly")


@given(st.floats(-170, 170), st.floats(-80, 80), st.floats(0.01, 5), st.integers(20, 200))
def test_a_lighter_outline_holds_the_place(x: float, y: float, size: float, vertices: int):
    land = shapely.buffer(shapely.Point(x, y), size, quad_segs=vertices)
    light = lighter(land, 60)
    assert shapely.get_num_coordinates(light) <= 60
    inside = shapely.intersection(land, shapely.box(-180, -90, 180, 90))
    assert shapely.difference(inside, light).area < 1e-9


def test_bounds_go_the_short_way_round():
    both = shapely.union_all([shapely.box(175, -20, 180, -15), shapely.box(-180, -20, -178, -15)])
    assert box_of(both) == (175, -20, -178, -15)
    assert box_of(shapely.box(-5, 41, 9, 51)) == (-5, 41, 9, 51)


def test_coast_of_a_place(gazetteer: SqliteGazetteer):  # noqa: F811
    """The strip is at the sea: it holds Sète and not Lodève, both in Hérault."""
    coast = to_search(parse("littoral Hérault", gazetteer, TODAY), gazetteer).geometry
    assert coast is not None
    assert coast.covers(shapely.Point(3.70, 43.40))
    assert not coast.intersects(shapely.Point(3.32, 43.73))
    lodeve = to_search(parse("littoral Lodève", gazetteer, TODAY), gazetteer)
    assert [place.key for place in lodeve.inland] == ["commune/34142"]


def test_coast_of_guiana_is_not_its_rivers(gazetteer: SqliteGazetteer):  # noqa: F811
    coast = to_search(parse("littoral Guyane", gazetteer, TODAY), gazetteer).geometry
    assert coast is not None
    assert coast.intersects(shapely.Point(-52.33, 4.94).buffer(0.03))  # Cayenne
    assert not coast.intersects(shapely.Point(-54.03, 3.65))  # Maripasoula, on the border with Suriname


def test_a_text_narrows_a_search(gazetteer: SqliteGazetteer):  # noqa: F811
    start = datetime(2022, 6, 1, tzinfo=UTC)
    search = SearchRequest(geometry=shapely.box(3.8, 43.5, 3.9, 43.7), start=start, limit=7)
    texts = TextSearch(gazetteer, lambda: datetime(2026, 6, 15, tzinfo=UTC))
    found = texts.narrow(search, ["Montpellier", "spot 6", "2021-2023"])
    assert found.limit == 7
    assert found.start == start
    assert found.end == datetime(2023, 12, 31, 23, 59, 59, 999999, UTC)
    assert found.filter == {"op": "=", "args": [{"property": "platform"}, "SPOT6"]}
    assert found.geometry is not None
    assert shapely.box(3.8, 43.5, 3.9, 43.7).buffer(1e-9).covers(found.geometry)
    assert texts.narrow(search, ["Paris"]).filter is NOTHING
    assert texts.narrow(search, ["zblurp"]).filter is NOTHING
    assert texts.narrow(search, None) == search
    with pytest.raises(SearchError):
        texts.narrow(search, ["x" * (MAX_LENGTH + 1)])


def test_two_lists_of_ids_have_their_common_ones():
    assert narrowed(SearchRequest(ids=("a", "b")), Conditions(ids=("b", "c"))).ids == ("b",)
    assert narrowed(SearchRequest(ids=("a",)), Conditions(ids=("c",))).filter is NOTHING
