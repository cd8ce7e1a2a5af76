"""The arithmetic of the timeline."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.months import (
    YEAR,
    Span,
    bars,
    first_day,
    last_day,
    marked_years,
    month_of,
    month_read,
    months_per_bar,
)

DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(1950 * YEAR, 2100 * YEAR)
WHOLE = Span(1986 * YEAR, 2026 * YEAR + 10)


@st.composite
def spans(draw):
    first = draw(MONTHS)
    return Span(first, first + draw(st.integers(0, 600)))


@given(DAYS)
def test_a_day_lies_in_its_month(day):
    month = month_of(day)
    assert first_day(month) <= day <= last_day(month)
    assert last_day(month) + timedelta(days=1) == first_day(month + 1)
    assert month_read(f"{day:%Y-%m}") == month


@given(st.text())
def test_what_is_no_month_is_none(text):
    assert month_read(text) is None or len(text) == 7
    assert month_read("2023-13") is None
    assert month_read("") is None


@given(st.dictionaries(MONTHS, st.integers(0, 10**6)), spans(), st.sampled_from([1, 2, 3, 6, 12]))
def test_bars_add_up_all_months_shown_each_once(counts, span, months):
    found = bars(counts, span, months)
    shown = {month: count for month, count in counts.items() if span.first <= month <= span.last}
    assert sum(bar.count for bar in found) == sum(shown.values())
    for bar in found:
        assert bar.count == sum(shown.get(month, 0) for month in range(bar.span.first, bar.span.last + 1))
        assert bar.span.length <= months
        assert span.first <= bar.span.first <= bar.span.last <= span.last
    assert all(one.span.last < other.span.first for one, other in zip(found, found[1:]))


@given(spans(), st.integers(1, 500))
def test_there_are_no_more_bars_than_have_room(span, most):
    months = months_per_bar(span, most)
    assert YEAR % months == 0
    assert -(-span.length // months) <= most or months == YEAR


@given(spans(), st.integers(1, 40))
def test_years_that_are_written_begin_in_the_span_and_have_room(span, most):
    years = marked_years(span, most)
    assert len(years) <= most
    assert all(span.first <= year * YEAR <= span.last for year in years)
    assert len({later - earlier for earlier, later in zip(years, years[1:])}) <= 1


def test_a_timeline_from_spot_1_to_today_is_marked():
    assert marked_years(WHOLE, 5) == [1990, 2000, 2010, 2020]
    assert marked_years(Span(2020 * YEAR, 2021 * YEAR - 1), 6) == [2020]


@given(
    st.floats(0.01, 100), st.floats(0, 1), st.integers(-1000, 1000), st.integers(0, 480), st.integers(0, 480)
)
def test_no_zoom_and_no_move_leaves_the_whole(factor, around, months, one, other):
    first, last = sorted((WHOLE.first + one, WHOLE.first + other))
    view = Span(first, last)
    for seen in (view.zoomed(factor, around, WHOLE), view.moved(months, WHOLE)):
        assert WHOLE.first <= seen.first <= seen.last <= WHOLE.last
    assert view.moved(months, WHOLE).length == view.length
    assert view.zoomed(factor, around, WHOLE).length >= min(YEAR, WHOLE.length)
