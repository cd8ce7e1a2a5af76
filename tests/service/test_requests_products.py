"""Products: schemas from which a form can be built, and validation that speaks the reader's language."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dinamis_service.errors import InvalidError
from dinamis_service.language import Language
from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.products import PRODUCTS, order_parameters, queryables
from dinamis_service.requests.validation import check_limits, check_parameters, check_window

LANGUAGES: tuple[Language, ...] = ("fr", "en")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TASKING, ARCHIVE = PRODUCTS["pleiades-programming"], PRODUCTS["pleiades-archive"]
MINIMAL = {
    RequestKind.ARCHIVE: {"project_id": "2026-001-SCI", "item_ids": ["a"]},
    RequestKind.PROGRAMMING: {"project_id": "2026-001-SCI"},
}


def fields(call: Any, *args: Any) -> dict[str, str]:
    with pytest.raises(InvalidError) as refused:
        call(*args)
    assert refused.value.fields
    return refused.value.fields


def test_a_product_for_each_sensor_and_kind() -> None:
    assert {(one.sensor, one.kind) for one in PRODUCTS.values()} == set(
        itertools.product(Sensor, RequestKind)
    )
    assert set(PRODUCTS) == {
        "pleiades-archive",
        "pneo-archive",
        "spot-archive",
        "pleiades-programming",
        "pneo-programming",
        "spot-programming",
    }


@pytest.mark.parametrize("product_id", PRODUCTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_schemas_say_all_that_a_form_needs(product_id: str, language: Language) -> None:
    for schema in (
        order_parameters(PRODUCTS[product_id], language),
        queryables(PRODUCTS[product_id], language),
    ):
        Draft202012Validator.check_schema(schema)
        for name, one in schema["properties"].items():
            assert one["title"], name
            assert one["description"], name
            assert one["x-section"] in ("project", "request", "production")
            if "enum" in one:
                assert len(one["x-enum-titles"]) == len(one["enum"])
                assert one["default"] in one["enum"]


@pytest.mark.parametrize("product_id", PRODUCTS)
def test_schemas_differ_by_language_only_in_words(product_id: str) -> None:
    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            words = ("title", "description", "x-enum-titles", "x-reason")
            return {key: bare(value) for key, value in node.items() if key not in words}
        return [bare(one) for one in node] if isinstance(node, list) else node

    french, english = (order_parameters(PRODUCTS[product_id], language) for language in LANGUAGES)
    assert french != english
    assert bare(french) == bare(english)


@pytest.mark.parametrize("product_id", PRODUCTS)
def test_the_defaults_alone_make_a_valid_request(product_id: str) -> None:
    product = PRODUCTS[product_id]
    complete = check_parameters(product, MINIMAL[product.kind], "fr")
    assert complete["processing_level"] == "ortho"
    assert complete["pixel_coding"] == "12bits"
    assert set(complete) == set(order_parameters(product, "fr")["properties"])


POSSIBLE = {("display", "8bits"), ("basic", "12bits"), ("reflectance", "12bits")}


@pytest.mark.parametrize("radiometry", ["basic", "reflectance", "display"])
@pytest.mark.parametrize("coding", ["8bits", "12bits"])
def test_impossible_pairs_are_refused_with_the_reason(radiometry: str, coding: str) -> None:
    given = {**MINIMAL[TASKING.kind], "radiometric_processing": radiometry, "pixel_coding": coding}
    if (radiometry, coding) in POSSIBLE:
        assert check_parameters(TASKING, given, "fr")["pixel_coding"] == coding
    else:
        refused = fields(check_parameters, TASKING, given, "en")
        assert set(refused) == {"pixel_coding"}
        assert ("8 bits only" if radiometry == "display" else "12 bits only") in refused["pixel_coding"]


def test_a_coding_left_out_follows_the_radiometry() -> None:
    given = {**MINIMAL[TASKING.kind], "radiometric_processing": "display"}
    assert check_parameters(TASKING, given, "fr")["pixel_coding"] == "8bits"


def test_projected_is_for_neo_only() -> None:
    given = {**MINIMAL[RequestKind.PROGRAMMING], "processing_level": "projected"}
    assert check_parameters(PRODUCTS["pneo-programming"], given, "fr")["processing_level"] == "projected"
    assert "ortho, primary" in fields(check_parameters, TASKING, given, "fr")["processing_level"]


@pytest.mark.parametrize(
    ("product", "change", "field", "sentence"),
    [
        (TASKING, {"project_id": None}, "project_id", "« Projet » n'est pas du bon type"),
        (TASKING, {"project_id": ""}, "project_id", "« Projet » est vide."),
        (TASKING, {"comment": "x" * 5001}, "comment", "« Commentaire » a plus de 5000 caractères."),
        (TASKING, {"surprise": 1}, "surprise", "n'est pas un paramètre de ce produit"),
        (TASKING, {"item_ids": ["a"]}, "item_ids", "n'est pas un paramètre de ce produit"),
        (TASKING, {"acquisition_mode": "quad"}, "acquisition_mode", "doit valoir : mono, stereo, tristereo."),
        (ARCHIVE, {"item_ids": []}, "item_ids", "« Scènes » est vide."),
        (ARCHIVE, {"item_ids": ["a", "a"]}, "item_ids", "deux fois"),
        (ARCHIVE, {"item_ids": [str(n) for n in range(101)]}, "item_ids", "plus de 100 éléments"),
        (ARCHIVE, {"item_ids": "a"}, "item_ids", "n'est pas du bon type"),
    ],
)
def test_each_fault_names_its_field(product: Any, change: dict[str, Any], field: str, sentence: str) -> None:
    refused = fields(check_parameters, product, {**MINIMAL[product.kind], **change}, "fr")
    assert set(refused) == {field}
    assert sentence in refused[field]


def test_all_faults_are_told_at_once() -> None:
    assert set(fields(check_parameters, ARCHIVE, {"image_format": "png"}, "en")) == {
        "project_id",
        "item_ids",
        "image_format",
    }
    assert set(fields(check_parameters, TASKING, ["not", "an", "object"], "en")) == {"order_parameters"}


def limit(name: str, value: Any, operator: str = "<=") -> dict[str, Any]:
    return {"op": operator, "args": [{"property": name}, value]}


def test_limits_take_their_defaults() -> None:
    assert check_limits(TASKING, None, "fr").values == {"eo:cloud_cover": 10, "view:incidence_angle": 30}
    both = {"op": "and", "args": [limit("eo:cloud_cover", 5), limit("view:incidence_angle", 20)]}
    assert check_limits(TASKING, both, "fr").values == {"eo:cloud_cover": 5, "view:incidence_angle": 20}
    assert check_limits(TASKING, both, "fr").filter == both
    one = check_limits(TASKING, {"op": "and", "args": [limit("eo:cloud_cover", 0)]}, "fr")
    assert one.filter == limit("eo:cloud_cover", 0)
    assert check_limits(ARCHIVE, None, "fr").values == {}


@pytest.mark.parametrize(
    ("expression", "field", "sentence"),
    [
        (limit("eo:cloud_cover", 101), "eo:cloud_cover", "must be at most 100"),
        (limit("eo:cloud_cover", -1), "eo:cloud_cover", "must be at least 0"),
        (limit("view:incidence_angle", 60.5), "view:incidence_angle", "must be at most 60"),
        (limit("eo:cloud_cover", float("nan")), "filter", "property <= value"),
        (limit("eo:cloud_cover", "10"), "filter", "property <= value"),
        (limit("eo:cloud_cover", 10, ">"), "filter", "property <= value"),
        (limit("gsd", 1), "gsd", "is not a parameter"),
        ({"op": "and", "args": "x"}, "filter", "property <= value"),
        ("eo:cloud_cover <= 10", "filter", "property <= value"),
    ],
)
def test_filters_that_are_no_limits_are_refused(expression: Any, field: str, sentence: str) -> None:
    assert sentence in fields(check_limits, TASKING, expression, "en")[field]


@pytest.mark.parametrize(
    ("window", "days"),
    [
        ("2026-11-21T00:00:00Z/2026-11-28T00:00:00Z", 7),
        ("2026-11-21T00:00:00Z/2026-11-27T23:59:59Z", 7),
        ("2026-11-20T23:00:00Z/2026-11-27T22:59:59Z", 8),
        ("2026-12-01T00:00:00+01:00/2026-12-31T00:00:00+01:00", 31),
    ],
)
def test_windows_that_can_be_asked(window: str, days: int) -> None:
    assert check_window(TASKING, window, NOW, "fr").days == days


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        ("2026-12-01T00:00:00Z/2026-12-07T00:00:00Z", "lasts 6 day(s); it takes at least 7"),
        ("2026-12-01T10:00:00Z/2026-12-01T10:00:00Z", "lasts 1 day(s)"),
        ("2026-11-20T09:00:00Z/2026-12-20T00:00:00Z", "starts in the past"),
        ("2026-12-20T00:00:00Z/2026-12-01T00:00:00Z", "ends before it starts"),
        ("2026-12-01T00:00:00/2026-12-31T00:00:00", "with a time zone"),
        ("2026-12-01T00:00:00Z", "'start/end'"),
        ("../..", "'start/end'"),
        ("0001-01-01T00:00:00+14:00/2026-12-31T00:00:00Z", "'start/end'"),
    ],
)
def test_windows_that_cannot(window: str, sentence: str) -> None:
    assert sentence in fields(check_window, TASKING, window, NOW, "en")["datetime"]


def test_the_first_day_may_be_today_wherever_one_is() -> None:
    for hours in range(-11, 15):
        midnight = (NOW + timedelta(hours=hours)).replace(hour=0, minute=0) - timedelta(hours=hours)
        window = f"{midnight.isoformat()}/{(midnight + timedelta(days=7)).isoformat()}"
        assert check_window(TASKING, window, NOW, "fr").start == midnight
